//! The programs in `docs/format` share no line with this crate, and read and compute what it does.
//!
//! Skipped, with the reason printed, where there is no Python, unless `DYNO_REQUIRE_PYTHON` is set.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_in_result,
    reason = "a test fails by panicking"
)]

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use dyno_crypto::encoding;
use serde_json::Value;

struct Golden {
    file: &'static str,
    program: &'static str,
    /// What the program prints.
    checked: &'static str,
    list: &'static str,
    /// What is computed, in hexadecimal digits.
    field: &'static str,
}

const FILES: [Golden; 4] = [
    Golden {
        file: "blind_index_v1.json",
        program: "check_seals.py",
        checked: "0 seals and 18 indexes checked",
        list: "indexes",
        field: "result",
    },
    Golden {
        file: "envelope_padded_v1.json",
        program: "read_envelope.py",
        checked: "13 envelopes opened",
        list: "envelopes",
        field: "envelope",
    },
    Golden {
        file: "envelope_v1.json",
        program: "read_envelope.py",
        checked: "24 envelopes opened",
        list: "envelopes",
        field: "envelope",
    },
    Golden {
        file: "item_seal_v1.json",
        program: "check_seals.py",
        checked: "6 seals and 0 indexes checked",
        list: "item_seals",
        field: "seal",
    },
];

/// As they are, and without assertions: what is refused must not hang on these.
const MODES: [&str; 2] = ["-B", "-BO"];

impl Golden {
    fn json(&self) -> Value {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        serde_json::from_slice(&std::fs::read(file.join(self.file)).unwrap()).unwrap()
    }

    /// Runs the program on these contents of the file. Tests that run at the same time name different copies.
    fn check(&self, mode: &str, copy: &str, contents: &Value) -> Option<Output> {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{copy}_{}", self.file));
        std::fs::write(&file, serde_json::to_vec(contents).unwrap()).unwrap();
        python(&[mode.as_ref(), &format().join(self.program), &file], "")
    }
}

fn format() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/format")
}

/// None, with the reason printed, where there is no Python. The test runner shows nothing of what a test that passes prints;
/// this goes past it.
fn python(arguments: &[&Path], input: &str) -> Option<Output> {
    let mut command = Command::new("python3");
    command.args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = match command.stderr(Stdio::piped()).spawn() {
        Ok(process) => process,
        Err(error) => {
            let required = std::env::var_os("DYNO_REQUIRE_PYTHON").is_some_and(|set| set == "1");
            assert!(!required, "`python3` does not start: {error}");
            let mut said = io::stderr();
            writeln!(said, "skipped: `python3` does not start: {error}").unwrap();
            return None;
        }
    };
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    Some(process.wait_with_output().unwrap())
}

#[test]
fn every_golden_file_is_read() {
    for (golden, mode) in FILES
        .iter()
        .flat_map(|golden| MODES.map(|mode| (golden, mode)))
    {
        let Some(output) = golden.check(mode, "same", &golden.json()) else {
            return;
        };
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}", golden.file);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(printed.trim(), golden.checked, "{}", golden.file);
    }
}

#[test]
fn a_changed_byte_is_refused() {
    for (golden, mode) in FILES
        .iter()
        .flat_map(|golden| MODES.map(|mode| (golden, mode)))
    {
        let mut json = golden.json();
        let last = json[golden.list]
            .as_array_mut()
            .unwrap()
            .last_mut()
            .unwrap();
        let mut digits = last[golden.field].as_str().unwrap().to_owned();
        let digit = if digits.pop() == Some('0') { '1' } else { '0' };
        digits.push(digit);
        last[golden.field] = Value::String(digits);
        let Some(output) = golden.check(mode, "changed", &json) else {
            return;
        };
        assert!(!output.status.success(), "{} was read", golden.file);
    }
}

#[test]
fn another_value_than_that_of_the_file_is_noticed() {
    for golden in FILES.iter().filter(|golden| golden.field == "envelope") {
        let mut json = golden.json();
        let last = json[golden.list]
            .as_array_mut()
            .unwrap()
            .last_mut()
            .unwrap();
        last["value"] = serde_json::json!({"S": "another"});
        let Some(output) = golden.check("-BO", "another", &json) else {
            return;
        };
        assert!(!output.status.success(), "{} was read", golden.file);
    }
}

