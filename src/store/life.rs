//! The lives of a database ([crate::contract::journal]), and where their chain begins. Reads all that there is, which nothing
//! else does while bookings wait.

use super::damage::Seconds;
use super::journal::{Tip, salt};
use super::{Fault, Store, WriteTx};
use crate::exchange::site::Mode;
use crate::model::record::{Content, Hex, LifeBegun, NO_RECORD, RecordKind, RecordPlace};
use crate::model::{Moment, VisitId, WaitingEntryId};
use rusqlite::named_params;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A new life numbers visits from the next hundred on.
const HUNDRED: i64 = 100;

/// A life that a person begins.
#[derive(Clone, Copy)]
pub struct Begin<'a> {
    /// Its GUID.
    pub incarnation: Uuid,
    /// Lives that are over, besides those that this file knows.
    pub others: &'a BTreeSet<Uuid>,
    /// The box has a centre or a standby: it only reads until it knows what others know.
    pub is_in_region: bool,
}

/// Returns a new GUID.
pub fn random_guid() -> Result<Uuid, Fault> {
    Ok(uuid::Builder::from_random_bytes(salt()?).into_uuid())
}

impl Store {
    /// Returns the lives that wrote this file, and those that its last life knows to be over.
    pub fn lives(&self) -> Result<BTreeSet<Uuid>, Fault> {
        let mut lives: BTreeSet<Uuid> = self
            .all("life", "SELECT id, incarnation FROM life", [], |row| {
                row.get("incarnation")
            })?
            .into_iter()
            .collect();
        let begun: Option<String> = self
            .optional("journal", include_str!("life/lives.sql"), [], |row| {
                row.get("content")
            })?
            .flatten();
        if let Some(Ok(Content::Life(begun))) = begun.map(|content| serde_json::from_str(&content)) {
            lives.extend(begun.over);
        }
        Ok(lives)
    }
}

impl WriteTx<'_> {
    /// Begins a life that goes on from the last record. All lives before it are over. It is dated `now`, but not before that
    /// record: no clock is believed that is behind what was written.
    pub(super) fn begin_life(&self, new: &Begin, now: Moment) -> Result<(), Fault> {
        let tip = self.tip()?;
        let at = now.timestamp().max(self.last_moment()?);
        let mut over = self.lives()?;
        over.extend(new.others);
        let begun = LifeBegun {
            parent: Some(RecordPlace {
                incarnation: tip.incarnation,
                seq: tip.seq.cast_unsigned(),
                hash: Hex(tip.hash),
            }),
            over: over.into_iter().collect(),
            ..LifeBegun::default()
        };
        let mode = if new.is_in_region || self.is_in_region()? {
            Mode::Recovering
        } else {
            Mode::Serving
        };
        let num_after = self.num_after(begun.over.len())?;
        let tip = Tip {
            incarnation: new.incarnation,
            mode,
            num_after,
            ..tip
        };
        let tip = self.insert_life(tip)?;
        // What the life before has heard of the centre is worth nothing to this one.
        self.run("UPDATE exchange SET memory = ''", [])?;
        self.insert_record(tip, RecordKind::Begun, Uuid::nil(), &Content::Life(begun), at)
    }

    /// Returns the hundred above which a new life numbers visits: above all numbers that are known, and another one for each
    /// life that is over, whose numbers nobody may know.
    fn num_after(&self, lives_over: usize) -> Result<i64, Fault> {
        let last: i64 = self.one("visit", "SELECT coalesce(max(num), 0) FROM visit", [], |row| {
            row.get(0)
        })?;
        let lives_over = i64::try_from(lives_over).unwrap_or(i64::MAX);
        Ok(lives_over
            .max((last + HUNDRED - 1) / HUNDRED)
            .saturating_mul(HUNDRED))
    }

    /// Adds the row of a life whose first record follows this one. Returns the place with that life's row.
    fn insert_life(&self, tip: Tip) -> Result<Tip, Fault> {
        self.run(
            "INSERT INTO life (incarnation, first_seq, mode, num_after) VALUES (:incarnation, :first, :mode, :num_after)",
            named_params! {
                ":incarnation": tip.incarnation,
                ":first": tip.seq + 1,
                ":mode": tip.mode,
                ":num_after": tip.num_after,
            },
        )?;
        let life = self.connection.last_insert_rowid();
        Ok(Tip { life, ..tip })
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
        let (last, begun) = self.before_chain()?;
        let tip = self.insert_life(Tip {
            life: 0,
            incarnation: random_guid()?,
            mode: Mode::Serving,
            num_after: 0,
            seq: begun.entries_before,
            hash: NO_RECORD,
        })?;
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
