//! Faults: what goes wrong on our side, never the caller's doing.

use rusqlite::ErrorCode;
use std::fmt;

/// Something of ours failed: the disk, the database. Its text goes to the log, never to a caller. It names statements,
/// tables and columns, no values.
#[derive(Debug)]
pub enum Fault {
    /// The database cannot take or give anything now: disk full, read-only or failing, locked for too long.
    Unavailable(String),
    /// Anything else: a mistake in this program or a damaged file.
    Broken(String),
}

impl Fault {
    /// Whether another try, later or after the disk was mended, can succeed.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Fault::Unavailable(_))
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::PermissionDenied
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase,
            ) => Fault::Unavailable(text),
            _ => Fault::Broken(text),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fault::Unavailable(text) => write!(out, "the database is not available: {text}"),
            Fault::Broken(text) => write!(out, "the database does not answer as it should: {text}"),
        }
    }
}

impl std::error::Error for Fault {}
