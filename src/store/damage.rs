//! Values that are not what their columns hold: a byte changed at rest, or another program wrote. They are told by table, row
//! and column, never by the value.
//!
//! So that the row can be named, a statement selects of each table first its key and then what it reads: `id` of its main
//! table, and for example `lpu_id` of `lpu`. Where a column's own name says too little, that of its table stands before it.

use crate::model::{VisitId, is_moment};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, Type, ValueRef};
use rusqlite::{Error, Result, Row};
use serde::de::IgnoredAny;
use std::fmt;

/// More places than any cell has, and more visits than any resource has on a day.
const COUNT_MAX: i64 = 1_000_000;

/// The place of a damaged value.
#[derive(Debug)]
pub(super) struct Damage(String);

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Damage {}

impl Damage {
    /// A value in a column of a row that these keys name.
    pub(super) fn at(table: &str, keys: &str, column: &str) -> Damage {
        Damage(format!("table {table}, row {keys}, column {column}"))
    }

    /// A table in which a row is needed.
    pub(super) fn no_rows(table: &str) -> Damage {
        Damage(format!("table {table}, no row that is needed"))
    }

    /// A row whose statement finds none of the rows that it names, at once or by others: one of them is not there.
    pub(super) fn among(visit: VisitId) -> Damage {
        Damage(format!("table visit, row id {}, a row that it names", visit.0))
    }

    /// A visit that is another one than its record tells: its row, one that it names, or the record.
    pub(super) fn other_than_told(visit: VisitId) -> Damage {
        Damage(format!(
            "table visit, row id {}, other than its record tells",
            visit.0
        ))
    }

    /// Returns the place of the damaged value that an error is about, if it is about one.
    pub(super) fn of(error: &Error) -> Option<String> {
        match error {
            Error::FromSqlConversionFailure(_, _, cause) if is_placed(error) => Some(cause.to_string()),
            _ => index(error).map(|_| "it is not told where".to_owned()),
        }
    }
}

/// Returns the column of a result that an error is about.
fn index(error: &Error) -> Option<usize> {
    match error {
        Error::FromSqlConversionFailure(index, ..)
        | Error::InvalidColumnType(index, ..)
        | Error::IntegralValueOutOfRange(index, _)
        | Error::Utf8Error(index, _) => Some(*index),
        _ => None,
    }
}

/// Lets the errors of `decode` tell where a damaged value lies. `main`: the table whose key is called `id`.
pub(super) fn named<T>(main: &'static str, decode: impl Fn(&Row) -> Result<T>) -> impl Fn(&Row) -> Result<T> {
    move |row| {
        decode(row).map_err(|error| match index(&error) {
            Some(index) if !is_placed(&error) => at_place(index, place(row, main, index)),
            _ => error,
        })
    }
}

fn is_placed(error: &Error) -> bool {
    matches!(error, Error::FromSqlConversionFailure(_, _, cause) if cause.is::<Damage>())
}

/// Returns the error about a damaged value whose place is known. `index`: a column of the result that shows it.
pub(super) fn at_place(index: usize, place: Damage) -> Error {
    Error::FromSqlConversionFailure(index, Type::Null, Box::new(place))
}

/// Returns the error about a damaged value in a row.
pub(super) fn damaged(row: &Row, index: usize) -> Error {
    let kind = row.get_ref(index).map_or(Type::Null, |value| value.data_type());
    Error::InvalidColumnType(index, String::new(), kind)
}

/// Returns table, row and column of a value in a row of a result, by the names of the result's columns.
fn place(row: &Row, main: &'static str, index: usize) -> Damage {
    let names: Vec<&str> = row.as_ref().column_names().collect();
    let Some(name) = names.get(index) else {
        return Damage(format!("table {main}"));
    };
    let mut before = names[..index].iter().rev();
    let Some((table, prefix)) = before.find_map(|key| key_of(key, main)) else {
        return Damage(format!("table {main}, what {name} is computed from"));
    };
    let is_own = |at: &usize| key_of(names[*at], main) == Some((table, prefix));
    let keys = (0..index).filter(is_own).filter_map(|at| match row.get_ref(at) {
        Ok(ValueRef::Integer(number)) if names[at] == "seq" => Some(format!("seq {number}")),
        Ok(ValueRef::Integer(number)) => Some(format!("id {number}")),
        _ => None,
    });
    let mut keys: Vec<_> = keys.collect();
    // A key stands again before columns of its table that come later.
    keys.dedup();
    let column = name.strip_prefix(prefix).and_then(|name| name.strip_prefix('_'));
    // The view of cells calls the name of a speciality so.
    let column = if *name == table {
        "name"
    } else {
        column.unwrap_or(name)
    };
    Damage::at(table, &keys.join(" "), column)
}

/// Returns the table whose row a column of a result names, and the prefix of that table's columns.
fn key_of<'a>(name: &'a str, main: &'static str) -> Option<(&'a str, &'a str)> {
    match name.strip_suffix("_id") {
        None if ["id", "seq", "what"].contains(&name) => Some((main, main)),
        Some("visit") if main == "visit_history" => Some((main, main)),
        Some("patient") if main == "dispensary_registration" => Some((main, main)),
        Some(prefix @ ("nearest" | "last")) => Some(("slot", prefix)),
        Some(prefix @ "num_resource") => Some(("resource", prefix)),
        Some(prefix @ "application") => Some(("client_application", prefix)),
        Some(table) => Some((table, table)),
        None => None,
    }
}

/// Seconds since 1970 that are a moment of the years 0 to 9999.
pub(super) struct Seconds(pub i64);

impl FromSql for Seconds {
    fn column_result(value: ValueRef) -> FromSqlResult<Self> {
        checked(i64::column_result(value)?, |seconds| is_moment(*seconds)).map(Seconds)
    }
}

/// A count, or a number among counted things.
pub(super) struct BoundedCount(pub i64);

impl FromSql for BoundedCount {
    fn column_result(value: ValueRef) -> FromSqlResult<Self> {
        checked(i64::column_result(value)?, |count| {
            (0..=COUNT_MAX).contains(count)
        })
        .map(BoundedCount)
    }
}

/// The model of a clinic: one JSON object, without blanks around it.
pub(super) struct Model(pub String);

impl FromSql for Model {
    fn column_result(value: ValueRef) -> FromSqlResult<Self> {
        let is_object =
            |text: &&str| text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok();
        checked(value.as_str()?.trim_ascii(), is_object).map(|text| Model(text.to_owned()))
    }
}

fn checked<T>(value: T, is_right: impl FnOnce(&T) -> bool) -> FromSqlResult<T> {
    is_right(&value).then_some(value).ok_or(FromSqlError::InvalidType)
}
