//! The waiting list ([crate::contract::waiting_list]).

use super::{Fault, Store, WriteTx, rows};
use crate::model::record::{RecordKind, WaitingState};
use crate::model::{
    DoneToday, Moment, OpenCard, Patient, PatientId, ResourceId, Speciality, SpecialityId, WaitingEntry,
    WaitingEntryId, WaitingPatient, WaitingWish,
};
use chrono::{NaiveDate, NaiveTime};
use rusqlite::{Row, named_params};
use std::cmp::Reverse;
use uuid::Uuid;

/// Most entries of one listing. A patient waits once for one speciality, so what still waits is never left out.
const WAITING_ENTRIES_MAX: u32 = 200;

/// Most entries of the desk's list.
pub(crate) const WAITING_PATIENTS_MAX: u32 = 100_000;

impl Store {
    /// Returns the patient's entries: those that nobody has ended first, each part from the newest on; at most
    /// [`WAITING_ENTRIES_MAX`].
    pub(crate) fn waiting_entries(&self, patient: &Patient) -> Result<Vec<WaitingEntry>, Fault> {
        let sql = include_str!("waiting/waiting_entries.sql");
        let mut entries = Store::of_all_cards(patient, |card| {
            let parameters = named_params! { ":patient": card, ":limit": WAITING_ENTRIES_MAX };
            self.all("waiting_entry", sql, parameters, |row| self.waiting_entry(row))
        })?;
        entries.sort_by_key(|entry| (entry.status, Reverse(entry.id)));
        entries.truncate(WAITING_ENTRIES_MAX as usize);
        Ok(entries)
    }

    /// Returns an entry by its GUID, if the entry is this patient's.
    pub(crate) fn find_waiting_entry(
        &self,
        guid: Uuid,
        patient: &Patient,
    ) -> Result<Option<WaitingEntry>, Fault> {
        let found = self.optional(
            "waiting_entry",
            include_str!("waiting/find_waiting_entry.sql"),
            named_params! { ":guid": guid },
            |row| Ok((row.get("patient_id")?, self.waiting_entry(row)?)),
        )?;
        let own = found.filter(|(card, _)| patient.has_card(*card));
        Ok(own.map(|(_, entry)| entry))
    }

