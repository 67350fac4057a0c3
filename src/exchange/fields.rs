//! The fields of one JSON object, taken out one by one, each within its bounds. `null`, and an empty text, are as good as
//! none. What is left in the end is unknown. A reason says what would be right and repeats no value.

use crate::visit;
use crate::wire::members::Members;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use uuid::Uuid;

/// Most characters that a reason repeats of an unknown field's name.
const NAME_CHARS_MAX: usize = 40;

/// A field that cannot be taken, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct BadField {
    /// Which one, after the names of the objects it lies in; empty for the whole line.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What one object has.
pub struct Fields<'a> {
    /// Names of the objects in which these fields lie: `slot.busyType`.
    path: String,
    values: BTreeMap<String, &'a RawValue>,
}

impl<'a> Fields<'a> {
    /// The fields of the object in `json`, which lies at `path`.
    pub fn parse(json: &'a str, path: &str) -> Result<Self, BadField> {
        let mut fields = Fields {
            path: path.to_owned(),
            values: BTreeMap::new(),
        };
        let Members(members) = serde_json::from_str(json).map_err(|error| BadField {
            field: path.to_owned(),
            reason: if error.is_data() {
                "not an object".to_owned()
            } else {
                format!("not JSON, from byte {} on", error.column())
            },
        })?;
        for (name, value) in members {
            if fields.values.contains_key(&name) {
                return Err(fields.bad_name(&name, "given twice"));
            }
            fields.values.insert(name, value);
        }
        Ok(fields)
    }

    /// Says where the fields lie, once that is known.
    pub fn rename(&mut self, path: &str) {
        path.clone_into(&mut self.path);
    }

    /// What is wrong with the field `name` of this object.
    pub fn bad(&self, name: &str, reason: impl Into<String>) -> BadField {
        let field = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        BadField {
            field,
            reason: reason.into(),
        }
    }

    /// Nothing may be left: an unknown field is as likely a known one misspelt.
    pub fn finish(self) -> Result<(), BadField> {
        match self.values.keys().next() {
            Some(name) => Err(self.bad_name(name, "no such field")),
            None => Ok(()),
        }
    }

    /// As [`Fields::bad`], for a name that the file chose.
    fn bad_name(&self, name: &str, reason: &str) -> BadField {
        let shown: String = name.chars().take(NAME_CHARS_MAX).collect();
        self.bad(&shown.escape_debug().to_string(), reason)
    }

