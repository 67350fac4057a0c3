//! What lies in the database and waits beside it: the last booking, the last backup, the timetable, imports.

use super::{Report, ask_root};
use crate::command::texts::Told;
use crate::command::{Failure, believed_now};
use crate::config::Config;
use crate::engine;
use crate::language::{pick, text};
use crate::model::Moment;
use crate::store::{Fault, Outcome, Store};
use chrono::TimeDelta;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// A backup that is older should be looked after; one is made every night.
const BACKUP_DAYS_GOOD: i64 = 2;

/// A backup that is older is as good as none.
const BACKUP_DAYS_MAX: i64 = 14;

/// With fewer days of cells ahead the next import is due.
const HORIZON_DAYS_GOOD: i64 = 7;

/// Ending of files that wait to be imported.
const ENDING: &str = "ndjson";

/// Most files that are counted.
const FILES_MAX: usize = 10_000;

/// How moments are shown.
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
                    "{}; последняя запись сделана {}",
                    "{}; the last booking was at {}",
                    now.format(MINUTE),
                    last.format(MINUTE)
                ),
            );
        }
        Err(failure) => report.bad("clock", failure),
    }

    look_at_backup(store.last_backup()?, now, report);
    look_at_cards(&store.doubtful_cards(now)?, report);

    let horizon = store.last_cell()?.map(|seconds| config.zone.at(seconds));
    let left = horizon.map(|last| (last.date_naive() - now.date_naive()).num_days());
    match horizon.map(|last| last.format("%Y-%m-%d")).zip(left) {
        None => report.warn(
            "timetable",
            pick(
                "ячеек нет: их загрузит `infomat import`",
                "there are no cells: `infomat import` takes them",
            ),
        ),
        Some((day, ..0)) => report.bad(
            "timetable",
            Failure::Failed(text!(
                "последние ячейки были {day}: загрузите следующие дни",
                "its last cells were on {day}: import the coming days"
            )),
        ),
        Some((day, left)) if left < HORIZON_DAYS_GOOD => {
            report.warn(
                "timetable",
                text!(
                    "последние ячейки {day}: загрузите дни после него",
                    "its last cells are on {day}: import the days after it"
                ),
            );
        }
        Some((day, _)) => report.good("timetable", text!("до {day}", "until {day}")),
    }
    Ok(())
}

/// What the registry should look at.
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

/// When the last good backup was made.
fn look_at_backup(last: Option<Moment>, now: Moment, report: &mut Report) {
    const WHAT: &str = "backup";
    let Some(last) = last else {
        return report.warn(
            WHAT,
            pick(
                "еще ни одной: выполните `infomat backup`",
                "there is none yet: run `infomat backup`",
            ),
        );
    };
    let days = (now - last).num_days();
    let old = text!(
        "последней {days} сут.: выполните `infomat backup`",
        "the last one is {days} days old: run `infomat backup`"
    );
    if last > now {
        let made = last.format(MINUTE);
        report.warn(
            WHAT,
            text!(
                "последняя датирована {made}: часы тогда спешили; выполните `infomat backup`",
                "the last one is dated {made}, by a clock that was ahead: run `infomat backup`"
            ),
        );
    } else if days > BACKUP_DAYS_MAX {
        report.bad(WHAT, Failure::Failed(old));
    } else if days >= BACKUP_DAYS_GOOD {
        report.warn(WHAT, old);
    } else {
        report.good(
            WHAT,
            pick("последней меньше 2 суток", "the last one is less than 2 days old"),
        );
    }
}

/// Files in the folder for imports.
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

/// How many files wait in a folder, and for how long the oldest.
fn waiting(folder: &Path) -> io::Result<(usize, TimeDelta)> {
    let (mut count, mut longest) = (0, TimeDelta::zero());
    for entry in fs::read_dir(folder)?.take(FILES_MAX) {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != ENDING) {
            continue;
        }
        let age = path.metadata()?.modified()?.elapsed().unwrap_or_default();
        longest = longest.max(TimeDelta::from_std(age).unwrap_or_default());
        count += 1;
    }
    Ok((count, longest))
}
