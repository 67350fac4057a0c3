//! Reading every value of a file, to name each that is not what its column holds. `SQLite`'s own check knows types and
//! constraints, but neither the row, nor whether a text is UTF-8 or a number a moment.

use super::damage::Damage;
use super::finding::CheckFinding;
use super::{Fault, Store};
use crate::model::is_moment;
use chrono::NaiveDate;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// Bytes of a GUID.
const GUID_BYTES: usize = 16;

/// A column of a table.
struct Column {
    name: String,
    kind: String,
    may_be_absent: bool,
    is_key: bool,
}

impl Column {
    fn holds(&self, value: ValueRef) -> bool {
        match (value, &*self.kind) {
            (ValueRef::Null, _) => self.may_be_absent,
            (ValueRef::Integer(number), "INTEGER") => !self.is_moment() || is_moment(number),
            (ValueRef::Text(text), "TEXT") => {
                str::from_utf8(text).is_ok_and(|text| !self.is_day() || text.parse::<NaiveDate>().is_ok())
            }
            (ValueRef::Blob(bytes), "BLOB") => !self.name.ends_with("guid") || bytes.len() == GUID_BYTES,
            _ => false,
        }
    }

    fn is_day(&self) -> bool {
        self.name.ends_with("_date") || self.name.ends_with("_day") || self.name.starts_with("date_")
    }

    fn is_moment(&self) -> bool {
        self.name == "at" || self.name.ends_with("_at")
    }
}

impl Store {
    /// Appends where values are damaged, at most so many.
    pub(super) fn find_damaged_values(
        &self,
        findings: &mut Vec<CheckFinding>,
        most: usize,
    ) -> Result<(), Fault> {
        let damage = |place: String| CheckFinding::Damaged { place };
        findings.extend(
            self.damaged_base()
                .iter()
                .map(|fault| damage(fault.cause().to_owned())),
        );
        for table in tables(&self.connection)? {
            let columns = columns(&self.connection, &table)?;
            let mut statement = self
                .connection
                .prepare(&format!("SELECT * FROM \"{table}\" NOT INDEXED"))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                for (index, column) in columns.iter().enumerate() {
                    if findings.len() >= most {
                        return Ok(());
                    }
                    if column.holds(row.get_ref(index)?) {
                        continue;
                    }
                    let keys = columns.iter().enumerate().filter(|(_, column)| column.is_key);
                    let keys = keys.filter_map(|(at, key)| match row.get_ref(at) {
                        Ok(ValueRef::Integer(id)) => Some(format!("{} {id}", key.name)),
                        _ => None,
                    });
                    let keys: Vec<_> = keys.collect();
                    let found = damage(Damage::at(&table, &keys.join(" "), &column.name).to_string());
                    if !findings.contains(&found) {
                        findings.push(found);
                    }
                }
            }
        }
        Ok(())
    }
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut tables = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )?;
    tables.query_map([], |row| row.get(0))?.collect()
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Column>> {
    let mut columns =
        connection.prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?) ORDER BY cid")?;
    let columns = columns.query_map([table], |row| {
        Ok(Column {
            name: row.get(0)?,
            kind: row.get(1)?,
            may_be_absent: !row.get::<_, bool>(2)? && row.get::<_, i64>(3)? == 0,
            is_key: row.get::<_, i64>(3)? > 0,
        })
    })?;
    columns.collect()
}
