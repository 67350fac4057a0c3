//! The fields of one JSON object, taken out one by one, each within its bounds. `null`, and an empty text, are as good as
//! none. What is left in the end is unknown. All bad fields are kept, so that one reading tells them all.

use super::reason::{BadField, Reason};
use crate::model;
use crate::wire::members::Members;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Number, Value};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// Most characters that a reason repeats of an unknown field's name.
const NAME_CHARS_MAX: usize = 40;

/// Most bad fields that are told of one object.
const BAD_FIELDS_MAX: usize = 50;

/// What one object has.
pub struct Fields<'a> {
    /// Names of the objects in which these fields lie: `slot.busyType`.
    path: String,
    values: BTreeMap<String, &'a RawValue>,
    bad: Vec<BadField>,
    /// Fields in which something stands for "none".
    pub nothing_in: Vec<&'static str>,
    #[cfg(test)]
    pub asked: Vec<String>,
}

impl<'a> Fields<'a> {
    /// The fields of the object in `json`, which lies at `path`.
    pub fn parse(json: &'a str, path: &str) -> Result<Self, BadField> {
        let mut fields = Fields {
            path: path.to_owned(),
            values: BTreeMap::new(),
            bad: Vec::new(),
            nothing_in: Vec::new(),
            #[cfg(test)]
            asked: Vec::new(),
        };
        let Members(members) = serde_json::from_str(json).map_err(|error| BadField {
            field: path.to_owned(),
            reason: if error.is_data() {
                Reason::NotObject
            } else {
                Reason::NotJson(error.column())
            },
        })?;
        for (name, value) in members {
            match fields.values.entry(name) {
                Entry::Vacant(free) => {
                    free.insert(value);
                }
                Entry::Occupied(taken) => {
                    let name = shown(taken.key());
                    fields.refuse(&name, Reason::GivenTwice);
                }
            }
        }
        Ok(fields)
    }

    /// Says where the fields lie, once that is known.
    pub fn rename(&mut self, path: &str) {
        path.clone_into(&mut self.path);
    }

    /// Notes what is wrong with the field `name` of this object.
    pub fn refuse(&mut self, name: &str, reason: Reason) {
        if self.bad.len() < BAD_FIELDS_MAX {
            let field = self.field(name);
            self.bad.push(BadField { field, reason });
        }
    }

    /// Whether a field of this name has been refused.
    pub fn has_refused(&self, name: &str) -> bool {
        let field = self.field(name);
        self.bad.iter().any(|bad| bad.field == field)
    }

    /// How many fields have been refused.
    pub fn refused(&self) -> usize {
        self.bad.len()
    }

    /// What was refused. Nothing may be left: an unknown field is as likely a known one misspelt.
    pub fn finish(mut self) -> Vec<BadField> {
        for name in std::mem::take(&mut self.values).into_keys() {
            self.refuse(&shown(&name), Reason::NoSuchField);
        }
        self.bad
    }

    /// What was refused, whatever else stands there.
    pub fn abandon(self) -> Vec<BadField> {
        self.bad
    }

    /// Ends the reading of an object within this one.
    pub fn close(&mut self, inner: Fields) {
        #[cfg(test)]
        self.asked.extend(inner.asked.iter().cloned());
        self.bad.extend(inner.finish());
    }

    /// Passes over a field.
    pub fn ignore(&mut self, name: &str) {
        self.raw(name);
    }

    /// Text of at most `chars_max` characters without control characters; empty when there is none.
    pub fn text(&mut self, name: &str, chars_max: usize) -> String {
        let text = self.bounded(name, chars_max);
        self.kept(name, text)
    }

    /// The same; none when there is none, so that it can be told from an empty one.
    pub fn optional_text(&mut self, name: &str, chars_max: usize) -> Option<String> {
        let is_said = self.values.get(name).is_some_and(|value| value.get() != "null");
        let text = self.text(name, chars_max);
        is_said.then_some(text)
    }

    /// Text, and more than blanks.
    pub fn required_text(&mut self, name: &str, chars_max: usize) -> String {
        let text = self.bounded(name, chars_max);
        let text = text.and_then(|text| {
            if text.trim().is_empty() {
                Err(Reason::Missing)
            } else {
                Ok(text)
            }
        });
        self.kept(name, text)
    }

    /// Texts in a list; empty when there is none.
    pub fn texts(&mut self, name: &str, texts_max: usize, chars_max: usize) -> Vec<String> {
        let texts = self.take(name, || Reason::NotTexts).and_then(|texts| {
            let texts: Vec<String> = texts.unwrap_or_default();
            if texts.len() > texts_max {
                return Err(Reason::TooManyTexts(texts_max));
            }
            texts.into_iter().map(|text| within(text, chars_max)).collect()
        });
        self.kept(name, texts)
    }

    /// One of `words`; none when there is none.
    pub fn word(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let reason = || Reason::NotOneOf(words.to_vec());
        let word = self.take::<String>(name, reason).and_then(|text| {
            let Some(text) = text.filter(|text| !text.is_empty()) else {
                return Ok(None);
            };
            let known = words.iter().find(|word| **word == text);
            known.copied().map(Some).ok_or_else(reason)
        });
        self.kept(name, word)
    }

