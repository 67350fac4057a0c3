//! Faults: what goes wrong on our side, never the caller's doing.

use super::damage::Damage;
use crate::refusal::Trouble;
use rusqlite::{ErrorCode, ffi};
use thiserror::Error;

/// Something of ours failed: the disk, the database. Its text goes to the log, never to a caller. It names statements,
/// tables and columns, no values.
#[derive(Debug, Error)]
pub enum Fault {
    /// The database cannot take or give anything now: disk full, read-only or failing, locked for too long.
    #[error("{0} ({1})")]
    Unavailable(Trouble, String),
    /// A value is not what its column holds: only what needs its row cannot be done.
    #[error("a value of the database is damaged: {0}")]
    Damaged(String),
    /// Anything else: a mistake in this program or a damaged file.
    #[error("the database does not answer as it should: {0}")]
    Broken(String),
}

impl Fault {
    /// Whether another try, later or after the disk was mended, can succeed.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Fault::Unavailable(..))
    }

    /// What `SQLite` said.
    pub fn cause(&self) -> &str {
        match self {
            Fault::Unavailable(_, cause) | Fault::Damaged(cause) | Fault::Broken(cause) => cause,
        }
    }

    /// Why the database takes nothing; what is not known better has damaged its file.
    pub fn trouble(&self) -> Trouble {
        match self {
            Fault::Unavailable(trouble, _) => *trouble,
            Fault::Damaged(_) => Trouble::DamagedValues,
            Fault::Broken(_) => Trouble::Damaged,
        }
    }

    /// Whether something else may succeed at once: what is damaged is a row or a page, and not the disk; a life
    /// that may not write still reads.
    pub fn is_of_one_request(&self) -> bool {
        use Trouble::{Damaged, Recovering, Stopped};
        !matches!(self, Fault::Unavailable(trouble, _) if !matches!(trouble, Damaged | Recovering | Stopped))
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        if let Some(damage) = Damage::of(&error) {
            return Fault::Damaged(damage);
        }
        let text = error.to_string();
        match trouble(&error) {
            Some(trouble) => Fault::Unavailable(trouble, text),
            None => Fault::Broken(text),
        }
    }
}

/// Its text repeats no value: it may be personal data.
impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Fault::Broken(format!("JSON, line {}, column {}", error.line(), error.column()))
    }
}

/// What `SQLite` could not do for want of something outside this program (sqlite.org/rescode.html).
fn trouble(error: &rusqlite::Error) -> Option<Trouble> {
    // The file through which programs share the write-ahead log is made as long as it may become, on a disk with room.
    if let rusqlite::Error::SqliteFailure(failure, _) = error
        && failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE
    {
        return Some(Trouble::DiskFull);
    }
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some(Trouble::DiskFull),
        ErrorCode::ReadOnly => Some(Trouble::ReadOnly),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some(Trouble::Damaged),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            Some(Trouble::Held)
        }
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Some(Trouble::NoAccess),
        ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory => Some(Trouble::Failing),
        _ => None,
    }
}
