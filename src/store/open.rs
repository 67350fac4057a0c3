//! Opening and making a database.

use super::ahead::Ahead;
use super::checkpointer::LogState;
use super::connection::{APPLICATION_ID, SCHEMA, connect};
use super::identity::{check_identity, is_blank, version_of_ours};
use super::migrations::bring_up_to_date;
use super::one_file::sole_name;
use super::read_only::{connect_to_read, connect_to_verify};
use super::{Fault, OpenError, Store, VERSION};
use crate::files::{FileError, private_file};
use crate::model::{Moment, Zone};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;

impl Store {
    /// Makes the database at `path` unless it is there, and begins its first life. Returns whether it made one.
    pub fn create(path: &Path, zone: Zone, now: Moment) -> Result<bool, OpenError> {
        sole_name(path)?;
        private_file(path).map_err(FileError::of(path))?;
        let connection = connect(path)?;
        if !is_blank(&connection)? {
            check_identity(&connection, path)?;
            return Ok(false);
        }
        let mut store = Store::of(connection, zone)?;
        let tx = store.write()?;
        tx.connection.execute_batch(&format!(
            "{SCHEMA}
             PRAGMA application_id = {APPLICATION_ID};
             PRAGMA user_version = {VERSION};"
        ))?;
        tx.begin_chain(Some(now))?;
        tx.commit()?;
        Ok(true)
    }

    /// Opens the database at `path` and brings an older one up to [`VERSION`].
    pub fn open(path: &Path, zone: Zone) -> Result<Self, OpenError> {
        sole_name(path)?;
        let (connection, version) = connected(path, |path| Ok(connect(path)?))?;
        let mut store = Store::of(connection, zone)?;
        bring_up_to_date(&mut store, path, version)?;
        Ok(store)
    }

    /// Returns a store over an open connection that may write.
    pub(super) fn of(mut connection: Connection, zone: Zone) -> Result<Self, Fault> {
        let log = Arc::new(LogState::default());
        let hooked = Arc::clone(&log);
        // A hook of our own also switches SQLite's automatic checkpoints off: the engine makes them when nothing waits.
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            hooked.committed(u32::try_from(pages).unwrap_or(u32::MAX));
            Ok(())
        }))?;
        let ahead = Ahead::watching(&mut connection)?;
        Ok(Store {
            checkpointer: None,
            connection,
            zone,
            read_only: false,
            log,
            ahead,
            watch: None,
        })
    }

    /// Opens the database at `path` for reading alone: beside a server, without one, and on a disk that takes no writing.
    pub(crate) fn open_to_read(path: &Path, zone: Zone) -> Result<Self, OpenError> {
        Store::opened_to_read(path, zone, connect_to_read)
    }

    /// The same for checking it: where the disk allows, in a way in which `SQLite` checks the bounds of values too.
    pub(crate) fn open_to_verify(path: &Path, zone: Zone) -> Result<Self, OpenError> {
        Store::opened_to_read(path, zone, connect_to_verify)
    }

    fn opened_to_read(
        path: &Path,
        zone: Zone,
        connect: impl FnOnce(&Path) -> Result<Connection, OpenError>,
    ) -> Result<Self, OpenError> {
        let (connection, version) = connected(path, connect)?;
        if version < VERSION {
            return Err(OpenError::Older {
                path: path.to_owned(),
                version,
            });
        }
        Ok(Store {
            checkpointer: None,
            connection,
            zone,
            read_only: true,
            log: Arc::default(),
            ahead: Ahead::default(),
            watch: None,
        })
    }
}

/// A connection to a database of ours that is there, by the way that `connect` goes, and the version of its schema.
fn connected(
    path: &Path,
    connect: impl FnOnce(&Path) -> Result<Connection, OpenError>,
) -> Result<(Connection, usize), OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing(path.to_owned()));
    }
    let connection = connect(path)?;
    let version = version_of_ours(&connection, path)?;
    Ok((connection, version))
}
