//! What a terminal tells and asks about itself, and a ticket that it prints again ([crate::contract::terminal]).

use super::ticket::{lpu_with_status, moment, num};
use crate::model::{Moment, PrinterState, Ticket};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::message::Request;
use crate::wire::params::{Json, Params, bad, date};
use crate::wire::reading::path_guid;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// The states, for people.
const STATES: &str = "ok, paperLow, noPaper, coverOpen, offline";

/// Largest number on a ticket that is looked for.
const NUM_MAX: i64 = 999_999;

/// Longest number on a ticket as it is sent.
const NUM_CHARS_MAX: usize = 6;

/// Parses what a terminal's helper says of the printer. Only JSON is taken: a foreign page cannot send that unasked.
///
/// # Errors
/// [`Refusal::Parameter`].
pub fn printer_state(request: &Request) -> Result<PrinterState, Refusal> {
    let params = Params::of_json(request, &[("state", Json::Text)])?;
    let state = params.word("state", &PrinterState::WORDS, STATES)?;
    state.ok_or_else(|| bad("state", ParameterFault::Missing))
}

/// What a terminal is told about itself.
#[derive(Serialize)]
pub struct TerminalShown<'a> {
    /// Word of the printer's state; empty where nothing is known of late.
    printer: &'static str,
    /// Where the reception is; empty where the configuration does not say.
    reception: &'a str,
}

impl<'a> TerminalShown<'a> {
    pub fn new(printer: Option<PrinterState>, reception: &'a str) -> Self {
        TerminalShown {
            printer: printer.map_or("", PrinterState::word),
            reception,
        }
    }
}

/// A ticket that is to be printed again, named by what stands on it and by the patient's birth date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReprintWish {
    pub lpu: Uuid,
    pub num: i64,
    pub birth_date: NaiveDate,
}

/// Parses a request for a ticket's paper. `lpu` is the path's `lpuGuid`, percent-decoded.
///
/// # Errors
/// [`Refusal::Parameter`] for the first that is malformed or missing.
pub fn reprint_wish(request: &Request, lpu: &str) -> Result<ReprintWish, Refusal> {
    let lpu = path_guid(lpu, "lpuGuid")?;
    let params = Params::of_query(request, &["num", "Birthday"]);
    let parse = |text: &str| {
        let is_number = text.len() <= NUM_CHARS_MAX && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    let number = params.parsed("num", parse, ParameterFault::Number(NUM_MAX))?;
    let birth_date = params.parsed("Birthday", date, ParameterFault::Date)?;
    Ok(ReprintWish {
        lpu,
        num: number.ok_or_else(|| bad("num", ParameterFault::Missing))?,
        birth_date: birth_date.ok_or_else(|| bad("Birthday", ParameterFault::Missing))?,
    })
}

/// What the paper bears, and nothing that opens more: neither the ticket's code nor its GUID.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrintedTicket<'a> {
    lpu: Box<RawValue>,
    num: String,
    room: &'a str,
    flat: i64,
    doc_fio: &'a str,
    speciality: &'a str,
    begin_time: String,
    /// The first letters of the patient's names.
    patient: String,
}

impl<'a> PrintedTicket<'a> {
    /// `started` is the start of this server, for `lpu.status`; `short_name` the patient's.
    pub fn new(ticket: &'a Ticket, short_name: &str, started: Moment) -> Self {
        PrintedTicket {
            lpu: lpu_with_status(&ticket.lpu_model, started),
            num: num(ticket.num),
            room: &ticket.room,
            flat: ticket.flat,
            doc_fio: &ticket.doc_fio,
            speciality: &ticket.speciality,
            begin_time: moment(ticket.begin),
            patient: initials(short_name),
        }
    }
}

/// `П. И. С.` of `Петров И. С.`.
fn initials(short_name: &str) -> String {
    let letters = short_name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    let letters: Vec<_> = letters.map(|letter| format!("{letter}.")).collect();
    letters.join(" ")
}
