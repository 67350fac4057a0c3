//! Why a database cannot be opened, and why it cannot be copied.

use super::{Fault, Outcome, VERSION};
use crate::refusal::Trouble;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a database cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// There is no such file.
    #[error("there is no database {}: `infomat init` makes one", .0.display())]
    Missing(PathBuf),
    /// It is a database, but not one of ours.
    #[error("{} is not a database of infomat", .0.display())]
    Foreign(PathBuf),
    /// It was written by an older program, and is only to be read.
    #[error(
        "{} has version {version} and is not changed by reading: `infomat serve` brings it to {VERSION}",
        .path.display()
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: usize,
    },
    /// It was written by a newer program.
    #[error("{} has version {version}, written by a newer infomat; this one knows up to {VERSION}", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: usize,
    },
    /// Another server has it.
    #[error("another server has the database: {} is locked", .0.display())]
    InUse(PathBuf),
    /// The file has so many names.
    #[error(
        "{} has {} names (hard links): two programs could write to it with two logs. Remove all names but this one (find \
         -samefile tells them)",
        .0.display(),
        .1
    )]
    Linked(PathBuf, u64),
    /// Another backup of it is being made.
    #[error("another backup of this database is being made: {} is locked", .0.display())]
    BackupUnderWay(PathBuf),
    /// Before it is brought up to date it could not be copied.
    #[error(
        "the database is of an older version and is not brought to {VERSION} before it has been copied: {0}"
    )]
    Copy(#[source] CopyError),
    /// A file that was named, which need not be the clinic's database, cannot be read.
    #[error("{}: {}", .0.display(), .1)]
    BadFile(PathBuf, NoDatabase),
    /// A file of ours beside it cannot be written.
    #[error("{}: {}", .0.display(), .1)]
    Io(PathBuf, #[source] io::Error),
    /// It can be read only with its log, both from a copy, and that could not be made.
    #[error(
        "{} was left by a crash and has to be read with its log; in a folder that takes no writing this needs a copy of both, \
         which could not be made in {}: {error}. TMPDIR may name another folder, with room for both",
        .path.display(),
        .folder.display()
    )]
    NotCopied {
        /// The file.
        path: PathBuf,
        /// Where the copy was to be.
        folder: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Anything else.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a file is that was named instead of a database.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum NoDatabase {
    #[error("it is a folder: name a file")]
    Folder,
    #[error("there is no such file")]
    Missing,
    #[error("it is empty: take another backup")]
    Empty,
    #[error("it is damaged, or no database: take another backup ({0})")]
    Damaged(String),
    #[error("it cannot be read: look at its rights and its disk ({0})")]
    Unreadable(String),
}

impl OpenError {
    /// The same of a file that somebody named, such as a backup: told of that file, and not of the clinic's database.
    #[must_use]
    pub fn of_named(self, path: &Path) -> OpenError {
        let what = match self {
            _ if path.is_dir() => NoDatabase::Folder,
            OpenError::Missing(_) if !path.exists() => NoDatabase::Missing,
            OpenError::Missing(_) => NoDatabase::Empty,
            OpenError::Fault(fault) if fault.trouble() == Trouble::Damaged => {
                NoDatabase::Damaged(fault.cause().to_owned())
            }
            OpenError::Fault(fault) => NoDatabase::Unreadable(fault.cause().to_owned()),
            other => return other,
        };
        OpenError::BadFile(path.to_owned(), what)
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        OpenError::Fault(error.into())
    }
}

/// Why a copy was not made. Then there is no file, or the one that was there.
#[derive(Debug, Error)]
pub enum CopyError {
    /// There is a file of this name already.
    #[error("{} is there already: name a new file", .0.display())]
    There(PathBuf),
    /// A file cannot be written.
    #[error("{}: {}", .0.display(), .1)]
    Io(PathBuf, #[source] io::Error),
    /// The copy is not right, and so the database is not.
    #[error("the database is not right, and a copy of it was not kept{}", lines(.0))]
    Wrong(Vec<Outcome>),
    /// The copy holds another number of rows than the database: table, rows there, rows in the copy.
    #[error("the copy was not kept: it has {2} rows of {0}, the database {1}")]
    Counts(String, i64, i64),
    /// The database, or the copy as a database.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Each outcome in lines of its own.
pub(super) fn lines(outcomes: &[Outcome]) -> String {
    let text = |text: String, outcome: &Outcome| text + "\n" + &outcome.to_string();
    outcomes.iter().fold(String::new(), text)
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        CopyError::Fault(error.into())
    }
}
