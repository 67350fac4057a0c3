//! The parameters of a request, from its query string, form body or JSON body ([crate::contract::conventions]).
//!
//! [`Params::collect`] takes the parameters that a method knows, names without regard to case; all others are
//! ignored. Typed getters then say what is wrong with one, so that a method that asks in the contract's order refuses
//! in that order. An empty value, and `null`, are as good as none; given twice they are refused all the same.

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

/// What a refusal calls the body when it cannot be read.
const BODY: &str = "body";

/// Most digits of a second's fraction.
const FRACTION_DIGITS_MAX: usize = 7;

/// The refusal of one parameter.
pub fn bad(name: &'static str, fault: ParameterFault) -> Refusal {
    Refusal::Parameter(BadParameter { name, fault })
}

/// The parameters that a method knows, as one request gives them.
#[derive(Debug)]
pub struct Params {
    slots: Vec<Slot>,
}

/// One known parameter.
#[derive(Debug)]
struct Slot {
    name: &'static str,
    /// None when the request does not name it.
    value: Option<Result<String, ParameterFault>>,
}

/// What a value of a JSON body is to be, where nothing else is taken for it.
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
    /// Collects the parameters called `known` from query and body. A body of another kind than form or JSON is not read
    /// where the query gives any of them: clients of the vendor's name all there, and their libraries may send a body
    /// with it. Where the query gives none, the body is what its sender meant.
    ///
    /// # Errors
    /// [`Refusal::Parameter`] for a body that cannot be read at all. What is wrong with one parameter is told when it is
    /// asked for.
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

    /// The same for a method that has no body: from the query alone.
    pub fn of_query(request: &Request, known: &[&'static str]) -> Params {
        let mut params = Params::none_given(known.iter().copied());
        params.take_form(request.query().as_bytes());
        params
    }

    /// The same for a method whose parameters are the members of one JSON object, each of its kind.
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

    /// Text of at most `chars_max` characters, without control characters.
    pub fn text(&self, name: &'static str, chars_max: usize) -> Result<Option<&str>, Refusal> {
        match self.value(name)? {
            Some(value) if value.chars().count() > chars_max => {
                Err(bad(name, ParameterFault::TooLong(chars_max)))
            }
            value => Ok(value),
        }
    }

    /// A GUID.
    pub fn guid(&self, name: &'static str) -> Result<Option<Uuid>, Refusal> {
        self.parsed(name, model::guid, ParameterFault::Guid)
    }

    /// Local date and time: `yyyy-MM-dd HH:mm:ss.fff`; fraction, seconds and `T` for the blank are optional.
    pub fn date_time(&self, name: &'static str) -> Result<Option<NaiveDateTime>, Refusal> {
        self.parsed(name, date_time, ParameterFault::DateTime)
    }

    /// What the one of `words` means that is given, without regard to case; `known` tells them to people.
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

    /// Of a parameter that is not looked at: it must not be given twice.
    pub fn not_doubled(&self, name: &'static str) -> Result<(), Refusal> {
        match self.slot(name).value {
            Some(Err(ParameterFault::Doubled)) => Err(bad(name, ParameterFault::Doubled)),
            _ => Ok(()),
        }
    }

    /// Whether it is there, well-formed or not.
    pub fn is_given(&self, name: &str) -> bool {
        match &self.slot(name).value {
            None => false,
            Some(Ok(value)) => !value.is_empty(),
            Some(Err(_)) => true,
        }
    }

    /// A parameter read by `parse`; `fault` is what is wrong when that gives nothing.
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

    /// The decoded value; none when there is none or it is empty.
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

    /// Takes in `name=value&...`.
    fn take_form(&mut self, form: &[u8]) {
        for (name, value) in pairs(form) {
            self.put(&name, || decoded(value));
        }
    }

    /// Takes in a JSON object, if there is anything.
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

/// All values of a parameter that may stand in the query more than once, at most `count_max`, each of at most `chars_max`
/// characters; empty ones are left out.
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

/// Names, decoded, and values, still encoded, of `name=value&...`. A name that cannot be decoded is none that anybody
/// knows: it is left out.
fn pairs(form: &[u8]) -> impl Iterator<Item = (String, &[u8])> {
    form.split(|byte| *byte == b'&').filter_map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decoded(halves.next().unwrap_or_default()).ok()?;
        Some((name, halves.next().unwrap_or_default()))
    })
}

/// A day: `yyyy-MM-dd` and nothing else.
pub fn date(text: &str) -> Option<NaiveDate> {
    let is_date = fits(text, "0000-00-00");
    is_date
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

/// A time of the day: `HH:mm` and nothing else.
pub fn time(text: &str) -> Option<NaiveTime> {
    let is_time = fits(text, "00:00");
    is_time
        .then(|| NaiveTime::parse_from_str(text, "%H:%M").ok())
        .flatten()
}

/// Whether a text has the form of a pattern, in which `0` stands for a digit and `_` for a blank or `T`.
fn fits(text: &str, pattern: &str) -> bool {
    let mut pairs = text.bytes().zip(pattern.bytes());
    text.len() == pattern.len()
        && pairs.all(|(byte, place)| match place {
            b'0' => byte.is_ascii_digit(),
            b'_' => byte == b' ' || byte == b'T',
            _ => byte == place,
        })
}

/// A name or value of a form: `+` is a blank, `%` begins two digits, the result is UTF-8 without control characters.
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

/// A value of a JSON body: a string, or a number or truth value as it is written there; `null` is as good as none.
fn scalar(value: &RawValue) -> Result<String, ParameterFault> {
    let json = value.get();
    match json.as_bytes() {
        [b'"', ..] => printable(serde_json::from_str(json).map_err(|_| ParameterFault::Encoding)?),
        [b'{' | b'[', ..] => Err(ParameterFault::Scalar),
        b"null" => Ok(String::new()),
        _ => Ok(json.to_owned()),
    }
}

/// The same where the value is to be of a kind.
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

/// `yyyy-MM-dd HH:mm[:ss[.f]]`, one to seven digits of fraction, `T` or a blank in the middle. Nothing else: chrono's
/// own formats take signs, blanks and single digits too.
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
