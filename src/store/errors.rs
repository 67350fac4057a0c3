//! Why a database cannot be opened, copied or put in the place of another.

use super::{Fault, Outcome, VERSION};
use crate::files::FileError;
use crate::refusal::Trouble;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a database cannot be opened.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum OpenError {
    #[error("there is no database {}: `infomat init` makes one", .0.display())]
    Missing(PathBuf),
    #[error("{} is not a database of infomat", .0.display())]
    Foreign(PathBuf),
    #[error(
        "{} has version {version} and is not changed by reading: `infomat serve` brings it to {VERSION}",
        path.display()
    )]
    Older { path: PathBuf, version: usize },
    #[error(
        "{} has version {version}, written by a newer infomat; this one knows up to {VERSION}",
        path.display()
    )]
    Newer { path: PathBuf, version: usize },
    #[error("another server has the database: {} is locked", .0.display())]
    InUse(PathBuf),
    /// The file has so many names.
    #[error(
        "{path} has {names} names (hard links): two programs could write to it with two logs. Remove all names but this one \
         (find -samefile tells them)",
        path = .0.display(),
        names = .1
    )]
    Linked(PathBuf, u64),
    #[error("another backup of this database is being made: {} is locked", .0.display())]
    BackupUnderWay(PathBuf),
    #[error(
        "the database is of an older version and is not brought to {VERSION} before it has been copied: {0}"
    )]
    Copy(#[source] CopyError),
    /// A file that was named, which need not be the clinic's database, cannot be read.
    #[error("{path}: {what}", path = .0.display(), what = .1)]
    BadFile(PathBuf, NoDatabase),
    /// It can be read only with its log, both from a copy in `folder`.
    #[error(
        "{} was left by a crash and has to be read with its log; in a folder that takes no writing this needs a copy of \
         both, which could not be made in {}: {error}. TMPDIR may name another folder, with room for both",
        path.display(),
        folder.display()
    )]
    NotCopied {
        path: PathBuf,
        folder: PathBuf,
        #[source]
        error: io::Error,
    },
    #[error(transparent)]
    File(#[from] FileError),
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
    /// Tells the same of a file that somebody named, such as a backup, and not of the clinic's database.
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

/// Why a copy was not made. Then there is no file, or the one that was there.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum CopyError {
    #[error("{} is there already: name a new file", .0.display())]
    There(PathBuf),
    #[error("the database is not right, and a copy of it was not kept{}", lines(.0))]
    Wrong(Vec<Outcome>),
    /// Table, rows in the database, rows in the copy.
    #[error("the copy was not kept: it has {2} rows of {0}, the database {1}")]
    Counts(String, i64, i64),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a backup was not put in place. Then nothing has changed.
#[derive(Debug, Error)]
pub enum RestoreError {
    #[error("{} is the database itself", .0.display())]
    Itself(PathBuf),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the backup is not right: take another one{}", lines(.0))]
    Wrong(Vec<Outcome>),
    #[error(transparent)]
    Copy(CopyError),
    /// Another program has the database open.
    #[error("another program has {} open: let it end first", .0.display())]
    InUse(PathBuf),
    #[error("{} was written meanwhile, and the list is not the whole of it: start again", .0.display())]
    Written(PathBuf),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl RestoreError {
    /// Tells the same of the backup: the damage is there, and not in the database, which was not opened yet.
    pub fn of_backup(self, backup: &Path) -> RestoreError {
        match self {
            RestoreError::Open(error) => RestoreError::Open(error.of_named(backup)),
            RestoreError::Fault(fault) | RestoreError::Copy(CopyError::Fault(fault))
                if fault.trouble() == Trouble::Damaged =>
            {
                RestoreError::Open(OpenError::Fault(fault).of_named(backup))
            }
            other => other,
        }
    }
}

impl From<CopyError> for RestoreError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Wrong(outcomes) => RestoreError::Wrong(outcomes),
            other => RestoreError::Copy(other),
        }
    }
}

/// `SQLite`'s errors are faults of ours.
macro_rules! from_sqlite {
    ($($error:ident),+) => {$(
        impl From<rusqlite::Error> for $error {
            fn from(error: rusqlite::Error) -> Self {
                Fault::from(error).into()
            }
        }
    )+};
}

from_sqlite!(CopyError, OpenError, RestoreError);

/// The outcomes, each after a line break.
fn lines(outcomes: &[Outcome]) -> String {
    let text = |text: String, outcome: &Outcome| text + "\n" + &outcome.to_string();
    outcomes.iter().fold(String::new(), text)
}
