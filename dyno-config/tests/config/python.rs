//! The Python library itself, on the same engine: what it writes is read here, and what is written here is read there.
//!
//! It needs Python 2.7, or 3 before 3.10, with pip and a package index: `DYNO_OLD_PYTHON` names one, else those of the path are
//! tried. Skipped, with the reason printed, where it cannot be had, unless `DYNO_REQUIRE_OLD_PYTHON` is set; the items that it wrote are
//! in `tests/golden`, too.

use std::env;
use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dyno_config::{ConfigStore, Version};
use dyno_core::Store;
use dyno_embedded::{Engine, dynoxide::server};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::bed::{item, json as as_json, map};
use crate::golden::{Recorded, check_recorded};

/// The last ones.
const PACKAGES: [&str; 2] = ["boto==2.49.0", "dynamodb-config-store==0.3.0"];

struct Library {
    python: String,
    packages: PathBuf,
}

impl Library {
    fn installed() -> Result<Self, String> {
        let python = python()?;
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let packages = place.join("dynamodb-config-store-0.3.0");
        let complete = packages.join("complete");
        if !complete.exists() {
            let mut pip = Command::new(&python);
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-cache-dir",
                "--no-deps",
                "--upgrade",
            ]);
            pip.args(["--disable-pip-version-check", "--target"])
                .arg(&packages)
                .args(PACKAGES);
            output(&mut pip)?;
            std::fs::write(complete, "").map_err(|error| error.to_string())?;
        }
        Ok(Self { python, packages })
    }

    fn run(&self, endpoint: &str, part: &str) -> Result<Value, String> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/config_store.py");
        let mut command = Command::new(&self.python);
        command
            .args(["-B", "-W", "ignore"])
            .arg(program)
            .args([endpoint, part]);
        let printed = output(command.env("PYTHONPATH", &self.packages))?;
        serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))
    }
}

fn python() -> Result<String, String> {
    let named = env::var("DYNO_OLD_PYTHON").ok();
    let all = [
        "python2.7",
        "python3.9",
        "python3.8",
        "python3.7",
        "python3.6",
        "python3",
    ];
    let tried: Vec<String> = match named {
        Some(named) => vec![named],
        None => all.map(str::to_owned).to_vec(),
    };
    let fits = |python: &&String| {
        let program = "import sys, pip; sys.exit(not (2, 7) <= sys.version_info < (3, 10))";
        output(Command::new(python.as_str()).args(["-W", "ignore", "-c", program])).is_ok()
    };
    tried
        .iter()
        .find(fits)
        .cloned()
        .ok_or_else(|| format!("none of {tried:?} is Python 2.7, or 3 before 3.10, with pip"))
}

fn output(command: &mut Command) -> Result<String, String> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{shown}: {error}"))?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(said(&output.stdout));
    }
    Err(format!(
        "{shown}: {}: {}",
        output.status,
        said(&output.stderr)
    ))
}

/// Says so past the capture of the test runner, which shows nothing of a test that passes.
fn say(text: &str) {
    let mut past = io::stderr();
    writeln!(past, "{text}").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_library_and_this_crate_share_a_table() {
    let library = match tokio::task::spawn_blocking(Library::installed)
        .await
        .unwrap()
    {
        Ok(library) => library,
        Err(reason) => {
            let required = env::var_os("DYNO_REQUIRE_OLD_PYTHON").is_some_and(|set| set == "1");
            assert!(
                !required,
                "dynamodb-config-store is not to be had: {reason}"
            );
            return say(&format!(
                "skipped, dynamodb-config-store is not to be had, only its recorded items: {reason}"
            ));
        }
    };
    let engine = Engine::in_memory().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server::serve_with_shutdown(
        listener,
        engine.database().clone(),
        async {
            let _ = stopped.await;
        },
    ));
    let python = async |part: &'static str| {
        let (python, packages) = (library.python.clone(), library.packages.clone());
        let endpoint = endpoint.clone();
        let run = move || Library { python, packages }.run(&endpoint, part);
        tokio::task::spawn_blocking(run)
            .await
            .unwrap()
            .unwrap_or_else(|error| panic!("{error}"))
    };

    let written = python("write").await;
    let golden: Value =
        serde_json::from_str(include_str!("../golden/dynamodb_config_store_0_3_0.json")).unwrap();
    assert_eq!(
        as_json(&item(&written)),
        golden["item"],
        "the recorded item is what it writes"
    );

    let open = ConfigStore::open(&Store::new(engine.client()), "Config", "prod");
    let config = open.compatible().history(5).await.unwrap();
    check_recorded(config.get::<Recorded>("db").await.unwrap().into_value());
    let flags = json!({ "on": true, "off": false, "empty": "", "none": null, "list": [true, {}] });
    config.set("flags", &flags).await.unwrap();
    config.set("flags", &flags).await.unwrap();
    config.set_key("db", "host", "h2").await.unwrap();
    config.set("gone", &map([("host", "a")])).await.unwrap();
    config.delete("gone").await.unwrap();
    let plain = ConfigStore::open(&Store::new(engine.client()), "Config", "prod");
    plain
        .compatible()
        .await
        .unwrap()
        .set("plain", &flags)
        .await
        .unwrap();

    let mut read = python("read").await;
    assert_eq!(
        (&read["missing"], &read["schema"]),
        (&json!("missing"), &json!("misconfigured"))
    );
    let options = read["all"].as_object_mut().unwrap();
    let names: Vec<_> = options.keys().map(String::as_str).collect();
    assert_eq!(names, ["db", "flags", "plain"], "it does not list versions");
    assert_eq!(
        options["plain"],
        json!({ "on": 1, "off": 0, "list": [1, {}] })
    );
    assert_eq!(options["db"]["host"], "h2");
    assert_eq!(options["db"]["names"], json!(["a", "b"]));
    let flags = options["flags"].as_object_mut().unwrap();
    assert_eq!(flags.remove("_dy_version"), Some(json!(2)));
    for mark in ["_dy_write", "_dy_digest"] {
        assert!(flags.remove(mark).is_some());
    }
    let flags = Value::from(flags.clone());
    assert_eq!(flags, options["plain"], "but for the marks of a version");

    python("write").await;
    let read = config.get::<Recorded>("db").await.unwrap();
    assert_eq!(read.version(), None);
    config.set_key("db", "host", "h3").await.unwrap();
    let versions = config.history("db").await.unwrap();
    let numbers: Vec<_> = versions.iter().map(Version::number).collect();
    assert_eq!(
        numbers,
        [4, 3, 2, 1],
        "recorded, ours, what Python wrote, ours"
    );

    let kept = python("edit").await;
    assert_eq!(kept["_dy_version"], json!(4), "the marks come along");
    assert_eq!(config.get::<Recorded>("db").await.unwrap().version(), None);
    let receipt = config.set_key("db", "host", "h4").await.unwrap();
    assert_eq!(receipt.version(), Some(6));
    let edited = config.version_item("db", 5).await.unwrap();
    assert_eq!(edited["host"].as_s().map(String::as_str), Ok("edited"));
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
