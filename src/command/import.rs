//! `infomat import`

mod events;

use super::owner::STANDARD;
use super::texts::{Told, import as texts};
use super::{Failure, open_to_write, output, table, visits};
use crate::cli::{Import, Printed, Template};
use crate::config::Config;
use crate::engine;
use crate::import::{self, ImportError, Imported, Notice, TableKind, Wanted};
use crate::language::{pick, text};
use crate::model::Moment;
use crate::store::Store;
use crate::store::import::{MovedVisit, Moves};
use crate::wire::ticket::num;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;

/// Clears the terminal's current line (ECMA-48: CR, EL).
const CLEARED: &str = "\r\x1b[K";

/// Columns of the list of moved visits.
const COLUMNS: usize = 9;

/// Imports a file of clinic data, or only reports what that would do. Prints the count of each kind, and which patients to call
/// because their visits move. Bad lines go to standard error.
/// Or prints a table to fill in.
pub fn run(path: &Path, wanted: &Import) -> Result<(), Failure> {
    if let Some(kind) = wanted.template {
        return output::print(table_kind(kind).template());
    }
    let config = &Config::load(path)?;
    let (mut store, now) = if wanted.check {
        let store = Store::open_to_read(&config.database, config.zone)?;
        (store, engine::now(config.zone))
    } else {
        open_to_write(config)?
    };
    let input: Box<dyn BufRead> = match wanted.file.as_deref() {
        Some(file) if file != Path::new(STANDARD) => Box::new(BufReader::new(open(file)?)),
        _ => Box::new(io::stdin().lock()),
    };
    let is_for_program = wanted.format == Printed::Json;
    let on_terminal = io::stderr().is_terminal() && !is_for_program;
    let mut tell = |notice: Notice| {
        if is_for_program {
            events::tell(&notice);
        } else {
            tell(&notice, on_terminal);
        }
    };
    let way = Wanted {
        now,
        named: &config.application_guids(),
        replace: wanted.replace,
        skip_bad: wanted.skip_bad,
    };
    let imported = if wanted.check {
        import::check(&mut store, input, &way, &mut tell)
    } else {
        import::import(&mut store, input, &way, &mut tell)
    };
    if on_terminal {
        output::warn(CLEARED);
    }
    let Imported {
        counts,
        moves,
        skipped,
    } = imported?;
    let partly = (skipped > 0).then(|| Failure::Partly(texts::skipped(skipped, &way, wanted.check)));
    if is_for_program {
        events::print(&counts, &moves)?;
        return partly.map_or(Ok(()), Err);
    }
    for count in &counts {
        output::tell(count.told());
    }
    let list = list(&moves);
    // What was done is done, where there is nobody to call.
    if !list.is_empty() {
        output::print(list)?;
    }
    partly.map_or(Ok(()), Err)
}

fn table_kind(wanted: Template) -> TableKind {
    match wanted {
        Template::Timetable => TableKind::Timetable,
        Template::Patients => TableKind::Patients,
        Template::Doctors => TableKind::Doctors,
    }
}

