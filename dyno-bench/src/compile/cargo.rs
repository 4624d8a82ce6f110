//! Cargo as a program: what it compiles, and how long that takes.

use std::env;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use super::package::Workspace;
use super::processor;

/// How long Cargo took with all that it started.
#[derive(Clone, Copy)]
pub(super) struct Took {
    pub(super) clock: Duration,
    processor: Option<Duration>,
}

impl Took {
    /// In nanoseconds: of the clock, or of the processor where that is less. The first is disturbed by other programs, the
    /// second is more than the first where several cores work.
    pub(super) fn nanoseconds(self) -> f64 {
        let processor = self.processor.unwrap_or(self.clock);
        processor.min(self.clock).as_secs_f64() * 1e9
    }
}

#[derive(Clone, Copy)]
pub(super) enum Verb {
    Build,
    Check,
}

impl Verb {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Check => "check",
        }
    }
}

impl Workspace {
    /// Times the work on one package, as if it had changed. What it depends on is compiled already.
    pub(super) fn again(&self, verb: Verb, package: &str) -> Result<Took, String> {
        let source = self.source(package);
        let file = File::options().append(true).open(source);
        let touched = file.and_then(|file| file.set_modified(SystemTime::now()));
        touched.map_err(|error| error.to_string())?;
        self.cargo(verb, package, &self.directory().join("target"))
    }

    /// Times a build of a package and of all that it depends on.
    pub(super) fn afresh(&self, package: &str) -> Result<Took, String> {
        let target = self.directory().join("afresh");
        let built = self.cargo(Verb::Build, package, &target);
        let removed = fs::remove_dir_all(target);
        removed.map_err(|error| error.to_string()).and(built)
    }

    /// Never asks the network.
    fn cargo(&self, verb: Verb, package: &str, target: &Path) -> Result<Took, String> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .current_dir(self.directory())
            .args([verb.name(), "--quiet", "--offline", "--package", package])
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_INCREMENTAL", "0")
            .stdin(Stdio::null());
        let began = (Instant::now(), processor::of_children());
        let output = command.output();
        let took = Took {
            clock: began.0.elapsed(),
            processor: processor::of_children()
                .zip(began.1)
                .map(|(end, began)| end.saturating_sub(began)),
        };
        let output = output.map_err(|error| format!("{command:?}: {error}"))?;
        if output.status.success() {
            return Ok(took);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let mut lines = said.lines();
        let error = lines.find(|line| line.starts_with("error"));
        let error = error.unwrap_or("it said no error");
        Err(format!("{command:?}: {}: {error}", output.status))
    }
}