    /// Returns whether the patient has an entry for a speciality that nobody has ended.
    pub(crate) fn is_waiting(&self, patient: &Patient, speciality: SpecialityId) -> Result<bool, Fault> {
        for card in &patient.cards {
            if self.exists(
                "SELECT 1 FROM waiting_entry WHERE patient_id = :patient AND speciality_id = :speciality AND status = 'active'",
                named_params! { ":patient": card, ":speciality": speciality },
            )? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns how many entries the patient has made today, ended ones too.
    pub(crate) fn waiting_entries_today(&self, card: &OpenCard, now: Moment) -> Result<DoneToday, Fault> {
        self.done_today(&card.application, now, |from, until| {
            let counted = |row: &PatientId| self.waiting_entries_between(*row, from, until);
            card.patient.cards.iter().map(counted).sum()
        })
    }

    fn waiting_entries_between(&self, patient: PatientId, from: Moment, until: Moment) -> Result<i64, Fault> {
        self.one(
            "waiting_entry",
            include_str!("waiting/waiting_entries_between.sql"),
            named_params! { ":patient": patient, ":from": from.timestamp(), ":until": until.timestamp() },
            |row| row.get(0),
        )
    }

    /// Returns who waits today in all clinics, the longest first; at most one more than [`WAITING_PATIENTS_MAX`].
    pub(crate) fn waiting_patients(&self, today: NaiveDate) -> Result<Vec<WaitingPatient>, Fault> {
        self.all(
            "waiting_entry",
            include_str!("waiting/waiting_patients.sql"),
            named_params! { ":today": today, ":limit": WAITING_PATIENTS_MAX + 1 },
            |row| self.waiting_patient(row),
        )
    }

    fn waiting_patient(&self, row: &Row) -> rusqlite::Result<WaitingPatient> {
        let entry = self.waiting_entry(row)?;
        let own: String = row.get("phone")?;
        Ok(WaitingPatient {
            mkab: row.get("patient_guid")?,
            patient: rows::patient_name(row)?,
            birth_date: row.get("birth_date")?,
            phone: if own.is_empty() {
                row.get("patient_phone")?
            } else {
                own
            },
            speciality_id: row.get("speciality_id")?,
            speciality: row.get("speciality_name")?,
            doc_fio: entry.resource.map(|_| rows::row_doc_fio(row)).transpose()?,
            complaints: row.get("complaints")?,
            entry,
        })
    }

    /// Returns the card of an entry's patient.
    pub(crate) fn patient_of_entry(&self, entry: Uuid) -> Result<Option<PatientId>, Fault> {
        self.optional(
            "waiting_entry",
            "SELECT id, patient_id FROM waiting_entry WHERE guid = :guid",
            named_params! { ":guid": entry },
            |row| row.get("patient_id"),
        )
    }

    fn waiting_entry(&self, row: &Row) -> rusqlite::Result<WaitingEntry> {
        Ok(WaitingEntry {
            id: row.get("id")?,
            guid: row.get("guid")?,
            lpu: row.get("lpu_guid")?,
            speciality: row.get("code")?,
            resource: row.get("resource_guid")?,
            date_start: row.get("date_start")?,
            date_end: row.get("date_end")?,
            time_start: row.get("time_start")?,
            time_end: row.get("time_end")?,
            status: row.get("status")?,
            created: self.moment(row, "created_at")?,
        })
    }
}

impl WriteTx<'_> {
    /// Puts a patient on the list.
    pub(crate) fn insert_waiting_entry(
        &self,
        guid: Uuid,
        wish: &WaitingWish,
        card: &OpenCard,
        speciality: &Speciality,
        resource: Option<ResourceId>,
        now: Moment,
    ) -> Result<(), Fault> {
        let parameters = named_params! {
            ":guid": guid,
            ":patient": card.patient.id,
            ":self_service": card.application.self_service,
            ":speciality": speciality.id,
            ":resource": resource,
            ":phone": wish.phone,
            ":complaints": wish.complaints,
            ":date_start": wish.date_start,
            ":date_end": wish.date_end,
            ":time_start": minutes(wish.time_start),
            ":time_end": minutes(wish.time_end),
            ":created_at": now.timestamp(),
        };
        self.run(include_str!("waiting/insert_waiting_entry.sql"), parameters)?;
        let entry = WaitingEntryId(self.connection.last_insert_rowid());
        self.record_waiting_entry(RecordKind::WaitingAdded, entry, now.timestamp())
    }

    /// Ends an entry; a trigger of the schema empties its texts. An entry that has ended stays as it is.
    pub(crate) fn end_waiting_entry(&self, entry: WaitingEntryId, at: i64) -> Result<(), Fault> {
        let ended = self.run(
            "UPDATE waiting_entry SET status = 'ended' WHERE id = :entry AND status = 'active'",
            named_params! { ":entry": entry },
        )?;
        if ended == 0 {
            return Ok(());
        }
        self.record_waiting_entry(RecordKind::WaitingEnded, entry, at)
    }

    /// Takes in an entry as another life told it. One whose card or speciality is not here is left out, and so is a second one
    /// for a speciality.
    pub(crate) fn recover_waiting_entry(
        &self,
        guid: Uuid,
        told: &WaitingState,
        at: i64,
    ) -> Result<(), Fault> {
        let known: Option<WaitingEntryId> = self.optional(
            "waiting_entry",
            "SELECT id FROM waiting_entry WHERE guid = :guid",
            named_params! { ":guid": guid },
            |row| row.get("id"),
        )?;
        match (known, &*told.status) {
            (Some(entry), "ended") => self.end_waiting_entry(entry, at),
            (None, "active") => {
                let parameters = named_params! {
                    ":guid": guid,
                    ":patient": told.patient,
                    ":speciality": told.speciality,
                    ":resource": told.resource,
                    ":phone": told.phone,
                    ":date_start": told.date_start,
                    ":date_end": told.date_end,
                    ":time_start": told.time_start,
                    ":time_end": told.time_end,
                    ":created_at": told.created,
                    ":self_service": told.self_service,
                };
                let added = self.run(include_str!("waiting/recover_waiting_entry.sql"), parameters)?;
                if added == 0 {
                    return Ok(());
                }
                let entry = WaitingEntryId(self.connection.last_insert_rowid());
                self.record_waiting_entry(RecordKind::Recovered, entry, at)
            }
            _ => Ok(()),
        }
    }

    /// Ends the entries for a speciality under any card of the same person.
    pub(super) fn end_waiting(
        &self,
        patient: &Patient,
        speciality: SpecialityId,
        at: i64,
    ) -> Result<(), Fault> {
        for (entry, _) in self.active_entries(patient, speciality)? {
            self.end_waiting_entry(entry, at)?;
        }
        Ok(())
    }

    /// Ends the patient's entries for a speciality whose last day is over.
    pub(crate) fn end_past_waiting_entries(
        &self,
        patient: &Patient,
        speciality: SpecialityId,
        now: Moment,
    ) -> Result<(), Fault> {
        for (entry, last_day) in self.active_entries(patient, speciality)? {
            if last_day < now.date_naive() {
                self.end_waiting_entry(entry, now.timestamp())?;
            }
        }
        Ok(())
    }

    /// Returns the entries that nobody has ended, each with its last day.
    fn active_entries(
        &self,
        patient: &Patient,
        speciality: SpecialityId,
    ) -> Result<Vec<(WaitingEntryId, NaiveDate)>, Fault> {
        Store::of_all_cards(patient, |card| {
            self.all(
                "waiting_entry",
                "SELECT id, date_end FROM waiting_entry WHERE patient_id = :patient AND speciality_id = :speciality AND status = 'active'",
                named_params! { ":patient": card, ":speciality": speciality },
                |row| Ok((row.get("id")?, row.get("date_end")?)),
            )
        })
    }
}

/// A time of the day as the database keeps it: `HH:mm`.
fn minutes(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}
