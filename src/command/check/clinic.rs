//! Checks of the data: the last booking, the last backup, the timetable, waiting imports.

use super::{Report, ask_root, standby};
use crate::command::texts::Told;
use crate::command::{Failure, believed_now};
use crate::config::Config;
use crate::engine;
use crate::health::{self, Subject};
use crate::language::{Language, pick, text};
use crate::model::Moment;
use crate::store::{Fault, Outcome, Store};
use chrono::TimeDelta;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Endings of files that wait to be imported.
const ENDINGS: [&str; 2] = ["ndjson", "csv"];

/// Most files that are counted.
const FILES_MAX: usize = 10_000;

/// Format of moments.
const MINUTE: &str = "%Y-%m-%d %H:%M";

/// Clock, backup and timetable.
pub fn look_at_data(config: &Config, store: &Store, report: &mut Report) -> Result<(), Fault> {
    let now = engine::now(config.zone);
    let last = store.last_moment()?;
    match believed_now(config.zone, last) {
        Ok(_) if last == 0 => report.good(
            "clock",
            text!(
                "{}; записей еще не было",
                "{}; nothing was booked yet",
                now.format(MINUTE)
            ),
        ),
        Ok(_) => {
            let last = config.zone.at(last);
            report.good(
                "clock",
                text!(
                    "{}; последняя строка журнала от {}",
                    "{}; the journal was last written at {}",
                    now.format(MINUTE),
                    last.format(MINUTE)
                ),
            );
        }
        Err(failure) => report.bad("clock", failure),
    }

    if let Some(trouble) = store.reads_only()? {
        report.bad("database", Failure::Failed(trouble.told(Language::current())));
    }
    report.judged(
        Subject::Backup,
        health::backup(store.last_backup()?, now),
        pick("последней меньше 2 суток", "the last one is less than 2 days old"),
    );
    if let Some(imported) = store.last_import()? {
        let imported = imported.format(MINUTE);
        report.good("data", text!("загружены {imported}", "imported at {imported}"));
    }
    look_at_exchange(config, store, now, report)?;
    standby::look(config, store, now, report)?;
    report.judged(
        Subject::ClosedTimes,
        health::closed_times(store.not_called(now)?),
        pick("звонить некому", "nobody has to be called"),
    );
    look_at_cards(&store.doubtful_cards(now)?, report);

    let horizon = store
        .last_cell()?
        .map(|seconds| config.zone.at(seconds).date_naive());
    let day = horizon.unwrap_or_default();
    report.judged(
        Subject::Timetable,
        health::timetable(horizon, now.date_naive()),
        text!("до {day}", "until {day}"),
    );
    let overlapping = store.overlapping_cells(now);
    if !overlapping.findings.is_empty() {
        let count = overlapping.findings.len();
        let more = if overlapping.more { "+" } else { "" };
        report.warn(
            "timetable",
            text!(
                "ячеек, которые начинаются раньше, чем кончается другая у того же врача: {count}{more}; их перечислит `infomat verify`",
                "cells that begin before another one of the same resource ends: {count}{more}; `infomat verify` lists them"
            ),
        );
    }
    Ok(())
}

/// Reports how the exchange with the region's centre stands. A clinic without one has no line.
fn look_at_exchange(config: &Config, store: &Store, now: Moment, report: &mut Report) -> Result<(), Fault> {
    let problems = health::exchange(&store.exchange_state()?, now);
    match store.region_state()? {
        None if config.centre.is_some() => report.warn(
            Subject::Exchange.name(),
            pick(
                "обмена с центром еще не было: выполните `infomat exchange`",
                "there was no exchange with the centre yet: run `infomat exchange`",
            ),
        ),
        Some(state) if problems.is_empty() => report.good(
            Subject::Exchange.name(),
            text!(
                "строк журнала {}, из них у центра {}; сообщений центра принято {}",
                "{} records, {} of them at the centre; {} messages of the centre taken",
                state.last,
                state.received.unwrap_or_default(),
                state.applied
            ),
        ),
        _ => (),
    }
    for problem in problems {
        report.problem(problem);
    }
    Ok(())
}

/// Reports doubtful cards.
fn look_at_cards(doubts: &[Outcome], report: &mut Report) {
    const WHAT: &str = "cards";
    for doubt in doubts {
        report.warn(
            WHAT,
            doubt.told().lines().map(str::trim).collect::<Vec<_>>().join("; "),
        );
    }
    if doubts.is_empty() {
        report.good(
            WHAT,
            pick(
                "объединять или закрывать нечего",
                "none needs to be joined with another or closed",
            ),
        );
    }
}

/// Reports files in the folder for imports.
pub fn look_at_imports(config: &Config, report: &mut Report) {
    const WHAT: &str = "imports";
    let Some(folder) = &config.import_folder else {
        return report.good(
            WHAT,
            pick(
                "import_folder не называет каталога",
                "import_folder names no folder to look into",
            ),
        );
    };
    match waiting(folder) {
        Ok((0, _)) => report.good(
            WHAT,
            text!("в {} файлов нет", "no file waits in {}", folder.display()),
        ),
        Ok((count, age)) => report.warn(
            WHAT,
            text!(
                "{count} в {}, старшему {} ч: загрузите каждый командой `infomat import` и уберите",
                "{count} in {}, the oldest for {} hours: `infomat import` each, then take it away",
                folder.display(),
                age.num_hours()
            ),
        ),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => report.warn(WHAT, ask_root()),
        Err(error) => report.bad(WHAT, Failure::of(folder.display(), error)),
    }
}

/// Returns how many files wait in a folder, and for how long the oldest.
fn waiting(folder: &Path) -> io::Result<(usize, TimeDelta)> {
    let (mut count, mut longest) = (0, TimeDelta::zero());
    for entry in fs::read_dir(folder)?.take(FILES_MAX) {
        let path = entry?.path();
        if path
            .extension()
            .is_none_or(|found| ENDINGS.iter().all(|ending| found != *ending))
        {
            continue;
        }
        let age = path.metadata()?.modified()?.elapsed().unwrap_or_default();
        longest = longest.max(TimeDelta::from_std(age).unwrap_or_default());
        count += 1;
    }
    Ok((count, longest))
}
