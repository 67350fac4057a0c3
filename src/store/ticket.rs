//! Tickets: a visit with all that an answer shows of it, and what is done with it after its booking.

use super::booking::Event;
use super::damage::{Count, Damage, Model, named};
use super::{Fault, Store, WriteTx, rows};
use crate::model::{Change, ClientApplication, Moment, Patient, Ticket};
use rusqlite::{CachedStatement, OptionalExtension, Params, Row, named_params};
use uuid::Uuid;

/// Most tickets of one listing: what can be answered without keeping a booking waiting for long. More are left out, never
/// refused: nobody can fill a list so that it cannot be read.
const TICKETS_MAX: u32 = 500;

/// What the schema calls the status of a cancelled visit.
const CANCELLED: &str = "cancelled";

/// What the history calls the words that a registrar gives for cancelling.
const REASON: &str = "reason";

/// The editor of what the client application alone is named for.
const NOBODY: &str = "";

/// What the history calls the patient's arrival.
const CHECK_IN: &str = "checkin";

impl Store {
    /// The visit in a row that is there.
    pub fn ticket(&self, visit: i64) -> Result<Ticket, Fault> {
        let mut statement = self.connection.prepare_cached(include_str!("sql/ticket.sql"))?;
        let ticket = statement.query_row(
            named_params! { ":visit": visit },
            named("visit", |row| self.bare_ticket(row)),
        );
        let found = ticket.optional()?;
        let mut ticket = found.ok_or_else(|| Fault::Damaged(Damage::among("visit", visit).to_string()))?;
        ticket.history.extend(self.changes(visit)?);
        Ok(ticket)
    }

    /// A visit by its GUID, if it is this patient's; anybody's when none is named.
    pub fn find_ticket(&self, guid: Uuid, patient: Option<&Patient>) -> Result<Option<Ticket>, Fault> {
        let Some((visit, card)) = self.find_visit(guid)? else {
            return Ok(None);
        };
        let is_own = patient.is_none_or(|patient| card.is_some_and(|card| patient.has_card(card)));
        is_own.then(|| self.ticket(visit)).transpose()
    }

