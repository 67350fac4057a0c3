//! The parameters of a request, from its query string, form body or JSON body ([crate::contract::conventions]).
//!
//! [`Params::collect`] takes the parameters that a method knows, names without regard to case, and ignores all others. A typed
//! getter then refuses its parameter. So a method that calls getters in the contract's order refuses in that order. An empty
//! value and `null` count as not given; given twice they are still refused.

use crate::model;
use crate::refusal::{BadParameter, ParameterFault, Refusal};
use crate::wire::members::Members;
use crate::wire::message::Request;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use percent_encoding::percent_decode;
use serde_json::value::RawValue;
use uuid::Uuid;

use body::{CONTENT_TYPE, Content, content, json_content};

mod body;
#[cfg(test)]
mod tests;

/// The name of an unreadable body in a refusal.
const BODY: &str = "body";

/// Most digits of a second's fraction.
const FRACTION_DIGITS_MAX: usize = 7;

pub fn bad(name: &'static str, fault: ParameterFault) -> Refusal {
    Refusal::Parameter(BadParameter { name, fault })
}

/// The known parameters of a method in one request.
#[derive(Debug)]
pub struct Params {
    slots: Vec<Slot>,
}

/// One known parameter.
#[derive(Debug)]
struct Slot {
    name: &'static str,
    /// None: the request does not name the parameter.
    value: Option<Result<String, ParameterFault>>,
}

/// The expected kind of a value in a JSON body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Json {
    /// A string without control characters.
    Text,
    /// A string of any number of lines.
    Lines,
    /// A string, number or truth value.
    Scalar,
}

