//! `GET auth/{lpuGuid}/token`: from a request to an [`Identification`], and its answer ([crate::contract::identification]).

use super::ticket::moment;
use crate::model::receipt::{RECEIPT_DIGITS, Receipt};
use crate::model::typed::{
    self, NUMBER_CHARS_MAX, SNILS_DIGITS, UNIFORM_POLICY_DIGITS, folded, is_uniform_policy,
};
use crate::model::{Card, Document, DocumentKind, Identification, Moment, Source, TicketCode, Who};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::message::Request;
use crate::wire::params::{Params, bad, date};
use crate::wire::reading::path_guid;
use serde::Serialize;
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// The parameters, in the contract's order.
const KNOWN: &[&str] = &[
    "Birthday",
    "n_pol",
    "s_pol",
    "snils",
    "s_doc",
    "n_doc",
    "mkab",
    "personguid",
    "ticket",
];

/// Longest number or series as it is sent, with its blanks and hyphens.
const SENT_CHARS_MAX: usize = 40;

const SERIES_CHARS_MAX: usize = 16;

/// Whether the request names a card or a person instead of a document: only a trusted application may.
pub fn names_a_card(request: &Request) -> bool {
    has_card(&Params::of_query(request, KNOWN))
}

fn has_card(params: &Params) -> bool {
    ["mkab", "personguid"].iter().any(|name| params.is_given(name))
}

/// Parses the request. `lpu` is the path's `lpuGuid`, percent-decoded; `source` is its origin.
///
/// # Errors
/// [`Refusal::Parameter`] for the first that is malformed or missing: `lpuGuid` before all, then in the contract's order.
pub fn identification(request: &Request, lpu: &str, source: Source) -> Result<Identification, Refusal> {
    let lpu = path_guid(lpu, "lpuGuid")?;
    let params = Params::of_query(request, KNOWN);
    let birth_date = params.parsed("Birthday", date, ParameterFault::Date)?;
    if birth_date.is_none() && !has_card(&params) {
        return Err(bad("Birthday", ParameterFault::Missing));
    }
    Ok(Identification {
        lpu,
        who: who(&params)?,
        birth_date,
        source,
    })
}

/// Returns the patient's name: exactly one document, card or person.
fn who(params: &Params) -> Result<Who, Refusal> {
    let documents = [policy(params)?, snils(params)?, passport(params)?];
    let documents = documents.into_iter().flatten().map(Who::Document);
    let card = params.guid("mkab")?.map(Who::Card);
    let person = params.guid("personguid")?.map(Who::Person);
    let ticket = ticket(params)?.map(Who::Ticket);
    let mut given = documents.chain(card).chain(person).chain(ticket);
    match (given.next(), given.next()) {
        (Some(who), None) => Ok(who),
        _ => Err(bad("n_pol", ParameterFault::OneDocument)),
    }
}

fn policy(params: &Params) -> Result<Option<Document>, Refusal> {
    let number = number(params, "n_pol", DocumentKind::Policy)?;
    let series = series(params, "s_pol")?;
    match (number, series) {
        (None, Some(_)) => Err(bad("n_pol", ParameterFault::Missing)),
        (Some(number), Some(series)) if is_uniform_policy(&number) && !series.is_empty() => {
            Err(bad("s_pol", ParameterFault::NoSeries(UNIFORM_POLICY_DIGITS)))
        }
        (number, series) => Ok(document(DocumentKind::Policy, series, number)),
    }
}

fn snils(params: &Params) -> Result<Option<Document>, Refusal> {
    let number = number(params, "snils", DocumentKind::Snils)?;
    Ok(document(DocumentKind::Snils, None, number))
}

/// Foreign passports have no series.
fn passport(params: &Params) -> Result<Option<Document>, Refusal> {
    let series = series(params, "s_doc")?;
    let number = number(params, "n_doc", DocumentKind::Passport)?;
    if series.is_some() && number.is_none() {
        return Err(bad("n_doc", ParameterFault::Missing));
    }
    Ok(document(DocumentKind::Passport, series, number))
}

/// The code on a ticket: digits, or a GUID on tickets of earlier versions.
fn ticket(params: &Params) -> Result<Option<TicketCode>, Refusal> {
    params.text("ticket", SENT_CHARS_MAX)?;
    let parse = |text: &str| {
        let guid = || Uuid::try_parse(text).ok().map(TicketCode::Guid);
        Receipt::parse(text).map(TicketCode::Receipt).or_else(guid)
    };
    params.parsed("ticket", parse, ParameterFault::Digits(RECEIPT_DIGITS))
}

fn document(kind: DocumentKind, series: Option<String>, number: Option<String>) -> Option<Document> {
    let series = series.unwrap_or_default();
    number.map(|number| Document { kind, series, number })
}

/// Returns a number in its stored form. A placeholder for "no document" is well-formed, and counts as unknown.
fn number(params: &Params, name: &'static str, kind: DocumentKind) -> Result<Option<String>, Refusal> {
    params.text(name, SENT_CHARS_MAX)?;
    let parse = |text: &str| {
        let number = folded(text);
        (kind.is_nothing(&number) || kind.could_be(&number)).then_some(number)
    };
    let fault = match kind {
        DocumentKind::Policy => ParameterFault::DigitsUpTo(NUMBER_CHARS_MAX),
        DocumentKind::Snils => ParameterFault::Digits(SNILS_DIGITS),
        DocumentKind::Passport => ParameterFault::Series(NUMBER_CHARS_MAX),
    };
    params.parsed(name, parse, fault)
}

/// Returns letters and digits, without blanks and hyphens; empty for a placeholder.
fn series(params: &Params, name: &'static str) -> Result<Option<String>, Refusal> {
    params.text(name, SENT_CHARS_MAX)?;
    let parse = |text: &str| {
        let series = typed::series(text);
        let is_series =
            series.chars().count() <= SERIES_CHARS_MAX && series.chars().all(char::is_alphanumeric);
        is_series.then_some(series)
    };
    params.parsed(name, parse, ParameterFault::Series(SERIES_CHARS_MAX))
}

/// The answer to an identified patient.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedToken<'a> {
    token: String,
    expires: String,
    patient: &'a str,
    mkab: Uuid,
    greeting: &'a str,
    uchastok_num: &'a str,
}

impl<'a> IssuedToken<'a> {
    /// The answer with a token that holds until `expires` for the patient of this card.
    pub fn new(token: String, expires: Moment, card: &'a Card) -> Self {
        IssuedToken {
            token,
            expires: moment(expires),
            patient: &card.short_name,
            mkab: card.guid,
            greeting: &card.greeting,
            uchastok_num: &card.uchastok_num,
        }
    }
}
