//! Whether a visit is the one that its record tells. SQLite keeps no sums of its pages: a value that was damaged at rest, in the
//! visit's row or in one that it names, is else read as if somebody had written it.

use super::damage::{Damage, Seconds, at_place, damaged};
use crate::model::VisitStatus;
use rusqlite::Row;
use serde::Deserialize;
use uuid::Uuid;

/// What makes a visit this visit, as [`VisitState`](crate::model::record::VisitState) calls it.
#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    patient: Option<Uuid>,
    slot: Option<Uuid>,
    resource: Uuid,
    begin: i64,
    end: i64,
    status: VisitStatus,
    num: i64,
    checked_in: Option<i64>,
}

/// Refuses a row whose visit is not what its record tells. A visit without records is let through, and one whose record was
/// emptied by a purge. The statement selects the record as `journal_subject` and `journal_content`.
pub(super) fn check_told(row: &Row) -> rusqlite::Result<()> {
    let column = row.as_ref().column_index("journal_content")?;
    let Some(told) = row.get::<_, Option<String>>(column)? else {
        return Ok(());
    };
    let told: Facts = serde_json::from_str(&told).map_err(|_| damaged(row, column))?;
    let is = Facts {
        patient: row.get("patient_guid")?,
        slot: row.get("slot_guid")?,
        resource: row.get("resource_guid")?,
        begin: row.get::<_, Seconds>("begin_at")?.0,
        end: row.get::<_, Seconds>("end_at")?.0,
        status: row.get("status")?,
        num: row.get("num")?,
        checked_in: row.get("checked_in_at")?,
    };
    // The card and the cell of a cancelled visit may have been removed since.
    let is_cancelled = is.status == VisitStatus::Cancelled;
    let told = Facts {
        patient: told.patient.filter(|_| is.patient.is_some() || !is_cancelled),
        slot: told.slot.filter(|_| is.slot.is_some() || !is_cancelled),
        ..told
    };
    let subject: Uuid = row.get("journal_subject")?;
    let visit: Uuid = row.get("guid")?;
    if subject == visit && told == is {
        return Ok(());
    }
    Err(at_place(column, Damage::other_than_told(row.get("id")?)))
}
