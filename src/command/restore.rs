//! `infomat restore`

use super::owner::STANDARD;
use super::texts::Told;
use super::{Failure, failed, output, table, visits};
use crate::cli::Restore;
use crate::config::Config;
use crate::engine;
use crate::language::{pick, text};
use crate::model::{DayVisit, Moment};
use crate::store::{
    Begin, KindDifference, Lacking, OpenError, Restoration, RestoreError, ServerLock, Store, random_guid,
};
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// Begins a new life of the database: in a backup that replaces it, or in the file as it stands.
pub fn run(config: &Config, wanted: &Restore) -> Result<(), Failure> {
    if wanted.book_on {
        return book_on(config);
    }
    let _lock = ServerLock::take(&config.database)?;
    let now = engine::now(config.zone);
    match &wanted.file {
        Some(file) => restore(config, file, now),
        None => begin_life(config, now),
    }
}

/// Begins a new life of the database as it stands.
fn begin_life(config: &Config, now: Moment) -> Result<(), Failure> {
    let begin = Begin {
        incarnation: random_guid()?,
        others: &BTreeSet::new(),
        is_in_region: config.centre.is_some(),
    };
    Store::open(&config.database, config.zone)?.begin_life_here(&begin, now)?;
    output::tell(text!(
        "{}: начата новая жизнь базы данных",
        "{}: a new life of the database has begun",
        config.database.display()
    ));
    Ok(())
}

/// Lets a restored database book, beside a running server too.
fn book_on(config: &Config) -> Result<(), Failure> {
    let now = engine::now(config.zone);
    if !Store::open(&config.database, config.zone)?.book_on(now)? {
        return Err(failed!(
            "{}: база данных не ждет центр",
            "{}: the database does not wait for the centre",
            config.database.display()
        ));
    }
    output::tell(text!(
        "{}: записи принимаются. Ячейки, которые центр записал сам, могут оказаться заняты дважды: такие записи перечислит обмен",
        "{}: visits are booked. Cells that the centre has booked itself may be taken twice: the exchange will list such visits",
        config.database.display()
    ));
    Ok(())
}

/// Replaces the database by a verified backup, and keeps the old database under another name. The list of patients to call is
/// printed first: nothing is replaced until it is out.
fn restore(config: &Config, file: &Path, now: Moment) -> Result<(), Failure> {
    let kept = kept(config, now);
    if kept.exists() {
        return Err(failed!(
            "{} уже есть: повторите",
            "{}: is there already: try again",
            kept.display()
        ));
    }
    let is_in_region = config.centre.is_some();
    let is_given = file == Path::new(STANDARD);
    let restoration = if is_given {
        let mut input = File::from(
            io::stdin()
                .as_fd()
                .try_clone_to_owned()
                .map_err(|error| Failure::of(STANDARD, error))?,
        );
        Restoration::prepare_from(&mut input, &config.database, config.zone, is_in_region, now)
    } else {
        Restoration::prepare(file, &config.database, config.zone, is_in_region, now)
    };
    let restoration = restoration.map_err(|error| unchanged(&error))?;
    let made = restoration.made()?;
    let today = config.zone.start_of(now.date_naive());
    let lacking = restoration.lacking(today);
    let told = match &lacking {
        Ok(lacking) => list(lacking, made),
        Err(error) => {
            let error = error.told();
            text!(
                "Заменяемая база не читается ({error}): кого обзвонить, узнать нельзя.\n\
                 Записи после копии остались только на бумаге и у пациентов.\n",
                "The database that is replaced cannot be read ({error}): whom to call cannot be found out.\n\
                 Visits after the backup are on paper and with the patients only.\n"
            )
        }
    };
    output::print_whole(&told).map_err(|error| {
        let what = pick(
            "ничего не изменено: стандартный вывод",
            "nothing was changed: standard output",
        );
        Failure::of(what, error)
    })?;
    let replaces = config.database.exists();
    restoration
        .put_in_place(&kept, lacking.as_ref().ok())
        .map_err(|error| unchanged(&error))?;
    let backup = if is_given {
        pick("копия", "the backup").to_owned()
    } else {
        file.display().to_string()
    };
    output::tell(text!("{backup} восстановлена", "{backup} is in place"));
    if replaces {
        output::tell(text!(
            "прежняя база данных сохранена как {}",
            "the replaced database is kept as {}",
            kept.display()
        ));
    }
    Ok(())
}

