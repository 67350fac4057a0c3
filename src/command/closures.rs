//! `infomat close`, `infomat open` and `infomat closures`

use super::{Failure, believed_now, failed, open_to_write, output, table, visits};
use crate::cli::{Close, Closures, Format, Open};
use crate::config::Config;
use crate::language::{pick, text};
use crate::model::{CLOSURE_DAYS_MAX, Closure, ClosureWish, Period, PeriodFault};
use crate::refusal::DeskRefusal;
use crate::store::{CLOSURES_MAX, NOBODY, Store};
use crate::wire::desk::closure::ClosureListed;
use uuid::Uuid;

/// Heads of the columns.
const RUSSIAN_HEADS: [&str; 7] = ["Врач", "С", "По", "Причина", "Логин", "Осталось записей", "Гвид"];

const ENGLISH_HEADS: [&str; 7] = ["DOCTOR", "FROM", "TO", "REASON", "LOGIN", "VISITS LEFT", "GUID"];

/// Closes a time, and prints whose visits stand there.
pub fn close(config: &Config, wanted: &Close) -> Result<(), Failure> {
    let (mut store, now) = open_to_write(config)?;
    let period = Period {
        date: wanted.date.unwrap_or_else(|| now.date_naive()),
        date_to: wanted.date_to,
        from: wanted.from,
        to: wanted.to,
    };
    let (begin, end) = period.moments(config.zone, now).map_err(wrong_period)?;
    let wish = ClosureWish {
        guid: Uuid::now_v7(),
        resource: wanted.resource,
        begin,
        end,
        reason: wanted.reason.clone(),
    };
    let tx = store.write()?;
    let closure = tx.close(&wish, NOBODY, now)?.map_err(|refusal| match refusal {
        DeskRefusal::TooManyClosures { .. } => failed!(
            "закрытых времен уже {CLOSURES_MAX}: откройте лишние командой infomat open",
            "{CLOSURES_MAX} times are closed already: open some with infomat open"
        ),
        _ => failed!(
            "--resource {}: нет такого врача, кабинета или оборудования",
            "--resource {}: there is no such doctor, room or equipment",
            wanted.resource
        ),
    })?;
    let visits = tx.concerned_visits(&closure)?;
    tx.commit()?;
    let guid = closure.guid;
    output::tell(text!(
        "закрыто, {}; открыть снова: infomat open {guid}",
        "closed, {}; to open again: infomat open {guid}",
        closure.doc_fio
    ));
    if visits.is_empty() {
        output::tell(pick("записей на это время нет", "nobody is booked there"));
        return Ok(());
    }
    output::print(visits::text(visits.iter().map(|one| &one.at_desk.visit)))
}

/// Opens a closed time again.
pub fn open(config: &Config, wanted: &Open) -> Result<(), Failure> {
    let (mut store, now) = open_to_write(config)?;
    let tx = store.write()?;
    let closure = tx.find_closure(wanted.closure)?.ok_or_else(|| {
        failed!(
            "{}: нет такого закрытого времени; все назовет infomat closures",
            "{}: there is no such closed time; infomat closures names all",
            wanted.closure
        )
    })?;
    if closure.opened.is_none() {
        tx.open_closure(&closure, now)?;
    }
    tx.commit()?;
    output::tell(pick("открыто", "open again"));
    Ok(())
}

/// Prints the times that are closed and not over. It only reads, and works with and without a running server.
pub fn list(config: &Config, wanted: &Closures) -> Result<(), Failure> {
    let store = Store::open_to_read(&config.database, config.zone)?;
    let now = believed_now(config.zone, store.last_moment()?)?;
    let mut closures = store.closures_since(now)?;
    closures.retain(|closure| closure.opened.is_none());
    let mut rows = Vec::new();
    let mut objects = Vec::new();
    for closure in &closures {
        let visits = store.concerned_visits(closure)?;
        let left = visits.iter().filter(|visit| visit.handled.is_open()).count();
        rows.push(row(closure, left));
        objects.push(ClosureListed::new(closure, &visits));
    }
    // Files of CSV have one heading, whoever makes them: programs read it.
    let heads = match wanted.format {
        Format::Csv => RUSSIAN_HEADS,
        Format::Text | Format::Json => pick(RUSSIAN_HEADS, ENGLISH_HEADS),
    };
    table::print(wanted.format, heads, rows.into_iter(), &objects)
}

fn row(closure: &Closure, left: usize) -> [String; RUSSIAN_HEADS.len()] {
    let shown = |moment: crate::model::Moment| moment.format("%d.%m.%Y %H:%M").to_string();
    [
        closure.doc_fio.clone(),
        shown(closure.begin),
        shown(closure.end),
        closure.reason.clone(),
        closure.login.clone(),
        left.to_string(),
        closure.guid.to_string(),
    ]
}

fn wrong_period(fault: PeriodFault) -> Failure {
    match fault {
        PeriodFault::DaysTurned => failed!(
            "--date-to: день не должен быть раньше --date",
            "--date-to: not before --date"
        ),
        PeriodFault::TooLong => failed!(
            "--date-to: не больше {CLOSURE_DAYS_MAX} дней сразу",
            "--date-to: at most {CLOSURE_DAYS_MAX} days at once"
        ),
        PeriodFault::NoSuchFrom => failed!(
            "--from: часы клиники в тот день этого времени не показывают",
            "--from: the clinic's clock does not show this time on that day"
        ),
        PeriodFault::NoSuchTo => failed!(
            "--to: часы клиники в тот день этого времени не показывают",
            "--to: the clinic's clock does not show this time on that day"
        ),
        PeriodFault::TimesTurned => failed!(
            "--to: время должно быть позже --from",
            "--to: the time must be after --from"
        ),
        PeriodFault::Past => failed!("это время уже прошло", "that time is over"),
    }
}
