//! Copying the write-ahead log into the database file on a thread of its own: the thread that books does not wait for it.
//!
//! `SQLite` starts the log over when all of it is copied and the next commit comes. It flushes the database file only when a
//! copy has met the newest commit: while bookings go on, copies stay in the system's cache, where many writes of one block
//! become one. At the end of the log the thread flushes them itself, so that little is left to copy and flush where bookings
//! wait ([`super::Store::keep_log_short`]).

use super::Fault;
use super::connection::connect;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::ffi;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Pages that wait in the log from which they are copied. Bookings wait behind the reading and writing of a copy, so it is
/// not made for each commit.
const COPY_PAGES_MIN: u32 = 4_096;

/// Pages of the log from which its end is prepared: 33 MB. A longer log would flush less for each booking, and longer at
/// once. Measured with 32 clients on the large clinic (tests/load): 1.26 times the bookings of a log of 4,096 pages that is
/// copied between two commits, at 17 instead of 26 kB written for each.
const LOG_PAGES_MIN: u32 = 32_768;

/// Pages of the log from which it is copied between two commits whatever is left: 67 MB.
const LOG_PAGES_MAX: u32 = 65_536;

/// Pages that are left for the thread that books: copying and flushing them takes it some 8 ms.
const REST_PAGES_MAX: u32 = 1_024;

/// Most copies in a row: a log that grows as fast as it is copied is left to the next call.
const COPIES_MAX: u32 = 8;

/// What a commit leaves to be done about the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Nothing,
    /// The thread is to copy.
    Copy,
    /// Nothing but the rest is left: it is to be copied before the next commit.
    Rest,
}

/// How long the log is, and how much of it is in the database file. All are counted in pages from its begin.
#[derive(Debug, Default)]
pub struct LogState {
    pages: AtomicU32,
    copied: AtomicU32,
    /// Of those copied, those that a flush has put on the disk.
    flushed: AtomicU32,
    /// Whether the last copy failed.
    is_failing: AtomicBool,
    /// Whether a flush of the database file has failed. The system drops what it could not write and says so once: the next
    /// flush would succeed, and the log start over, without it. Until the next start the log keeps all.
    is_flush_lost: AtomicBool,
}

impl LogState {
    /// Notes the length after a commit. A log that became shorter has been started over.
    pub fn committed(&self, pages: u32) {
        if pages < self.pages.swap(pages, Ordering::AcqRel) {
            self.copied.store(0, Ordering::Release);
            self.flushed.store(0, Ordering::Release);
        }
    }

    /// Pages of the log.
    fn pages(&self) -> u32 {
        self.pages.load(Ordering::Acquire)
    }

    /// Pages that are not in the database file.
    pub fn waiting_pages(&self) -> u32 {
        self.pages().saturating_sub(self.copied.load(Ordering::Acquire))
    }

    /// Whether the last copy failed.
    pub fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Acquire)
    }

    /// Whether a flush of the database file has failed. The log is then not to be copied again before the next start, which
    /// copies it from its begin.
    pub fn is_flush_lost(&self) -> bool {
        self.is_flush_lost.load(Ordering::Acquire)
    }

    /// Returns what is to be done. `is_copying`: the thread copies.
    pub fn due(&self, is_copying: bool) -> Due {
        if self.is_flush_lost() {
            return Due::Nothing;
        }
        let pages = self.pages();
        let rest = pages.saturating_sub(self.flushed.load(Ordering::Acquire));
        if pages >= LOG_PAGES_MAX || (pages >= LOG_PAGES_MIN && rest <= REST_PAGES_MAX && !is_copying) {
            Due::Rest
        } else if pages >= LOG_PAGES_MIN || self.waiting_pages() >= COPY_PAGES_MIN {
            Due::Copy
        } else {
            Due::Nothing
        }
    }

    /// Whether the copies are to be flushed: at the end of the log, unless so little is left.
    fn is_flush_due(&self) -> bool {
        let unflushed = self
            .copied
            .load(Ordering::Acquire)
            .saturating_sub(self.flushed.load(Ordering::Acquire));
        self.pages() >= LOG_PAGES_MIN && unflushed > 0
    }

    /// Notes how far a copy has come. It may have copied commits of other programs too.
    fn copied(&self, copied: u32) {
        self.copied.store(copied.min(self.pages()), Ordering::Release);
    }

    /// Flushes the copies, which are in the `database` file.
    fn flush(&self, database: &File) -> Result<(), Fault> {
        let copied = self.copied.load(Ordering::Acquire);
        let flushed = database.sync_data().map_err(|error| {
            self.is_flush_lost.store(true, Ordering::Release);
            Fault::Broken(format!("the database file could not be flushed: {error}"))
        });
        if flushed.is_ok() {
            self.flushed.store(copied, Ordering::Release);
        }
        self.note(&flushed);
        flushed
    }

    /// Notes the outcome of a copy. Logs the first failure of several in a row.
    fn note(&self, copied: &Result<(), Fault>) {
        if self.is_failing.swap(copied.is_err(), Ordering::AcqRel) {
            return;
        }
        if let Err(fault) = copied {
            log::error!("the write-ahead log could not be copied into the database: {fault}");
        }
    }
}

