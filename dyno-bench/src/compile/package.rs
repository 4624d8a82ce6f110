//! Packages that are made for a measurement, in a workspace of their own with the lock file of this one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A library of one file.
pub(super) struct Package {
    pub(super) name: &'static str,
    /// Lines of its manifest.
    pub(super) dependencies: String,
    pub(super) text: String,
}

/// A directory with packages, in which Cargo runs.
pub(super) struct Workspace {
    directory: PathBuf,
}

impl Workspace {
    /// Writes the packages. What Cargo has compiled in the directory before stays.
    pub(super) fn write(directory: PathBuf, packages: &[Package]) -> io::Result<Self> {
        let names: Vec<_> = packages.iter().map(|package| package.name).collect();
        fs::create_dir_all(&directory)?;
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {names:?}\n");
        fs::write(directory.join("Cargo.toml"), manifest)?;
        fs::copy(
            repository().join("Cargo.lock"),
            directory.join("Cargo.lock"),
        )?;
        let this = Self { directory };
        for package in packages {
            let source = this.source(package.name);
            fs::create_dir_all(source.with_file_name(""))?;
            fs::write(source, &package.text)?;
            let manifest = format!(
                "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{}",
                package.name, package.dependencies
            );
            fs::write(
                this.directory.join(package.name).join("Cargo.toml"),
                manifest,
            )?;
        }
        Ok(this)
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file of a package.
    pub(super) fn source(&self, package: &str) -> PathBuf {
        self.directory.join(package).join("src").join("lib.rs")
    }
}

/// A dependency on a package of this repository, in the folder of its name.
pub(super) fn ours(name: &str) -> String {
    let path = repository().join(name);
    format!("{name} = {{ path = '{}' }}\n", path.display())
}

/// A dependency on the package at the root of this repository.
pub(super) fn facade(features: &[&str]) -> String {
    let path = repository();
    format!(
        "dyno-store = {{ path = '{}', default-features = false, features = {features:?} }}\n",
        path.display()
    )
}

fn repository() -> &'static Path {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    bench.parent().unwrap_or(bench)
}
