//! Numbers that another life gave visits ([crate::contract::exchange]): they stand on tickets.

use super::{Fault, WriteTx};
use crate::model::record::{DisplacedVisit, RecordKind, VisitState};
use crate::model::{Moment, ResourceId, VisitId};
use chrono::NaiveDate;
use rusqlite::named_params;
use uuid::Uuid;

impl WriteTx<'_> {
    /// Returns the number that another life gave a visit, with its resource and day, unless another visit has it.
    pub(super) fn number_of(
        &self,
        placed: &VisitState,
    ) -> Result<Option<(ResourceId, NaiveDate, i64)>, Fault> {
        let resource = placed.num_resource.unwrap_or(placed.resource);
        let found: Option<ResourceId> = self.optional(
            "resource",
            include_str!("numbering/number_of.sql"),
            named_params! { ":resource": resource, ":day": placed.num_day, ":num": placed.num },
            |row| row.get("id"),
        )?;
        Ok(found.map(|resource| (resource, placed.num_day, placed.num)))
    }

    /// Gives an active visit the number that another life gave it, while this life recovers: what has brought the visit back, such as
    /// a message, may have told no number, and nobody has heard of the one that it got here. Where several lives gave it one, the
    /// lowest is that of the first of them, for each life numbers from the next hundred; and a visit does not go to and fro.
    pub(crate) fn take_number(&self, guid: Uuid, told: &DisplacedVisit, now: Moment) -> Result<(), Fault> {
        let Some(placed) = &told.placed else { return Ok(()) };
        let Some((resource, day, num)) = self.number_of(placed)? else {
            return Ok(());
        };
        let visit: Option<VisitId> = self.optional(
            "visit",
            "SELECT id FROM visit WHERE guid = :guid AND status = 'active'",
            named_params! { ":guid": guid },
            |row| row.get("id"),
        )?;
        let Some(visit) = visit else { return Ok(()) };
        let changed = self.run(
            include_str!("numbering/take_number.sql"),
            named_params! { ":visit": visit, ":num_resource": resource, ":num_day": day, ":num": num },
        )?;
        if changed == 0 {
            return Ok(());
        }
        self.record_visit(RecordKind::Recovered, visit, now.timestamp())
    }
}