/// Says of each line of hexadecimal digits whether it decodes.
const DECODE: &str = "
import sys
sys.path.insert(0, sys.argv[1])
from read_envelope import decode
for line in sys.stdin:
    try:
        decode(bytes.fromhex(line))
        print(1)
    except (ValueError, IndexError):
        print(0)
";

/// Encodings as they are in golden files, with every bit changed, cut at every byte, and with one byte more.
fn encodings() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for golden in FILES.iter().filter(|golden| golden.field == "envelope") {
        let json = golden.json();
        for case in json[golden.list].as_array().unwrap() {
            let digits = case["plaintext_dve"].as_str().unwrap().as_bytes();
            let digits = digits
                .chunks(2)
                .map(|two| std::str::from_utf8(two).unwrap());
            let bytes: Vec<u8> = digits
                .map(|two| u8::from_str_radix(two, 16).unwrap())
                .collect();
            all.push(bytes.clone());
            if bytes.len() > 64 {
                continue;
            }
            for (at, bit) in (0..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                all.push(changed);
            }
            all.extend((1..bytes.len()).map(|length| bytes[..length].to_vec()));
            all.extend([0, b'0'].map(|more| [&*bytes, &[more]].concat()));
        }
    }
    let lists = |levels: usize| [b"\x09\x01".repeat(levels - 1), vec![9, 0]].concat();
    all.extend([lists(32), lists(33)]);
    let digits = |count| [b"\x04", "9".repeat(count).as_bytes()].concat();
    all.extend([38, 39, 126, 127].map(digits));
    for number in [
        "1e3", "NaN", "Infinity", "-0", "+1", "01", ".5", "5.", "1_0", " 1", "-7.25",
    ] {
        all.push([b"\x04", number.as_bytes()].concat());
    }
    for zeros in [125, 126, 129, 130] {
        let integer = format!("\x041{}", "0".repeat(zeros));
        let fraction = format!("\x040.{}1", "0".repeat(zeros));
        all.extend([integer, fraction].map(String::into_bytes));
    }
    let name = |length: usize| {
        let length_bytes = [length & 127 | 128, length >> 7 & 127 | 128, length >> 14];
        let length_bytes = length_bytes.map(|byte| u8::try_from(byte).unwrap());
        [&[10, 1], &length_bytes[..], &vec![b'n'; length], &[0]].concat()
    };
    all.extend([name(65_535), name(65_536)]);
    for bytes in [
        &b"\x06\x00"[..],
        b"\x06\x02\x01a\x01a",
        b"\x06\x81\x00\x01a",
        b"\x0a\x02\x01b\x00\x01a\x00",
        b"\x0a\x01\x00\x00",
        b"\x83\x81\x00a",
        b"\x83\x01a\x01",
        b"\x03\xff",
        b"\x04\xd9\xa3",
        b"\x0b",
    ] {
        all.push(bytes.to_vec());
    }
    all
}

#[test]
fn the_same_bytes_are_canonical_for_both() {
    let encodings = encodings();
    let lines = encodings.iter().map(|bytes| {
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>() + "\n"
    });
    let lines: String = lines.collect();
    let format = format();
    let arguments = ["-BOc".as_ref(), DECODE.as_ref(), format.as_path()];
    let Some(output) = python(&arguments, &lines) else {
        return;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let decoded: Vec<bool> = printed.lines().map(|line| line == "1").collect();
    assert_eq!(decoded.len(), encodings.len());
    let read = decoded.iter().filter(|read| **read).count();
    let refused = decoded.len() - read;
    assert!(read > 1000 && refused > 1000, "{read} and {refused}");
    for (bytes, read) in encodings.iter().zip(decoded) {
        let ours = encoding::decode_taking(&mut bytes.clone());
        assert_eq!(read, ours.is_ok(), "{bytes:x?}: {ours:?}");
    }
}
