//! Removing what is old, for good: visits, cells, entries of the waiting list, failed identifications, and the personal data
//! that nothing needs any more.
//!
//! It is done in pieces, each a write transaction of some milliseconds, with a pause as long after it: a booking waits for
//! one piece at most. Records of the journal stay, and what they told of what was removed goes.

use super::connection::wait_for_others;
use super::upkeep::Upkeep;
use super::{Fault, Store};
use crate::model::{Moment, ResourceId};
use rusqlite::named_params;
use std::thread;
use std::time::{Duration, Instant};

/// Rows of one piece.
const PIECE_ROWS: i64 = 256;

/// Pages in the write-ahead log from which it is copied into the database between two pieces: 4 MiB.
const WAL_PAGES_MAX: u32 = 4096;

/// Tries to empty the write-ahead log, with pauses: some 10 s.
const EMPTYING_TRIES: u32 = 100;

/// Longest time that one try holds bookings up.
const EMPTYING_WAIT: Duration = Duration::from_millis(50);

/// Pause between two tries.
const EMPTYING_PAUSE: Duration = Duration::from_millis(50);

/// What is removed, in this order: each before what it names, and records after what they tell of. Table and statement.
const SWEEPS: [(Purgeable, &str, &str); 10] = [
    (Purgeable::Visits, "visit", include_str!("purge/visits.sql")),
    (
        Purgeable::ClosedTimes,
        "closure",
        include_str!("purge/closures.sql"),
    ),
    (Purgeable::Cells, "slot", include_str!("purge/slots.sql")),
    (
        Purgeable::WaitingEntries,
        "waiting_entry",
        include_str!("purge/waiting_entries.sql"),
    ),
    (
        Purgeable::FailedIdentifications,
        "failed_identification",
        include_str!("purge/failed_identifications.sql"),
    ),
    (
        Purgeable::ClosedCards,
        "patient",
        include_str!("purge/patients.sql"),
    ),
    (
        Purgeable::Displaced,
        "displaced_visit",
        include_str!("purge/displaced_visits.sql"),
    ),
    (Purgeable::Records, "journal", include_str!("purge/records.sql")),
    (
        Purgeable::StrangeMessages,
        "strange_message",
        include_str!("purge/strange_messages.sql"),
    ),
    (Purgeable::Issues, "issue", include_str!("purge/issues.sql")),
];

/// What is removed when it is old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purgeable {
    Visits,
    ClosedTimes,
    Cells,
    WaitingEntries,
    FailedIdentifications,
    ClosedCards,
    NamesOfResources,
    /// Visits that happened elsewhere and found no place.
    Displaced,
    /// Messages of a centre that was lost.
    StrangeMessages,
    /// What needed a person, and was seen by one.
    Issues,
    /// Contents of the journal's records.
    Records,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purged {
    pub what: Purgeable,
    pub count: usize,
}

impl Store {
    /// Removes what was over before `before`, the first moment of a day. Removed rows are overwritten in their pages; the
    /// write-ahead log still holds them until [`Store::empty_log`]. What is dated later than `now` was written by a clock that
    /// was ahead: it is as old as the rest says.
    pub fn purge(&mut self, before: Moment, now: Moment) -> Result<Vec<Purged>, Fault> {
        let tx = self.write()?;
        tx.note_upkeep_at_least(Upkeep::Purged, before)?;
        tx.commit()?;
        let mut purged = Vec::new();
        for (what, table, sql) in SWEEPS {
            let count = self.sweep(table, sql, before, now)?;
            purged.push(Purged { what, count });
        }
        let count = self.forget_resources()?;
        purged.push(Purged {
            what: Purgeable::NamesOfResources,
            count,
        });
        Ok(purged)
    }

    /// Runs a statement over all rows of a table, in pieces. Returns how many rows went.
    fn sweep(&mut self, table: &str, sql: &str, before: Moment, now: Moment) -> Result<usize, Fault> {
        let last: i64 = self.connection.query_row(
            &format!("SELECT coalesce(max(rowid), 0) FROM {table}"),
            [],
            |row| row.get(0),
        )?;
        let safe = self.safe()?;
        let mut removed = 0;
        let mut after = 0;
        while after < last {
            let upto = after + PIECE_ROWS;
            removed += self.piece(|store| {
                let mut statement = store.connection.prepare_cached(sql)?;
                // A statement that does not ask for the day has no such parameter.
                for (name, value) in [
                    (":after", after),
                    (":upto", upto),
                    (":before", before.timestamp()),
                    (":now", now.timestamp()),
                    (":safe", safe),
                ] {
                    if let Some(index) = statement.parameter_index(name)? {
                        statement.raw_bind_parameter(index, value)?;
                    }
                }
                if let Some(index) = statement.parameter_index(":day")? {
                    statement.raw_bind_parameter(index, before.date_naive())?;
                }
                Ok(statement.raw_execute()?)
            })?;
            after = upto;
        }
        Ok(removed)
    }

    /// Returns the last record whose content may go: in a region, what is also in every backup of the centre.
    fn safe(&self) -> Result<i64, Fault> {
        if !self.is_in_region()? {
            return Ok(i64::MAX);
        }
        Ok(i64::try_from(self.memory()?.safe).unwrap_or(i64::MAX))
    }

    /// Forgets the names of removed resources that nothing names any more.
    fn forget_resources(&mut self) -> Result<usize, Fault> {
        let sql = include_str!("purge/forgotten_resources.sql");
        let forgotten: Vec<ResourceId> = self.all("resource", sql, [], |row| row.get(0))?;
        let mut count = 0;
        for id in forgotten {
            let sql = include_str!("purge/forget_resource.sql");
            count += self.piece(|store| store.run(sql, named_params! { ":id": id }))?;
        }
        Ok(count)
    }

    /// Runs one piece in a transaction of its own, and leaves bookings as much time as the piece took.
    fn piece(&mut self, work: impl FnOnce(&Store) -> Result<usize, Fault>) -> Result<usize, Fault> {
        let tx = self.write()?;
        let began = Instant::now();
        let count = work(&tx)?;
        if count > 0 {
            tx.commit()?;
        } else {
            drop(tx);
        }
        if self.waiting_pages() > WAL_PAGES_MAX {
            self.checkpoint()?;
        }
        thread::sleep(began.elapsed());
        Ok(count)
    }

    /// Empties the write-ahead log, which still holds old pages. Bookings wait for moments only: nearly all is copied before
    /// they have to. Returns whether the log is empty: a reader, such as a backup, may stand in the way.
    pub fn empty_log(&mut self) -> Result<bool, Fault> {
        self.connection.busy_timeout(EMPTYING_WAIT)?;
        let mut is_empty = false;
        for _ in 0..EMPTYING_TRIES {
            self.checkpoint()?;
            let busy: i64 = self
                .connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            is_empty = busy == 0;
            if is_empty {
                break;
            }
            thread::sleep(EMPTYING_PAUSE);
        }
        wait_for_others(&mut self.connection)?;
        Ok(is_empty)
    }

    /// Gives the emptied write-ahead log its length back beside a server, which wants it long. Bookings wait for a piece at most.
    pub fn stretch_log_beside(&mut self) -> Result<(), Fault> {
        while self.piece(Store::lengthen_log)? > 0 {}
        Ok(())
    }

    /// Writes the whole file anew, without the free room. A server would wait for all of it: there must be none.
    pub fn rewrite(&mut self) -> Result<(), Fault> {
        Ok(self.connection.execute_batch("VACUUM")?)
    }
}
