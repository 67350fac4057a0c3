//! `infomat waiting`

use super::{Failure, failed, table};
use crate::cli::{Format, WaitingList};
use crate::config::Config;
use crate::engine;
use crate::language::pick;
use crate::model::WaitingPatient;
use crate::store::{Store, WAITING_PATIENTS_MAX};
use crate::wire::waiting::WaitingCall;
use chrono::{NaiveDate, NaiveTime};

/// Heads of the columns; the list is for the reception, which calls the patients.
const RUSSIAN_HEADS: [&str; 11] = [
    "Ждет с",
    "Пациент",
    "Дата рождения",
    "Телефон",
    "Специальность",
    "Врач",
    "Первый день",
    "Последний день",
    "Не раньше",
    "Не позже",
    "Жалобы",
];

const ENGLISH_HEADS: [&str; 11] = [
    "WAITS SINCE",
    "PATIENT",
    "BORN",
    "PHONE",
    "SPECIALITY",
    "DOCTOR",
    "FIRST DAY",
    "LAST DAY",
    "NOT BEFORE",
    "NOT AFTER",
    "COMPLAINTS",
];

/// Prints the waiting list, longest wait first. It only reads, and works with and without a running server.
pub fn run(config: &Config, wanted: &WaitingList) -> Result<(), Failure> {
    let store = Store::open_to_read(&config.database, config.zone)?;
    let now = engine::now(config.zone);
    let mut waiting = store.waiting_patients(now.date_naive())?;
    let are_more = waiting.len() > WAITING_PATIENTS_MAX as usize;
    waiting.truncate(WAITING_PATIENTS_MAX as usize);
    let rows = waiting.iter().map(row);
    let objects: Vec<_> = waiting.iter().map(|one| WaitingCall::new(one, now)).collect();
    // Files of CSV have one heading, whoever makes them: programs read it.
    let heads = match wanted.format {
        Format::Csv => RUSSIAN_HEADS,
        Format::Text | Format::Json => pick(RUSSIAN_HEADS, ENGLISH_HEADS),
    };
    table::print(wanted.format, heads, rows, &objects)?;
    if are_more {
        return Err(failed!(
            "ждут больше {WAITING_PATIENTS_MAX} человек: это первые из них",
            "more than {WAITING_PATIENTS_MAX} entries wait: these are the oldest"
        ));
    }
    Ok(())
}

/// Returns the row of an entry. Midnight is no bound on the time of day, and left empty.
fn row(one: &WaitingPatient) -> [String; RUSSIAN_HEADS.len()] {
    let day = |date: NaiveDate| date.format("%d.%m.%Y").to_string();
    let bound = |time: NaiveTime| match time {
        NaiveTime::MIN => String::new(),
        time => time.format("%H:%M").to_string(),
    };
    let entry = &one.entry;
    [
        entry.created.format("%d.%m.%Y %H:%M").to_string(),
        one.patient.clone(),
        day(one.birth_date),
        one.phone.clone(),
        one.speciality.clone(),
        one.doc_fio.clone().unwrap_or_default(),
        day(entry.date_start),
        day(entry.date_end),
        bound(entry.time_start),
        bound(entry.time_end),
        one.complaints.clone(),
    ]
}
