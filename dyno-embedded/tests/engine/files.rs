//! Databases in files.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use dyno_embedded::{Engine, OpenErrorKind};

use crate::support::{create, get, item, key, put};

/// A directory of its own for each test, removed at the end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "dyno-embedded-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // Nothing depends on the removal.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn data_outlives_the_engine() {
    let directory = Directory::new();
    let file = directory.file("shop.db");
    {
        let client = Engine::open(&file).unwrap().client();
        create(&client, "Things").send().await.unwrap();
        put(&client, item("p", "s", 1)).await;
    }
    let engine = Engine::open(&file).unwrap();
    assert_eq!(engine.path(), Some(file.as_path()));
    assert_eq!(
        get(&engine.client(), key("p", "s")).await,
        Some(item("p", "s", 1))
    );
}

#[tokio::test]
async fn two_engines_share_a_file() {
    let directory = Directory::new();
    let file = directory.file("shop.db");
    let one = Engine::open(&file).unwrap().client();
    let two = Engine::open(&file).unwrap().client();
    create(&one, "Things").send().await.unwrap();
    put(&one, item("p", "1", 1)).await;
    put(&two, item("p", "2", 2)).await;
    assert_eq!(get(&one, key("p", "2")).await, Some(item("p", "2", 2)));
    assert_eq!(get(&two, key("p", "1")).await, Some(item("p", "1", 1)));
}

#[test]
fn a_file_that_cannot_be_a_database_is_refused() {
    let directory = Directory::new();
    let text = directory.file("notes.txt");
    std::fs::write(&text, "no database\n".repeat(500)).unwrap();
    for (path, kind) in [
        (directory.0.clone(), OpenErrorKind::Directory),
        (
            directory.file("none/shop.db"),
            OpenErrorKind::MissingDirectory,
        ),
        (text.join("shop.db"), OpenErrorKind::MissingDirectory),
        (text.clone(), OpenErrorKind::NotADatabase),
    ] {
        let error = Engine::open(&path).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.path(), Some(path.as_path()));
        assert!(
            error.to_string().contains(&*path.to_string_lossy()),
            "{error}"
        );
    }
    assert_eq!(
        std::fs::read(&text).unwrap().len(),
        6_000,
        "the file was touched"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_cannot_be_written_is_refused() {
    let error = Engine::open(Path::new("/proc/shop.db")).unwrap_err();
    assert_eq!(error.kind(), OpenErrorKind::NotPermitted, "{error:?}");
    assert!(error.source().is_some());
}