/// Returns the path under which the replaced database is kept, beside the new one.
fn kept(config: &Config, now: Moment) -> PathBuf {
    let extension = format!("replaced-{}.db", now.format("%Y-%m-%dT%H-%M-%S"));
    config.database.with_extension(extension)
}

fn unchanged(error: &RestoreError) -> Failure {
    let text = text!("ничего не изменено: {}", "nothing was changed: {}", error.told());
    match error {
        RestoreError::Open(OpenError::Newer { .. } | OpenError::Foreign(_)) => Failure::Misconfigured(text),
        _ => Failure::Failed(text),
    }
}

/// Returns a list for the reception of what the backup lacks.
fn list(lacking: &Lacking, made: Option<Moment>) -> String {
    let mut list = String::new();
    if let Some(made) = made {
        let made = made.format("%d.%m.%Y %H:%M");
        list += &text!("Копия сделана {made}.\n", "The backup was made on {made}.\n");
    }
    if !lacking.kinds.is_empty() {
        list += &table::text(kind_heads(), lacking.kinds.iter().map(kind));
    }
    let parts: [(&str, &[DayVisit]); 3] = [
        (
            pick(
                "Записей, которых в копии нет (позвоните этим пациентам: их талоны больше не действуют)",
                "Visits that the backup lacks (call these patients: their tickets do not hold any more)",
            ),
            &lacking.booked,
        ),
        (
            pick(
                "Записей, отмененных после копии (они снова действуют: отмените их еще раз)",
                "Visits cancelled after the backup (they are active again: cancel them once more)",
            ),
            &lacking.cancelled,
        ),
        (
            pick(
                "Записей, перенесенных после копии (ниже новое время; в копии у них прежнее время, врач или ячейка: \
                 загрузите расписание еще раз или позвоните этим пациентам)",
                "Visits moved after the backup (below are the new times; the backup has the earlier time, doctor or cell: \
                 import the timetable once more, or call these patients)",
            ),
            &lacking.moved,
        ),
    ];
    for (head, visits) in parts {
        list.extend([head, ": ", &visits.len().to_string(), "\n"]);
        if !visits.is_empty() {
            list += &visits::text(visits.iter());
        }
    }
    list
}

fn kind_heads() -> [&'static str; 4] {
    pick(
        [
            "За все время",
            "Нет в копии",
            "В копии прежние",
            "Удалены после копии",
        ],
        [
            "OF ALL TIMES",
            "NOT IN THE BACKUP",
            "CHANGED SINCE",
            "REMOVED SINCE",
        ],
    )
}

/// Returns the row of a kind: numbers alone, for there may be many things.
fn kind(one: &KindDifference) -> [String; 4] {
    let (russian, english) = match one.table {
        "lpu" => ("клиники", "clinics"),
        "speciality" => ("специальности", "specialities"),
        "resource" => ("врачи и кабинеты", "doctors and rooms"),
        "slot" => ("ячейки расписания", "cells of the timetable"),
        "patient" => ("карты пациентов", "patients' cards"),
        "referral" => ("направления", "referrals"),
        "dispensary_registration" => ("диспансерный учет", "dispensary registrations"),
        "exam" => ("мероприятия диспансеризации", "exams"),
        "client_application" => ("источники записи", "client applications"),
        "visit" => ("записи на прием", "visits"),
        "waiting_entry" => ("лист ожидания", "waiting list"),
        other => (other, other),
    };
    let number = |count: i64| count.to_string();
    [
        pick(russian, english).to_owned(),
        number(one.missing),
        number(one.changed),
        number(one.extra),
    ]
}
