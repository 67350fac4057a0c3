//! Running statements. Each is prepared once for a connection and takes named parameters. `table` is the table whose key the
//! statement calls `id`: the error about a damaged value names it.

use super::damage::named;
use super::{Fault, Store};
use rusqlite::{OptionalExtension, Params, Result, Row};

impl Store {
    /// Returns what `decode` makes of the one row of a statement.
    pub(super) fn one<T>(
        &self,
        table: &'static str,
        sql: &str,
        parameters: impl Params,
        decode: impl Fn(&Row) -> Result<T>,
    ) -> Result<T, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(parameters, named(table, decode))?)
    }

    /// Returns what `decode` makes of the first row; `None` where there is none.
    pub(super) fn optional<T>(
        &self,
        table: &'static str,
        sql: &str,
        parameters: impl Params,
        decode: impl Fn(&Row) -> Result<T>,
    ) -> Result<Option<T>, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(parameters, named(table, decode)).optional()?)
    }

    /// Returns what `decode` makes of each row.
    pub(super) fn all<T>(
        &self,
        table: &'static str,
        sql: &str,
        parameters: impl Params,
        decode: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, named(table, decode))?;
        Ok(rows.collect::<Result<_>>()?)
    }

    /// Returns whether a statement has a row.
    pub(super) fn exists(&self, sql: &str, parameters: impl Params) -> Result<bool, Fault> {
        Ok(self.connection.prepare_cached(sql)?.exists(parameters)?)
    }

    /// Runs a statement that changes rows. Returns how many rows it changed.
    pub(super) fn run(&self, sql: &str, parameters: impl Params) -> Result<usize, Fault> {
        Ok(self.connection.prepare_cached(sql)?.execute(parameters)?)
    }
}
