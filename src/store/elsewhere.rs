//! Visits that have happened elsewhere, at the centre or in another life of this box: they are never refused. A visit without
//! cell, card or place is displaced, until a transaction brings what it lacks ([crate::contract::exchange]).

use super::{Fault, Store, WriteTx};
use crate::model::record::{Content, DisplacedVisit, RecordKind, VisitChange, VisitState};
use crate::model::{CellId, IssueKind, Moment, PatientId, RECEPTION, ResourceId, VisitId, VisitStatus};
use rusqlite::named_params;
use uuid::Uuid;

/// Who changes visits for the centre, as their histories call it.
const EDITOR: &str = "infomat exchange";

/// Most displaced visits that one transaction tries to put in their places; others wait for the next one.
const SEATED_MAX: u32 = 10_000;

/// Where a visit is.
struct Place {
    slot: Option<CellId>,
    resource: ResourceId,
    begin: i64,
    end: i64,
}

/// Where the file has a visit.
enum Known {
    Placed(VisitId, VisitStatus),
    Displaced(DisplacedVisit),
}

/// Returns a visit as a life told it that cancelled it while it had a place: then its history tells so.
fn cancelled_elsewhere(told: &DisplacedVisit) -> Option<&VisitState> {
    let placed = told.placed.as_deref();
    placed.filter(|placed| placed.status == VisitStatus::Cancelled)
}

impl Store {
    fn known_visit(&self, guid: Uuid) -> Result<Option<Known>, Fault> {
        let parameters = named_params! { ":guid": guid };
        let placed = self.optional(
            "visit",
            "SELECT id, status FROM visit WHERE guid = :guid",
            parameters,
            |row| Ok(Known::Placed(row.get("id")?, row.get("status")?)),
        )?;
        if placed.is_some() {
            return Ok(placed);
        }
        let told: Option<String> = self.optional(
            "displaced_visit",
            "SELECT id, told FROM displaced_visit WHERE guid = :guid",
            parameters,
            |row| row.get("told"),
        )?;
        told.map(|told| Ok(Known::Displaced(serde_json::from_str(&told)?)))
            .transpose()
    }

    /// Returns where a visit of a cell takes the next free place.
    fn free_place(&self, slot: Uuid) -> Result<Option<Place>, Fault> {
        self.optional(
            "slot",
            include_str!("elsewhere/free_place.sql"),
            named_params! { ":slot": slot },
            |row| {
                Ok(Place {
                    slot: Some(row.get("id")?),
                    resource: row.get("resource_id")?,
                    begin: row.get("begin_at")?,
                    end: row.get("end_at")?,
                })
            },
        )
    }

    fn row_of<T: rusqlite::types::FromSql>(
        &self,
        table: &'static str,
        sql: &str,
        guid: Option<Uuid>,
    ) -> Result<Option<T>, Fault> {
        self.optional(table, sql, named_params! { ":guid": guid }, |row| row.get("id"))
    }

    fn card_of(&self, patient: Option<Uuid>) -> Result<Option<PatientId>, Fault> {
        self.row_of("patient", "SELECT id FROM patient WHERE guid = :guid", patient)
    }
}

