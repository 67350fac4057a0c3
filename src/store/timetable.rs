//! Reading the timetable.

use super::damage::{Seconds, named};
use super::{Fault, Store};
use crate::model::{Cell, FreeCells, FreePlaces, Moment, Speciality, Supply};
use crate::rules::Reach;
use chrono::Days;
use rusqlite::{OptionalExtension, named_params};
use uuid::Uuid;

/// Most cells of one listing: what can be answered without keeping a booking waiting for long.
pub const CELLS_MAX: u32 = 10_000;

/// One more than may be listed: that there are too many is seen.
const CELLS_READ_MAX: u32 = CELLS_MAX + 1;

/// Most rows of [`Store::supplies`]: more specialities than any server's clinics have.
const SUPPLIES_MAX: u32 = 1_000;

impl Store {
    /// When the last cell of all begins, in seconds since 1970; none when there is no cell.
    pub fn last_cell(&self) -> Result<Option<i64>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/last_cell.sql"))?;
        let last: Option<Seconds> = statement.query_row([], named("slot", |row| row.get(0)))?;
        Ok(last.map(|Seconds(at)| at))
    }

    /// Whether a resource is there, in any clinic, and no cell with this GUID is, of this resource or another.
    pub fn lacks_cell(&self, resource: Uuid, cell: Uuid) -> Result<bool, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/lacks_cell.sql"))?;
        Ok(statement.exists(named_params! { ":resource": resource, ":cell": cell })?)
    }

    /// The cells of one resource that begin at `from` or later and before `until`, by begin; at most one more than
    /// [`CELLS_MAX`].
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
            ":limit": CELLS_READ_MAX,
        };
        let cells = statement.query_map(parameters, named("slot", |row| self.cell(row)))?;
        Ok(cells.collect::<Result<_, _>>()?)
    }

    /// The same for all resources of a speciality that are to be shown, by begin, then by the resource's GUID.
    pub fn speciality_cells(
        &self,
        speciality: &Speciality,
        lpu_id: i64,
        from: Moment,
        until: Moment,
    ) -> Result<Vec<Cell>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/speciality_cells.sql"))?;
        let parameters = named_params! {
            ":speciality": speciality.id,
            ":lpu": lpu_id,
            ":from": from.timestamp(),
            ":until": until.timestamp(),
            ":limit": CELLS_READ_MAX,
        };
        let cells = statement.query_map(parameters, named("slot", |row| self.cell(row)))?;
        Ok(cells.collect::<Result<_, _>>()?)
    }

    /// Mnemonic of the client application that made the last active booking in a cell; none when there is none.
    pub fn last_source(&self, cell_id: i64) -> Result<Option<String>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/last_source.sql"))?;
        let source = statement.query_row(
            named_params! { ":slot": cell_id },
            named("client_application", |row| row.get("mnem")),
        );
        Ok(source.optional()?)
    }

    /// The free places of a resource within a client application's reach.
    pub fn free_places(&self, resource_id: i64, reach: &Reach, now: Moment) -> Result<FreePlaces, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/free_places.sql"))?;
        let (from, until) = self.times(reach, now);
        let parameters = named_params! {
            ":resource": resource_id,
            ":from": from,
            ":until": until,
            ":access": reach.access,
        };
        let free = named("slot", |row| {
            let nearest: Option<Uuid> = row.get("nearest_guid")?;
            let count = row.get("count")?;
            let Some(nearest) = nearest else {
                return Ok(FreePlaces { count, cells: None });
            };
            let cells = FreeCells {
                nearest,
                nearest_begin: self.moment(row, "nearest_begin_at")?,
                last_begin: self.moment(row, "last_begin_at")?,
            };
            Ok(FreePlaces {
                count,
                cells: Some(cells),
            })
        });
        Ok(statement.query_row(parameters, free)?)
    }

    /// What can be booked of each clinic's specialities within a client application's reach; at most [`SUPPLIES_MAX`].
    pub fn supplies(&self, reach: &Reach, now: Moment) -> Result<Vec<Supply>, Fault> {
        let mut statement = self.connection.prepare_cached(include_str!("sql/supplies.sql"))?;
        let (from, until) = self.times(reach, now);
        let parameters = named_params! {
            ":from": from,
            ":until": until,
            ":access": reach.access,
            ":limit": SUPPLIES_MAX,
        };
        let supply = named("slot", |row| {
            Ok(Supply {
                lpu: row.get("lpu_guid")?,
                code: row.get("code")?,
                name: row.get("name")?,
                free_places: row.get("free_places")?,
                last_begin: row.get("last_begin")?,
            })
        });
        let supplies = statement.query_map(parameters, supply)?;
        Ok(supplies.collect::<Result<_, _>>()?)
    }

    /// The first second at which a cell within reach may begin, and the first after the last.
    fn times(&self, reach: &Reach, now: Moment) -> (i64, i64) {
        let from = if reach.begun {
            self.zone.start_of(now.date_naive()).timestamp()
        } else {
            now.timestamp() + 1
        };
        let after_last = reach.last_day.and_then(|day| day.checked_add_days(Days::new(1)));
        let until = after_last.map_or(i64::MAX, |day| self.zone.start_of(day).timestamp());
        (from, until)
    }
}
