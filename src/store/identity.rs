//! Which database a file holds: one of this program's, and of which version.

use super::connection::APPLICATION_ID;
use super::{Fault, OpenError, VERSION};
use rusqlite::Connection;
use std::path::Path;

/// Returns the version of a database that has something in it and is ours.
pub(super) fn version_of_ours(connection: &Connection, path: &Path) -> Result<usize, OpenError> {
    if is_blank(connection)? {
        return Err(OpenError::Missing(path.to_owned()));
    }
    check_identity(connection, path)
}

/// Returns whether nobody has put anything in the file yet.
pub(super) fn is_blank(connection: &Connection) -> Result<bool, Fault> {
    Ok(connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?)
}

/// Returns the version of a file that is ours and not newer than this program.
pub(super) fn check_identity(connection: &Connection, path: &Path) -> Result<usize, OpenError> {
    let application_id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let version = usize::try_from(version).unwrap_or(0);
    if application_id != APPLICATION_ID || version == 0 {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    if version > VERSION {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            version,
        });
    }
    Ok(version)
}
