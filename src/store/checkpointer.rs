//! Copying the write-ahead log into the database file on a thread of its own: the thread that books does not wait for it.
//!
//! SQLite starts the log over when all of it is copied and the next commit comes. While bookings go on, a copy ends behind
//! the newest of them. So the thread copies again and again, until little is left, and the engine copies that little itself
//! ([`super::Store::checkpoint`]).

use super::Fault;
use super::connection::connect;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Pages that are left for the engine: copying and flushing them takes it no longer than a few bookings.
pub const REST_PAGES_MAX: u32 = 128;

/// Most copies in a row: a log that grows as fast as it is copied is left to the next call.
const COPIES_MAX: u32 = 8;

/// How long the log is, and how much of it is in the database file. Both are counted from its begin.
#[derive(Debug, Default)]
pub struct LogState {
    pages: AtomicU32,
    copied: AtomicU32,
}

impl LogState {
    /// Notes the length after a commit. A log that became shorter has been started over.
    pub fn committed(&self, pages: u32) {
        if pages < self.pages.swap(pages, Ordering::AcqRel) {
            self.copied.store(0, Ordering::Release);
        }
    }

    /// Pages of the log.
    pub fn pages(&self) -> u32 {
        self.pages.load(Ordering::Acquire)
    }

    /// Pages that are not in the database file.
    pub fn waiting_pages(&self) -> u32 {
        self.pages().saturating_sub(self.copied.load(Ordering::Acquire))
    }

    /// Notes how far a copy has come. It may have copied commits of other programs too.
    fn copied(&self, copied: u32) {
        self.copied.store(copied.min(self.pages()), Ordering::Release);
    }
}

/// The thread that copies, with a connection of its own. Dropped, it ends.
pub struct Checkpointer {
    wanted: Option<SyncSender<()>>,
    is_busy: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread for the database at `path`, whose log is `log`.
    pub fn start(path: &Path, log: Arc<LogState>) -> Result<Self, Fault> {
        let connection = connect(path)?;
        // The store's own connection makes the last copy, unless the files are to be left alone.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let (wanted, calls) = sync_channel(1);
        let is_busy = Arc::new(AtomicBool::new(false));
        let busy = Arc::clone(&is_busy);
        let thread = thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || copy_when_called(&connection, &log, &calls, &busy))
            .map_err(|error| Fault::Broken(format!("no thread could be started: {error}")))?;
        Ok(Checkpointer {
            wanted: Some(wanted),
            is_busy,
            thread: Some(thread),
        })
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

/// Copies at each call until little is left. Tells the first failure of several in a row.
fn copy_when_called(connection: &Connection, log: &LogState, calls: &Receiver<()>, is_busy: &AtomicBool) {
    let mut is_failing = false;
    while calls.recv().is_ok() {
        for _ in 0..COPIES_MAX {
            let copied = copy_log(connection, log);
            if let Err(fault) = &copied
                && !is_failing
            {
                log::error!("the write-ahead log could not be copied into the database: {fault}");
            }
            is_failing = copied.is_err();
            if is_failing || log.waiting_pages() <= REST_PAGES_MAX {
                break;
            }
        }
        is_busy.store(false, Ordering::Release);
    }
}

/// Copies the log as far as readers allow, without waiting for anybody.
pub fn copy_log(connection: &Connection, log: &LogState) -> Result<(), Fault> {
    let (pages, copied) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    })?;
    // Both are -1 while another program copies it: then nothing new is known.
    if pages >= 0 {
        log.copied(u32::try_from(copied).unwrap_or(0));
    }
    Ok(())
}
