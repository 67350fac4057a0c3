//! The cells of one record, by column.

use super::headings::Headings;
use super::values::cleaned;
use super::words::Column;
use crate::import::kinds::{self, ParsedLine, Says};
use crate::import::reason::{BadField, Reason};
use crate::store::Fault;
use crate::store::import::{Row, RowKey};
use chrono::NaiveDate;
use serde_json::{Map, Value};

/// Why a record is not taken.
pub enum Trouble {
    /// All that is wrong with it.
    Bad(Vec<BadField>),
    /// The database does not do its part.
    Fault(Fault),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Trouble::Fault(fault)
    }
}

impl From<BadField> for Trouble {
    fn from(bad: BadField) -> Self {
        Trouble::Bad(vec![bad])
    }
}

/// A thing that a record is about, on its way into the database.
pub struct Part {
    /// Which of the things of its kind that the record has.
    pub number: i64,
    pub key: RowKey,
    pub row: Row,
}

/// One record.
pub struct Cells<'a> {
    pub headings: &'a Headings,
    texts: Vec<String>,
}

impl<'a> Cells<'a> {
    /// Takes the texts of a record. What stands where there is no heading is wrong: a separator inside a value moves all behind it.
    pub fn new(headings: &'a Headings, texts: &[String]) -> Result<Cells<'a>, Trouble> {
        let texts: Vec<String> = texts.iter().map(|text| cleaned(text)).collect();
        let stray = (0..texts.len()).find(|place| !texts[*place].is_empty() && !headings.has_heading(*place));
        match stray {
            Some(place) => Err(super::headings::whole(Reason::NoHeading(place + 1)).into()),
            None => Ok(Cells { headings, texts }),
        }
    }

    /// Returns the value in a column; `None` where there is none.
    pub fn get(&self, column: Column) -> Option<&str> {
        let text = self.texts.get(self.headings.place(column)?)?;
        (!text.is_empty()).then_some(text)
    }

    /// Returns whether there is a value in a column.
    pub fn has(&self, column: Column) -> bool {
        self.get(column).is_some()
    }

    /// Returns what is wrong with a column.
    pub fn bad(&self, column: Column, reason: Reason) -> BadField {
        BadField {
            field: self.headings.text(column),
            reason,
        }
    }

    /// Reads the value of a column; `None`, and what is wrong is noted, where it is bad.
    pub fn read<T>(
        &self,
        column: Column,
        bad: &mut Vec<BadField>,
        parse: impl FnOnce(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        match parse(self.get(column)?) {
            Ok(value) => Some(value),
            Err(reason) => {
                bad.push(self.bad(column, reason));
                None
            }
        }
    }

    /// Reads the value of a column that has to have one.
    pub fn required<T>(
        &self,
        column: Column,
        bad: &mut Vec<BadField>,
        parse: impl FnOnce(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        if !self.has(column) {
            bad.push(self.bad(column, Reason::Missing));
        }
        self.read(column, bad, parse)
    }

    /// Returns the parts of a person's name: those of the whole name, or each from its column.
    pub fn person(&self) -> Option<[String; 3]> {
        if let Some(text) = self.get(Column::Person) {
            return Some(super::values::person(text));
        }
        let text = |column| self.get(column).unwrap_or_default().to_owned();
        let family = self.get(Column::Family)?.to_owned();
        Some([family, text(Column::Name), text(Column::Patronymic)])
    }

    /// Returns the column that names a person.
    pub fn naming(&self) -> Column {
        match self.headings.place(Column::Person) {
            Some(_) => Column::Person,
            None => Column::Family,
        }
    }

    /// Returns the row of a line that has these members, within the bounds of any line, with the fields whose value means "none".
    pub fn row(
        &self,
        kind: &str,
        mut members: Map<String, Value>,
        today: NaiveDate,
        bad: Vec<BadField>,
    ) -> Result<(RowKey, Row, Vec<&'static str>), Trouble> {
        members.insert("kind".to_owned(), kind.into());
        let parsed = kinds::parse(&Value::Object(members).to_string(), today);
        let found = match parsed {
            Ok(ParsedLine {
                key,
                says: Ok(Says::Is(row)),
                nothing_in,
                ..
            }) if bad.is_empty() => return Ok((key, row, nothing_in)),
            Ok(ParsedLine { says: Err(found), .. }) | Err(found) => found,
            Ok(_) => Vec::new(),
        };
        let mut all = bad;
        for BadField { field, reason } in found {
            let field = self.headings.of_field(&field);
            if all.iter().all(|known| known.field != field) {
                all.push(BadField { field, reason });
            }
        }
        Err(Trouble::Bad(all))
    }
}
