//! `infomat purge`

use super::{Failure, believed_now, failed, output};
use crate::cli::Purge;
use crate::config::Config;
use crate::language::{pick, text};
use crate::store::{OpenError, Purgeable, Purged, ServerLock, Store};
use chrono::Days;

/// Removes old data for good. A server may run meanwhile; without one, the file is also rewritten.
pub fn run(config: &Config, wanted: &Purge) -> Result<(), Failure> {
    let no_server = match ServerLock::take(&config.database) {
        Ok(lock) => Some(lock),
        Err(OpenError::InUse(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let mut store = Store::open(&config.database, config.zone)?;
    let last = store.last_moment()?;
    let now = believed_now(config.zone, last)?;
    // A clock that has jumped ahead makes nothing old: the clinic's own life counts.
    let today = now.min(config.zone.at(last) + Days::new(1));
    let before = config
        .zone
        .start_of(today.date_naive() - Days::new(wanted.older_than.into()));
    let day = before.date_naive();
    output::tell(text!(
        "удаляется то, что закончилось до {day}",
        "removing what was over before {day}"
    ));
    for Purged { what, count } in store.purge(before, now)? {
        output::tell(format_args!("{}: {count}", name(what)));
    }
    if no_server.is_some() {
        store.rewrite()?;
    }
    if !store.empty_log()? {
        return Err(failed!(
            "журнал базы данных еще хранит удаленное: мешает тот, кто ее читает, например копирование; выполните команду еще раз",
            "the write-ahead log still holds what was removed: a reader, such as a backup, is in the way; run this again",
        ));
    }
    if no_server.is_none() {
        store.stretch_log_beside()?;
    }
    output::tell(pick(
        "не тронуты: резервные копии и копии рядом с базой данных (infomat.before-….db, infomat.replaced-….db). Они хранят \
         удаленное, пока их не удалят",
        "not touched: backups, and copies beside the database (infomat.before-….db, infomat.replaced-….db). They hold \
         what was removed until they are deleted",
    ));
    Ok(())
}

fn name(what: Purgeable) -> &'static str {
    match what {
        Purgeable::Visits => pick("записи на прием", "visits"),
        Purgeable::ClosedTimes => pick("закрытые времена", "closed times"),
        Purgeable::Cells => pick("ячейки расписания", "cells"),
        Purgeable::WaitingEntries => pick("строки листа ожидания", "entries of the waiting list"),
        Purgeable::FailedIdentifications => pick("неудачные попытки входа", "failed identifications"),
        Purgeable::ClosedCards => pick("закрытые карты", "closed cards"),
        Purgeable::Displaced => pick("записи без места", "visits without a place"),
        Purgeable::StrangeMessages => pick("сообщения прежнего центра", "messages of a lost centre"),
        Purgeable::Issues => pick("виденные строки infomat issues", "issues that were seen"),
        Purgeable::Records => pick("содержание строк журнала", "contents of journal records"),
        Purgeable::NamesOfResources => {
            pick("имена удаленных врачей и кабинетов", "names of removed resources")
        }
    }
}
