//! Patients and their cards, as the reception asks for them and sees them.

use crate::model::receipt::Receipt;
use crate::model::{DeskPatient, Moment, Ticket, VisitStatus, WaitingEntry, guid};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::message::Request;
use crate::wire::params::{Params, bad, required};
use crate::wire::ticket::TicketVisitWithLpu;
use crate::wire::waiting::WaitingListEntry;
use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

/// Longest text by which somebody is looked for.
const QUERY_CHARS_MAX: usize = 120;

/// Fewest digits of a document's number.
const DOCUMENT_DIGITS_MIN: usize = 6;

/// Most digits of a ticket's number.
const TICKET_DIGITS_MAX: usize = 4;

/// By what a patient is looked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Sought {
    /// The GUID of a card, or of a ticket, as papers of earlier versions bear it.
    Guid(Uuid),
    /// The signed code of a ticket.
    Receipt(Receipt),
    Born(NaiveDate),
    /// Number of a ticket of today.
    Ticket(i64),
    /// Number of a document.
    Number(String),
    /// Beginnings of surname, name and patronymic, perhaps with the birth date.
    Name(Vec<String>, Option<NaiveDate>),
}

/// Parses what was typed into the one field for all.
pub fn sought(request: &Request) -> Result<Sought, Refusal> {
    let params = Params::of_query(request, &["q"]);
    let typed = required("q", params.text("q", QUERY_CHARS_MAX)?)?;
    parse(typed.trim()).ok_or_else(|| bad("q", ParameterFault::Missing))
}

fn parse(typed: &str) -> Option<Sought> {
    if let Some(guid) = guid(typed) {
        return Some(Sought::Guid(guid));
    }
    if let Some(receipt) = Receipt::parse(typed) {
        return Some(Sought::Receipt(receipt));
    }
    if let Some(day) = day(typed) {
        return Some(Sought::Born(day));
    }
    let (dates, words): (Vec<&str>, Vec<&str>) =
        typed.split_whitespace().partition(|word| day(word).is_some());
    let digits = words.concat().chars().filter(char::is_ascii_digit).count();
    let begins_with_letter = typed.starts_with(char::is_alphabetic);
    if begins_with_letter && digits < DOCUMENT_DIGITS_MIN || digits == 0 && !words.is_empty() {
        let names = words.into_iter().map(str::to_owned).collect();
        return Some(Sought::Name(names, dates.first().and_then(|word| day(word))));
    }
    if digits == typed.chars().count() && digits <= TICKET_DIGITS_MAX {
        return typed.parse().ok().map(Sought::Ticket);
    }
    (digits > 0).then(|| Sought::Number(typed.to_owned()))
}

/// Parses a day as people type it.
fn day(text: &str) -> Option<NaiveDate> {
    let has_shape = text.len() == "24.11.2026".len() && text.as_bytes()[6..].iter().all(u8::is_ascii_digit);
    has_shape
        .then(|| NaiveDate::parse_from_str(text, "%d.%m.%Y").ok())
        .flatten()
}

/// A patient in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientShown<'a> {
    mkab: Uuid,
    lpu_guid: Uuid,
    lpu_name: &'a str,
    name: &'a str,
    birth_date: String,
    policy_number: &'a str,
    snils: &'a str,
    phone: &'a str,
    closed: bool,
    provisional: bool,
}

impl<'a> From<&'a DeskPatient> for PatientShown<'a> {
    fn from(patient: &'a DeskPatient) -> Self {
        PatientShown {
            mkab: patient.mkab,
            lpu_guid: patient.lpu,
            lpu_name: &patient.lpu_name,
            name: &patient.name,
            birth_date: patient.birth_date.to_string(),
            policy_number: &patient.policy_number,
            snils: &patient.snils,
            phone: &patient.phone,
            closed: patient.closed,
            provisional: patient.provisional,
        }
    }
}

/// Who was found.
#[derive(Serialize)]
pub struct PatientsShown<'a> {
    patients: Vec<PatientShown<'a>>,
    /// There are more than are shown.
    more: bool,
}

impl<'a> PatientsShown<'a> {
    /// The first `most` of those found.
    pub fn new(found: &'a [DeskPatient], most: u32) -> Self {
        let most = most as usize;
        PatientsShown {
            patients: found.iter().take(most).map(PatientShown::from).collect(),
            more: found.len() > most,
        }
    }
}

/// A card with all that the reception sees beside it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CardShown<'a> {
    #[serde(flatten)]
    patient: PatientShown<'a>,
    policy_series: &'a str,
    email: &'a str,
    uchastok_num: &'a str,
    self_booking_banned: bool,
    /// The same person's documents stand on these open cards too.
    doubles: Vec<PatientShown<'a>>,
    visits: Vec<VisitShown<'a>>,
    waiting: Vec<WaitingListEntry<'a>>,
}

impl<'a> CardShown<'a> {
    pub fn new(
        patient: &'a DeskPatient,
        doubles: &'a [DeskPatient],
        visits: &'a [Ticket],
        waiting: &'a [WaitingEntry],
        receipt: impl Fn(&Ticket) -> Receipt,
        started: Moment,
        now: Moment,
    ) -> Self {
        CardShown {
            patient: PatientShown::from(patient),
            policy_series: &patient.policy_series,
            email: &patient.email,
            uchastok_num: &patient.uchastok_num,
            self_booking_banned: patient.self_booking_banned,
            doubles: doubles.iter().map(PatientShown::from).collect(),
            visits: visits
                .iter()
                .map(|ticket| VisitShown::new(ticket, started, &receipt(ticket)))
                .collect(),
            waiting: waiting
                .iter()
                .map(|entry| WaitingListEntry::new(entry, now))
                .collect(),
        }
    }
}

/// A visit as the reception sees it: the ticket, and what the patient is not told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitShown<'a> {
    #[serde(flatten)]
    ticket: TicketVisitWithLpu<'a>,
    cancelled: bool,
    came: bool,
}

impl<'a> VisitShown<'a> {
    /// `receipt` is the code that the patient's paper bears.
    pub fn new(ticket: &'a Ticket, started: Moment, receipt: &Receipt) -> Self {
        VisitShown {
            ticket: TicketVisitWithLpu::full(ticket, started, receipt),
            cancelled: ticket.status == VisitStatus::Cancelled,
            came: ticket.checked_in.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_understood() {
        let born = NaiveDate::from_ymd_opt(1980, 6, 15).unwrap();
        let name =
            |parts: &[&str], day| Sought::Name(parts.iter().map(|part| (*part).to_owned()).collect(), day);
        for (typed, meant) in [
            ("пет", name(&["пет"], None)),
            ("Петров Пётр", name(&["Петров", "Пётр"], None)),
            ("петр 15.06.1980", name(&["петр"], Some(born))),
            ("15.06.1980", Sought::Born(born)),
            ("008", Sought::Ticket(8)),
            ("1234567890123456", Sought::Number("1234567890123456".to_owned())),
            ("112-233-445 95", Sought::Number("112-233-445 95".to_owned())),
            ("AB 123456", Sought::Number("AB 123456".to_owned())),
        ] {
            assert_eq!(parse(typed), Some(meant), "{typed}");
        }
        let code = "0007 0000 0000 0012 3418 4467 4407 3709 5516 15";
        assert_eq!(parse(code), Receipt::parse(code).map(Sought::Receipt));
        let code = "01a20d6b-7da4-7446-82bb-f852f7ce3c61";
        assert_eq!(parse(code), guid(code).map(Sought::Guid));
        assert_eq!(parse(""), None);
        assert_eq!(parse("-"), Some(name(&["-"], None)));
    }
}