impl Params {
    /// Collects the parameters called `known` from query and body. If the query gives any of them, a body that is neither form
    /// nor JSON is ignored: the vendor's clients put all parameters there, and their libraries may add a body. If the query
    /// gives none, the body has to be readable.
    ///
    /// # Errors
    /// [`Refusal::Parameter`] for an unreadable body. A getter refuses its own parameter.
    pub fn collect(request: &Request, known: &[&'static str]) -> Result<Params, Refusal> {
        let mut params = Params::of_query(request, known);
        if !request.body.is_empty() {
            match content(request) {
                Ok(Content::Form) => params.take_form(&request.body),
                Ok(Content::Json) => params.take_json(&request.body)?,
                Err(_) if known.iter().any(|name| params.is_given(name)) => (),
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(params)
    }

    /// Collects the parameters of a method without a body: from the query alone.
    pub fn of_query(request: &Request, known: &[&'static str]) -> Params {
        let mut params = Params::none_given(known.iter().copied());
        params.take_form(request.query().as_bytes());
        params
    }

    /// Collects the parameters of a method whose body is one JSON object, each of its kind.
    ///
    /// # Errors
    /// [`Refusal::Parameter`] for a body that is not such an object.
    pub fn of_json(request: &Request, known: &[(&'static str, Json)]) -> Result<Params, Refusal> {
        if !matches!(content(request), Ok(Content::Json)) {
            return Err(bad(CONTENT_TYPE, ParameterFault::JsonType));
        }
        let mut params = Params::none_given(known.iter().map(|(name, _)| *name));
        let Members(members) =
            serde_json::from_slice(&request.body).map_err(|_| bad(BODY, ParameterFault::Json))?;
        for (name, value) in members {
            let kind = known.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
            params.put(&name, || {
                of_kind(value, kind.map_or(Json::Scalar, |(_, kind)| *kind))
            });
        }
        Ok(params)
    }

    fn none_given(known: impl Iterator<Item = &'static str>) -> Params {
        let slots = known.map(|name| Slot { name, value: None });
        Params {
            slots: slots.collect(),
        }
    }

    /// Returns text of at most `chars_max` characters, without control characters.
    pub fn text(&self, name: &'static str, chars_max: usize) -> Result<Option<&str>, Refusal> {
        match self.value(name)? {
            Some(value) if value.chars().count() > chars_max => {
                Err(bad(name, ParameterFault::TooLong(chars_max)))
            }
            value => Ok(value),
        }
    }

    pub fn guid(&self, name: &'static str) -> Result<Option<Uuid>, Refusal> {
        self.parsed(name, model::guid, ParameterFault::Guid)
    }

    /// Returns a local date and time: `yyyy-MM-dd HH:mm:ss.fff`. Fraction, seconds and `T` for the blank are optional.
    pub fn date_time(&self, name: &'static str) -> Result<Option<NaiveDateTime>, Refusal> {
        self.parsed(name, date_time, ParameterFault::DateTime)
    }

    /// Returns the meaning of the given one of `words`, without regard to case. `known` lists the words for people.
    pub fn word<T: Copy>(
        &self,
        name: &'static str,
        words: &[(&'static str, T)],
        known: &'static str,
    ) -> Result<Option<T>, Refusal> {
        let meaning = |value: &str| {
            let word = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
            word.map(|(_, meaning)| *meaning)
        };
        self.parsed(name, meaning, ParameterFault::Unknown(known))
    }

    /// Checks that an otherwise ignored parameter is not given twice.
    pub fn not_doubled(&self, name: &'static str) -> Result<(), Refusal> {
        match self.slot(name).value {
            Some(Err(ParameterFault::Doubled)) => Err(bad(name, ParameterFault::Doubled)),
            _ => Ok(()),
        }
    }

    /// Whether the parameter is given, well-formed or not.
    pub fn is_given(&self, name: &str) -> bool {
        match &self.slot(name).value {
            None => false,
            Some(Ok(value)) => !value.is_empty(),
            Some(Err(_)) => true,
        }
    }

    /// Returns a parameter parsed by `parse`. Without a result `fault` is the refusal.
    pub fn parsed<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
        fault: ParameterFault,
    ) -> Result<Option<T>, Refusal> {
        let Some(value) = self.value(name)? else {
            return Ok(None);
        };
        parse(value).map(Some).ok_or_else(|| bad(name, fault))
    }

    /// Returns the decoded value, if it is given and not empty.
    fn value(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        match &self.slot(name).value {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(&**value).filter(|value| !value.is_empty())),
            Some(Err(fault)) => Err(bad(name, *fault)),
        }
    }

    fn slot(&self, name: &str) -> &Slot {
        let slot = self.slots.iter().find(|slot| slot.name == name);
        slot.expect("a method asks for parameters that it collects")
    }

    fn put(&mut self, name: &str, value: impl FnOnce() -> Result<String, ParameterFault>) {
        let mut slots = self.slots.iter_mut();
        if let Some(slot) = slots.find(|slot| slot.name.eq_ignore_ascii_case(name)) {
            slot.value = Some(match slot.value {
                None => value(),
                Some(_) => Err(ParameterFault::Doubled),
            });
        }
    }

    fn take_form(&mut self, form: &[u8]) {
        for (name, value) in pairs(form) {
            self.put(&name, || decoded(value));
        }
    }

    /// Takes the members of a JSON object, if the body is not empty.
    fn take_json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let Some(json) = json_content(body) else {
            return Ok(());
        };
        let Members(members) = serde_json::from_slice(json).map_err(|_| bad(BODY, ParameterFault::Json))?;
        for (name, value) in members {
            self.put(&name, || scalar(value));
        }
        Ok(())
    }
}

/// Returns the value of a header field, if there is one.
///
/// # Errors
/// [`ParameterFault::Doubled`].
pub fn header<'a>(request: &'a Request, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    let mut fields = request.headers(name);
    let field = fields.next();
    match fields.next() {
        Some(_) => Err(bad(name, ParameterFault::Doubled)),
        None => Ok(field),
    }
}

/// Returns the value of a parameter that has to be there.
///
/// # Errors
/// [`ParameterFault::Missing`].
pub fn required<T>(name: &'static str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or_else(|| bad(name, ParameterFault::Missing))
}

/// Returns all values of a repeatable parameter of the query: at most `count_max`, each of at most `chars_max` characters.
/// Empty values are left out.
///
/// # Errors
/// [`Refusal::Parameter`].
pub fn repeated(
    request: &Request,
    name: &'static str,
    count_max: usize,
    chars_max: usize,
) -> Result<Vec<String>, Refusal> {
    let mut values = Vec::new();
    for (known, value) in pairs(request.query().as_bytes()) {
        if !known.eq_ignore_ascii_case(name) || value.is_empty() {
            continue;
        }
        let value = decoded(value).map_err(|fault| bad(name, fault))?;
        if value.chars().count() > chars_max {
            return Err(bad(name, ParameterFault::TooLong(chars_max)));
        }
        if values.len() == count_max {
            return Err(bad(name, ParameterFault::TooOften(count_max)));
        }
        values.push(value);
    }
    Ok(values)
}

/// Returns the decoded names and the encoded values of `name=value&...`. An undecodable name is unknown, and left out.
fn pairs(form: &[u8]) -> impl Iterator<Item = (String, &[u8])> {
    form.split(|byte| *byte == b'&').filter_map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decoded(halves.next().unwrap_or_default()).ok()?;
        Some((name, halves.next().unwrap_or_default()))
    })
}

/// Parses a day: `yyyy-MM-dd` and nothing else.
pub fn date(text: &str) -> Option<NaiveDate> {
    let is_date = fits(text, "0000-00-00");
    is_date
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

/// Parses a time of the day: `HH:mm` and nothing else.
pub fn time(text: &str) -> Option<NaiveTime> {
    let is_time = fits(text, "00:00");
    is_time
        .then(|| NaiveTime::parse_from_str(text, "%H:%M").ok())
        .flatten()
}

/// Whether a text has the form of a pattern: `0` stands for a digit, `_` for a blank or `T`.
fn fits(text: &str, pattern: &str) -> bool {
    let mut pairs = text.bytes().zip(pattern.bytes());
    text.len() == pattern.len()
        && pairs.all(|(byte, place)| match place {
            b'0' => byte.is_ascii_digit(),
            b'_' => byte == b' ' || byte == b'T',
            _ => byte == place,
        })
}

/// Decodes a name or value of a form: `+` is a blank, `%` begins two digits. The result is UTF-8 without control characters.
fn decoded(encoded: &[u8]) -> Result<String, ParameterFault> {
    let is_escape = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    let is_strict = encoded
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'%')
        .all(|(at, _)| encoded.get(at + 1..at + 3).is_some_and(is_escape));
    if !is_strict {
        return Err(ParameterFault::Encoding);
    }
    let with_blanks: Vec<u8> = encoded
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let text = percent_decode(&with_blanks).decode_utf8();
    printable(text.map_err(|_| ParameterFault::Encoding)?.into_owned())
}

/// Returns a value of a JSON body: a string, or a number or truth value as written. `null` is empty.
fn scalar(value: &RawValue) -> Result<String, ParameterFault> {
    let json = value.get();
    match json.as_bytes() {
        [b'"', ..] => printable(serde_json::from_str(json).map_err(|_| ParameterFault::Encoding)?),
        [b'{' | b'[', ..] => Err(ParameterFault::Scalar),
        b"null" => Ok(String::new()),
        _ => Ok(json.to_owned()),
    }
}

/// Returns a value of a JSON body of this kind.
fn of_kind(value: &RawValue, kind: Json) -> Result<String, ParameterFault> {
    let is_string = value.get().starts_with('"') || value.get() == "null";
    match kind {
        Json::Scalar => scalar(value),
        _ if !is_string => Err(ParameterFault::Text),
        Json::Text => scalar(value),
        Json::Lines => {
            let text: Option<String> =
                serde_json::from_str(value.get()).map_err(|_| ParameterFault::Encoding)?;
            let text = text.unwrap_or_default();
            printable(text.replace(['\n', '\r', '\t'], " ")).map(|_| text)
        }
    }
}

fn printable(text: String) -> Result<String, ParameterFault> {
    if text.contains(char::is_control) {
        Err(ParameterFault::Control)
    } else {
        Ok(text)
    }
}

/// Parses `yyyy-MM-dd HH:mm[:ss[.f]]` with one to seven digits of fraction, and `T` or a blank in the middle. chrono's own
/// formats would accept signs, blanks and single digits too.
fn date_time(text: &str) -> Option<NaiveDateTime> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let (minutes, seconds) = ("0000-00-00_00:00", "0000-00-00_00:00:00");
    let has_fraction = clock.len() < text.len();
    let is_fraction = (1..=FRACTION_DIGITS_MAX).contains(&fraction.len())
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !(fits(clock, seconds) || fits(clock, minutes) && !has_fraction) || !is_fraction {
        return None;
    }
    let number = |from: usize, to: usize| clock.get(from..to).map_or(Some(0), |part| part.parse().ok());
    let date = NaiveDate::from_ymd_opt(clock[..4].parse().ok()?, number(5, 7)?, number(8, 10)?)?;
    let nanoseconds = format!("{fraction:0<9}").parse().ok()?;
    date.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, nanoseconds)
}
