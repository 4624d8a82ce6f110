//! The machine, the source and the versions that results were measured with.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::{Value, json};

use super::{PAGES, ROOT, SHOWN};

/// What cannot be found out.
const UNKNOWN: &str = "unknown";

pub(crate) struct About {
    fields: Value,
}

impl About {
    /// As they are now.
    pub(crate) fn of_this_run() -> Self {
        let fields = json!({
            "date": today(),
            "cpu": cpu(),
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
            "memory": memory(),
            "system": format!("{} {}", env::consts::OS, env::consts::ARCH),
            "rustc": rustc(),
            "dyno": env!("CARGO_PKG_VERSION"),
            "commit": commit(Path::new(ROOT)),
            "sdk": aws_sdk_dynamodb::meta::PKG_VERSION,
        });
        Self { fields }
    }

    pub(super) fn fields(&self) -> &Value {
        &self.fields
    }
}

fn today() -> String {
    let now = DateTime::from(SystemTime::now()).fmt(Format::DateTime);
    let day = now.ok().and_then(|now| now.get(..10).map(str::to_owned));
    day.unwrap_or_else(|| UNKNOWN.to_owned())
}

fn cpu() -> String {
    proc_field("/proc/cpuinfo", "model name").unwrap_or_else(|| UNKNOWN.to_owned())
}

fn memory() -> String {
    let kibibytes = proc_field("/proc/meminfo", "MemTotal")
        .and_then(|total| total.strip_suffix(" kB")?.parse::<u64>().ok());
    // What the system itself takes is not counted there.
    kibibytes.map_or_else(
        || UNKNOWN.to_owned(),
        |kibibytes| format!("{} GiB", kibibytes.div_ceil(1 << 20)),
    )
}

fn proc_field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(found, _)| found.trim() == name)?;
    Some(value.trim().to_owned())
}

fn rustc() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    let said = output
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok());
    let version = said.and_then(|said| said.split_whitespace().nth(1).map(str::to_owned));
    version.unwrap_or_else(|| UNKNOWN.to_owned())
}

/// The commit of the source, with a `+` where files that it has were changed; nothing where git does not tell it. What is
/// made from results does not count.
fn commit(repository: &Path) -> Option<String> {
    let commit = git(repository, ["rev-parse", "--short", "HEAD"])?;
    let excluded = PAGES.into_iter().chain([SHOWN]);
    let excluded = excluded.map(|path| format!(":(exclude){path}"));
    let changes = ["status", "--porcelain", "--untracked-files=no", "--", "."];
    let changes = changes.map(str::to_owned).into_iter().chain(excluded);
    let is_changed = !git(repository, changes)?.is_empty();
    Some(commit + if is_changed { "+" } else { "" })
}

/// What git says, if it has no error.
fn git(directory: &Path, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Option<String> {
    let mut git = Command::new("git");
    let output = git.current_dir(directory).args(arguments).output();
    let output = output.ok().filter(|output| output.status.success())?;
    let said = String::from_utf8(output.stdout).ok()?;
    Some(said.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_commit_is_told_where_git_tells_none() {
        assert_eq!(commit(Path::new("/nonexistent")), None);
    }
}
