//! Tickets: a visit with all that an answer shows of it, and what is done with it after its booking.

use super::damage::{BoundedCount, Damage, Model};
use super::told::check_told;
use super::{Fault, Store, WriteTx, rows};
use crate::model::record::RecordKind;
use crate::model::{
    Cell, ClientApplication, HistoryEntry, LpuId, Moment, Patient, PatientId, Ticket, VisitId, VisitStatus,
};
use chrono::NaiveDate;
use rusqlite::{Params, Row, named_params};
use uuid::Uuid;

/// Most tickets of one listing: what can be answered without keeping a booking waiting for long. More are left out, never
/// refused: nobody can fill a list so that it cannot be read.
const TICKETS_MAX: u32 = 500;

/// Enough to see that a number and a birth date name more than one visit.
const TWO: u32 = 2;

/// What the history calls the words that a registrar gives for cancelling.
const REASON: &str = "reason";

/// The editor of what the client application alone is named for.
pub(crate) const NOBODY: &str = "";

/// What the history calls a rule that did not hold for a booking, with the reason.
const OVERRIDE: &str = "override";

/// What the history calls the patient's arrival.
const CHECK_IN: &str = "checkin";

impl Store {
    /// Returns the ticket of a visit that is there.
    pub fn ticket(&self, visit: VisitId) -> Result<Ticket, Fault> {
        self.ticket_of(visit, None)
    }

    /// Returns the ticket of a visit that is there and is this card's; anybody's when no card is named.
    fn ticket_of(&self, visit: VisitId, card: Option<PatientId>) -> Result<Ticket, Fault> {
        let found = self.read_ticket(visit, card)?;
        found.ok_or_else(|| Fault::Damaged(Damage::among(visit).to_string()))
    }

    /// Returns the ticket of the visit in a row, if there is one.
    pub(crate) fn ticket_in_row(&self, visit: VisitId) -> Result<Option<Ticket>, Fault> {
        self.read_ticket(visit, None)
    }

    /// Returns the ticket of the visit in a row, if there is one and it is this card's; anybody's when no card is named.
    fn read_ticket(&self, visit: VisitId, card: Option<PatientId>) -> Result<Option<Ticket>, Fault> {
        let parameters = named_params! { ":visit": visit, ":card": card };
        let sql = include_str!("ticket/ticket_in_row.sql");
        let Some(mut ticket) = self.optional("visit", sql, parameters, |row| self.bare_ticket(row))? else {
            return Ok(None);
        };
        ticket.history.extend(self.changes(visit)?);
        Ok(Some(ticket))
    }

    /// Returns a ticket by its GUID, if the visit is this patient's; anybody's when no patient is named.
    pub fn find_ticket(&self, guid: Uuid, patient: Option<&Patient>) -> Result<Option<Ticket>, Fault> {
        let Some((visit, card)) = self.find_visit(guid)? else {
            return Ok(None);
        };
        let is_own = patient.is_none_or(|patient| card.is_some_and(|card| patient.has_card(card)));
        if !is_own {
            return Ok(None);
        }
        let ticket = self.ticket(visit)?;
        if ticket.guid != guid {
            return Err(Fault::Damaged(Damage::among(visit).to_string()));
        }
        Ok(Some(ticket))
    }

    /// Returns the GUID of the card that a visit was booked for, if it is still there.
    pub(crate) fn card_of_visit(&self, visit: VisitId) -> Result<Option<Uuid>, Fault> {
        self.optional(
            "visit",
            "SELECT patient.guid FROM visit JOIN patient ON patient.id = visit.patient_id WHERE visit.id = :visit",
            named_params! { ":visit": visit },
            |row| row.get(0),
        )
    }

