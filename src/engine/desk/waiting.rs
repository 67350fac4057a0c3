//! The waiting list at the reception: who waits, which places fit, and offering one: it is held until a time.

use super::patients::{as_patient, bearer};
use super::{Desk, Visitor};
use crate::engine::outcome::RequestError;
use crate::engine::{Engine, holds};
use crate::model::{
    Cell, CellName, Contact, DeskPatient, Moment, NewHold, Right, Staff, WaitingEntry, WaitingStatus, Wish,
};
use crate::refusal::{DeskRefusal, Refusal};
use crate::rules::{self, Approval, Showing, Viewer, showing};
use crate::store::{Store, WriteTx};
use crate::wire::desk::waiting::{FittingCell, WaitingShown};
use crate::wire::message::{Answer, Request};
use crate::wire::params::Params;
use crate::wire::reading::path_guid;
use chrono::Days;
use uuid::Uuid;

/// Most entries that are shown: the longest waits.
const SHOWN_MAX: usize = 500;

/// Most fitting cells that are shown, the first by begin.
const FITTING_MAX: usize = 60;

impl Engine {
    /// Returns who waits, the longest first; with `cell`, those whom the cell fits.
    pub(super) fn who_waits(
        &self,
        request: &Request,
        visitor: &Visitor,
        now: Moment,
    ) -> Result<Answer, RequestError> {
        self.staff_with(visitor, Right::Patients)?;
        let store = &self.store;
        let cell = match Params::of_query(request, &["cell"]).guid("cell")? {
            None => None,
            Some(guid) => Some(store.cell_of_any(guid)?.ok_or(Refusal::CellUnknown)?),
        };
        let mut waiting = store.waiting_patients(now.date_naive())?;
        if let Some((cell, lpu)) = &cell {
            waiting.retain(|one| {
                !cell.closed
                    && one.entry.lpu == *lpu
                    && one.speciality_id == cell.resource.speciality_id
                    && fits(&one.entry, cell)
            });
        }
        let more = waiting.len() > SHOWN_MAX;
        waiting.truncate(SHOWN_MAX);
        let offers = store.offers()?;
        Ok(Answer::json(&WaitingShown::new(&waiting, &offers, more, now)))
    }

    /// Returns the first cells that fit an entry and that its patient may book at the reception.
    pub(super) fn fitting_cells(
        &self,
        visitor: &Visitor,
        entry: &str,
        now: Moment,
    ) -> Result<Answer, RequestError> {
        let staff = self.staff_with(visitor, Right::Visits)?;
        let store = &self.store;
        let (entry, patient) = find(store, entry)?;
        let card = store.open_card(&bearer(&patient, staff.login), patient.lpu)??;
        let lpu = card.lpu.id;
        let policy = &self.settings.policy;
        let today = now.date_naive();
        let furthest = today + Days::new(policy.max_period_days.unsigned_abs());
        let zone = self.settings.zone;
        let from = zone.start_of(entry.date_start.max(today));
        let until = zone.start_of(entry.date_end.min(furthest) + Days::new(1));
        let viewer = Viewer::Patient(Box::new(store.standing(card, from.min(now), now)?));
        let cells = match entry.resource {
            Some(guid) => match store.find_resource(guid, lpu)? {
                Some(listed) => store.resource_cells(&listed.resource, from, until)?,
                None => Vec::new(),
            },
            None => match store.find_speciality(&entry.speciality)? {
                Some(speciality) => store.speciality_cells(&speciality, lpu, from, until)?,
                None => Vec::new(),
            },
        };
        let is_free =
            |cell: &&Cell| fits(&entry, cell) && showing(&viewer, cell, policy, now) == Showing::Available;
        let fitting = cells.iter().filter(is_free).take(FITTING_MAX);
        Ok(Answer::json(&fitting.map(FittingCell::from).collect::<Vec<_>>()))
    }
}

/// Offers a place: it is held for the patient until a time. Another place that the patient holds is free again.
pub fn offer(
    tx: &WriteTx,
    entry: &str,
    cell: Uuid,
    desk: &Desk,
    by: &Staff,
    now: Moment,
) -> Result<Answer, RequestError> {
    let (entry, patient) = find(tx, entry)?;
    let wish = Wish {
        lpu: patient.lpu,
        bearer: bearer(&patient, by.login.clone()),
        cell: CellName::Guid(cell),
        referral: None,
        contact: Contact::default(),
        full_response: true,
        exam: None,
        external_user: None,
        idempotency_key: None,
    };
    let facts = tx.facts(&wish, now)?;
    let Approval::Book(booking) = rules::decide(&wish, &facts, &desk.engine.policy, now)? else {
        return Err(Refusal::KeyTaken.into());
    };
    let speciality = tx.find_speciality(&entry.speciality)?;
    if speciality.is_none_or(|waited| waited.id != booking.cell.resource.speciality_id) {
        return Err(DeskRefusal::OfferElsewhere.into());
    }
    let hold = NewHold {
        guid: Uuid::now_v7(),
        cell: booking.cell.id,
        seconds: desk.settings.offer_minutes * 60,
        self_service: false,
        waiting_entry: Some(entry.id),
        login: by.login.clone(),
    };
    holds::take(tx, &booking.standing.patient, &hold, desk.taken, now)
}

/// Takes an offer back: the place is free again.
pub fn withdraw(tx: &WriteTx, entry: &str, now: Moment) -> Result<Answer, RequestError> {
    let (entry, _) = find(tx, entry)?;
    tx.end_offers(entry.id, now)?;
    Ok(Answer::json(&serde_json::json!({})))
}

/// Ends an entry: the patient waits no more. A place that was offered is free again.
pub fn end(tx: &WriteTx, entry: &str, now: Moment) -> Result<Answer, RequestError> {
    let (entry, _) = find(tx, entry)?;
    tx.end_offers(entry.id, now)?;
    tx.end_waiting_entry(entry.id, now.timestamp())?;
    Ok(Answer::json(&serde_json::json!({})))
}

/// Whether a cell lies within the days and times of an entry, and is with the doctor that it names.
fn fits(entry: &WaitingEntry, cell: &Cell) -> bool {
    let (day, time) = (cell.begin.date_naive(), cell.begin.time());
    let has_end = entry.time_end != chrono::NaiveTime::MIN;
    (entry.date_start..=entry.date_end).contains(&day)
        && time >= entry.time_start
        && (!has_end || time <= entry.time_end)
        && entry
            .resource
            .is_none_or(|resource| resource == cell.resource.guid)
}

/// Returns the entry of a path that nobody has ended, and its patient.
fn find(store: &Store, entry: &str) -> Result<(WaitingEntry, DeskPatient), RequestError> {
    let guid = path_guid(entry, "entryGuid")?;
    let row = store.patient_of_entry(guid)?.ok_or(Refusal::WaitingUnknown)?;
    let patient = store.patient_at_desk(row)?;
    let entry = store.find_waiting_entry(guid, &as_patient(&patient))?;
    let entry = entry.filter(|entry| entry.status == WaitingStatus::Active);
    Ok((entry.ok_or(Refusal::WaitingUnknown)?, patient))
}
