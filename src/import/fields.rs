//! The fields of one JSON object, taken out one by one, each within its bounds. `null` and an empty text count as absent.
//! Fields that are left at the end are unknown. All bad fields are kept, so that one reading reports all of them.

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

/// One object while it is read.
pub struct ObjectFields<'a> {
    /// Names of the objects in which these fields lie: `slot.busyType`.
    path: String,
    values: BTreeMap<String, &'a RawValue>,
    bad: Vec<BadField>,
    /// Fields whose value means "none".
    pub nothing_in: Vec<&'static str>,
    #[cfg(test)]
    pub asked: Vec<String>,
}

impl<'a> ObjectFields<'a> {
    /// Parses the object in `json`, which lies at `path`.
    pub fn parse(json: &'a str, path: &str) -> Result<Self, BadField> {
        let mut fields = ObjectFields {
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

    /// Sets where the fields lie, once it is known.
    pub fn rename(&mut self, path: &str) {
        path.clone_into(&mut self.path);
    }

    /// Records what is wrong with the field `name` of this object.
    pub fn refuse(&mut self, name: &str, reason: Reason) {
        if self.bad.len() < BAD_FIELDS_MAX {
            let field = self.field(name);
            self.bad.push(BadField { field, reason });
        }
    }

    /// Returns whether a field of this name has been refused.
    pub fn has_refused(&self, name: &str) -> bool {
        let field = self.field(name);
        self.bad.iter().any(|bad| bad.field == field)
    }

    /// Returns how many fields have been refused.
    pub fn refused(&self) -> usize {
        self.bad.len()
    }

    /// Returns all refused fields. Fields that are left are refused too: an unknown field is often a known one misspelt.
    pub fn finish(mut self) -> Vec<BadField> {
        for name in std::mem::take(&mut self.values).into_keys() {
            self.refuse(&shown(&name), Reason::NoSuchField);
        }
        self.bad
    }

    /// Returns the refused fields, and does not look at those that are left.
    pub fn abandon(self) -> Vec<BadField> {
        self.bad
    }

    /// Ends the reading of an object within this one.
    pub fn close(&mut self, inner: ObjectFields) {
        #[cfg(test)]
        self.asked.extend(inner.asked.iter().cloned());
        self.bad.extend(inner.finish());
    }

    /// Skips a field.
    pub fn ignore(&mut self, name: &str) {
        self.raw(name);
    }

    /// Returns a text of at most `chars_max` characters without control characters; empty when it is absent.
    pub fn text(&mut self, name: &str, chars_max: usize) -> String {
        let text = self.bounded(name, chars_max);
        self.kept(name, text)
    }

    /// Returns the same; `None` when it is absent, to tell it from an empty one.
    pub fn optional_text(&mut self, name: &str, chars_max: usize) -> Option<String> {
        let is_said = self.values.get(name).is_some_and(|value| value.get() != "null");
        let text = self.text(name, chars_max);
        is_said.then_some(text)
    }

    /// Returns a text that has to be there and has more than blanks.
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

    /// Returns a list of texts; empty when it is absent.
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

    /// Returns one of `words`; `None` when it is absent.
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

    /// Returns the same for a field that has to be there; empty when it is bad.
    pub fn required_word(&mut self, name: &str, words: &[&'static str]) -> &'static str {
        let before = self.refused();
        let word = self.word(name, words);
        if word.is_none() && self.refused() == before {
            self.refuse(name, Reason::Missing);
        }
        word.unwrap_or_default()
    }

    /// Returns a GUID that is not all zeros; `None` when it is absent.
    pub fn guid(&mut self, name: &str) -> Option<Uuid> {
        let guid = self.optional_guid(name);
        self.kept(name, guid)
    }

    /// Returns a GUID that has to be there.
    pub fn required_guid(&mut self, name: &str) -> Uuid {
        let guid = self.optional_guid(name);
        self.kept(name, guid.and_then(|guid| guid.ok_or(Reason::Missing)))
    }

    /// Returns a whole number within bounds; `None` when it is absent.
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

    /// Returns a flag; `default` when it is absent.
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        self.optional_flag(name).unwrap_or(default)
    }

    /// Returns a flag; `None` when it is absent.
    pub fn optional_flag(&mut self, name: &str) -> Option<bool> {
        let flag = self.take(name, || Reason::NotFlag);
        self.kept(name, flag)
    }

    /// Returns a moment that has to be there (RFC 3339 with offset, whole seconds), in seconds since 1970-01-01T00:00:00Z; `None`
    /// when it is bad.
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

    /// Returns a date that has to be there, within bounds.
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

    /// Returns any JSON; `null` when it is absent.
    pub fn any(&mut self, name: &str) -> Value {
        let value = self.take::<Value>(name, || Reason::NotKept);
        self.kept(name, value).unwrap_or_default()
    }

    /// Returns an object within this one, to be ended by [`ObjectFields::close`]; `None` when it is absent.
    pub fn object(&mut self, name: &str) -> Option<ObjectFields<'a>> {
        let path = self.field(name);
        match ObjectFields::parse(self.raw(name)?.get(), &path) {
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

    /// Returns the value, or a default after its reason is recorded.
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

    /// Returns the name of a field after the names of the objects that it lies in.
    fn field(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

/// Returns a number without a fraction. Some programs write `1.0` for 1, and JSON Schema counts it as a whole number.
fn whole(number: &Number) -> Option<i64> {
    let from_float = || number.as_f64()?.to_string().parse().ok();
    number.as_i64().or_else(from_float)
}

/// Returns the text, if it has at most `chars_max` characters and no control character.
fn within(text: String, chars_max: usize) -> Result<String, Reason> {
    if text.chars().nth(chars_max).is_some() {
        return Err(Reason::TooLong(chars_max));
    }
    if text.contains(char::is_control) {
        return Err(Reason::ControlCharacter);
    }
    Ok(text)
}

/// Returns a name from the file in a form that is safe for a terminal.
fn shown(name: &str) -> String {
    let shown: String = name.chars().take(NAME_CHARS_MAX).collect();
    shown.escape_debug().to_string()
}
