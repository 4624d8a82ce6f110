//! The modules of the crate use each other in one direction.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// From the lowest to the highest; modules of one row do not use each other.
const LAYERS: [&[&str]; 13] = [
    &["epoch", "limits", "reserved", "units"],
    &["key"],
    &["error"],
    &["loader"],
    &["shape"],
    &["expr"],
    &["untyped"],
    &["compat"],
    &["plan"],
    &["commit", "table"],
    &["forecast"],
    &["store"],
    &["object"],
];

#[test]
fn no_module_uses_one_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let module = module_of(&source, &file);
        let Some(own) = layer(&module) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for used in line
                .split("crate::")
                .skip(1)
                .map(first_word)
                .filter(|used| *used != module)
            {
                if layer(used).is_some_and(|used| used >= own) {
                    wrong.push(format!(
                        "{}:{}: `{module}` uses `{used}`",
                        file.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_layer() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in rust_files(&source) {
        let module = module_of(&source, &file);
        assert!(
            layer(&module).is_some() || ["lib", "__private"].contains(&module.as_str()),
            "{module}"
        );
    }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn module_of(source: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(source).unwrap();
    let first = inside
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_str()
        .unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn first_word(text: &str) -> &str {
    text.split(|character: char| !character.is_alphanumeric() && character != '_')
        .next()
        .unwrap_or_default()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
