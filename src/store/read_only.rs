//! Opening a database for reading alone: beside a server, without one, and on a disk that takes no writing.
//!
//! `SQLite` shares its log between programs by a file of its own (`-shm`), which it makes where it is missing. Where it
//! cannot, the file is read as it is if no log waits to be copied into it, and otherwise, as a crash may leave it, from a
//! copy of both.

use super::OpenError;
use super::connection::configure;
use crate::files::beside;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// What the name of the write-ahead log has behind the database's.
const LOG: &str = "-wal";

/// Opens the file for reading alone.
pub(super) fn connect_to_read(path: &Path) -> Result<Connection, OpenError> {
    match connect_by_uri(path, "mode=ro") {
        // A disk that takes no writing, and a folder that this user may not write to.
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)
            ) =>
        {
            if beside(path, LOG).metadata().is_ok_and(|log| log.len() > 0) {
                connect_to_copy(path)
            } else {
                Ok(connect_by_uri(path, "mode=ro&immutable=1")?)
            }
        }
        opened => Ok(opened?),
    }
}

/// Opens the file for checking it. `SQLite` forgets the constraints of a file that it opens for reading alone: so it is
/// opened for writing, which is then forbidden.
pub(super) fn connect_to_verify(path: &Path) -> Result<Connection, OpenError> {
    let Ok(connection) = connect_by_uri(path, "mode=rw") else {
        return connect_to_read(path);
    };
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Opens the file with these options (sqlite.org/uri.html) and sees that it can be read, with its log.
fn connect_by_uri(path: &Path, options: &str) -> rusqlite::Result<Connection> {
    let path = percent_encode(path.as_os_str().as_bytes(), NON_ALPHANUMERIC);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let mut connection = Connection::open_with_flags(format!("file:{path}?{options}"), flags)?;
    configure(&mut connection)?;
    connection.pragma_query_value(None, "user_version", |_| Ok(()))?;
    Ok(connection)
}

/// Opens a copy of the file and its log, in a folder of this user alone that has vanished when this returns: what is open
/// can still be read.
fn connect_to_copy(path: &Path) -> Result<Connection, OpenError> {
    let folder = std::env::temp_dir();
    let failed = |error| OpenError::NotCopied {
        path: path.to_owned(),
        folder: folder.clone(),
        error,
    };
    let number = getrandom::u64().map_err(|error| failed(io::Error::other(error)))?;
    let own = folder.join(format!("infomat-{number:016x}"));
    DirBuilder::new().mode(0o700).create(&own).map_err(failed)?;
    let copy = own.join("copy.db");
    let opened = copy_both(path, &copy)
        .map_err(failed)
        .and_then(|()| Ok(connect_by_uri(&copy, "mode=ro")?));
    fs::remove_dir_all(&own).map_err(failed)?;
    opened
}

/// A file changed while it was copied.
#[derive(Debug, thiserror::Error)]
#[error("it was written meanwhile, try again")]
pub struct WrittenMeanwhile;

/// Copies the file and its log.
///
/// # Errors
/// Those of the file system; also when one of them changes meanwhile: then a server has come, and neither fits the other.
fn copy_both(path: &Path, copy: &Path) -> io::Result<()> {
    let files = [path.to_owned(), beside(path, LOG)];
    let state = |file: &PathBuf| {
        let now = file.metadata()?;
        Ok((now.ino(), now.len(), now.mtime(), now.mtime_nsec()))
    };
    let states = || files.iter().map(state).collect::<io::Result<Vec<_>>>();
    let before = states()?;
    fs::copy(&files[0], copy)?;
    fs::copy(&files[1], beside(copy, LOG))?;
    if states()? == before {
        Ok(())
    } else {
        Err(io::Error::other(WrittenMeanwhile))
    }
}
