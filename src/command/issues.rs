//! `infomat issues` ([crate::contract::exchange])

use super::{Failure, failed, open_to_write, output, table};
use crate::cli::{Format, Issues};
use crate::config::Config;
use crate::language::{pick, text};
use crate::model::{Issue, IssueKind, Moment};
use crate::store::Store;
use crate::wire::issue::IssueListed;

/// Most issues that are listed.
const ISSUES_MAX: u32 = 10_000;

/// Heads of the columns; the list is for whoever calls the patients.
const RUSSIAN_HEADS: [&str; 9] = [
    "Номер",
    "Когда",
    "Что",
    "Прием",
    "Врач",
    "Другой прием",
    "Пациент",
    "Телефон",
    "Причина",
];

const ENGLISH_HEADS: [&str; 9] = [
    "ID",
    "WHEN",
    "WHAT",
    "VISIT",
    "DOCTOR",
    "OTHER VISIT",
    "PATIENT",
    "PHONE",
    "REASON",
];

/// Prints what nobody has seen yet, the oldest first; or marks one of it as seen.
pub fn run(config: &Config, wanted: &Issues) -> Result<(), Failure> {
    if let Some(id) = wanted.seen {
        return see(config, id);
    }
    let store = Store::open_to_read(&config.database, config.zone)?;
    let mut issues = store.issues(ISSUES_MAX + 1)?;
    let are_more = issues.len() > ISSUES_MAX as usize;
    issues.truncate(ISSUES_MAX as usize);
    let objects: Vec<_> = issues.iter().map(IssueListed::from).collect();
    // Files of CSV have one heading, whoever makes them: programs read it.
    let heads = match wanted.format {
        Format::Csv => RUSSIAN_HEADS,
        Format::Text | Format::Json => pick(RUSSIAN_HEADS, ENGLISH_HEADS),
    };
    table::print(wanted.format, heads, issues.iter().map(row), &objects)?;
    if are_more {
        return Err(failed!(
            "строк больше {ISSUES_MAX}: это первые из них",
            "there are more than {ISSUES_MAX}: these are the oldest"
        ));
    }
    Ok(())
}

fn see(config: &Config, id: i64) -> Result<(), Failure> {
    let (mut store, now) = open_to_write(config)?;
    let tx = store.write()?;
    if !tx.see_issue(id, now)? {
        return Err(failed!(
            "--seen {id}: нет такой строки среди тех, которых никто не видел",
            "--seen {id}: there is no such issue that nobody has seen"
        ));
    }
    tx.commit()?;
    output::tell(text!("{id}: отмечено", "{id}: marked as seen"));
    Ok(())
}

fn row(issue: &Issue) -> [String; RUSSIAN_HEADS.len()] {
    let minute = |moment: Moment| moment.format("%d.%m.%Y %H:%M").to_string();
    [
        issue.id.to_string(),
        minute(issue.at),
        what(issue.kind).to_owned(),
        issue.begin.map(minute).unwrap_or_default(),
        issue.doc_fio.clone(),
        issue.other_begin.map(minute).unwrap_or_default(),
        issue.patient.clone(),
        issue.phone.clone(),
        issue.reason.clone(),
    ]
}

fn what(kind: IssueKind) -> &'static str {
    match kind {
        IssueKind::Displaced => pick(
            "запись из центра осталась без места",
            "a visit of the centre has no place",
        ),
        IssueKind::SameTime => pick("две записи на одно время", "two visits at one time"),
        IssueKind::SameSpeciality => pick(
            "две записи к одной специальности",
            "two visits for one speciality",
        ),
        IssueKind::Moved => pick("центр перенес запись", "the centre moved the visit"),
        IssueKind::Arrived => pick(
            "центр отменил запись пациента, который пришел",
            "the centre cancelled the visit of a patient who had come",
        ),
        IssueKind::RefusedMessage => pick(
            "сообщение центра не принято",
            "a message of the centre was refused",
        ),
        IssueKind::LostCentre => pick(
            "центр восстановлен и не помнит сообщения",
            "the centre was restored and does not know this message",
        ),
        IssueKind::Stopped => pick("база данных остановлена", "the database has stopped"),
    }
}