/// The thread that copies, with a connection of its own. Dropped, it ends.
pub struct Checkpointer {
    wanted: Option<SyncSender<()>>,
    is_busy: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread for the database at `path`, which is open as `file`, and whose log is `log`.
    pub fn start(path: &Path, file: Arc<File>, log: Arc<LogState>) -> Result<Self, Fault> {
        let connection = connect(path)?;
        // The store's own connection makes the last copy, unless the files are to be left alone.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let (wanted, calls) = sync_channel(1);
        let is_busy = Arc::new(AtomicBool::new(false));
        let busy = Arc::clone(&is_busy);
        let thread = thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || copy_when_called(&connection, &file, &log, &calls, &busy))
            .map_err(|error| Fault::Broken(format!("no thread could be started: {error}")))?;
        Ok(Checkpointer {
            wanted: Some(wanted),
            is_busy,
            thread: Some(thread),
        })
    }

    /// Whether the thread copies.
    pub fn is_busy(&self) -> bool {
        self.is_busy.load(Ordering::Acquire)
    }

    /// Lets the thread copy, unless it does.
    pub fn call(&self) {
        if let Some(wanted) = &self.wanted
            && !self.is_busy.swap(true, Ordering::AcqRel)
        {
            // The thread has taken the last call: there is room for this one.
            let _ = wanted.try_send(());
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wanted = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the thread that copies the write-ahead log has ended with a panic");
        }
    }
}

/// Copies at each call; at the end of the log until little is left. A copy that a reader keeps from coming further is the last.
fn copy_when_called(
    connection: &Connection,
    file: &File,
    log: &LogState,
    calls: &Receiver<()>,
    is_busy: &AtomicBool,
) {
    while calls.recv().is_ok() {
        for _ in 0..COPIES_MAX {
            let copied = copy_log(connection, log);
            if copied.is_err() || !log.is_flush_due() || log.flush(file).is_err() {
                break;
            }
            if log.due(false) == Due::Rest {
                break;
            }
        }
        is_busy.store(false, Ordering::Release);
    }
}

/// Copies the log as far as readers allow, without waiting for anybody. Does nothing after a flush that failed.
pub fn copy_log(connection: &Connection, log: &LogState) -> Result<(), Fault> {
    if log.is_flush_lost() {
        return Ok(());
    }
    let counts = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    });
    if let Err(rusqlite::Error::SqliteFailure(error, _)) = &counts
        && error.extended_code == ffi::SQLITE_IOERR_FSYNC
    {
        log.is_flush_lost.store(true, Ordering::Release);
    }
    let outcome = counts.map_err(Fault::from).map(|(pages, copied)| {
        // Both are -1 while another program copies it: then nothing new is known.
        if pages >= 0 {
            log.copied(u32::try_from(copied).unwrap_or(0));
        }
    });
    log.note(&outcome);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the end of the log is copied only when little of it is left, and while nobody else copies. Method: lengths at the
    /// bounds.
    #[test]
    fn the_rest_is_left_until_it_is_small() {
        let log = LogState::default();
        log.committed(COPY_PAGES_MIN - 1);
        assert_eq!(log.due(false), Due::Nothing);
        log.committed(COPY_PAGES_MIN);
        assert_eq!(log.due(false), Due::Copy);
        log.copied(COPY_PAGES_MIN);
        assert_eq!(log.due(false), Due::Nothing);
        log.committed(LOG_PAGES_MIN);
        log.copied(LOG_PAGES_MIN);
        assert_eq!(log.due(false), Due::Copy, "what is copied is not flushed");
        log.flushed
            .store(LOG_PAGES_MIN - REST_PAGES_MAX, Ordering::Release);
        assert_eq!(log.due(false), Due::Rest);
        assert_eq!(log.due(true), Due::Copy);
        log.committed(LOG_PAGES_MAX);
        assert_eq!(log.due(true), Due::Rest);
        log.committed(1);
        assert_eq!(log.due(false), Due::Nothing, "the log was started over");
        assert_eq!(log.waiting_pages(), 1);
    }

    /// Goal: whether copying fails is known until it succeeds again. Method: a connection that is in a transaction, and the
    /// same without.
    #[test]
    fn a_failing_copy_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("infomat.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE one (a ANY) STRICT; BEGIN IMMEDIATE;")
            .unwrap();
        let log = LogState::default();
        copy_log(&connection, &log).unwrap_err();
        assert!(log.is_failing());
        connection.execute_batch("COMMIT").unwrap();
        copy_log(&connection, &log).unwrap();
        assert!(!log.is_failing());
    }

    /// Goal: after a flush that failed, the log keeps all until the next start, and everybody is told. Method: the file is a
    /// pipe's end, which nobody can flush.
    #[test]
    fn nothing_is_copied_after_a_flush_that_failed() {
        let log = LogState::default();
        log.committed(LOG_PAGES_MAX);
        log.copied(LOG_PAGES_MIN);
        let (_reader, writer) = std::io::pipe().unwrap();
        log.flush(&File::from(std::os::fd::OwnedFd::from(writer)))
            .unwrap_err();
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("infomat.db")).unwrap();
        copy_log(&connection, &log).unwrap();
        assert!(log.is_failing(), "a copy after it does not take the note back");
        assert_eq!(log.due(false), Due::Nothing);
        assert_eq!(log.waiting_pages(), LOG_PAGES_MAX - LOG_PAGES_MIN);
    }
}
