//! The journal: records that tell each change in its own transaction, chained ([crate::contract::journal]).

use super::damage::{Damage, Seconds, damaged};
use super::{Fault, Store, WriteTx};
use crate::exchange::site::Mode;
use crate::model::record::{
    Content, Record, RecordKind, Salt, Unchained, VisitChange, VisitState, WaitingState,
};
use crate::model::{VisitId, WaitingEntryId};
use crate::refusal::Trouble;
use rusqlite::types::{ToSql, ToSqlOutput};
use rusqlite::{Row, named_params};
use uuid::Uuid;

/// The last record, which the next one follows. One for each transaction: between two of them, another program may write.
#[derive(Clone, Copy)]
pub(super) struct Tip {
    pub(super) life: i64,
    /// Whether the life may write.
    pub(super) mode: Mode,
    /// Its visits get numbers above this one.
    pub(super) num_after: i64,
    pub(super) incarnation: Uuid,
    pub(super) seq: i64,
    pub(super) hash: [u8; 32],
}

impl Tip {
    /// Returns why the life may write nothing.
    fn trouble(self) -> Option<Trouble> {
        match self.mode {
            Mode::Serving => None,
            Mode::Recovering => Some(Trouble::Recovering),
            Mode::Stopped => Some(Trouble::Stopped),
        }
    }
}

impl ToSql for RecordKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.word().into())
    }
}

impl Store {
    /// Returns at most `limit` records from `seq` on, in order. Entries from before the chain are none.
    pub(crate) fn records(&self, from: u64, limit: u32) -> Result<Vec<Record>, Fault> {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        self.all(
            "journal",
            include_str!("journal/records.sql"),
            named_params! { ":from": from, ":limit": limit },
            record,
        )
    }

    /// Returns the last record.
    pub(super) fn tip(&self) -> Result<Tip, Fault> {
        let sql = include_str!("journal/tip.sql");
        let tip = self.optional("journal", sql, [], |row| {
            Ok(Tip {
                seq: row.get("seq")?,
                hash: row.get("hash")?,
                life: row.get("life_id")?,
                mode: row.get("mode")?,
                num_after: row.get("num_after")?,
                incarnation: row.get("incarnation")?,
            })
        })?;
        tip.ok_or_else(|| Fault::Damaged(Damage::no_rows("journal").to_string()))
    }

    /// Returns why this database's life may write nothing; `None` if it may.
    pub(crate) fn reads_only(&self) -> Result<Option<Trouble>, Fault> {
        Ok(self.tip()?.trouble())
    }

    /// Returns a visit as records tell it, with its GUID.
    pub(super) fn visit_state(&self, visit: VisitId) -> Result<(Uuid, VisitState), Fault> {
        let sql = include_str!("journal/visit_state.sql");
        let parameters = named_params! { ":visit": visit };
        let found = self.optional("visit", sql, parameters, visit_state)?;
        let (guid, mut state) = found.ok_or_else(|| Fault::Damaged(Damage::among(visit).to_string()))?;
        state.history = self.visit_changes(visit)?;
        Ok((guid, state))
    }

    /// Returns what changed in a visit since its booking, as records tell it.
    pub(super) fn visit_changes(&self, visit: VisitId) -> Result<Vec<VisitChange>, Fault> {
        let parameters = named_params! { ":visit": visit };
        self.all(
            "visit_history",
            include_str!("ticket/changes.sql"),
            parameters,
            |row| {
                Ok(VisitChange {
                    element: row.get("element")?,
                    old_value: row.get("old_value")?,
                    new_value: row.get("new_value")?,
                    editor: row.get("editor")?,
                    at: row.get::<_, Seconds>("at")?.0,
                    source: row.get("mnem")?,
                })
            },
        )
    }

    fn waiting_state(&self, entry: WaitingEntryId) -> Result<(Uuid, WaitingState), Fault> {
        self.one(
            "waiting_entry",
            include_str!("journal/waiting_state.sql"),
            named_params! { ":entry": entry },
            |row| {
                let state = WaitingState {
                    patient: row.get("patient_guid")?,
                    speciality: row.get("code")?,
                    resource: row.get("resource_guid")?,
                    phone: row.get("phone")?,
                    date_start: row.get("date_start")?,
                    date_end: row.get("date_end")?,
                    time_start: row.get("time_start")?,
                    time_end: row.get("time_end")?,
                    status: row.get("status")?,
                    created: row.get::<_, Seconds>("created_at")?.0,
                    self_service: row.get("self_service")?,
                };
                Ok((row.get("guid")?, state))
            },
        )
    }
}

