//! What was last done to the file as a whole.
//!
//! A backup is noted in the database itself and not sought in a folder: so one on a memory stick counts too, the server
//! needs no right to look at the folder, and its age costs one look-up. The backup bears the same note: restored, the
//! database knows how old it is.

use super::damage::Seconds;
use super::{Fault, Store, WriteTx};
use crate::model::Moment;
use crate::model::record::{Content, RecordKind, UpkeepDone};
use rusqlite::named_params;
use rusqlite::types::{ToSql, ToSqlOutput};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upkeep {
    /// A good backup was made.
    BackedUp,
    /// Visits that were over before this moment were removed.
    Purged,
    /// Clinic data was put in place.
    Imported,
}

impl ToSql for Upkeep {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let what = match self {
            Upkeep::BackedUp => "backed up",
            Upkeep::Purged => "purged",
            Upkeep::Imported => "imported",
        };
        Ok(what.into())
    }
}

impl Store {
    /// Returns the moment that the last good backup shows; `None` when there was no backup yet.
    pub(crate) fn last_backup(&self) -> Result<Option<Moment>, Fault> {
        let at = self.upkeep_at(Upkeep::BackedUp)?;
        Ok(at.map(|at| self.zone.at(at)))
    }

    /// Returns when clinic data was last imported; `None` when it never was, or before the program noted it.
    pub(crate) fn last_import(&self) -> Result<Option<Moment>, Fault> {
        let at = self.upkeep_at(Upkeep::Imported)?;
        Ok(at.map(|at| self.zone.at(at)))
    }

    /// Returns when this was last done, in seconds since 1970.
    fn upkeep_at(&self, upkeep: Upkeep) -> Result<Option<i64>, Fault> {
        let sql = "SELECT what, at FROM upkeep WHERE what = :what";
        self.optional("upkeep", sql, named_params! { ":what": upkeep }, |row| {
            Ok(row.get::<_, Seconds>("at")?.0)
        })
    }
}

impl WriteTx<'_> {
    /// Tells by one more record that the clock was ahead before and is right now. Returns how many records, just before it,
    /// bear later times.
    ///
    /// What was written stays as it was written: other programs may have it already. Only what was last done to the file is
    /// dated to now, for a backup of the future would never grow old.
    pub(crate) fn believe_clock(&self, now: Moment) -> Result<i64, Fault> {
        let at = now.timestamp();
        let later = self.later_records(at)?;
        if later > 0 {
            let content = Content::Upkeep(UpkeepDone::ClockBelieved { later });
            self.record(RecordKind::Upkeep, Uuid::nil(), &content, at)?;
        }
        self.run(
            "UPDATE upkeep SET at = :now WHERE at > :now",
            named_params! { ":now": at },
        )?;
        Ok(later)
    }

    fn later_records(&self, at: i64) -> Result<i64, Fault> {
        self.one(
            "journal",
            include_str!("upkeep/later_records.sql"),
            named_params! { ":now": at },
            |row| row.get(0),
        )
    }

    /// Notes that there is a good backup which shows the database as it was at `at`.
    pub fn note_backup(&self, at: Moment) -> Result<(), Fault> {
        self.note_upkeep(Upkeep::BackedUp, at)
    }

    /// Notes that clinic data is put in place.
    pub(super) fn note_import(&self, at: Moment) -> Result<(), Fault> {
        self.note_upkeep(Upkeep::Imported, at)
    }

    /// Notes this moment, unless a later one is noted.
    pub(super) fn note_upkeep_at_least(&self, upkeep: Upkeep, at: Moment) -> Result<(), Fault> {
        match self.upkeep_at(upkeep)? {
            Some(noted) if noted >= at.timestamp() => Ok(()),
            _ => self.note_upkeep(upkeep, at),
        }
    }

    fn note_upkeep(&self, upkeep: Upkeep, at: Moment) -> Result<(), Fault> {
        self.run(
            "INSERT INTO upkeep (what, at) VALUES (:what, :at) ON CONFLICT (what) DO UPDATE SET at = excluded.at",
            named_params! { ":what": upkeep, ":at": at.timestamp() },
        )?;
        Ok(())
    }
}