    /// Rows of a visit and of its patient, who may have been removed.
    fn find_visit(&self, guid: Uuid) -> Result<Option<(i64, Option<i64>)>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_visit.sql"))?;
        let visit = statement.query_row(
            named_params! { ":guid": guid },
            named("visit", |row| Ok((row.get(0)?, row.get(1)?))),
        );
        Ok(visit.optional()?)
    }

    /// The patient's active visits that are not over, the first [`TICKETS_MAX`] by begin.
    pub fn coming_tickets(&self, patient: &Patient, now: Moment) -> Result<Vec<Ticket>, Fault> {
        let mut tickets = Store::of_all_cards(patient, |card| {
            let statement = self
                .connection
                .prepare_cached(include_str!("sql/coming_tickets.sql"))?;
            let parameters = named_params! {
                ":patient": card, ":now": now.timestamp(), ":limit": TICKETS_MAX,
            };
            self.tickets(statement, parameters)
        })?;
        tickets.sort_by_key(|ticket| (ticket.begin, ticket.id));
        tickets.truncate(TICKETS_MAX as usize);
        Ok(tickets)
    }

    /// The patient's visits that begin at `from` or later and before `until`, cancelled ones too. Of more
    /// than [`TICKETS_MAX`] the cancelled ones are left out first, the oldest before others.
    pub fn tickets_between(
        &self,
        patient: &Patient,
        from: Moment,
        until: Moment,
    ) -> Result<Vec<Ticket>, Fault> {
        let mut tickets = Store::of_all_cards(patient, |card| {
            let statement = self
                .connection
                .prepare_cached(include_str!("sql/tickets_between.sql"))?;
            let parameters = named_params! {
                ":patient": card,
                ":from": from.timestamp(),
                ":until": until.timestamp(),
                ":limit": TICKETS_MAX,
            };
            self.tickets(statement, parameters)
        })?;
        if tickets.len() > TICKETS_MAX as usize {
            tickets.sort_by_key(|ticket| {
                let in_list = if ticket.is_active {
                    ticket.begin.timestamp()
                } else {
                    -ticket.id
                };
                (!ticket.is_active, in_list, ticket.id)
            });
            tickets.truncate(TICKETS_MAX as usize);
        }
        tickets.sort_by_key(|ticket| (ticket.begin, ticket.id));
        Ok(tickets)
    }

    /// The active visits to a clinic that are not over and were made with an outside account, whoever the patient is; the first
    /// [`TICKETS_MAX`] by begin.
    pub fn tickets_of_other(&self, external_user: &str, lpu: i64, now: Moment) -> Result<Vec<Ticket>, Fault> {
        let statement = self
            .connection
            .prepare_cached(include_str!("sql/tickets_of_other.sql"))?;
        let parameters = named_params! {
            ":external_user": external_user,
            ":lpu": lpu,
            ":now": now.timestamp(),
            ":limit": TICKETS_MAX,
        };
        self.tickets(statement, parameters)
    }

    /// The visits whose rows a statement gives.
    fn tickets(&self, mut rows: CachedStatement, parameters: impl Params) -> Result<Vec<Ticket>, Fault> {
        let visits = rows.query_map(parameters, named("visit", |row| row.get(0)))?;
        visits.map(|visit| self.ticket(visit?)).collect()
    }

    /// A ticket with the beginning of its history.
    fn bare_ticket(&self, row: &Row) -> rusqlite::Result<Ticket> {
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
            num: row.get::<_, Count>("num")?.0,
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
            is_active: rows::is_active(row, &["active", CANCELLED])?,
            checked_in: self.checked_in(row, begin)?,
            history: vec![Change::making(made, mnem, name, description)],
        })
    }

    /// What changed in a visit since it was made, in order.
    fn changes(&self, visit: i64) -> Result<Vec<Change>, Fault> {
        let mut statement = self.connection.prepare_cached(include_str!("sql/changes.sql"))?;
        let change = named("visit_history", |row| {
            Ok(Change {
                element: row.get("element")?,
                old_value: row.get("old_value")?,
                new_value: row.get("new_value")?,
                editor: row.get("editor")?,
                at: self.moment(row, "at")?,
                client_mnem: row.get("mnem")?,
                client_name: row.get("name")?,
                client_description: row.get("description")?,
            })
        });
        let changes = statement.query_map(named_params! { ":visit": visit }, change)?;
        Ok(changes.collect::<Result<_, _>>()?)
    }
}

impl WriteTx<'_> {
    /// Cancels an active visit, with its history and the journal; the schema frees its place. `reason` goes into the
    /// history too.
    pub fn cancel(
        &self,
        ticket: &Ticket,
        by: &ClientApplication,
        reason: Option<&str>,
        now: Moment,
    ) -> Result<(), Fault> {
        self.set_cancelled(ticket.id)?;
        self.insert_change(ticket.id, ["status", "active", CANCELLED], NOBODY, by, now)?;
        if let Some(reason) = reason {
            self.insert_change(ticket.id, [REASON, "", reason], NOBODY, by, now)?;
        }
        self.insert_journal(Event::Cancelled, ticket.guid, now)
    }

    fn set_cancelled(&self, visit: i64) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/set_cancelled.sql"))?;
        statement.execute(named_params! { ":visit": visit })?;
        Ok(())
    }

    /// Marks that the patient has come, with the visit's history, in which `shown` is the moment.
    pub fn check_in(
        &self,
        visit: i64,
        by: &ClientApplication,
        shown: &str,
        now: Moment,
    ) -> Result<(), Fault> {
        self.set_checked_in(visit, now)?;
        self.insert_change(visit, [CHECK_IN, "", shown], NOBODY, by, now)
    }

    fn set_checked_in(&self, visit: i64, now: Moment) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/set_checked_in.sql"))?;
        statement.execute(named_params! { ":visit": visit, ":at": now.timestamp() })?;
        Ok(())
    }

    /// Adds to a visit's history: element, old value, new value; who did it, and through which client application.
    pub(super) fn insert_change(
        &self,
        visit: i64,
        [element, old_value, new_value]: [&str; 3],
        editor: &str,
        application: &ClientApplication,
        now: Moment,
    ) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/insert_change.sql"))?;
        statement.execute(named_params! {
            ":visit": visit,
            ":element": element,
            ":old_value": old_value,
            ":new_value": new_value,
            ":editor": editor,
            ":at": now.timestamp(),
            ":application": application.id,
        })?;
        Ok(())
    }
}
