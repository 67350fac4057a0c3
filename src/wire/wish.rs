//! The parameters of `POST visit` ([crate::contract::booking]): from a request to a [`Wish`].

use crate::model::{Bearer, CellName, Contact, ReferralName, ReferralType, Wish};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::message::Request;
use crate::wire::params::{Params, bad, header};
use crate::wire::reading::path_guid;

#[cfg(test)]
mod tests;

pub const DIRECTION_ID_CHARS_MAX: usize = 64;

/// Longest `email` (RFC 5321, 4.5.3.1.3, without the angle brackets).
pub const EMAIL_CHARS_MAX: usize = 254;

pub const PHONE_CHARS_MAX: usize = 32;

/// Longest `externalUserID` ([crate::contract::booking]).
pub const EXTERNAL_USER_CHARS_MAX: usize = 128;

/// Longest `Idempotency-Key` ([crate::contract::booking]).
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 64;

/// The parameters, in the contract's order.
const KNOWN: &[&str] = &[
    "timeTable",
    "docGuid",
    "dateTime",
    "directionId",
    "directionType",
    "email",
    "email_confirm_agree",
    "phone",
    "fullResponse",
    "examGuid",
    "externalUserID",
];

/// The words of `directionType`, for people.
const DIRECTION_TYPES: &str = "duvisit, diagnostic, consultation";

/// The words of `email_confirm_agree`; a truth value of JSON is as good.
const AGREEMENTS: [(&str, bool); 4] = [("0", false), ("1", true), ("false", false), ("true", true)];

/// The words of `fullResponse`.
const TRUTHS: [(&str, bool); 2] = [("true", true), ("false", false)];

/// Parses a request to book. `lpu` is the path's `lpuGuid`, percent-decoded; `bearer` is the token's.
///
/// # Errors
/// In this order: [`Refusal::Parameter`] for the first malformed parameter, `lpuGuid` before all, then the body as
/// such, then in the contract's order; [`Refusal::DirectionIncomplete`]; [`Refusal::CellNotNamed`].
pub fn wish(request: &Request, lpu: &str, bearer: Bearer) -> Result<Wish, Refusal> {
    let lpu = path_guid(lpu, "lpuGuid")?;
    let params = Params::collect(request, KNOWN)?;
    let cell = cell_name(&params)?;
    let number = params.text("directionId", DIRECTION_ID_CHARS_MAX)?;
    let kind = params.word("directionType", &ReferralType::WORDS, DIRECTION_TYPES)?;
    let contact = contact(&params)?;
    let full_response = params.word("fullResponse", &TRUTHS, "true, false")?;
    let exam = params.guid("examGuid")?;
    let external_user = params.text("externalUserID", EXTERNAL_USER_CHARS_MAX)?;
    let idempotency_key = idempotency_key(request)?;
    let referral = match (number, kind) {
        (None, None) => None,
        (Some(number), Some(kind)) => Some(ReferralName {
            number: number.to_owned(),
            kind,
        }),
        _ => return Err(Refusal::DirectionIncomplete),
    };
    Ok(Wish {
        lpu,
        bearer,
        cell: cell.ok_or(Refusal::CellNotNamed)?,
        referral,
        contact,
        full_response: full_response.unwrap_or(true),
        exam,
        external_user: external_user.map(str::to_owned),
        idempotency_key,
    })
}

/// Returns the cell's name, if one way to name it is complete. Beside `timeTable` the other way is ignored.
fn cell_name(params: &Params) -> Result<Option<CellName>, Refusal> {
    if let Some(guid) = params.guid("timeTable")? {
        params.not_doubled("docGuid")?;
        params.not_doubled("dateTime")?;
        return Ok(Some(CellName::Guid(guid)));
    }
    let resource = params.guid("docGuid")?;
    let begin = params.date_time("dateTime")?;
    Ok(resource
        .zip(begin)
        .map(|(resource, begin)| CellName::Begin(resource, begin)))
}

fn contact(params: &Params) -> Result<Contact, Refusal> {
    params.text("email", EMAIL_CHARS_MAX)?;
    let email = params.parsed("email", email, ParameterFault::Email)?;
    let agreement = params.word("email_confirm_agree", &AGREEMENTS, "0, 1")?;
    params.text("phone", PHONE_CHARS_MAX)?;
    let phone = params.parsed("phone", phone, ParameterFault::Phone)?;
    Ok(Contact {
        email_confirm_agree: agreement.filter(|_| email.is_some()),
        email,
        phone,
    })
}

/// Accepts one `@` with text on both sides and no blanks. Only a letter could prove more.
pub fn email(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let is_address = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
    (is_address && !text.contains(char::is_whitespace)).then(|| text.to_owned())
}

/// Accepts at least one digit, with blanks and `+ - ( )` among the digits. An unescaped `+` of a query is a blank here.
pub fn phone(text: &str) -> Option<String> {
    let is_phone = text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c));
    is_phone.then(|| text.trim().to_owned())
}

fn idempotency_key(request: &Request) -> Result<Option<String>, Refusal> {
    const NAME: &str = "Idempotency-Key";
    let Some(key) = header(request, NAME)? else {
        return Ok(None);
    };
    let is_key = (1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_key {
        Ok(Some(key.to_owned()))
    } else {
        Err(bad(NAME, ParameterFault::VisibleAscii(IDEMPOTENCY_KEY_CHARS_MAX)))
    }
}
