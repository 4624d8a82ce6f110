//! Opening a database, and why it fails.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use dynoxide::{Database, DynoxideError};

pub(crate) fn in_memory() -> Result<Database, OpenError> {
    Database::memory().map_err(|error| OpenError {
        path: None,
        kind: OpenErrorKind::Other,
        source: Some(error),
    })
}

pub(crate) fn file(path: &Path) -> Result<Database, OpenError> {
    let refused = |kind, source| OpenError {
        path: Some(path.to_owned()),
        kind,
        source,
    };
    // Checked by name alone. Opening and closing the file here would drop the locks that another
    // engine of this process holds on it (POSIX locks belong to the process).
    if path.is_dir() {
        return Err(refused(OpenErrorKind::Directory, None));
    }
    if path.file_name().is_none() {
        return Err(refused(OpenErrorKind::NoFileName, None));
    }
    if let Some(parent) = path.parent()
        && !parent.as_os_str().is_empty()
        && !parent.is_dir()
    {
        return Err(refused(OpenErrorKind::MissingDirectory, None));
    }
    // `:memory:` and `file:..` are names of other things to SQLite; `./file:..` is a file.
    let plain = Path::new(".").join(path);
    let Some(name) = plain.to_str() else {
        return Err(refused(OpenErrorKind::NotUnicode, None));
    };
    Database::new(name).map_err(|error| refused(kind_of(&error), Some(error)))
}

fn kind_of(error: &DynoxideError) -> OpenErrorKind {
    // https://sqlite.org/rescode.html; the low byte is the primary code.
    let code = match error {
        DynoxideError::SqliteError(error) => error
            .sqlite_error()
            .map_or(0, |error| error.extended_code & 0xff),
        // The engine replaces code 26 by advice of its own.
        other if other.to_string().contains("not a valid SQLite database") => 26,
        _ => 0,
    };
    match code {
        3 | 8 | 14 | 23 => OpenErrorKind::NotPermitted,
        5 | 6 => OpenErrorKind::Locked,
        11 | 26 => OpenErrorKind::NotADatabase,
        _ => OpenErrorKind::Other,
    }
}

/// A database could not be opened.
///
/// The message names the file, says why and what to do; what the engine said is the
/// [`source`](std::error::Error::source).
///
/// # Examples
///
/// ```
/// use dyno_embedded::{Engine, OpenErrorKind};
///
/// let error = Engine::open("/no/such/directory/shop.db").unwrap_err();
/// assert_eq!(error.kind(), OpenErrorKind::MissingDirectory);
/// assert_eq!(
///     error.to_string(),
///     "cannot open the database `/no/such/directory/shop.db`: its directory does not exist; \
///      create the directory first",
/// );
/// ```
#[derive(Debug)]
pub struct OpenError {
    path: Option<PathBuf>,
    kind: OpenErrorKind,
    source: Option<DynoxideError>,
}

impl OpenError {
    /// Returns why the database could not be opened.
    pub fn kind(&self) -> OpenErrorKind {
        self.kind
    }

    /// Returns the file that was to be opened, or `None` for a database in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(formatter, "cannot open the database `{}`: ", path.display())?,
            None => formatter.write_str("cannot make a database in memory: ")?,
        }
        formatter.write_str(self.kind.text())
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|error| error as &(dyn std::error::Error + 'static))
    }
}

/// Why a database could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// The path is a directory.
    Directory,
    /// The path has no file name; it is empty or ends in `..`.
    NoFileName,
    /// The directory of the file does not exist, or is not a directory.
    MissingDirectory,
    /// The path is not valid Unicode, which the engine needs.
    NotUnicode,
    /// The file must not be read or written, or cannot be created where it is to be.
    NotPermitted,
    /// The file holds something else than a database, or a damaged or encrypted one.
    NotADatabase,
    /// Another process holds the database and did not let go in time.
    Locked,
    /// Something else, which the source of the error tells.
    Other,
}

impl OpenErrorKind {
    fn text(self) -> &'static str {
        match self {
            Self::Directory => "it is a directory; give the path of a file",
            Self::NoFileName => "the path has no file name; give the path of a file",
            Self::MissingDirectory => "its directory does not exist; create the directory first",
            Self::NotUnicode => "the path is not valid Unicode; rename the file or its directory",
            Self::NotPermitted => {
                "it cannot be read, written or created; \
                 check the permissions of the file and of its directory"
            }
            Self::NotADatabase => {
                "it holds something else than a database; choose another file, or restore this one"
            }
            Self::Locked => {
                "another process holds it; close that process, or use a file of your own"
            }
            Self::Other => "the engine refused it",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_name_no_file_are_refused() {
        for (path, kind) in [
            ("", OpenErrorKind::NoFileName),
            (".", OpenErrorKind::Directory),
            ("..", OpenErrorKind::Directory),
            ("/", OpenErrorKind::Directory),
            ("/no/such/..", OpenErrorKind::NoFileName),
            ("/no/such/file", OpenErrorKind::MissingDirectory),
        ] {
            let error = file(Path::new(path)).map(drop).unwrap_err();
            assert_eq!(error.kind(), kind, "{path:?}");
            assert_eq!(error.path(), Some(Path::new(path)));
        }
    }

    #[test]
    fn a_nul_in_the_path_is_refused() {
        let error = file(Path::new("a\0b")).map(drop).unwrap_err();
        assert_eq!(error.kind(), OpenErrorKind::Other);
        assert!(std::error::Error::source(&error).is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_unicode_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"\xff.db"));
        let error = file(path).map(drop).unwrap_err();
        assert_eq!(error.kind(), OpenErrorKind::NotUnicode);
    }

    #[test]
    fn a_name_that_means_something_else_to_sqlite_is_a_file() {
        let directory = std::env::temp_dir().join(format!("dyno-open-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        drop(file(&directory.join("file:a.db?mode=memory")).unwrap());
        assert!(directory.join("file:a.db?mode=memory").is_file());
        std::fs::remove_dir_all(directory).unwrap();
    }
}
