//! Reading the timetable.

use super::{Fault, Store};
use crate::visit::{Cell, Moment};
use rusqlite::named_params;
use uuid::Uuid;

impl Store {
    /// The cells of one resource that begin at `from` or later and before `until`, by begin.
    pub fn resource_cells(
        &self,
        resource: Uuid,
        lpu_id: i64,
        from: Moment,
        until: Moment,
    ) -> Result<Vec<Cell>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/resource_cells.sql"))?;
        let parameters = named_params! {
            ":resource": resource,
            ":lpu": lpu_id,
            ":from": from.timestamp(),
            ":until": until.timestamp(),
        };
        let cells = statement.query_map(parameters, |row| self.cell(row))?;
        Ok(cells.collect::<Result<_, _>>()?)
    }
}
