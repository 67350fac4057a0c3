//! `GET auth/{lpuGuid}/token`: from a request to an [`Identification`], and its answer (contract-kiosk 1).

use super::ticket::moment;
use crate::refusal::{ParameterFault, Refusal};
use crate::visit::{
    Card, Document, DocumentKind, Identification, Moment, Source, UNIFORM_POLICY_DIGITS, Who,
    document_number, is_uniform_policy,
};
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
];

/// Longest number or series as it is sent, with its blanks and hyphens.
const SENT_CHARS_MAX: usize = 40;

/// Longest number of a document.
const NUMBER_DIGITS_MAX: usize = 20;

/// Longest series of a document.
const SERIES_CHARS_MAX: usize = 16;

/// Digits of a SNILS.
const SNILS_DIGITS: usize = 11;

/// Whether the request names a card or a person instead of a document: only a trusted application may.
pub fn names_a_card(request: &Request) -> bool {
    has_card(&Params::of_query(request, KNOWN))
}

fn has_card(params: &Params) -> bool {
    ["mkab", "personguid"].iter().any(|name| params.is_given(name))
}

/// Reads the request. `lpu_segment` is the path's `lpuGuid`, percent-decoded; `source` where it comes from.
///
/// # Errors
/// [`Refusal::Parameter`] for the first that is malformed or missing: `lpuGuid` before all, then in the contract's order.
pub fn identification(
    request: &Request,
    lpu_segment: &str,
    source: Source,
) -> Result<Identification, Refusal> {
    let lpu = path_guid(lpu_segment, "lpuGuid")?;
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

/// The one thing that names the patient.
fn who(params: &Params) -> Result<Who, Refusal> {
    let documents = [policy(params)?, snils(params)?, passport(params)?];
    let documents = documents.into_iter().flatten().map(Who::Document);
    let card = params.guid("mkab")?.map(Who::Card);
    let person = params.guid("personguid")?.map(Who::Person);
    let mut given = documents.chain(card).chain(person);
    match (given.next(), given.next()) {
        (Some(who), None) => Ok(who),
        _ => Err(bad("n_pol", ParameterFault::OneDocument)),
    }
}

fn policy(params: &Params) -> Result<Option<Document>, Refusal> {
    let number = number(params, "n_pol", 1..=NUMBER_DIGITS_MAX)?;
    let series = series(params, "s_pol")?;
    match (number, series) {
        (None, Some(_)) => Err(bad("n_pol", ParameterFault::Missing)),
        (Some(number), Some(_)) if is_uniform_policy(&number) => {
            Err(bad("s_pol", ParameterFault::NoSeries(UNIFORM_POLICY_DIGITS)))
        }
        (number, series) => Ok(number.map(|number| Document {
            kind: DocumentKind::Policy,
            series: series.unwrap_or_default(),
            number,
        })),
    }
}

fn snils(params: &Params) -> Result<Option<Document>, Refusal> {
    let number = number(params, "snils", SNILS_DIGITS..=SNILS_DIGITS)?;
    Ok(number.map(|number| Document {
        kind: DocumentKind::Snils,
        series: String::new(),
        number,
    }))
}

fn passport(params: &Params) -> Result<Option<Document>, Refusal> {
    let series = series(params, "s_doc")?;
    let number = number(params, "n_doc", 1..=NUMBER_DIGITS_MAX)?;
    match (series, number) {
        (None, None) => Ok(None),
        (Some(series), Some(number)) => Ok(Some(Document {
            kind: DocumentKind::Passport,
            series,
            number,
        })),
        (None, Some(_)) => Err(bad("s_doc", ParameterFault::Missing)),
        (Some(_), None) => Err(bad("n_doc", ParameterFault::Missing)),
    }
}

/// Digits, without the blanks and hyphens among them.
fn number(
    params: &Params,
    name: &'static str,
    digits: std::ops::RangeInclusive<usize>,
) -> Result<Option<String>, Refusal> {
    params.text(name, SENT_CHARS_MAX)?;
    let fault = ParameterFault::Digits(*digits.start(), *digits.end());
    let parse = |text: &str| {
        let number = document_number(text);
        let is_number = digits.contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(number)
    };
    params.parsed(name, parse, fault)
}

/// Letters and digits, without the blanks and hyphens among them.
fn series(params: &Params, name: &'static str) -> Result<Option<String>, Refusal> {
    params.text(name, SENT_CHARS_MAX)?;
    let parse = |text: &str| {
        let series = document_number(text);
        let is_series = (1..=SERIES_CHARS_MAX).contains(&series.chars().count())
            && series.chars().all(char::is_alphanumeric);
        is_series.then_some(series)
    };
    params.parsed(name, parse, ParameterFault::Series(SERIES_CHARS_MAX))
}

/// The answer to who has been identified.
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
    /// `token` holds until `expires` for the patient of this card.
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
