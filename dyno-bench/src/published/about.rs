//! The machine and the versions that results were measured with.

use std::env;
use std::fs;
use std::process::Command;
use std::time::SystemTime;

use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::{Value, json};

/// What cannot be found out.
const UNKNOWN: &str = "unknown";

pub(super) struct About {
    fields: Value,
}

impl About {
    pub(super) fn this_machine() -> Self {
        let fields = json!({
            "date": today(),
            "cpu": cpu(),
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
            "memory": memory(),
            "system": format!("{} {}", env::consts::OS, env::consts::ARCH),
            "rustc": rustc(),
            "dyno": env!("CARGO_PKG_VERSION"),
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
