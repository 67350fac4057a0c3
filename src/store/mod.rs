//! The only door to `SQLite`. Reads are methods of [`Store`], writes of [`WriteTx`]; longer statements lie
//! in a folder named as their module, each named as the function that runs it.

mod ahead;
mod booking;
mod card;
mod chain;
mod checkpointer;
mod clinic;
mod closures;
mod connection;
mod copy;
mod damage;
mod day;
mod doubtful;
mod elsewhere;
mod errors;
mod exchange;
mod fault;
mod finding;
mod holds;
mod identification;
mod identity;
pub mod import;
mod issue;
mod journal;
mod kinds;
mod life;
mod lock;
mod migrations;
mod note;
mod numbering;
mod one_file;
mod open;
mod patients;
mod provisional;
mod purge;
mod read_only;
mod restore;
mod rows;
mod staff;
mod state;
mod statement;
mod status;
mod ticket;
mod timetable;
mod told;
mod upkeep;
mod values;
mod verify;
mod waiting;

pub use errors::{CopyError, NoDatabase, OpenError};
pub use fault::Fault;
pub use finding::{CheckFinding, Invariant, Outcome, Remedy};
pub use life::{Begin, random_guid};

pub(crate) use clinic::GuidTaken;
pub(crate) use closures::CLOSURES_MAX;
pub(crate) use connection::VERSION;
pub(crate) use day::DAY_VISITS_MAX;
pub(crate) use errors::RestoreError;
pub(crate) use identification::{CARDS_MAX, DocumentDigest, FailedIdentification};
pub(crate) use kinds::KindDifference;
pub(crate) use lock::{BackupLock, ServerLock, server_instance};
pub(crate) use one_file::sole_name;
pub(crate) use patients::FOUND_MAX;
pub(crate) use provisional::PROVISIONAL_MAX;
pub(crate) use purge::{Purgeable, Purged};
pub(crate) use read_only::WrittenMeanwhile;
pub(crate) use restore::{Lacking, Restoration};
pub(crate) use staff::STAFF_MAX;
pub(crate) use state::disk_free_bytes;
pub(crate) use ticket::NOBODY;
pub(crate) use timetable::CELLS_MAX;
pub(crate) use waiting::WAITING_PATIENTS_MAX;

use crate::files::private_file;
use crate::health::DISK_FREE_BYTES_MIN;
use crate::model::Zone;
use crate::refusal::Trouble;
use ahead::Ahead;
use checkpointer::{Checkpointer, Due, LogState, copy_log};
use damage::Seconds;
use journal::Tip;
use one_file::{LogSize, Watch};
use rusqlite::Connection;
use state::log_path;
use std::cell::Cell;
use std::ops::Deref;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Bytes of the write-ahead log's file. On a day with more bookings the log grows once beyond it.
const LOG_BYTES: u64 = 12 << 20;

/// Bytes by which the log's file grows at a time: some milliseconds on a slow disk.
const LOG_PIECE_BYTES: usize = 512 << 10;

/// Cache of a connection that serves, as `PRAGMA cache_size` counts it: 2 MiB.
const SERVING_CACHE: i64 = -2_048;

/// An open database.
pub struct Store {
    /// Before the connection, which makes the last copy when it is closed.
    checkpointer: Option<Checkpointer>,
    connection: Connection,
    zone: Zone,
    read_only: bool,
    log: Arc<LogState>,
    ahead: Ahead,
    /// Whether its files are looked at; behind the connection, which has to be closed first.
    watch: Option<Watch>,
}

impl Drop for Store {
    /// Keeps the write-ahead log where a flush of the database file has failed: closing would copy the rest of it and remove it.
    fn drop(&mut self) {
        if self.log.is_flush_lost() {
            self.leave_log();
        }
    }
}

