//! The reader in `docs/format/read_envelope.py` shares no line with this crate and reads what this crate writes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const FILES: [(&str, &str); 4] = [
    ("blind_index_v1.json", "18 values checked"),
    ("envelope_padded_v1.json", "13 values checked"),
    ("envelope_v1.json", "24 values checked"),
    ("item_seal_v1.json", "6 values checked"),
];

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}

/// None, with a reason printed, where there is no Python.
#[expect(clippy::print_stderr, reason = "a test that checks nothing says so")]
fn read(file: &Path) -> Option<Output> {
    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format/read_envelope.py");
    match Command::new("python3").arg(reader).arg(file).output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("skipped: `python3` does not start: {error}");
            None
        }
    }
}

#[test]
fn the_reference_reader_reads_every_golden_file() {
    for (name, expected) in FILES {
        let Some(output) = read(&testdata(name)) else {
            return;
        };
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {errors}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), expected);
    }
}

#[test]
fn the_reference_reader_refuses_a_changed_file() {
    for (name, _) in FILES {
        // The last digit of the last tag or hash.
        let mut document: Value =
            serde_json::from_slice(&std::fs::read(testdata(name)).unwrap()).unwrap();
        let (list, field) = [
            ("envelopes", "envelope"),
            ("item_seals", "seal"),
            ("indexes", "result"),
        ]
        .into_iter()
        .find(|(list, _)| document[list].is_array())
        .unwrap();
        let last = document[list].as_array_mut().unwrap().last_mut().unwrap();
        let mut hex = last[field].as_str().unwrap().to_owned();
        let digit = if hex.pop() == Some('0') { '1' } else { '0' };
        hex.push(digit);
        last[field] = Value::String(hex);

        let changed = serde_json::to_vec(&document).unwrap();
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&file, changed).unwrap();
        let Some(output) = read(&file) else {
            return;
        };
        assert!(!output.status.success(), "{name} was read");
    }
}
