//! Reading the timetable.

use super::damage::Seconds;
use super::{Fault, Store};
use crate::model::{Cell, CellId, ListedResource, LpuId, Moment, Resource, Speciality};
use rusqlite::named_params;
use std::sync::Arc;
use uuid::Uuid;

/// Most cells of one listing: what can be answered without keeping a booking waiting for long.
pub const CELLS_MAX: u32 = 10_000;

/// One more than may be listed: that there are too many is seen.
const CELLS_READ_MAX: u32 = CELLS_MAX + 1;

impl Store {
    /// Returns the begin of the last cell of all, in seconds since 1970; `None` when there is no cell.
    pub(crate) fn last_cell(&self) -> Result<Option<i64>, Fault> {
        self.one(
            "slot",
            "SELECT max((SELECT max(begin_at) FROM slot WHERE resource_id = r.id)) FROM resource r WHERE removed = 0",
            [],
            |row| Ok(row.get::<_, Option<Seconds>>(0)?.map(|Seconds(at)| at)),
        )
    }

    /// Returns whether a resource is there, in any clinic, and no cell with this GUID is, of this resource or another.
    pub(crate) fn lacks_cell(&self, resource: Uuid, cell: Uuid) -> Result<bool, Fault> {
        let parameters = named_params! { ":resource": resource, ":cell": cell };
        self.exists(include_str!("timetable/lacks_cell.sql"), parameters)
    }

    /// Returns the cells of one resource that begin at `from` or later and before `until`, by begin; at most one more than
    /// [`CELLS_MAX`].
    pub fn resource_cells(
        &self,
        resource: &Arc<Resource>,
        from: Moment,
        until: Moment,
    ) -> Result<Vec<Cell>, Fault> {
        let parameters = named_params! {
            ":resource": resource.id,
            ":from": from.timestamp(),
            ":until": until.timestamp(),
            ":limit": CELLS_READ_MAX,
        };
        let sql = include_str!("timetable/resource_cells.sql");
        self.all("slot", sql, parameters, |row| self.cell_of(resource, row))
    }

    /// Returns such cells of all resources of a speciality that are to be shown, by begin, then by the resource's GUID; more
    /// than [`CELLS_MAX`] where there are too many to be listed.
    pub(crate) fn speciality_cells(
        &self,
        speciality: &Speciality,
        lpu_id: LpuId,
        from: Moment,
        until: Moment,
    ) -> Result<Vec<Cell>, Fault> {
        let mut cells = Vec::new();
        for ListedResource { resource, .. } in &*self.shown_resources(lpu_id)? {
            if resource.speciality_id == speciality.id && cells.len() <= CELLS_MAX as usize {
                cells.append(&mut self.resource_cells(resource, from, until)?);
            }
        }
        cells.sort_by_key(|cell| (cell.begin, cell.resource.guid, cell.id));
        Ok(cells)
    }

    /// Returns the mnemonic of the client application that made the last active booking in a cell.
    pub(crate) fn last_source(&self, cell_id: CellId) -> Result<Option<String>, Fault> {
        self.optional(
            "client_application",
            include_str!("timetable/last_source.sql"),
            named_params! { ":slot": cell_id },
            |row| row.get("mnem"),
        )
    }
}
