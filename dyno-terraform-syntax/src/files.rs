//! What stands in a directory, as Terraform reads it.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{ReadError, ReadErrorKind, Result};
use crate::source::{LONGEST, refuse_long};

/// The files of a directory that Terraform reads.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// Those of resources, by name.
    pub(crate) sources: Vec<PathBuf>,
    /// Those of values, in the order in which they are taken: the last counts.
    pub(crate) values: Vec<PathBuf>,
}

impl Files {
    pub(crate) fn of(directory: &Path) -> Result<Self> {
        let mut files = Self::default();
        for path in entries(directory)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_value = name == "terraform.tfvars" || name.ends_with(".auto.tfvars");
            // Files of values are read hidden or not.
            let is_source = name.ends_with(".tf") && !is_hidden(&name);
            let is_json =
                name.ends_with(".tfvars.json") || name.ends_with(".tf.json") && !is_hidden(&name);
            let refused = if is_json {
                Some("JSON is not read; write it as HCL")
            } else if is_source && (name == "override.tf" || name.ends_with("_override.tf")) {
                Some("files that override others are not read; write it into these")
            } else {
                None
            };
            if let Some(why) = refused {
                return Err(error(ReadErrorKind::NotSupported, &path, why));
            }
            if !(is_value || is_source) {
                continue;
            }
            if !path.is_file() {
                let why = "is no file, or a link to none; correct the link, or take it out";
                return Err(error(ReadErrorKind::Io, &path, why));
            }
            if is_source {
                files.sources.push(path);
            } else if name == "terraform.tfvars" {
                files.values.insert(0, path);
            } else {
                files.values.push(path);
            }
        }
        if files.sources.is_empty() {
            let why = "there is no `.tf` file in this directory; give another";
            return Err(error(ReadErrorKind::Io, directory, why));
        }
        Ok(files)
    }
}

/// What stands in a directory beside others, by name.
fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                paths.push(entry.path());
            }
        }
        Ok(paths)
    };
    let mut paths = read().map_err(|error| unreadable(directory, &error))?;
    paths.sort();
    Ok(paths)
}

/// Editors keep their copies in such files, which Terraform passes over.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || name.starts_with('#') && name.ends_with('#')
}

pub(crate) fn text_of(path: &Path) -> Result<String> {
    let read = || {
        let mut bytes = Vec::new();
        let file = File::open(path)?;
        file.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| unreadable(path, &error))?;
    refuse_long(&path.display().to_string(), bytes.len())?;
    String::from_utf8(bytes).map_err(|_| {
        let why = "cannot be read: it is not UTF-8; write it in UTF-8";
        error(ReadErrorKind::Io, path, why)
    })
}

fn unreadable(path: &Path, cause: &std::io::Error) -> ReadError {
    let why = format!("cannot be read: {cause}; look at the path");
    error(ReadErrorKind::Io, path, &why)
}

fn error(kind: ReadErrorKind, path: &Path, why: &str) -> ReadError {
    ReadError::new(kind, &path.display().to_string(), why)
}
