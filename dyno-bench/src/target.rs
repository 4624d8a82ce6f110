//! Where what a benchmark makes and keeps is: the directory that Cargo builds this program in.

use std::env;
use std::path::{Path, PathBuf};

/// The directory that holds this program, up to the one that Cargo has marked as its own.
pub(crate) fn directory() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let marked = |directory: &&Path| directory.join("CACHEDIR.TAG").exists();
    let found = program.ancestors().find(marked);
    found
        .map(Path::to_owned)
        .ok_or_else(|| format!("`{}` is in no target directory of Cargo", program.display()))
}