impl Store {
    /// Begins a write transaction, which only [`WriteTx::commit`] makes last.
    ///
    /// Waits for another writer (an import) as long as the busy timeout says.
    pub fn write(&mut self) -> Result<WriteTx<'_>, Fault> {
        if self.read_only {
            return Err(Fault::Unavailable(
                Trouble::Damaged,
                "it was opened for reading alone".to_owned(),
            ));
        }
        loop {
            self.look_at_files()?;
            self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            // While this waited for the lock, another program may have emptied the log: then it is looked at once more.
            match self.look_at_held_files() {
                Ok(LogSize::Kept) => return Ok(WriteTx::of(self)),
                looked => {
                    drop(WriteTx::of(self));
                    looked?;
                }
            }
        }
    }

    /// Begins a write transaction of an exchange with the centre: it writes, whether this life may or not.
    pub(crate) fn write_as_site(&mut self) -> Result<WriteTx<'_>, Fault> {
        let mut tx = self.write()?;
        tx.is_exchange = true;
        Ok(tx)
    }

    /// Starts a read transaction, unless one is under way already. Until the guard is dropped, all reads see one snapshot.
    pub fn snapshot(&self) -> Result<impl Sized, Fault> {
        let is_first = self.connection.is_autocommit();
        Ok(is_first
            .then(|| self.connection.unchecked_transaction())
            .transpose()?)
    }

    /// Whether it was opened for reading alone: then there are no write transactions.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The clinic's local time.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// When something was last written that the journal tells, in seconds since 1970.
    pub fn last_moment(&self) -> Result<i64, Fault> {
        self.look_at_files()?;
        let entry = self.optional(
            "journal",
            "SELECT seq, at FROM journal WHERE seq = (SELECT max(seq) FROM journal)",
            [],
            |row| row.get("at"),
        )?;
        Ok(entry.map_or(0, |Seconds(at)| at))
    }

    /// Pages in the write-ahead log that are not in the database file.
    pub fn waiting_pages(&self) -> u32 {
        self.log.waiting_pages()
    }

    /// Whether the write-ahead log could not be copied into the database file when that was last tried.
    pub fn is_copy_failing(&self) -> bool {
        self.log.is_failing()
    }

    /// Lets a thread of its own copy the write-ahead log when [`Store::copy_log_beside`] asks for it. Nothing for a store whose
    /// files are not watched.
    pub fn start_checkpointer(&mut self) -> Result<(), Fault> {
        if let (Some(path), Some(watch), false) = (self.connection.path(), &self.watch, self.read_only) {
            let (path, log) = (Path::new(path), Arc::clone(&self.log));
            self.checkpointer = Some(Checkpointer::start(path, watch.file(), log)?);
        }
        Ok(())
    }

    /// Gives the connection a small cache of pages, for a server that commits all day. After a page was split, `SQLite` walks
    /// the whole cache at the next commit, and finds what it dropped in the system's cache. Measured with 32 clients
    /// (tests/load): 1.2 times the bookings of a cache of 8 MiB, at 0.8 times the processor time, on both clinics.
    pub fn keep_cache_small(&self) -> Result<(), Fault> {
        Ok(self.connection.pragma_update(None, "cache_size", SERVING_CACHE)?)
    }

    /// Keeps the write-ahead log short while commits go on. To be called after each.
    pub fn keep_log_short(&mut self) -> Result<(), Fault> {
        match self
            .log
            .due(self.checkpointer.as_ref().is_some_and(Checkpointer::is_busy))
        {
            Due::Nothing => Ok(()),
            Due::Copy => self.copy_log_beside(),
            Due::Rest => self.checkpoint(),
        }
    }

    /// Lets the thread of [`Store::start_checkpointer`] copy the write-ahead log into the database file. Returns at once. Does
    /// not begin when the files are not those that were opened.
    pub fn copy_log_beside(&self) -> Result<(), Fault> {
        self.look_at_files()?;
        if let Some(checkpointer) = &self.checkpointer {
            checkpointer.call();
        }
        Ok(())
    }

    /// Gives the write-ahead log its full length on the disk, so that commits overwrite it in place: a flush that need not
    /// make the file longer takes about half the time. Changes nothing else, and nothing at all on a disk with little room.
    pub fn stretch_log(&mut self) -> Result<(), Fault> {
        let tx = self.write()?;
        while tx.lengthen_log()? > 0 {}
        Ok(())
    }

    /// Makes the write-ahead log's file one piece longer, under the write lock alone. Returns the bytes; none where it has its
    /// full length. `SQLite` reads nothing behind the last commit (sqlite.org/fileformat2.html, "WAL Reset"), and while the lock
    /// is held nobody else writes there.
    fn lengthen_log(&self) -> Result<usize, Fault> {
        let (Some(length), Some(path)) = (self.log_bytes(), self.connection.path()) else {
            return Ok(0);
        };
        if length >= LOG_BYTES {
            return Ok(0);
        }
        if let Some(free) = self.disk_free_bytes().filter(|free| *free < DISK_FREE_BYTES_MIN) {
            let text = format!(
                "{} MiB are free, {} are needed",
                free >> 20,
                DISK_FREE_BYTES_MIN >> 20
            );
            return Err(Fault::Unavailable(Trouble::DiskFull, text));
        }
        let lengthened = private_file(&log_path(path)).and_then(|log| {
            log.write_all_at(&vec![0; LOG_PIECE_BYTES], length)?;
            log.sync_data()
        });
        match lengthened {
            Ok(()) => Ok(LOG_PIECE_BYTES),
            Err(error) => Err(Fault::Unavailable(Trouble::Failing, error.to_string())),
        }
    }

    /// Copies the write-ahead log into the database file as far as readers allow, without waiting for anybody.
    pub fn checkpoint(&mut self) -> Result<(), Fault> {
        self.look_at_files()?;
        copy_log(&self.connection, &self.log)
    }
}

/// One write transaction. Dropped without [`WriteTx::commit`], nothing of it has happened.
pub struct WriteTx<'a> {
    store: &'a mut Store,
    /// Whether it writes for the exchange.
    is_exchange: bool,
    /// What the journal tells of it.
    happened: Cell<Happened>,
    /// The journal's last record, once it has been read.
    tip: Cell<Option<Tip>>,
}

/// How much happened in a transaction, by its entries in the journal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Happened {
    /// Visits booked.
    pub bookings: u64,
    /// Visits cancelled.
    pub cancellations: u64,
}

impl WriteTx<'_> {
    /// The guard of a write transaction that has begun.
    fn of(store: &mut Store) -> WriteTx<'_> {
        WriteTx {
            store,
            is_exchange: false,
            happened: Cell::default(),
            tip: Cell::default(),
        }
    }

    /// What would last with [`WriteTx::commit`].
    pub fn happened(&self) -> Happened {
        self.happened.get()
    }

    /// Makes everything in the transaction last: when this returns, it is on the disk, in the files that the next start opens.
    pub fn commit(self) -> Result<(), Fault> {
        if self.look_at_held_files()? == LogSize::Shrunk {
            return Err(self.log_was_cut());
        }
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        self.look_at_files()
    }
}

impl Deref for WriteTx<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store
    }
}

impl Drop for WriteTx<'_> {
    fn drop(&mut self) {
        // Committed, or rolled back by SQLite itself after a fault of the disk.
        let over = self.connection.is_autocommit();
        if !over && let Err(error) = self.connection.execute_batch("ROLLBACK") {
            log::error!("a transaction could not be rolled back: {error}");
        }
    }
}
