//! How many things of each kind differ between two databases.
//!
//! A thing is the same in both where its GUID, code, number or mnemonic is: row numbers may be given anew. SharedColumns that
//! name rows are compared by what those rows are known by, too. The columns are read from the files: one of an older
//! version is compared in what both have.

use super::Fault;
use rusqlite::{Connection, named_params};
use std::collections::BTreeMap;

/// Tables of things, each after those that it names, and the columns by which a thing is known.
const TABLES: [(&str, &[&str]); 12] = [
    ("lpu", &["guid"]),
    ("speciality", &["code"]),
    ("resource", &["guid"]),
    ("slot", &["guid"]),
    ("patient", &["guid"]),
    ("referral", &["number"]),
    ("dispensary_registration", &["patient_id", "resource_id"]),
    ("exam", &["guid"]),
    ("client_application", &["mnem"]),
    ("visit", &["guid"]),
    ("waiting_entry", &["guid"]),
    ("staff", &["login"]),
];

/// Row numbers, and what follows from other rows.
const NOT_COMPARED: [&str; 2] = ["id", "used_count"];

/// How many things of a kind differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindDifference {
    /// The table of the things.
    pub table: &'static str,
    /// Those that the other database does not have.
    pub missing: i64,
    /// Those that both have and that are not alike.
    pub changed: i64,
    /// Those that the other database alone has.
    pub extra: i64,
}

/// What the database attached as `other` has otherwise than this one.
pub(super) fn differences(connection: &Connection) -> Result<Vec<KindDifference>, Fault> {
    let mut differences = Vec::with_capacity(TABLES.len());
    for (table, key) in TABLES {
        let columns = SharedColumns::of(connection, table)?;
        if columns.common.is_empty() {
            // An older version has no such things.
            continue;
        }
        let (same, same_back) = (
            columns.same(key, "main", "other"),
            columns.same(key, "other", "main"),
        );
        let compared = columns
            .common
            .iter()
            .filter(|column| !key.contains(&column.as_str()));
        let (here, there): (Vec<_>, Vec<_>) = compared
            .map(|column| (columns.known("main", column), columns.known("other", column)))
            .unzip();
        // Of a thing that is all key nothing can have changed.
        let (here, there) = if here.is_empty() {
            ("0".to_owned(), "0".to_owned())
        } else {
            (here.join(", "), there.join(", "))
        };
        // The rows are called as the databases are that they are from.
        let sql = format!(
            "SELECT
                 (SELECT count(*) FROM main.{table} AS main
                  WHERE NOT EXISTS (SELECT 1 FROM other.{table} AS other WHERE {same})),
                 (SELECT count(*) FROM main.{table} AS main CROSS JOIN other.{table} AS other ON {same}
                  WHERE ({here}) IS NOT ({there})),
                 (SELECT count(*) FROM other.{table} AS other
                  WHERE NOT EXISTS (SELECT 1 FROM main.{table} AS main WHERE {same_back}))"
        );
        differences.push(connection.query_row(&sql, [], |row| {
            Ok(KindDifference {
                table,
                missing: row.get(0)?,
                changed: row.get(1)?,
                extra: row.get(2)?,
            })
        })?);
    }
    Ok(differences)
}

/// The columns of a table that both databases have.
struct SharedColumns {
    common: Vec<String>,
    /// Table and column by which the row is known that a column names.
    named: BTreeMap<String, (&'static str, &'static str)>,
}

impl SharedColumns {
    fn of(connection: &Connection, table: &str) -> Result<SharedColumns, Fault> {
        let mut statement = connection.prepare(
            "SELECT h.name FROM pragma_table_info(:table, 'main') h
             JOIN pragma_table_info(:table, 'other') o ON o.name = h.name",
        )?;
        let shared = statement.query_map(named_params! { ":table": table }, |row| row.get(0))?;
        let mut common: Vec<String> = shared.collect::<Result<_, _>>()?;
        common.retain(|name| !NOT_COMPARED.contains(&name.as_str()));
        let mut statement =
            connection.prepare("SELECT \"from\", \"table\" FROM pragma_foreign_key_list(:table, 'main')")?;
        let keys = statement.query_map(named_params! { ":table": table }, |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let mut named = BTreeMap::new();
        for key in keys {
            let (column, parent): (String, String) = key?;
            if let Some((parent, known_by)) = TABLES.into_iter().find(|(name, _)| *name == parent) {
                named.insert(column, (parent, known_by[0]));
            }
        }
        Ok(SharedColumns { common, named })
    }

    /// What a column of one database holds, or by what the row is known that it names.
    fn known(&self, database: &str, column: &str) -> String {
        match self.named.get(column) {
            Some((parent, known_by)) => {
                format!("(SELECT {known_by} FROM {database}.{parent} WHERE id = {database}.{column})")
            }
            None => format!("{database}.{column}"),
        }
    }

    /// That a row of `to` is the same thing as one of `from`, so that an index of `to` finds it.
    fn same(&self, key: &[&str], from: &str, to: &str) -> String {
        let equal = |column: &&str| {
            let known = self.known(from, column);
            match self.named.get(*column) {
                Some((parent, known_by)) => {
                    format!("{to}.{column} = (SELECT id FROM {to}.{parent} WHERE {known_by} = {known})")
                }
                None => format!("{to}.{column} = {known}"),
            }
        };
        key.iter().map(equal).collect::<Vec<_>>().join(" AND ")
    }
}