/// Opens a file of clinic data.
fn open(path: &Path) -> Result<File, Failure> {
    let named = |error| Failure::of(path.display(), error);
    let file = File::open(path).map_err(named)?;
    if file.metadata().map_err(named)?.is_dir() {
        return Err(named(io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// Returns whom to call: visits that are moved, with their old place and the new one; pairs of visits at one time; and pairs of
/// visits under one number.
fn list(moves: &Moves) -> String {
    let mut list = String::new();
    let [put_off, overlapping, sharing, unnamed] = titles();
    if !moves.moved.is_empty() {
        list.extend([put_off, ": ", &moves.moved.len().to_string(), "\n"]);
        list += &table::text(heads(), moves.moved.iter().map(row));
    }
    for (head, pairs) in [(overlapping, &moves.overlapping), (sharing, &moves.sharing)] {
        if !pairs.is_empty() {
            list.extend([head, ": ", &pairs.len().to_string(), "\n"]);
            list += &visits::text(pairs.iter().flatten());
        }
    }
    if !moves.unnamed.is_empty() {
        list.extend([unnamed, ": ", &moves.unnamed.len().to_string(), "\n"]);
        list += &visits::text(moves.unnamed.iter());
    }
    list
}

/// Titles of the lists: visits that are moved, pairs at one time, pairs under one number, visits without a new time.
fn titles() -> [&'static str; 4] {
    pick(
        [
            "Перенесенных записей (позвоните этим пациентам)",
            "Пары записей одного пациента в одно время (позвоните и отмените одну из двух: infomat cancel)",
            "Пары записей к одному врачу в один день под одним номером (предупредите кабинет)",
            "Записей на время, которого в новом расписании нет (позвоните этим пациентам; записи остались)",
        ],
        [
            "Visits that are moved (call these patients)",
            "Pairs of visits of one patient at one time (call, and cancel one of the two: infomat cancel)",
            "Pairs of visits with one resource on one day under one number (tell those at the door)",
            "Visits at times that the new timetable does not have (call these patients; the visits stay)",
        ],
    )
}

/// Heads of the columns of moved visits.
fn heads() -> [&'static str; COLUMNS] {
    pick(
        [
            "Пациент",
            "Дата рождения",
            "Телефон",
            "Было",
            "У кого",
            "Теперь",
            "У кого",
            "Номер",
            "Талон",
        ],
        [
            "Patient",
            "Birth date",
            "Telephone",
            "Was",
            "With",
            "Now",
            "With",
            "Number",
            "Ticket",
        ],
    )
}

/// Returns the row of a moved visit: the old and the new place. The room, and a clinic that changes, stand beside the doctor.
fn row(moved: &MovedVisit) -> [String; COLUMNS] {
    let visit = &moved.visit;
    let time =
        |begin: Moment, end: Moment| format!("{}-{}", begin.format("%d.%m.%Y %H:%M"), end.format("%H:%M"));
    let place = |doctor: &str, room: &str, lpu: Option<&String>| {
        let room = match room {
            "" => String::new(),
            room => text!(", каб. {room}", ", room {room}"),
        };
        let lpu = lpu.map(|lpu| format!(", {lpu}")).unwrap_or_default();
        format!("{doctor}{room}{lpu}")
    };
    let lpus = moved.lpus.as_ref();
    [
        visit.patient.clone(),
        visit.birth_date.format("%d.%m.%Y").to_string(),
        visit.phone.clone(),
        time(moved.old_begin, moved.old_end),
        place(&moved.old_doc_fio, &moved.old_room, lpus.map(|[old, _]| old)),
        time(visit.begin, visit.end),
        place(&visit.doc_fio, &visit.room, lpus.map(|[_, new]| new)),
        num(visit.num),
        visit.ticket.to_string(),
    ]
}

/// Prints a notice of an import. On a terminal it also shows the progress, on one line.
pub fn tell(notice: &Notice, on_terminal: bool) {
    let cleared = if on_terminal { CLEARED } else { "" };
    match notice {
        Notice::Bad(line) => output::warn(format_args!("{cleared}{}\n", line.told())),
        Notice::MoreBad(lines) => output::warn(format_args!("{cleared}{}\n", texts::more_bad_lines(*lines))),
        Notice::Read(lines) if on_terminal => output::warn(text!(
            "{CLEARED}прочитано строк: {lines}",
            "{CLEARED}{lines} lines read"
        )),
        Notice::PuttingInPlace if on_terminal => output::warn(text!(
            "{CLEARED}строки ставятся на место",
            "{CLEARED}putting the lines in place"
        )),
        Notice::Nothing(field, lines) => {
            output::warn(format_args!("{cleared}{}\n", texts::nothing_in(field, *lines)));
        }
        Notice::Added(doctors, count) => {
            output::warn(format_args!("{cleared}{}\n", texts::added(doctors, *count)));
        }
        Notice::Overlaps(cells, count) => {
            output::warn(format_args!("{cleared}{}\n", texts::overlaps(cells, *count)));
        }
        Notice::Doubt(doubt) => output::warn(format_args!("{cleared}{}\n", doubt.told())),
        Notice::Read(_) | Notice::PuttingInPlace => (),
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        let text = error.told();
        match error {
            ImportError::GuidTaken(_) => Failure::Misconfigured(text),
            _ => Failure::Failed(text),
        }
    }
}
