//! Visits, of either side, as the centre keeps them.

use super::{CentreStore, Issue, Visit};
use crate::model::VisitStatus;
use uuid::Uuid;

/// Takes in the state of a visit. Who cancelled has the last word.
pub fn put_visit<S: CentreStore>(
    store: &mut S,
    guid: Uuid,
    slot: Option<Uuid>,
    status: VisitStatus,
) -> Result<(), S::Error> {
    let known = store.visit(guid)?;
    let mut visit = Visit { guid, slot, status };
    if let Some(known) = known {
        visit.slot = slot.or(known.slot);
        if known.status == VisitStatus::Cancelled {
            visit.status = VisitStatus::Cancelled;
        }
    }
    if known == Some(visit) {
        return Ok(());
    }
    store.put_visit(&visit)?;
    let Some(slot) = visit.slot.filter(|_| visit.status == VisitStatus::Active) else {
        return Ok(());
    };
    if let Some(cell) = store.cell(slot)?
        && store.active_visits(slot)? > cell.places
    {
        store.list(Issue::Overfull { slot, visit: guid })?;
    }
    Ok(())
}
