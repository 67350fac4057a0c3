//! The lives of a database ([crate::contract::journal]), and where their chain begins. Reads all that there is, which nothing
//! else does while bookings wait.

use super::damage::Seconds;
use super::journal::{Tip, salt};
use super::{Fault, Store, WriteTx};
use crate::model::record::{Content, Hex, LifeBegun, NO_RECORD, RecordKind, RecordPlace};
use crate::model::{Moment, VisitId, WaitingEntryId};
use rusqlite::named_params;
use std::collections::BTreeSet;
use uuid::Uuid;

impl Store {
    /// Returns the lives that wrote this file.
    pub(super) fn lives(&self) -> Result<Vec<Uuid>, Fault> {
        self.all(
            "life",
            "SELECT id, incarnation FROM life ORDER BY id",
            [],
            |row| row.get("incarnation"),
        )
    }
}

impl WriteTx<'_> {
    /// Begins a life that goes on from the last record. All lives before it are over, and so are the `others`. It is dated
    /// `now`, but not before that record: no clock is believed that is behind what was written.
    pub(super) fn begin_life(&self, others: &[Uuid], now: Moment) -> Result<(), Fault> {
        let tip = self.tip()?;
        let at = now.timestamp().max(self.last_moment()?);
        let over: BTreeSet<Uuid> = self.lives()?.into_iter().chain(others.iter().copied()).collect();
        let begun = LifeBegun {
            parent: Some(RecordPlace {
                incarnation: tip.incarnation,
                seq: tip.seq.cast_unsigned(),
                hash: Hex(tip.hash),
            }),
            over: over.into_iter().collect(),
            ..LifeBegun::default()
        };
        let (life, incarnation) = self.insert_life()?;
        let tip = Tip {
            life,
            incarnation,
            ..tip
        };
        self.insert_record(tip, RecordKind::Begun, Uuid::nil(), &Content::Life(begun), at)
    }

    /// Adds a life. Returns its row and its GUID.
    fn insert_life(&self) -> Result<(i64, Uuid), Fault> {
        let incarnation = uuid::Builder::from_random_bytes(salt()?).into_uuid();
        self.run(
            "INSERT INTO life (incarnation) VALUES (:incarnation)",
            named_params! { ":incarnation": incarnation },
        )?;
        Ok((self.connection.last_insert_rowid(), incarnation))
    }

    /// Returns when something was last written before the chain, and what there is.
    fn before_chain(&self) -> Result<(i64, LifeBegun), Fault> {
        self.one("journal", include_str!("life/before_chain.sql"), [], |row| {
            let begun = LifeBegun {
                entries_before: row.get("entries")?,
                visits_before: row.get("visits")?,
                waiting_entries_before: row.get("waiting_entries")?,
                ..LifeBegun::default()
            };
            Ok((row.get::<_, Seconds>("last_at")?.0, begun))
        })
    }

    /// Begins a life, and with it the chain of a database that has none: what is there and not over is told once more.
    /// It is dated `now`, or, where nobody tells the time, as what was last written.
    pub(super) fn begin_chain(&self, now: Option<Moment>) -> Result<(), Fault> {
        let (life, incarnation) = self.insert_life()?;
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