impl WriteTx<'_> {
    /// Returns the last record, which is read once.
    pub(super) fn own_tip(&self) -> Result<Tip, Fault> {
        let tip = self.tip.get().map_or_else(|| self.store.tip(), Ok)?;
        self.tip.set(Some(tip));
        Ok(tip)
    }

    /// Returns the number of the next record of this transaction.
    pub(super) fn next_seq(&self) -> Result<i64, Fault> {
        Ok(self.own_tip()?.seq + 1)
    }

    /// Adds a record of a change in this transaction. Fails while the life may not write.
    pub(super) fn record(
        &self,
        kind: RecordKind,
        subject: Uuid,
        content: &Content,
        at: i64,
    ) -> Result<(), Fault> {
        let tip = self.own_tip()?;
        if let Some(trouble) = tip.trouble().filter(|_| !self.is_exchange) {
            return Err(Fault::Unavailable(trouble, "no record was added".to_owned()));
        }
        self.insert_record(tip, kind, subject, content, at)?;
        let mut happened = self.happened();
        happened.bookings += u64::from(kind == RecordKind::Booked);
        happened.cancellations += u64::from(kind == RecordKind::Cancelled);
        self.happened.set(happened);
        Ok(())
    }

    /// Adds a record that follows another.
    pub(super) fn insert_record(
        &self,
        tip: Tip,
        kind: RecordKind,
        subject: Uuid,
        content: &Content,
        at: i64,
    ) -> Result<(), Fault> {
        let seq = tip.seq + 1;
        let content =
            serde_json::to_string(content).map_err(|error| Fault::Broken(format!("a record: {error}")))?;
        let record = Record::following(
            &tip.hash,
            Unchained {
                incarnation: tip.incarnation,
                seq: seq.cast_unsigned(),
                at,
                kind,
                subject,
                content,
                salt: salt()?,
            },
        );
        let parameters = named_params! {
            ":seq": seq,
            ":life": tip.life,
            ":at": at,
            ":kind": kind,
            ":subject": subject,
            ":content": record.content,
            ":salt": record.salt,
            ":digest": record.digest,
            ":hash": record.hash,
        };
        self.run(include_str!("journal/insert_record.sql"), parameters)?;
        let hash = record.hash;
        self.tip.set(Some(Tip { seq, hash, ..tip }));
        Ok(())
    }

    /// Adds a record that tells a visit as it is now.
    pub(super) fn record_visit(&self, kind: RecordKind, visit: VisitId, at: i64) -> Result<(), Fault> {
        let (guid, state) = self.visit_state(visit)?;
        self.run(
            "UPDATE visit SET record_seq = :seq WHERE id = :visit",
            named_params! { ":visit": visit, ":seq": self.next_seq()? },
        )?;
        self.record(kind, guid, &Content::Visit(state), at)
    }

    /// Adds a record that tells an entry of the waiting list as it is now.
    pub(super) fn record_waiting_entry(
        &self,
        kind: RecordKind,
        entry: WaitingEntryId,
        at: i64,
    ) -> Result<(), Fault> {
        let (guid, state) = self.waiting_state(entry)?;
        self.record(kind, guid, &Content::WaitingEntry(state), at)
    }
}

/// Returns random bytes from the system.
pub(super) fn salt() -> Result<Salt, Fault> {
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).map_err(|error| Fault::Broken(format!("random bytes: {error}")))?;
    Ok(salt)
}

/// Returns a record from its row, which names its life.
pub(super) fn record(row: &Row) -> rusqlite::Result<Record> {
    Ok(Record {
        seq: row.get::<_, i64>("seq")?.cast_unsigned(),
        at: row.get::<_, Seconds>("at")?.0,
        kind: kind(row)?,
        subject: row.get("subject")?,
        content: row.get("content")?,
        salt: row.get("salt")?,
        digest: row.get("digest")?,
        hash: row.get("hash")?,
        incarnation: row.get("incarnation")?,
    })
}

fn kind(row: &Row) -> rusqlite::Result<RecordKind> {
    let column = row.as_ref().column_index("kind")?;
    let word: String = row.get(column)?;
    RecordKind::of(&word).ok_or_else(|| damaged(row, column))
}

fn visit_state(row: &Row) -> rusqlite::Result<(Uuid, VisitState)> {
    let seconds = |column| Ok::<_, rusqlite::Error>(row.get::<_, Seconds>(column)?.0);
    let resource: Uuid = row.get("resource_guid")?;
    let num_resource: Uuid = row.get("num_resource_guid")?;
    let state = VisitState {
        lpu: row.get("lpu_guid")?,
        patient: row.get("patient_guid")?,
        slot: row.get("slot_guid")?,
        resource,
        begin: seconds("begin_at")?,
        end: seconds("end_at")?,
        status: row.get("status")?,
        num: row.get("num")?,
        num_day: row.get("num_day")?,
        num_resource: Some(num_resource).filter(|other| *other != resource),
        made: seconds("made_at")?,
        source: row.get("mnem")?,
        login: row.get("login")?,
        phone: row.get("phone")?,
        email: row.get("email")?,
        external_user: row.get("external_user")?,
        referral: row.get("referral_number")?,
        exam: row.get("exam_guid")?,
        idempotency_key: row.get("idempotency_key")?,
        checked_in: row
            .get::<_, Option<Seconds>>("checked_in_at")?
            .map(|Seconds(at)| at),
        history: Vec::new(),
    };
    Ok((row.get("guid")?, state))
}
