//! `infomat restore`

mod standby;

use super::exchange::{PATIENCE, Peer};
use super::owner::STANDARD;
use super::texts::Told;
use super::{Failure, failed, output, table, visits};
use crate::cli::Restore;
use crate::config::Config;
use crate::engine;
use crate::exchange::site::BoxStore;
use crate::exchange::standby::StandbyName;
use crate::files::folder_of;
use crate::import::BoxTx;
use crate::language::{pick, text};
use crate::model::{DayVisit, Moment};
use crate::store::{
    Begin, KindDifference, Lacking, OpenError, Restoration, RestoreError, ServerLock, Store, random_guid,
};
use standby::{Replayed, Standby};
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
    match wanted {
        Restore { file: Some(file), .. } => restore(config, file, configured_standby(config), now),
        Restore { from: Some(from), .. } => {
            let (standby, base) = named_standby(config, from)?;
            restore(config, &standby.path(base), Some(standby), now)
        }
        Restore {
            from_centre: true, ..
        } => from_centre(config, now),
        _ => begin_life(config, now),
    }
}

/// Returns the standby that was named, by its folder or by a base in it, and the base to begin with.
fn named_standby(config: &Config, named: &Path) -> Result<(Standby, StandbyName), Failure> {
    let base = named
        .file_name()
        .and_then(|name| StandbyName::parse(name.to_str()?));
    let folder = match base {
        Some(_) => folder_of(named),
        None => named,
    };
    let standby =
        Standby::look(folder, config.zone).map_err(|error| unchanged_by(folder.display(), error))?;
    let base = base.map_or_else(|| standby.newest(), Ok)?;
    Ok((standby, base))
}

/// Returns the standby of the configuration. Where it cannot be looked at, that is said, and the database waits for a person.
fn configured_standby(config: &Config) -> Option<Standby> {
    let folder = config.standby.as_deref()?;
    let looked = Standby::look(folder, config.zone);
    looked
        .map_err(|error| {
            let error = error.told();
            output::warn(text!(
                "{}: запасной каталог не читается ({error}): записи после копии, которые он знает, не возвращены. \
                 Принимать записи без них разрешит `infomat restore --book-on`\n",
                "{}: the standby cannot be read ({error}): what it knows of visits after the backup is not brought back. \
                 `infomat restore --book-on` lets the database book without that\n",
                folder.display()
            ));
        })
        .ok()
}

/// Makes the database of what the centre knows. Nothing is replaced until there is an empty one to take it in; the exchange then
/// brings all that there is, and may go on later where it is cut.
fn from_centre(config: &Config, now: Moment) -> Result<(), Failure> {
    let kept = unused_kept(config, now)?;
    // What is not configured is said before anything is replaced.
    let centre = Peer::of(config, PATIENCE)?;
    let restoration =
        Restoration::empty(&config.database, config.zone, now).map_err(|error| unchanged(&error))?;
    let replaces = config.database.exists();
    restoration
        .put_in_place(&kept, None)
        .map_err(|error| unchanged(&error))?;
    if replaces {
        tell_kept(&kept);
    }
    centre.exchange().map_err(|error| {
        failed!(
            "новая база данных пуста и не принимает записи, пока центр не передаст всё: повторите `infomat exchange`: {error}",
            "the new database is empty, and books nothing until the centre has told all: repeat `infomat exchange`: {error}"
        )
    })
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
fn restore(config: &Config, file: &Path, standby: Option<Standby>, now: Moment) -> Result<(), Failure> {
    let kept = unused_kept(config, now)?;
    let is_in_region = config.centre.is_some() || config.standby.is_some() || standby.is_some();
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
    let replayed = standby
        .map(|standby| replay(config, &restoration, &standby, now))
        .transpose()?;
    let today = config.zone.start_of(now.date_naive());
    let lacking = restoration.lacking(today);
    let mut told = replayed
        .as_ref()
        .map_or_else(String::new, |replayed| replayed.told(config.zone));
    told += &match &lacking {
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
        tell_kept(&kept);
    }
    match replayed.filter(|replayed| !replayed.broken.is_empty()) {
        None => Ok(()),
        Some(_) => Err(Failure::Partly(
            pick(
                "часть запасного каталога испорчена: сверьте записи с бумагой",
                "a part of the standby is damaged: compare the visits with what is on paper",
            )
            .to_owned(),
        )),
    }
}

/// Replays what a standby knows on a restored database, which then books unless it waits for the centre too.
fn replay(
    config: &Config,
    restoration: &Restoration,
    standby: &Standby,
    now: Moment,
) -> Result<Replayed, Failure> {
    let mut store = restoration.open()?;
    let replayed = standby.replay(&mut store, now)?;
    if config.centre.is_none() && store.region_state()?.is_none() {
        let mut tx = BoxTx::apart(&mut store, now)?;
        tx.serve()?;
        tx.commit()?;
    }
    Ok(replayed)
}

fn tell_kept(kept: &Path) {
    output::tell(text!(
        "прежняя база данных сохранена как {}",
        "the replaced database is kept as {}",
        kept.display()
    ));
}

/// Returns that path, at which nothing is yet.
fn unused_kept(config: &Config, now: Moment) -> Result<PathBuf, Failure> {
    let kept = kept(config, now);
    if kept.exists() {
        return Err(failed!(
            "{} уже есть: повторите",
            "{}: is there already: try again",
            kept.display()
        ));
    }
    Ok(kept)
}

/// Returns the path under which the replaced database is kept, beside the new one.
fn kept(config: &Config, now: Moment) -> PathBuf {
    let extension = format!("replaced-{}.db", now.format("%Y-%m-%dT%H-%M-%S"));
    config.database.with_extension(extension)
}

fn unchanged_by(what: impl std::fmt::Display, error: impl Told) -> Failure {
    let what = text!("ничего не изменено: {what}", "nothing was changed: {what}");
    Failure::of(what, error)
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