impl WriteTx<'_> {
    /// Takes in an active visit. One that is known stays as it is, but for what happened to it since.
    pub(crate) fn put_elsewhere(
        &self,
        guid: Uuid,
        told: &DisplacedVisit,
        is_recovered: bool,
        now: Moment,
    ) -> Result<(), Fault> {
        match self.known_visit(guid)? {
            Some(Known::Placed(visit, VisitStatus::Active)) => self.go_on(visit, told, now),
            Some(_) => Ok(()),
            None => {
                let kind = if is_recovered {
                    RecordKind::Recovered
                } else {
                    RecordKind::Booked
                };
                if !self.place(guid, told, kind, now)? {
                    self.displace(RecordKind::Displaced, guid, told, now)?;
                    self.add_displaced(guid, told, now.timestamp())?;
                }
                Ok(())
            }
        }
    }

    /// Lets a known visit go on as another life told it, if that life went on from what is known here.
    fn go_on(&self, visit: VisitId, told: &DisplacedVisit, now: Moment) -> Result<(), Fault> {
        let Some(told) = &told.placed else {
            return Ok(());
        };
        let known = self.visit_changes(visit)?;
        let is_later = told.history.len() > known.len() && told.history.starts_with(&known);
        if !is_later {
            return Ok(());
        }
        self.run(
            "UPDATE visit SET checked_in_at = coalesce(:at, checked_in_at) WHERE id = :visit",
            named_params! { ":at": told.checked_in, ":visit": visit },
        )?;
        self.add_changes(visit, &told.history[known.len()..])?;
        self.record_visit(RecordKind::Recovered, visit, now.timestamp())
    }

    /// Takes in that a visit was cancelled. `told` is its state where another life told it.
    pub(crate) fn recover_cancelled(
        &self,
        guid: Uuid,
        told: &DisplacedVisit,
        now: Moment,
    ) -> Result<(), Fault> {
        match self.known_visit(guid)? {
            Some(Known::Placed(visit, VisitStatus::Active)) => {
                self.run(
                    "UPDATE visit SET status = 'cancelled' WHERE id = :visit",
                    named_params! { ":visit": visit },
                )?;
                let known = self.visit_changes(visit)?;
                match cancelled_elsewhere(told).map(|told| &told.history) {
                    Some(history) if history.starts_with(&known) => {
                        self.add_changes(visit, &history[known.len()..])?;
                    }
                    _ => self.add_cancellation(visit, None, now)?,
                }
                self.record_visit(RecordKind::Recovered, visit, now.timestamp())?;
                self.seat_after(visit, now)
            }
            Some(Known::Displaced(known)) if known.status == VisitStatus::Active => {
                self.end_displaced(RecordKind::Recovered, guid, known, now)
            }
            Some(_) => Ok(()),
            None => self.put_cancelled(guid, told, now),
        }
    }

    /// Keeps a visit that was cancelled before this file heard of it.
    fn put_cancelled(&self, guid: Uuid, told: &DisplacedVisit, now: Moment) -> Result<(), Fault> {
        let resource: Option<ResourceId> = self.row_of(
            "resource",
            "SELECT id FROM resource WHERE guid = :guid",
            told.placed.as_ref().map(|placed| placed.resource),
        )?;
        let (Some(placed), Some(resource)) = (&told.placed, resource) else {
            return self.displace(RecordKind::Recovered, guid, told, now);
        };
        let place = Place {
            slot: self.row_of("slot", "SELECT id FROM slot WHERE guid = :guid", told.slot)?,
            resource,
            begin: placed.begin,
            end: placed.end,
        };
        let visit = self.insert_elsewhere(guid, told, &place)?;
        if cancelled_elsewhere(told).is_none() {
            self.add_cancellation(visit, None, now)?;
        }
        self.record_visit(RecordKind::Recovered, visit, now.timestamp())
    }

    /// Cancels a visit for the centre: always in a cell that is not this server's and where it `has_happened`, and in one of its
    /// own unless the visit has begun. A visit that is not known, or not active, stays as it is.
    pub(crate) fn cancel_for_centre(
        &self,
        guid: Uuid,
        reason: Option<&str>,
        has_happened: bool,
        now: Moment,
    ) -> Result<(), Fault> {
        match self.known_visit(guid)? {
            Some(Known::Placed(visit, VisitStatus::Active)) => {
                let is_kept = || {
                    let parameters = named_params! { ":visit": visit, ":now": now.timestamp() };
                    self.exists(include_str!("elsewhere/cancel_for_centre.sql"), parameters)
                };
                if !has_happened && is_kept()? {
                    return self.record_visit(RecordKind::Kept, visit, now.timestamp());
                }
                self.run(
                    "UPDATE visit SET status = 'cancelled' WHERE id = :visit",
                    named_params! { ":visit": visit },
                )?;
                self.add_cancellation(visit, reason, now)?;
                self.record_visit(RecordKind::Cancelled, visit, now.timestamp())?;
                self.note_arrived(visit, reason, now)?;
                self.seat_after(visit, now)
            }
            Some(Known::Displaced(known)) if known.status == VisitStatus::Active => {
                self.end_displaced(RecordKind::Cancelled, guid, known, now)
            }
            _ => Ok(()),
        }
    }

    /// Lets a person know that the patient of a cancelled visit had come.
    fn note_arrived(&self, visit: VisitId, reason: Option<&str>, now: Moment) -> Result<(), Fault> {
        let parameters = named_params! { ":visit": visit };
        if self.exists(
            "SELECT 1 FROM visit WHERE id = :visit AND checked_in_at IS NOT NULL",
            parameters,
        )? {
            let reason = reason.unwrap_or_default();
            self.add_visit_issue(IssueKind::Arrived, visit, None, reason, now.timestamp())?;
        }
        Ok(())
    }

    fn add_cancellation(&self, visit: VisitId, reason: Option<&str>, now: Moment) -> Result<(), Fault> {
        let by = self.find_application(RECEPTION)?;
        self.insert_change(visit, ["status", "active", "cancelled"], EDITOR, &by, now)?;
        if let Some(reason) = reason {
            self.insert_change(visit, ["reason", "", reason], EDITOR, &by, now)?;
        }
        Ok(())
    }

    fn add_changes(&self, visit: VisitId, changes: &[VisitChange]) -> Result<(), Fault> {
        for change in changes {
            let by = self.find_application(&change.source)?;
            let values = [&*change.element, &change.old_value, &change.new_value];
            self.insert_change(visit, values, &change.editor, &by, self.zone().at(change.at))?;
        }
        Ok(())
    }

    fn end_displaced(
        &self,
        kind: RecordKind,
        guid: Uuid,
        mut known: DisplacedVisit,
        now: Moment,
    ) -> Result<(), Fault> {
        known.status = VisitStatus::Cancelled;
        self.displace(kind, guid, &known, now)
    }

    /// Keeps a visit without a place as it is told, and writes so.
    fn displace(
        &self,
        kind: RecordKind,
        guid: Uuid,
        told: &DisplacedVisit,
        now: Moment,
    ) -> Result<(), Fault> {
        self.run(
            include_str!("elsewhere/displace.sql"),
            named_params! {
                ":guid": guid,
                ":slot": told.slot,
                ":status": told.status,
                ":told": serde_json::to_string(told)?,
            },
        )?;
        self.record(kind, guid, &Content::Displaced(told.clone()), now.timestamp())
    }

    /// Gives a visit the place that it asks for, if there is one. Returns whether there was.
    fn place(&self, guid: Uuid, told: &DisplacedVisit, kind: RecordKind, now: Moment) -> Result<bool, Fault> {
        let place = told.slot.map_or(Ok(None), |slot| self.free_place(slot))?;
        let (Some(place), Some(_)) = (place, self.card_of(told.patient)?) else {
            return Ok(false);
        };
        let visit = self.insert_elsewhere(guid, told, &place)?;
        self.record_visit(kind, visit, now.timestamp())?;
        self.add_pairs(visit, now)?;
        Ok(true)
    }

    /// Writes a visit, with its number and history where another life gave them.
    fn insert_elsewhere(&self, guid: Uuid, told: &DisplacedVisit, place: &Place) -> Result<VisitId, Fault> {
        let numbered = told
            .placed
            .as_ref()
            .map_or(Ok(None), |placed| self.number_of(placed))?;
        let day = self.zone().at(place.begin).date_naive();
        let (num_resource, num_day, num) = match numbered {
            Some(numbered) => numbered,
            None => (place.resource, day, self.next_num(place.resource, day)?),
        };
        let placed = told.placed.as_ref();
        let referral = placed.and_then(|placed| placed.referral.as_ref());
        let parameters = named_params! {
            ":guid": guid,
            ":patient": self.card_of(told.patient)?,
            ":slot": place.slot,
            ":resource": place.resource,
            ":num_resource": num_resource,
            ":num_day": num_day,
            ":num": num,
            ":begin_at": place.begin,
            ":end_at": place.end,
            ":status": told.status,
            ":made_at": told.made,
            ":application": self.find_application(&told.source)?.id,
            ":login": told.login,
            ":referral": referral,
            ":exam": placed.and_then(|placed| placed.exam),
            ":external_user": placed.and_then(|placed| placed.external_user.as_ref()),
            ":idempotency_key": told.idempotency_key,
            ":checked_in_at": placed.and_then(|placed| placed.checked_in),
            ":phone": told.phone,
            ":email": told.email,
            ":moved": (num_resource, num_day) != (place.resource, day),
        };
        self.run(include_str!("elsewhere/insert_elsewhere.sql"), parameters)?;
        let visit = VisitId(self.connection.last_insert_rowid());
        if let Some(placed) = placed {
            self.add_changes(visit, &placed.history)?;
        }
        Ok(visit)
    }

    /// Lets displaced visits take the place that a cancelled one leaves.
    fn seat_after(&self, visit: VisitId, now: Moment) -> Result<(), Fault> {
        let slot: Option<Uuid> = self.optional(
            "visit",
            "SELECT v.id, s.guid AS slot_guid FROM visit v JOIN slot s ON s.id = v.slot_id WHERE v.id = :visit",
            named_params! { ":visit": visit },
            |row| row.get("slot_guid"),
        )?;
        slot.map_or(Ok(()), |slot| self.seat_in(slot, now))
    }

    /// Lets displaced visits of a cell take the places that are free.
    pub(super) fn seat_in(&self, slot: Uuid, now: Moment) -> Result<(), Fault> {
        self.seat(
            include_str!("elsewhere/seat_in.sql"),
            named_params! { ":slot": slot, ":limit": SEATED_MAX },
            now,
        )
    }

    /// Lets all displaced visits take the places that are free.
    pub(crate) fn seat_all(&self, now: Moment) -> Result<(), Fault> {
        self.seat(
            include_str!("elsewhere/seat_all.sql"),
            named_params! { ":limit": SEATED_MAX },
            now,
        )
    }

    fn seat(&self, sql: &str, parameters: impl rusqlite::Params, now: Moment) -> Result<(), Fault> {
        let waiting: Vec<(Uuid, String)> = self.all("displaced_visit", sql, parameters, |row| {
            Ok((row.get("guid")?, row.get("told")?))
        })?;
        for (guid, told) in waiting {
            let told: DisplacedVisit = serde_json::from_str(&told)?;
            if self.place(guid, &told, RecordKind::Booked, now)? {
                self.run(
                    "DELETE FROM displaced_visit WHERE guid = :guid",
                    named_params! { ":guid": guid },
                )?;
            }
        }
        Ok(())
    }
}
