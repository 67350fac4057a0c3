//! What was last done to the file as a whole.
//!
//! A backup is noted in the database itself and not sought in a folder: so one on a memory stick counts too, the server
//! needs no right to look at the folder, and its age costs one look-up. The backup bears the same note: restored, the
//! database knows how old it is.

use super::damage::{Seconds, named};
use super::{Fault, Store, WriteTx};
use crate::model::Moment;
use rusqlite::{OptionalExtension, named_params};

/// Something done to the file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upkeep {
    /// A good backup was made.
    BackedUp,
    /// Visits that were over before this moment were removed.
    Purged,
}

impl Upkeep {
    /// As the table calls it.
    fn what(self) -> &'static str {
        match self {
            Upkeep::BackedUp => "backed up",
            Upkeep::Purged => "purged",
        }
    }
}

impl Store {
    /// The moment that the last good backup shows; none when there was no backup yet.
    pub fn last_backup(&self) -> Result<Option<Moment>, Fault> {
        let at = self.upkeep_at(Upkeep::BackedUp)?;
        Ok(at.map(|at| self.zone.at(at)))
    }

    /// When this was last done, in seconds since 1970.
    fn upkeep_at(&self, upkeep: Upkeep) -> Result<Option<i64>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/upkeep_at.sql"))?;
        let at = statement.query_row(
            named_params! { ":what": upkeep.what() },
            named("upkeep", |row| row.get("at")),
        );
        Ok(at.optional()?.map(|Seconds(at)| at))
    }
}

/// Every moment at which something was written down, as table and column: those of the timetable may lie ahead.
const WRITTEN_AT: [(&str, &str); 6] = [
    ("journal", "at"),
    ("visit", "made_at"),
    ("visit", "checked_in_at"),
    ("visit_history", "at"),
    ("waiting_entry", "created_at"),
    ("upkeep", "at"),
];

impl WriteTx<'_> {
    /// Whatever was written later than `now`, by a clock that was ahead, was written now; how many moments that changed.
    pub fn date_back(&self, now: Moment) -> Result<usize, Fault> {
        let mut changed = 0;
        for (table, column) in WRITTEN_AT {
            let statement = format!("UPDATE {table} SET {column} = :now WHERE {column} > :now");
            changed += self
                .connection
                .execute(&statement, named_params! { ":now": now.timestamp() })?;
        }
        Ok(changed)
    }

    /// Notes that there is a good backup which shows the database as it was at `at`.
    pub fn note_backup(&self, at: Moment) -> Result<(), Fault> {
        self.note_upkeep(Upkeep::BackedUp, at)
    }

    /// Notes this moment, unless a later one is noted.
    pub(super) fn note_upkeep_at_least(&self, upkeep: Upkeep, at: Moment) -> Result<(), Fault> {
        match self.upkeep_at(upkeep)? {
            Some(noted) if noted >= at.timestamp() => Ok(()),
            _ => self.note_upkeep(upkeep, at),
        }
    }

    fn note_upkeep(&self, upkeep: Upkeep, at: Moment) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/note_upkeep.sql"))?;
        statement.execute(named_params! { ":what": upkeep.what(), ":at": at.timestamp() })?;
        Ok(())
    }
}
