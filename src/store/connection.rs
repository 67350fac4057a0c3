//! Connections of this program: the schema's identity, and the settings.

use super::Fault;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::cell::Cell;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Version of the schema that this program reads and writes: `PRAGMA user_version`.
pub const VERSION: usize = 13;

/// The current schema, which new files are made from.
pub(super) const SCHEMA: &str = include_str!("../../schema.sql");

/// `PRAGMA application_id`: "infm" in ASCII.
pub(super) const APPLICATION_ID: i64 = 0x696e_666d;

/// How long a write waits for another writer ([crate::contract::clinic_data]: "past 5 seconds a waiting booking gets 503").
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pause between two tries to get a lock. `SQLite`'s own pauses grow to 100 ms: a booking would wait so much longer than the
/// lock is held.
pub(super) const BUSY_PAUSE: Duration = Duration::from_millis(1);

thread_local! {
    /// When this thread began to wait for a lock.
    static WAITING_SINCE: Cell<Instant> = Cell::new(Instant::now());
}

/// More than the statements of this program: none is prepared twice.
const STATEMENTS_MAX: usize = 128;

/// Opens the file with the settings that every connection of this program has.
pub(super) fn connect(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    configure(&mut connection)?;
    // What is deleted is overwritten in its page at once. Pages are small, and a new file keeps their size: a booking touches
    // ten, and each is summed up and written whole.
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

/// Lets a connection wait for the locks of others, for [`BUSY_TIMEOUT`].
pub(super) fn wait_for_others(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_handler(Some(|tries| {
        if tries == 0 {
            WAITING_SINCE.set(Instant::now());
        }
        let may_wait = WAITING_SINCE.get().elapsed() < BUSY_TIMEOUT;
        if may_wait {
            thread::sleep(BUSY_PAUSE);
        }
        may_wait
    }))
}

/// Gives a connection the settings that writing and reading have in common.
pub(super) fn configure(connection: &mut Connection) -> rusqlite::Result<()> {
    wait_for_others(connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Without it, a statement whose plan may depend on its parameters is prepared anew each time they change.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.execute_batch("PRAGMA cell_size_check = ON;")
}