    /// Passes over a field.
    pub fn ignore(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// Text of at most `chars_max` characters without control characters; empty when there is none.
    pub fn text(&mut self, name: &str, chars_max: usize) -> Result<String, BadField> {
        let text: String = self.take(name, || "not a text")?.unwrap_or_default();
        self.bounded(name, text, chars_max)
    }

    /// The same, and more than blanks.
    pub fn required_text(&mut self, name: &str, chars_max: usize) -> Result<String, BadField> {
        let text = self.text(name, chars_max)?;
        if text.trim().is_empty() {
            return Err(self.bad(name, "missing"));
        }
        Ok(text)
    }

    /// Texts in a list; empty when there is none.
    pub fn texts(&mut self, name: &str, texts_max: usize, chars_max: usize) -> Result<Vec<String>, BadField> {
        let texts: Vec<String> = self.take(name, || "not a list of texts")?.unwrap_or_default();
        if texts.len() > texts_max {
            return Err(self.bad(name, format!("more than {texts_max} texts")));
        }
        texts
            .into_iter()
            .map(|text| self.bounded(name, text, chars_max))
            .collect()
    }

    /// Number of a document, without its blanks and hyphens.
    pub fn document(&mut self, name: &str, chars_max: usize) -> Result<String, BadField> {
        let text = self.text(name, chars_max)?;
        Ok(visit::document_number(&text))
    }

    /// One of `words`; none when there is none.
    pub fn word(&mut self, name: &str, words: &[&'static str]) -> Result<Option<&'static str>, BadField> {
        let reason = || format!("not one of {}", words.join(", "));
        let Some(text) = self
            .take::<String, _>(name, reason)?
            .filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Some(word)),
            None => Err(self.bad(name, reason())),
        }
    }

    /// A GUID that is not all zeros; none when there is none.
    pub fn guid(&mut self, name: &str) -> Result<Option<Uuid>, BadField> {
        let reason = "not a GUID like 01234567-89ab-cdef-0123-456789abcdef";
        let Some(text) = self
            .take::<String, _>(name, || reason)?
            .filter(|text| !text.is_empty())
        else {
            return Ok(None);
        };
        match visit::guid(&text) {
            Some(guid) if !guid.is_nil() => Ok(Some(guid)),
            _ => Err(self.bad(name, reason)),
        }
    }

    /// A GUID that has to be there.
    pub fn required_guid(&mut self, name: &str) -> Result<Uuid, BadField> {
        let guid = self.guid(name)?;
        guid.ok_or_else(|| self.bad(name, "missing"))
    }

    /// A whole number within bounds; none when there is none.
    pub fn number(&mut self, name: &str, bounds: RangeInclusive<i64>) -> Result<Option<i64>, BadField> {
        let reason = || format!("not a whole number from {} to {}", bounds.start(), bounds.end());
        match self.take(name, reason)? {
            Some(number) if !bounds.contains(&number) => Err(self.bad(name, reason())),
            number => Ok(number),
        }
    }

    /// Yes or no; `default` when it is not said.
    pub fn flag(&mut self, name: &str, default: bool) -> Result<bool, BadField> {
        Ok(self.take(name, || "not true or false")?.unwrap_or(default))
    }

    /// A moment that has to be there (RFC 3339 with offset, whole seconds), in seconds since 1970-01-01T00:00:00Z.
    pub fn required_moment(&mut self, name: &str, bounds: &RangeInclusive<i64>) -> Result<i64, BadField> {
        let reason = "not a moment like 2026-11-24T08:00:00+03:00";
        let text: String = self
            .take(name, || reason)?
            .ok_or_else(|| self.bad(name, "missing"))?;
        let moment = visit::moment(&text).ok_or_else(|| self.bad(name, reason))?;
        if moment.timestamp_subsec_nanos() != 0 {
            return Err(self.bad(name, "not a whole second"));
        }
        if !bounds.contains(&moment.timestamp()) {
            return Err(self.bad(name, "not within the years 1970 to 2199"));
        }
        Ok(moment.timestamp())
    }

    /// A date that has to be there, within bounds.
    pub fn required_date(
        &mut self,
        name: &str,
        bounds: &RangeInclusive<NaiveDate>,
    ) -> Result<NaiveDate, BadField> {
        let reason = "not a date like 1950-12-31";
        let text: String = self
            .take(name, || reason)?
            .ok_or_else(|| self.bad(name, "missing"))?;
        // chrono also takes signs, blanks and single digits.
        let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d")
            .ok()
            .filter(|date| date.to_string() == text)
            .ok_or_else(|| self.bad(name, reason))?;
        if !bounds.contains(&date) {
            return Err(self.bad(name, format!("not from {} to {}", bounds.start(), bounds.end())));
        }
        Ok(date)
    }

    /// Any JSON; `null` when there is none.
    pub fn any(&mut self, name: &str) -> Result<Value, BadField> {
        Ok(self
            .take(name, || "nested too deep, or a number out of range")?
            .unwrap_or_default())
    }

    /// An object within this one; none when there is none.
    pub fn object(&mut self, name: &str) -> Result<Option<Fields<'a>>, BadField> {
        let path = self.bad(name, "").field;
        self.raw(name)
            .map(|value| Fields::parse(value.get(), &path))
            .transpose()
    }

    fn bounded(&self, name: &str, text: String, chars_max: usize) -> Result<String, BadField> {
        if text.chars().nth(chars_max).is_some() {
            return Err(self.bad(name, format!("longer than {chars_max} characters")));
        }
        if text.contains(char::is_control) {
            return Err(self.bad(name, "holds a control character"));
        }
        Ok(text)
    }

    fn take<T: Deserialize<'a>, R: Into<String>>(
        &mut self,
        name: &str,
        reason: impl FnOnce() -> R,
    ) -> Result<Option<T>, BadField> {
        let Some(value) = self.raw(name) else {
            return Ok(None);
        };
        serde_json::from_str(value.get())
            .map(Some)
            .map_err(|_| self.bad(name, reason()))
    }

    fn raw(&mut self, name: &str) -> Option<&'a RawValue> {
        self.values.remove(name).filter(|value| value.get() != "null")
    }
}
