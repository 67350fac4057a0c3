//! Closed times, as the reception asks for them and sees them.

use crate::model::{
    CLOSURE_DAYS_MAX, Closure, ClosureWish, ConcernedVisit, Moment, Period, PeriodFault, Zone,
};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::day::VisitAtDesk;
use crate::wire::message::Request;
use crate::wire::params::{Json, Params, bad, date, required, time};
use crate::wire::ticket::moment;
use serde::Serialize;
use uuid::Uuid;

/// Longest note of what was agreed with a patient.
const NOTE_CHARS_MAX: usize = 256;

/// The names of the parameters.
const KNOWN: [&str; 7] = ["guid", "resource", "date", "dateTo", "from", "to", "reason"];

/// Parses what is to be closed.
///
/// # Errors
/// [`Refusal::Parameter`] for a time that is none, is over or is too long.
pub fn new_closure(request: &Request, zone: Zone, now: Moment) -> Result<ClosureWish, Refusal> {
    let params = Params::of_json(request, &KNOWN.map(|name| (name, Json::Text)))?;
    let guid = required("guid", params.guid("guid")?)?;
    let resource = required("resource", params.guid("resource")?)?;
    let day = |name| params.parsed(name, date, ParameterFault::Date);
    let hour = |name| params.parsed(name, time, ParameterFault::Time);
    let period = Period {
        date: required("date", day("date")?)?,
        date_to: day("dateTo")?,
        from: hour("from")?,
        to: hour("to")?,
    };
    let reason = required("reason", super::reason(&params, "reason")?)?;
    let (begin, end) = period.moments(zone, now).map_err(|fault| match fault {
        PeriodFault::DaysTurned => bad("dateTo", ParameterFault::Before("date")),
        PeriodFault::TooLong => bad("dateTo", ParameterFault::DaysUpTo(CLOSURE_DAYS_MAX)),
        PeriodFault::NoSuchFrom => bad("from", ParameterFault::Time),
        PeriodFault::NoSuchTo => bad("to", ParameterFault::Time),
        PeriodFault::TimesTurned => bad("to", ParameterFault::NotAfter("from")),
        PeriodFault::Past if period.date_to.is_some() => bad("dateTo", ParameterFault::Past),
        PeriodFault::Past if period.to.is_some() => bad("to", ParameterFault::PastTime),
        PeriodFault::Past => bad("date", ParameterFault::Past),
    })?;
    Ok(ClosureWish {
        guid,
        resource,
        begin,
        end,
        reason,
    })
}

/// Parses what was agreed with a patient; may be empty.
pub fn called_note(request: &Request) -> Result<String, Refusal> {
    let params = Params::of_json(request, &[("note", Json::Text)])?;
    let note = params.text("note", NOTE_CHARS_MAX)?;
    Ok(note.unwrap_or_default().trim().to_owned())
}

/// A closed time in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClosureListed<'a> {
    guid: Uuid,
    doc_guid: Uuid,
    doc_fio: &'a str,
    begin_time: String,
    end_time: String,
    reason: &'a str,
    login: &'a str,
    made: String,
    opened: Option<String>,
    /// Visits that stand there, or stood there when it was closed.
    concerned: usize,
    /// Those of them that somebody has to see to.
    left: usize,
}

impl<'a> ClosureListed<'a> {
    pub fn new(closure: &'a Closure, visits: &[ConcernedVisit]) -> Self {
        let left = visits.iter().filter(|visit| visit.handled.is_open()).count();
        ClosureListed {
            guid: closure.guid,
            doc_guid: closure.resource,
            doc_fio: &closure.doc_fio,
            begin_time: moment(closure.begin),
            end_time: moment(closure.end),
            reason: &closure.reason,
            login: &closure.login,
            made: moment(closure.made),
            opened: closure.opened.map(moment),
            concerned: visits.len(),
            // Where the time is open again, nobody has to be called.
            left: if closure.opened.is_none() { left } else { 0 },
        }
    }
}

/// A closed time with its visits.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClosureShown<'a> {
    #[serde(flatten)]
    closure: ClosureListed<'a>,
    visits: Vec<ConcernedShown<'a>>,
}

/// A visit of a closed time: as it is now, with what was done about it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConcernedShown<'a> {
    #[serde(flatten)]
    at_desk: VisitAtDesk<'a>,
    begin_closed: String,
    handled: &'static str,
    called: Option<String>,
    called_by: &'a str,
    note: &'a str,
}

impl<'a> ClosureShown<'a> {
    pub fn new(closure: &'a Closure, visits: &'a [ConcernedVisit]) -> Self {
        let shown = |visit: &'a ConcernedVisit| ConcernedShown {
            at_desk: VisitAtDesk::from(&visit.at_desk),
            begin_closed: moment(visit.begin_closed),
            handled: visit.handled.word(),
            called: visit.called.map(moment),
            called_by: &visit.called_by,
            note: &visit.note,
        };
        ClosureShown {
            closure: ClosureListed::new(closure, visits),
            visits: visits.iter().map(shown).collect(),
        }
    }
}
