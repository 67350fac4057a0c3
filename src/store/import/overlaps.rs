//! Cells of one resource at one time: lawful, and most often a mistake.

use super::Staging;
use crate::model::Moment;
use crate::store::{Fault, rows};
use rusqlite::named_params;

/// Most cells that are told.
const CELLS_MAX: u32 = 20;

/// A cell that begins before an earlier one of its resource ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlappingCell {
    /// The doctor, room or equipment.
    pub resource: String,
    /// Its begin.
    pub begin: Moment,
    /// Its end.
    pub end: Moment,
    /// When the earlier one ends.
    pub busy_until: Moment,
}

impl Staging<'_> {
    /// Returns the overlapping cells to come of the resources whose cells the lines put, as they are to be: the first of them, and
    /// how many there are.
    pub fn overlaps(&self) -> Result<(Vec<OverlappingCell>, u64), Fault> {
        let parameters = named_params! { ":now": self.now.timestamp(), ":limit": CELLS_MAX };
        let at = |seconds| self.store.zone.at(seconds);
        let sql = include_str!("find_overlaps.sql");
        let found = self.store.all("slot", sql, parameters, |row| {
            let cell = OverlappingCell {
                resource: rows::row_doc_fio(row)?,
                begin: at(row.get("begin_at")?),
                end: at(row.get("end_at")?),
                busy_until: at(row.get("busy_until")?),
            };
            Ok((cell, row.get::<_, i64>("count")?.unsigned_abs()))
        })?;
        let count = found.first().map_or(0, |(_, count)| *count);
        Ok((found.into_iter().map(|(cell, _)| cell).collect(), count))
    }
}
