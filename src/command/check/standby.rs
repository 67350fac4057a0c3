//! Check of the standby: whether its folder has what it needs to make this database anew.

use super::Report;
use crate::command::Failure;
use crate::command::exchange::newest_base;
use crate::config::Config;
use crate::files::read_private_file;
use crate::language::text;
use crate::model::Moment;
use crate::store::{Fault, Store};
use chrono::TimeDelta;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use uuid::Uuid;

/// Age from which a record should have been written there: the standby follows within a second.
const BEHIND_MAX: TimeDelta = TimeDelta::minutes(1);

/// Looks at the folder, if the configuration names one.
pub fn look(config: &Config, store: &Store, now: Moment, report: &mut Report) -> Result<(), Fault> {
    const WHAT: &str = "standby";
    let Some(folder) = &config.standby else {
        return Ok(());
    };
    let life = store.site(Uuid::nil())?.incarnation;
    let upto = match known_upto(folder, life) {
        Ok(upto) => upto,
        Err(error) => {
            report.bad(WHAT, Failure::of(folder.display(), error));
            return Ok(());
        }
    };
    let Some(upto) = upto else {
        report.warn(
            WHAT,
            text!(
                "в {} еще нет копии этой базы данных: ее делает `infomat exchange --follow`, посмотрите \
                 `systemctl status infomat-exchange`",
                "{} has no base of this database yet: `infomat exchange --follow` makes it, look at \
                 `systemctl status infomat-exchange`",
                folder.display()
            ),
        );
        return Ok(());
    };
    let first = store.records(upto + 1, 1)?;
    let late = first
        .first()
        .filter(|first| now - config.zone.at(first.at) > BEHIND_MAX);
    match late {
        None => report.good(
            WHAT,
            text!(
                "знает журнал до строки {upto}",
                "the standby knows the journal up to record {upto}"
            ),
        ),
        Some(first) => report.warn(
            WHAT,
            text!(
                "в {} нет строк журнала с {} от {}: посмотрите `systemctl status infomat-exchange`",
                "{} lacks the records from {} of {} on: look at `systemctl status infomat-exchange`",
                folder.display(),
                first.seq,
                config.zone.at(first.at).format("%Y-%m-%d %H:%M")
            ),
        ),
    }
    Ok(())
}

/// Returns up to which record a folder knows the journal of a life; nothing where it has no base of it.
fn known_upto(folder: &Path, life: Uuid) -> io::Result<Option<u64>> {
    let Some(base) = newest_base(folder, life)? else {
        return Ok(None);
    };
    match read_private_file(&folder.join(base.tail().to_string())) {
        Ok(tail) => Ok(Some(base.seq + lines(BufReader::new(tail))?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(base.seq)),
        Err(error) => Err(error),
    }
}

/// Returns how many lines have an end: each is a record.
fn lines(mut file: impl BufRead) -> io::Result<u64> {
    let (mut count, mut line) = (0, Vec::new());
    while file.read_until(b'\n', &mut line)? > 0 {
        count += u64::from(line.ends_with(b"\n"));
        line.clear();
    }
    Ok(count)
}
