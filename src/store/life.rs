//! The lives of a database, and where their chain begins. Reads all that there is, which nothing else does while bookings wait.

use super::damage::Seconds;
use super::journal::{Tip, salt};
use super::{Fault, WriteTx};
use crate::model::record::{Content, LifeBegun, NO_RECORD, RecordKind};
use crate::model::{Moment, VisitId, WaitingEntryId};
use rusqlite::named_params;
use uuid::Uuid;

impl WriteTx<'_> {
    /// Returns when something was last written before the chain, and what there is.
    fn before_chain(&self) -> Result<(i64, LifeBegun), Fault> {
        self.one("journal", include_str!("life/before_chain.sql"), [], |row| {
            let begun = LifeBegun {
                entries_before: row.get("entries")?,
                visits_before: row.get("visits")?,
                waiting_entries_before: row.get("waiting_entries")?,
            };
            Ok((row.get::<_, Seconds>("last_at")?.0, begun))
        })
    }

    /// Begins a life, and with it the chain of a database that has none: what is there and not over is told once more.
    /// It is dated `now`, or, where nobody tells the time, as what was last written.
    pub(super) fn begin_chain(&self, now: Option<Moment>) -> Result<(), Fault> {
        let incarnation = uuid::Builder::from_random_bytes(salt()?).into_uuid();
        self.run(
            "INSERT INTO life (incarnation) VALUES (:incarnation)",
            named_params! { ":incarnation": incarnation },
        )?;
        let life = self.connection.last_insert_rowid();
        let (last, begun) = self.before_chain()?;
        let tip = Tip {
            life,
            incarnation,
            seq: begun.entries_before,
            hash: NO_RECORD,
        };
        let at = now.map_or(last, |now| now.timestamp());
        self.insert_record(tip, RecordKind::Begun, Uuid::nil(), &Content::Life(begun), at)?;
        let visits: Vec<VisitId> = self.all(
            "visit",
            "SELECT id FROM visit WHERE end_at > :at ORDER BY id",
            named_params! { ":at": at },
            |row| row.get(0),
        )?;
        for visit in visits {
            self.record_visit(RecordKind::Recovered, visit, at)?;
        }
        let entries: Vec<WaitingEntryId> = self.all(
            "waiting_entry",
            "SELECT id FROM waiting_entry WHERE status = 'active' ORDER BY id",
            [],
            |row| row.get(0),
        )?;
        for entry in entries {
            self.record_waiting_entry(RecordKind::Recovered, entry, at)?;
        }
        Ok(())
    }
}