    /// The same for a field that has to be there; empty when it is bad.
    pub fn required_word(&mut self, name: &str, words: &[&'static str]) -> &'static str {
        let before = self.refused();
        let word = self.word(name, words);
        if word.is_none() && self.refused() == before {
            self.refuse(name, Reason::Missing);
        }
        word.unwrap_or_default()
    }

    /// A GUID that is not all zeros; none when there is none.
    pub fn guid(&mut self, name: &str) -> Option<Uuid> {
        let guid = self.optional_guid(name);
        self.kept(name, guid)
    }

    /// A GUID that has to be there.
    pub fn required_guid(&mut self, name: &str) -> Uuid {
        let guid = self.optional_guid(name);
        self.kept(name, guid.and_then(|guid| guid.ok_or(Reason::Missing)))
    }

    /// A whole number within bounds; none when there is none.
    pub fn number(&mut self, name: &str, bounds: RangeInclusive<i64>) -> Option<i64> {
        let reason = || Reason::NotNumber(*bounds.start(), *bounds.end());
        let number = self.take::<Number>(name, reason).and_then(|number| {
            let whole = number
                .map(|number| whole(&number).ok_or_else(reason))
                .transpose()?;
            match whole {
                Some(number) if !bounds.contains(&number) => Err(reason()),
                number => Ok(number),
            }
        });
        self.kept(name, number)
    }

    /// Yes or no; `default` when it is not said.
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        self.optional_flag(name).unwrap_or(default)
    }

    /// Yes or no; none when it is not said.
    pub fn optional_flag(&mut self, name: &str) -> Option<bool> {
        let flag = self.take(name, || Reason::NotFlag);
        self.kept(name, flag)
    }

    /// A moment that has to be there (RFC 3339 with offset, whole seconds), in seconds since 1970-01-01T00:00:00Z; none when
    /// it is bad.
    pub fn required_moment(&mut self, name: &str, bounds: &RangeInclusive<i64>) -> Option<i64> {
        let moment = self.take::<String>(name, || Reason::NotMoment).and_then(|text| {
            let moment = model::moment(&text.ok_or(Reason::Missing)?).ok_or(Reason::NotMoment)?;
            if moment.timestamp_subsec_nanos() != 0 {
                return Err(Reason::NotWholeSecond);
            }
            if !bounds.contains(&moment.timestamp()) {
                return Err(Reason::MomentTooFar);
            }
            Ok(Some(moment.timestamp()))
        });
        self.kept(name, moment)
    }

    /// A date that has to be there, within bounds.
    pub fn required_date(&mut self, name: &str, bounds: &RangeInclusive<NaiveDate>) -> NaiveDate {
        let date = self.take::<String>(name, || Reason::NotDate).and_then(|text| {
            let text = text.ok_or(Reason::Missing)?;
            // chrono also takes signs, blanks and single digits.
            let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d")
                .ok()
                .filter(|date| date.to_string() == text)
                .ok_or(Reason::NotDate)?;
            if bounds.contains(&date) {
                Ok(date)
            } else {
                Err(Reason::DateTooFar(*bounds.start(), *bounds.end()))
            }
        });
        self.kept(name, date)
    }

    /// Any JSON; `null` when there is none.
    pub fn any(&mut self, name: &str) -> Value {
        let value = self.take::<Value>(name, || Reason::NotKept);
        self.kept(name, value).unwrap_or_default()
    }

    /// An object within this one, to be ended by [`Fields::close`]; none when there is none.
    pub fn object(&mut self, name: &str) -> Option<Fields<'a>> {
        let path = self.field(name);
        match Fields::parse(self.raw(name)?.get(), &path) {
            Ok(fields) => Some(fields),
            Err(BadField { reason, .. }) => {
                self.refuse(name, reason);
                None
            }
        }
    }

    fn optional_guid(&mut self, name: &str) -> Result<Option<Uuid>, Reason> {
        let text: Option<String> = self.take(name, || Reason::NotGuid)?;
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        match model::guid(&text) {
            Some(guid) if !guid.is_nil() => Ok(Some(guid)),
            _ => Err(Reason::NotGuid),
        }
    }

    fn bounded(&mut self, name: &str, chars_max: usize) -> Result<String, Reason> {
        let text: Option<String> = self.take(name, || Reason::NotText)?;
        within(text.unwrap_or_default(), chars_max)
    }

    /// The value, or none while its reason is noted.
    fn kept<T: Default>(&mut self, name: &str, value: Result<T, Reason>) -> T {
        value.unwrap_or_else(|reason| {
            self.refuse(name, reason);
            T::default()
        })
    }

    fn take<T: Deserialize<'a>>(
        &mut self,
        name: &str,
        reason: impl FnOnce() -> Reason,
    ) -> Result<Option<T>, Reason> {
        let Some(value) = self.raw(name) else {
            return Ok(None);
        };
        serde_json::from_str(value.get()).map(Some).map_err(|_| reason())
    }

    fn raw(&mut self, name: &str) -> Option<&'a RawValue> {
        #[cfg(test)]
        self.asked.push(self.field(name));
        self.values.remove(name).filter(|value| value.get() != "null")
    }

    /// The name of a field after those of the objects it lies in.
    fn field(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

/// A number without a fraction. Some programs write `1.0` for 1, and JSON Schema counts it as a whole number.
fn whole(number: &Number) -> Option<i64> {
    let from_float = || number.as_f64()?.to_string().parse().ok();
    number.as_i64().or_else(from_float)
}

/// The text, if it is one of at most `chars_max` characters without control characters.
fn within(text: String, chars_max: usize) -> Result<String, Reason> {
    if text.chars().nth(chars_max).is_some() {
        return Err(Reason::TooLong(chars_max));
    }
    if text.contains(char::is_control) {
        return Err(Reason::ControlCharacter);
    }
    Ok(text)
}

/// A name that the file chose, so that it can be shown on a terminal.
fn shown(name: &str) -> String {
    let shown: String = name.chars().take(NAME_CHARS_MAX).collect();
    shown.escape_debug().to_string()
}