    /// Returns the rows of a visit and of its patient, who may have been removed.
    fn find_visit(&self, guid: Uuid) -> Result<Option<(VisitId, Option<PatientId>)>, Fault> {
        self.optional(
            "visit",
            "SELECT id, patient_id FROM visit WHERE guid = :guid",
            named_params! { ":guid": guid },
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Returns the patient's active visits that are not over, the first [`TICKETS_MAX`] by begin.
    pub(crate) fn coming_tickets(&self, patient: &Patient, now: Moment) -> Result<Vec<Ticket>, Fault> {
        let mut tickets = Store::of_all_cards(patient, |card| {
            let parameters = named_params! {
                ":patient": card, ":now": now.timestamp(), ":limit": TICKETS_MAX,
            };
            self.tickets(Some(card), include_str!("ticket/coming_tickets.sql"), parameters)
        })?;
        tickets.sort_by_key(|ticket| (ticket.begin, ticket.id));
        tickets.truncate(TICKETS_MAX as usize);
        Ok(tickets)
    }

    /// Returns the patient's visits that begin at `from` or later and before `until`, cancelled ones too. Of more than
    /// [`TICKETS_MAX`], cancelled visits are left out first, the oldest before others.
    pub(crate) fn tickets_between(
        &self,
        patient: &Patient,
        from: Moment,
        until: Moment,
    ) -> Result<Vec<Ticket>, Fault> {
        let mut tickets = Store::of_all_cards(patient, |card| {
            let parameters = named_params! {
                ":patient": card,
                ":from": from.timestamp(),
                ":until": until.timestamp(),
                ":limit": TICKETS_MAX,
            };
            self.tickets(Some(card), include_str!("ticket/tickets_between.sql"), parameters)
        })?;
        if tickets.len() > TICKETS_MAX as usize {
            tickets.sort_by_key(|ticket| {
                let in_list = match ticket.status {
                    VisitStatus::Active => (0, ticket.begin.timestamp()),
                    VisitStatus::Cancelled => (1, -ticket.id.0),
                };
                (in_list, ticket.id)
            });
            tickets.truncate(TICKETS_MAX as usize);
        }
        tickets.sort_by_key(|ticket| (ticket.begin, ticket.id));
        Ok(tickets)
    }

    /// Returns the active visits to a clinic that are not over and were made with an outside account, whoever the patient
    /// is; the first [`TICKETS_MAX`] by begin.
    pub(crate) fn tickets_of_other(
        &self,
        external_user: &str,
        lpu: LpuId,
        now: Moment,
    ) -> Result<Vec<Ticket>, Fault> {
        let parameters = named_params! {
            ":external_user": external_user,
            ":lpu": lpu,
            ":now": now.timestamp(),
            ":limit": TICKETS_MAX,
        };
        self.tickets(None, include_str!("ticket/tickets_of_other.sql"), parameters)
    }

    /// Returns active visits with this number that are not over at `since`, of a clinic's open cards with this birth date; of more than
    /// two, two.
    pub(crate) fn tickets_of_number(
        &self,
        num: i64,
        born: NaiveDate,
        lpu: LpuId,
        since: Moment,
    ) -> Result<Vec<Ticket>, Fault> {
        let parameters = named_params! {
            ":num": num, ":born": born, ":lpu": lpu, ":since": since.timestamp(), ":limit": TWO,
        };
        self.tickets(None, include_str!("ticket/tickets_of_number.sql"), parameters)
    }

    /// Returns the tickets of the visits whose rows a statement gives. All are of `card`, if one is named: an index that leads
    /// elsewhere is damaged.
    fn tickets(
        &self,
        card: Option<PatientId>,
        sql: &str,
        parameters: impl Params,
    ) -> Result<Vec<Ticket>, Fault> {
        let visits = self.all("visit", sql, parameters, |row| row.get(0))?;
        visits
            .into_iter()
            .map(|visit| self.ticket_of(visit, card))
            .collect()
    }

    /// Returns a ticket whose history has only its first entry.
    fn bare_ticket(&self, row: &Row) -> rusqlite::Result<Ticket> {
        check_told(row)?;
        let text = |column| {
            row.get::<_, Option<String>>(column)
                .map(Option::unwrap_or_default)
        };
        let cell_room = text("room")?;
        let made = self.moment(row, "made_at")?;
        let begin = self.moment(row, "begin_at")?;
        let mnem: String = row.get("mnem")?;
        let (name, description) = (row.get("application_name")?, row.get("application_description")?);
        Ok(Ticket {
            id: row.get("id")?,
            guid: row.get("guid")?,
            lpu: row.get("lpu_guid")?,
            lpu_model: row.get::<_, Model>("model")?.0,
            num: row.get::<_, BoundedCount>("num")?.0,
            uchastok_num: text("uchastok_num")?,
            room: if cell_room.is_empty() {
                row.get("resource_room")?
            } else {
                cell_room
            },
            flat: row.get("flat")?,
            busy_type: rows::visit_busy_type(row)?,
            cell: row.get("slot_guid")?,
            doc_fio: rows::row_doc_fio(row)?,
            resource: row.get("resource_guid")?,
            role: row.get("role")?,
            speciality: row.get("speciality_name")?,
            begin,
            end: self.moment(row, "end_at")?,
            made,
            plan_count: row.get::<_, Option<i64>>("plan_count")?.unwrap_or(0),
            used_count: row.get::<_, Option<i64>>("used_count")?.unwrap_or(0),
            source: row.get("source")?,
            source_name: mnem.clone(),
            login: row.get("login")?,
            exam: row.get("exam_guid")?,
            status: row.get("status")?,
            checked_in: self.checked_in(row, begin)?,
            history: vec![HistoryEntry::making(made, mnem, name, description)],
        })
    }

    /// Returns the changes of a visit since it was made, in order.
    fn changes(&self, visit: VisitId) -> Result<Vec<HistoryEntry>, Fault> {
        let parameters = named_params! { ":visit": visit };
        self.all(
            "visit_history",
            include_str!("ticket/changes.sql"),
            parameters,
            |row| {
                Ok(HistoryEntry {
                    element: row.get("element")?,
                    old_value: row.get("old_value")?,
                    new_value: row.get("new_value")?,
                    editor: row.get("editor")?,
                    at: self.moment(row, "at")?,
                    client_mnem: row.get("mnem")?,
                    client_name: row.get("name")?,
                    client_description: row.get("description")?,
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Cancels an active visit and writes its history and the journal; a trigger of the schema frees its place. `reason` goes
    /// into the history too, with the login of the `editor`.
    pub fn cancel(
        &self,
        ticket: &Ticket,
        by: &ClientApplication,
        editor: &str,
        reason: Option<&str>,
        now: Moment,
    ) -> Result<(), Fault> {
        self.run(
            "UPDATE visit SET status = 'cancelled' WHERE id = :visit",
            named_params! { ":visit": ticket.id },
        )?;
        self.insert_change(ticket.id, ["status", "active", "cancelled"], editor, by, now)?;
        if let Some(reason) = reason {
            self.insert_change(ticket.id, [REASON, "", reason], editor, by, now)?;
        }
        self.record_visit(RecordKind::Cancelled, ticket.id, now.timestamp())?;
        ticket.cell.map_or(Ok(()), |cell| self.seat_in(cell, now))
    }

    /// Puts an active visit into another cell: its triggers take the new place and free the old one. The ticket keeps its GUID
    /// and number. `changes` are the entries of the history.
    pub(crate) fn move_visit(
        &self,
        visit: VisitId,
        cell: &Cell,
        changes: &[[&str; 3]],
        by: &ClientApplication,
        editor: &str,
        now: Moment,
    ) -> Result<(), Fault> {
        self.run(
            include_str!("ticket/move_visit.sql"),
            named_params! {
                ":visit": visit,
                ":slot": cell.id,
                ":resource": cell.resource.id,
                ":begin_at": cell.begin.timestamp(),
                ":end_at": cell.end.timestamp(),
            },
        )?;
        for change in changes {
            self.insert_change(visit, *change, editor, by, now)?;
        }
        self.record_visit(RecordKind::Moved, visit, now.timestamp())?;
        self.seat_all(now)
    }

    /// Adds to a history that a rule was overridden, with the reason. The journal tells the visit as it is then, by the record that
    /// tells any change of a visit that is neither its end nor an arrival.
    pub(crate) fn note_override(
        &self,
        visit: VisitId,
        rule: &str,
        reason: &str,
        by: &ClientApplication,
        editor: &str,
        now: Moment,
    ) -> Result<(), Fault> {
        self.insert_change(visit, [OVERRIDE, rule, reason], editor, by, now)?;
        self.record_visit(RecordKind::Moved, visit, now.timestamp())
    }

    /// Marks that the patient has come. `shown` is the moment as the history tells it.
    pub(crate) fn check_in(
        &self,
        visit: VisitId,
        by: &ClientApplication,
        editor: &str,
        shown: &str,
        now: Moment,
    ) -> Result<(), Fault> {
        self.run(
            "UPDATE visit SET checked_in_at = :at WHERE id = :visit",
            named_params! { ":visit": visit, ":at": now.timestamp() },
        )?;
        self.insert_change(visit, [CHECK_IN, "", shown], editor, by, now)?;
        self.record_visit(RecordKind::CheckedIn, visit, now.timestamp())
    }

    /// Adds an entry to a visit's history: the element with its old and new value, the editor and the client application.
    pub(super) fn insert_change(
        &self,
        visit: VisitId,
        [element, old_value, new_value]: [&str; 3],
        editor: &str,
        application: &ClientApplication,
        now: Moment,
    ) -> Result<(), Fault> {
        let parameters = named_params! {
            ":visit": visit,
            ":element": element,
            ":old_value": old_value,
            ":new_value": new_value,
            ":editor": editor,
            ":at": now.timestamp(),
            ":application": application.id,
        };
        self.run(include_str!("ticket/insert_change.sql"), parameters)?;
        Ok(())
    }
}
