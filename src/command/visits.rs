//! `infomat visits`

use super::{Failure, believed_now, failed, table};
use crate::cli::{Format, Visits};
use crate::config::Config;
use crate::language::pick;
use crate::model::DayVisit;
use crate::store::{DAY_VISITS_MAX, Store};
use crate::wire::day::VisitOfDay;
use crate::wire::ticket::num;
use chrono::Days;

/// Heads of the columns; patients' names are for the reception.
const RUSSIAN_HEADS: [&str; 11] = [
    "Врач",
    "Кабинет",
    "Дата",
    "Начало",
    "Конец",
    "Номер",
    "Пациент",
    "Дата рождения",
    "Телефон",
    "Пришел",
    "Талон",
];

const ENGLISH_HEADS: [&str; 11] = [
    "DOCTOR", "ROOM", "DATE", "BEGIN", "END", "NUMBER", "PATIENT", "BORN", "PHONE", "CAME", "TICKET",
];

/// Prints a day's active visits, by resource and time. It only reads, and works with and without a running server.
pub fn run(config: &Config, wanted: &Visits) -> Result<(), Failure> {
    let store = Store::open_to_read(&config.database, config.zone)?;
    if let Some(guid) = wanted.resource
        && !store.knows_resource(guid)?
    {
        return Err(failed!(
            "--resource {guid}: нет такого врача, кабинета или оборудования",
            "--resource {guid}: there is no such doctor, room or equipment"
        ));
    }
    let date = match wanted.date {
        Some(date) => date,
        None => believed_now(config.zone, store.last_moment()?)?.date_naive(),
    };
    let from = config.zone.start_of(date);
    let until = config.zone.start_of(date + Days::new(1));
    let visits = store.day_visits(from, until, wanted.resource)?;
    if visits.len() > DAY_VISITS_MAX as usize {
        return Err(failed!(
            "в этот день больше {DAY_VISITS_MAX} записей: укажите одного врача ключом --resource",
            "more than {DAY_VISITS_MAX} visits on that day: name one doctor with --resource"
        ));
    }
    let objects: Vec<_> = visits.iter().map(VisitOfDay::from).collect();
    table::print(
        wanted.format,
        heads(wanted.format),
        visits.iter().map(row),
        &objects,
    )
}

/// CSV has the same heads in every language: programs read them.
fn heads(format: Format) -> [&'static str; RUSSIAN_HEADS.len()] {
    match format {
        Format::Csv => RUSSIAN_HEADS,
        Format::Text | Format::Json => pick(RUSSIAN_HEADS, ENGLISH_HEADS),
    }
}

/// Heads of an aligned table.
pub fn text_heads() -> [&'static str; RUSSIAN_HEADS.len()] {
    heads(Format::Text)
}

/// Returns the row of a visit.
pub fn row(visit: &DayVisit) -> [String; RUSSIAN_HEADS.len()] {
    let time = |moment: crate::model::Moment| moment.format("%H:%M").to_string();
    [
        visit.doc_fio.clone(),
        visit.room.clone(),
        visit.begin.format("%d.%m.%Y").to_string(),
        time(visit.begin),
        time(visit.end),
        num(visit.num),
        visit.patient.clone(),
        visit.birth_date.format("%d.%m.%Y").to_string(),
        visit.phone.clone(),
        visit.checked_in.map(time).unwrap_or_default(),
        visit.ticket.to_string(),
    ]
}

/// Returns an aligned table.
pub fn text<'a>(visits: impl Iterator<Item = &'a DayVisit>) -> String {
    table::text(heads(Format::Text), visits.map(row))
}
