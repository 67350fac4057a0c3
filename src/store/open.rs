//! Opening and making a database: its identity, version and settings.

use super::files::private_file;
use super::migrations::bring_up_to_date;
use super::one_file::sole_name;
use super::read_only::{connect_to_read, connect_to_verify};
use super::{CopyError, Fault, Store, VERSION};
use crate::model::Zone;
use crate::refusal::Trouble;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{io, thread};
use thiserror::Error;

/// The current schema, which new files are made from.
pub(super) const SCHEMA: &str = include_str!("../../schema.sql");

/// `PRAGMA application_id`: "infm" in ASCII.
const APPLICATION_ID: i64 = 0x696e_666d;

/// How long a write waits for another writer ([crate::contract::clinic_data]: "past 5 seconds a waiting booking gets 503").
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pause between two tries where `SQLite` does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// More than the statements of this program: none is prepared twice.
const STATEMENTS_MAX: usize = 128;

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

impl Store {
    /// Makes the database at `path` unless it is there. Says whether it made one.
    pub fn create(path: &Path) -> Result<bool, OpenError> {
        sole_name(path)?;
        private_file(path).map_err(|error| OpenError::Io(path.to_owned(), error))?;
        let connection = connect(path)?;
        if !is_blank(&connection)? {
            check_identity(&connection, path)?;
            return Ok(false);
        }
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE;
             {SCHEMA}
             PRAGMA application_id = {APPLICATION_ID};
             PRAGMA user_version = {VERSION};
             COMMIT;"
        ))?;
        Ok(true)
    }

    /// Opens the database at `path` and brings an older one up to [`VERSION`].
    pub fn open(path: &Path, zone: Zone) -> Result<Self, OpenError> {
        sole_name(path)?;
        let (connection, version) = connected(path, |path| Ok(connect(path)?))?;
        bring_up_to_date(&connection, path, version)?;
        Ok(Store::of(connection, zone)?)
    }

    /// A store over an open connection that may write.
    pub(super) fn of(mut connection: Connection, zone: Zone) -> Result<Self, Fault> {
        let wal_pages = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&wal_pages);
        // A hook of our own also switches SQLite's automatic checkpoints off: the engine makes them when nothing waits.
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            counter.store(u32::try_from(pages).unwrap_or(u32::MAX), Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Store {
            connection,
            zone,
            read_only: false,
            wal_pages,
            watch: None,
        })
    }

    /// Opens the database at `path` for reading alone: beside a server, without one, and on a disk that takes no writing.
    pub fn open_to_read(path: &Path, zone: Zone) -> Result<Self, OpenError> {
        Store::opened_to_read(path, zone, connect_to_read)
    }

    /// The same for checking it: where the disk allows, in a way in which `SQLite` checks the bounds of values too.
    pub fn open_to_verify(path: &Path, zone: Zone) -> Result<Self, OpenError> {
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
            connection,
            zone,
            read_only: true,
            wal_pages: Arc::default(),
            watch: None,
        })
    }
}

/// Opens the file with the settings that every connection of this program has.
fn connect(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    settle(&connection)?;
    // What is deleted or overwritten is overwritten in its page at once. Small pages, which a new file keeps: a booking touches ten, and each is summed up and written whole.
    connection.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA main.secure_delete = ON;
         PRAGMA page_size = 1024;",
    )?;
    use_log(&connection)?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA cache_size = -8192;",
    )?;
    Ok(connection)
}

/// Gives a file that has none, such as a backup, a write-ahead log. `SQLite` does not wait by itself for others who are at
/// the file.
fn use_log(connection: &Connection) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        let done = connection.execute_batch("PRAGMA journal_mode = WAL");
        let is_busy =
            done.as_ref().err().and_then(rusqlite::Error::sqlite_error_code) == Some(ErrorCode::DatabaseBusy);
        if !is_busy || began.elapsed() > BUSY_TIMEOUT {
            return done;
        }
        thread::sleep(BUSY_PAUSE);
    }
}

/// What connections that write and those that only read have in common.
pub(super) fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Without it, a statement whose plan may depend on its parameters is prepared anew each time they change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.execute_batch("PRAGMA cell_size_check = ON;")
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

/// The version of a database that has something in it and is ours.
pub(super) fn version_of_ours(connection: &Connection, path: &Path) -> Result<usize, OpenError> {
    if is_blank(connection)? {
        return Err(OpenError::Missing(path.to_owned()));
    }
    check_identity(connection, path)
}

/// Whether nobody has put anything in the file yet.
fn is_blank(connection: &Connection) -> Result<bool, Fault> {
    Ok(connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?)
}

/// The file is ours and not newer than this program; its version.
fn check_identity(connection: &Connection, path: &Path) -> Result<usize, OpenError> {
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
