//! A provisional card, as the reception sends it and as it is listed for the clinic's own system.

use crate::model::typed::name_part;
use crate::model::{DocumentKind, NewCard, ProvisionalCard};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::message::Request;
use crate::wire::params::{Json, Params, bad, date, required};
use crate::wire::ticket::moment;
use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

/// Longest part of a name.
const NAME_CHARS_MAX: usize = 100;

/// Longest series or number of a document.
const DOCUMENT_CHARS_MAX: usize = 40;

/// Nobody who comes to a clinic was born before.
const BORN_FIRST: NaiveDate = NaiveDate::from_ymd_opt(1880, 1, 1).expect("a day of the calendar");

/// The words for the sex.
const SEXES: [(&str, &str); 2] = [("m", "m"), ("f", "f")];

/// The names of the parameters.
const KNOWN: [&str; 12] = [
    "mkab",
    "lpu",
    "family",
    "name",
    "patronymic",
    "birthDate",
    "sex",
    "policySeries",
    "policyNumber",
    "snils",
    "phone",
    "email",
];

/// Parses a card that is to be made.
///
/// # Errors
/// [`Refusal::Parameter`] for a field that a card cannot keep.
pub fn new_card(request: &Request, today: NaiveDate) -> Result<NewCard, Refusal> {
    let params = Params::of_json(request, &KNOWN.map(|name| (name, Json::Text)))?;
    let name = |field: &'static str| -> Result<String, Refusal> {
        let typed = params.text(field, NAME_CHARS_MAX)?;
        let kept = typed.map(name_part).unwrap_or_default();
        if typed.is_some() && kept.is_empty() {
            return Err(bad(field, ParameterFault::PersonName));
        }
        Ok(kept)
    };
    let number = |kind: DocumentKind, field: &'static str| -> Result<String, Refusal> {
        let typed = params.text(field, DOCUMENT_CHARS_MAX)?;
        let kept = typed.map(|typed| kind.kept_number(typed)).unwrap_or_default();
        if typed.is_some() && kept.is_empty() {
            return Err(bad(field, ParameterFault::DocumentNumber));
        }
        Ok(kept)
    };
    let born = |text: &str| date(text).filter(|day| (BORN_FIRST..=today).contains(day));
    let policy_number = number(DocumentKind::Policy, "policyNumber")?;
    let series = params.text("policySeries", DOCUMENT_CHARS_MAX)?;
    let contact = super::contact(&params)?;
    let card = NewCard {
        mkab: required("mkab", params.guid("mkab")?)?,
        lpu: required("lpu", params.guid("lpu")?)?,
        family: name("family")?,
        name: name("name")?,
        patronymic: name("patronymic")?,
        birth_date: required(
            "birthDate",
            params.parsed("birthDate", born, ParameterFault::BirthDate)?,
        )?,
        sex: params.word("sex", &SEXES, "m, f")?.unwrap_or_default().to_owned(),
        policy_series: DocumentKind::Policy.kept_series(series.unwrap_or_default(), &policy_number),
        policy_number,
        snils: number(DocumentKind::Snils, "snils")?,
        phone: contact.phone.unwrap_or_default(),
        email: contact.email.unwrap_or_default(),
    };
    if card.family.is_empty() {
        return Err(bad("family", ParameterFault::Missing));
    }
    Ok(card)
}

/// A provisional card as it is listed: the names of the fields are those of an import.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CardListed<'a> {
    kind: &'static str,
    guid: Uuid,
    lpu: Uuid,
    family: &'a str,
    name: &'a str,
    patronymic: &'a str,
    birth_date: String,
    sex: &'a str,
    policy_series: &'a str,
    policy_number: &'a str,
    snils: &'a str,
    phone: &'a str,
    email: &'a str,
    made: String,
    login: &'a str,
}

impl<'a> From<&'a ProvisionalCard> for CardListed<'a> {
    fn from(listed: &'a ProvisionalCard) -> Self {
        let card = &listed.card;
        CardListed {
            kind: "patient",
            guid: card.mkab,
            lpu: card.lpu,
            family: &card.family,
            name: &card.name,
            patronymic: &card.patronymic,
            birth_date: card.birth_date.to_string(),
            sex: &card.sex,
            policy_series: &card.policy_series,
            policy_number: &card.policy_number,
            snils: &card.snils,
            phone: &card.phone,
            email: &card.email,
            made: moment(listed.made),
            login: &listed.login,
        }
    }
}

/// The card that was made, or was there.
#[derive(Serialize)]
pub struct CardMade {
    pub mkab: Uuid,
}
