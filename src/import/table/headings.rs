//! The first record of a table: which column holds what, and in which encoding the file is.

use super::encoding::{Encoding, READ};
use super::words::{Column, Need, TableKind, folded};
use crate::import::reason::{BadField, Reason};
use std::collections::BTreeMap;

/// Most characters that are shown of a heading.
const SHOWN_CHARS_MAX: usize = 40;

/// What the headings of a table say.
#[derive(Debug)]
pub struct Headings {
    pub kind: TableKind,
    pub encoding: Encoding,
    /// The headings as they stand there, by their place.
    texts: Vec<String>,
    places: BTreeMap<Column, usize>,
}

/// A heading in a form that is safe for a terminal.
fn shown(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let shown: String = words.join(" ").chars().take(SHOWN_CHARS_MAX).collect();
    shown.chars().filter(|sign| !sign.is_control()).collect()
}

/// Returns the column of a kind of table that a heading names.
fn column(kind: TableKind, heading: &str) -> Option<Column> {
    let heading = folded(heading);
    let known = kind
        .columns()
        .iter()
        .find(|(_, _, words)| words.iter().any(|word| folded(word) == heading));
    known.map(|(column, _, _)| *column)
}

/// Returns how many of the headings a kind of table knows, and whether it has all that it needs.
fn fit(kind: TableKind, texts: &[String]) -> (usize, bool) {
    let known: Vec<Column> = texts.iter().filter_map(|text| column(kind, text)).collect();
    (
        known.len(),
        missing(kind, |wanted| known.contains(&wanted)).is_empty(),
    )
}

/// Returns what a table lacks, each by the heading that a template has.
fn missing(kind: TableKind, has: impl Fn(Column) -> bool) -> Vec<String> {
    let has_name = has(Column::Person) || has(Column::Family);
    let lacks = |column: Column, need: Need| match need {
        Need::Required => !has(column),
        Need::Name => column == Column::Person && !has_name,
        Need::Optional => false,
    };
    let columns = kind.columns().iter();
    let lacking = columns.filter(|(column, need, _)| lacks(*column, *need));
    lacking.map(|(_, _, words)| words[0].to_owned()).collect()
}

impl Headings {
    /// Reads the first record.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(cells: &[Vec<u8>]) -> Result<Headings, Vec<BadField>> {
        let readings = READ.iter().filter_map(|encoding| {
            let texts: Option<Vec<String>> = cells.iter().map(|cell| encoding.decode(cell)).collect();
            let texts = texts?;
            let best = |kind: &TableKind| fit(*kind, &texts);
            // Of equal ones the first.
            let kind = TableKind::ALL.into_iter().rev().max_by_key(best)?;
            Some((fit(kind, &texts), kind, *encoding, texts))
        });
        let readings: Vec<_> = readings.collect();
        let best = readings.into_iter().rev().max_by_key(|((known, _), ..)| *known);
        let Some(((known, _), kind, encoding, texts)) = best else {
            return Err(vec![whole(Reason::NotUtf8)]);
        };
        if known == 0 {
            return Err(vec![whole(Reason::NoHeadings)]);
        }
        Headings::of(kind, encoding, texts)
    }

    fn of(kind: TableKind, encoding: Encoding, texts: Vec<String>) -> Result<Headings, Vec<BadField>> {
        let mut places = BTreeMap::new();
        let mut bad = Vec::new();
        for (place, text) in texts.iter().enumerate() {
            let refuse = |reason| BadField {
                field: shown(text),
                reason,
            };
            match column(kind, text) {
                Some(column) if places.insert(column, place).is_some() => {
                    bad.push(refuse(Reason::GivenTwice));
                }
                Some(_) => (),
                None if folded(text).is_empty() => (),
                None => bad.push(refuse(Reason::NoSuchColumn(kind))),
            }
        }
        let lacking = missing(kind, |column| places.contains_key(&column));
        bad.extend(lacking.into_iter().map(|field| BadField {
            field,
            reason: Reason::NoColumn,
        }));
        let is_ascii = texts.iter().all(|text| text.is_ascii());
        let headings = Headings {
            kind,
            encoding: if is_ascii { Encoding::Ascii } else { encoding },
            texts,
            places,
        };
        if bad.is_empty() { Ok(headings) } else { Err(bad) }
    }

    /// Returns whether a place has a heading.
    pub fn has_heading(&self, place: usize) -> bool {
        self.texts.get(place).is_some_and(|text| !folded(text).is_empty())
    }

    /// Returns where a column stands.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places.get(&column).copied()
    }

    /// Returns the heading of a column as it stands in the file; where it has none, the one of a template.
    pub fn text(&self, column: Column) -> String {
        let known = || {
            let columns = self.kind.columns().iter();
            let words = columns
                .filter(|(known, _, _)| *known == column)
                .map(|(_, _, words)| words[0]);
            words.map(str::to_owned).next().unwrap_or_default()
        };
        self.place(column)
            .map_or_else(known, |place| shown(&self.texts[place]))
    }

    /// Returns the heading of the column that fills the field of a line.
    pub fn of_field(&self, field: &str) -> String {
        let name = field.split_once('.').map_or(field, |(_, name)| name);
        let mut fills = self
            .places
            .keys()
            .filter(|column| column.fields().contains(&name));
        fills
            .next()
            .map_or_else(|| field.to_owned(), |column| self.text(*column))
    }
}

/// Returns a fault of the whole record.
pub fn whole(reason: Reason) -> BadField {
    BadField {
        field: String::new(),
        reason,
    }
}
