//! The waiting list ([crate::contract::waiting_list]).

use super::damage::named;
use super::{Fault, Store, WriteTx, rows};
use crate::model::{
    DoneToday, Moment, OpenCard, Patient, Speciality, WaitingEntry, WaitingPatient, WaitingWish,
};
use chrono::{NaiveDate, NaiveTime};
use rusqlite::{OptionalExtension, Row, named_params};
use std::cmp::Reverse;
use uuid::Uuid;

/// Most entries of one listing. A patient waits once for one speciality, so what still waits is never left out.
pub const WAITING_ENTRIES_MAX: u32 = 200;

/// Most entries of the desk's list.
pub const WAITING_PATIENTS_MAX: u32 = 100_000;

impl Store {
    /// The patient's entries: those that nobody has ended first, each part from the newest on; at most
    /// [`WAITING_ENTRIES_MAX`].
    pub fn waiting_entries(&self, patient: &Patient) -> Result<Vec<WaitingEntry>, Fault> {
        let mut entries = Store::of_all_cards(patient, |card| {
            let mut statement = self
                .connection
                .prepare_cached(include_str!("sql/waiting_entries.sql"))?;
            let parameters = named_params! { ":patient": card, ":limit": WAITING_ENTRIES_MAX };
            let entries =
                statement.query_map(parameters, named("waiting_entry", |row| self.waiting_entry(row)))?;
            Ok(entries.collect::<Result<Vec<_>, _>>()?)
        })?;
        entries.sort_by_key(|entry| Reverse((entry.is_active, entry.id)));
        entries.truncate(WAITING_ENTRIES_MAX as usize);
        Ok(entries)
    }

    /// An entry by its GUID, if it is this patient's.
    pub fn find_waiting_entry(&self, guid: Uuid, patient: &Patient) -> Result<Option<WaitingEntry>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_waiting_entry.sql"))?;
        let entry = named("waiting_entry", |row| {
            Ok((row.get("patient_id")?, self.waiting_entry(row)?))
        });
        let entry = statement.query_row(named_params! { ":guid": guid }, entry);
        let own = entry.optional()?.filter(|(card, _)| patient.has_card(*card));
        Ok(own.map(|(_, entry)| entry))
    }

    /// Whether the patient has an entry for a speciality that nobody has ended.
    pub fn is_waiting(&self, patient: &Patient, speciality: i64) -> Result<bool, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/is_waiting.sql"))?;
        for card in &patient.cards {
            if statement.exists(named_params! { ":patient": card, ":speciality": speciality })? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many entries the patient has made today, ended ones too.
    pub fn waiting_entries_today(&self, card: &OpenCard, now: Moment) -> Result<DoneToday, Fault> {
        self.done_today(&card.application, now, |from, until| {
            let counted = |row: &i64| self.waiting_entries_between(*row, from, until);
            card.patient.cards.iter().map(counted).sum()
        })
    }

    fn waiting_entries_between(&self, patient: i64, from: Moment, until: Moment) -> Result<i64, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/waiting_entries_between.sql"))?;
        let parameters =
            named_params! { ":patient": patient, ":from": from.timestamp(), ":until": until.timestamp() };
        Ok(statement.query_row(parameters, |row| row.get(0))?)
    }

    /// Who waits today in all clinics, the longest first; at most one more than [`WAITING_PATIENTS_MAX`].
    pub fn waiting_patients(&self, today: NaiveDate) -> Result<Vec<WaitingPatient>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/waiting_patients.sql"))?;
        let parameters = named_params! { ":today": today, ":limit": WAITING_PATIENTS_MAX + 1 };
        let waiting = statement.query_map(
            parameters,
            named("waiting_entry", |row| self.waiting_patient(row)),
        )?;
        Ok(waiting.collect::<Result<_, _>>()?)
    }

    fn waiting_patient(&self, row: &Row) -> rusqlite::Result<WaitingPatient> {
        let entry = self.waiting_entry(row)?;
        let own: String = row.get("phone")?;
        Ok(WaitingPatient {
            patient: rows::patient_name(row)?,
            birth_date: row.get("birth_date")?,
            phone: if own.is_empty() {
                row.get("patient_phone")?
            } else {
                own
            },
            speciality: row.get("speciality_name")?,
            doc_fio: entry.resource.map(|_| rows::row_doc_fio(row)).transpose()?,
            complaints: row.get("complaints")?,
            entry,
        })
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
            is_active: rows::is_active(row, &["active", "ended"])?,
            created: self.moment(row, "created_at")?,
        })
    }
}

impl WriteTx<'_> {
    /// Puts a patient on the list.
    pub fn insert_waiting_entry(
        &self,
        guid: Uuid,
        wish: &WaitingWish,
        card: &OpenCard,
        speciality: &Speciality,
        resource: Option<i64>,
        now: Moment,
    ) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/insert_waiting_entry.sql"))?;
        statement.execute(named_params! {
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
        })?;
        Ok(())
    }

    /// Ends an entry. One that has ended stays as it is.
    pub fn end_waiting_entry(&self, entry: i64) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/end_waiting_entry.sql"))?;
        statement.execute(named_params! { ":entry": entry })?;
        Ok(())
    }

    /// Ends what the patient waits for in a speciality, under any card of the same person; the entry's text is lost.
    pub(super) fn end_waiting(&self, patient: &Patient, speciality: i64) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/end_waiting.sql"))?;
        for card in &patient.cards {
            statement.execute(named_params! { ":patient": card, ":speciality": speciality })?;
        }
        Ok(())
    }

    /// Ends the patient's entries for a speciality whose last day is over.
    pub fn end_past_waiting_entries(
        &self,
        patient: &Patient,
        speciality: i64,
        today: NaiveDate,
    ) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/end_past_waiting_entries.sql"))?;
        for card in &patient.cards {
            let parameters = named_params! { ":patient": card, ":speciality": speciality, ":today": today };
            statement.execute(parameters)?;
        }
        Ok(())
    }
}

/// A time of the day as the database keeps it: `HH:mm`.
fn minutes(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}
