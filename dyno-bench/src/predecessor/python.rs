//! dynamo-store itself, in a process of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use super::Operation;
use super::ours::{LINES, TEXT, WRITTEN};
use crate::target;

/// Without what it names as its dependencies, because `pycrypto` does not build any more.
const LIBRARY: [&str; 2] = ["--no-deps", "dynamo-store==0.6.0"];

/// `pycryptodome` has the names of `pycrypto`.
const DEPENDENCIES: [&str; 4] = [
    "boto3==1.44.5",
    "jsonmodels==2.9.0",
    "jsonpath-ng==1.16.0",
    "pycryptodome==4.4.0",
];

const DRIVER: &str = include_str!("driver.py");

/// How a program uses the library.
#[derive(Clone, Copy)]
pub(super) enum Api {
    /// Its mapper of objects, `DyObject`.
    Objects,
    /// The layer below it, `DyStore`, made once.
    Maps,
}

/// A process that waits for the next command. Ends when it is dropped.
pub(super) struct Predecessor {
    process: Child,
    /// None only while it is dropped.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Predecessor {
    /// The tables are made, and everything was done once.
    pub(super) fn start(python: &Path, endpoint: &str) -> Result<Self, String> {
        let process = Command::new(python)
            .args(["-c", DRIVER, endpoint])
            .args([LINES, TEXT, WRITTEN].map(|number| number.to_string()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = process.map_err(|error| error.to_string())?;
        let commands = process.stdin.take();
        let answers = process.stdout.take().expect("it is a pipe");
        let answers = BufReader::new(answers);
        let mut this = Self {
            process,
            commands,
            answers,
        };
        match this.answer()?.as_str() {
            "ready" => Ok(this),
            other => Err(format!("the driver said `{other}`")),
        }
    }

    /// Does this once, and says how long it took.
    pub(super) fn time(&mut self, api: Api, operation: Operation) -> Result<Duration, String> {
        let commands = self.commands.as_mut().expect("it is not dropped");
        let command = format!("{} {}\n", api.name(), operation.name());
        let sent = commands.write_all(command.as_bytes());
        sent.map_err(|error| format!("the driver does not listen: {error}"))?;
        let answer = self.answer()?;
        let time = answer.parse().map(Duration::from_nanos);
        time.map_err(|_| format!("the driver said `{answer}`"))
    }

    fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(0) => Err("the driver ended; what it said is above".to_owned()),
            Ok(_) => Ok(line.trim_end().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for Predecessor {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.commands.take());
        let _ = self.process.wait();
    }
}

impl Api {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Maps => "maps",
            Self::Objects => "objects",
        }
    }
}

/// The Python of a virtual environment that has the packages. It is made once, in the target directory.
pub(super) fn installed() -> Result<PathBuf, String> {
    let home = target::directory()?.join("dynamo-store-0.6.0");
    let python = home.join("bin").join("python");
    let complete = home.join("complete");
    let wanted = [LIBRARY.as_slice(), DEPENDENCIES.as_slice()].concat();
    let wanted = wanted.join("\n");
    if fs::read_to_string(&complete).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv", "--clear"]).arg(&home);
    run(&mut venv)?;
    for packages in [LIBRARY.as_slice(), DEPENDENCIES.as_slice()] {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--no-cache-dir"]);
        pip.arg("--disable-pip-version-check").args(packages);
        run(&mut pip)?;
    }
    fs::write(complete, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{shown}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{shown}: {}: {}", output.status, said.trim()))
}
