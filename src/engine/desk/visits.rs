//! Booking, moving, cancelling and arrivals at the reception: the terminal's rules, and those that the clinic lets the reception
//! override with a reason.

use super::patients;
use super::{Desk, DeskSettings};
use crate::engine::Settings;
use crate::engine::outcome::RequestError;
use crate::engine::tickets;
use crate::model::{
    CellName, ClientApplication, DeskPatient, Facts, Moment, RECEPTION, Staff, Stamp, Ticket, VisitId,
    VisitStatus, Wish,
};
use crate::refusal::Refusal;
use crate::rules::{self, Approval, Policy, may_cancel, may_check_in};
use crate::store::{Fault, Store, WriteTx};
use crate::wire::desk::VisitWish;
use crate::wire::desk::patient::VisitShown;
use crate::wire::message::Answer;
use crate::wire::reading::path_guid;
use crate::wire::ticket::moment;
use uuid::Uuid;

/// What every change of a visit has at hand.
pub struct Counter<'a> {
    pub desk: &'a Desk<'a>,
    pub settings: &'a Settings,
    pub by: &'a Staff,
    pub started: Moment,
    pub now: Moment,
}

impl Counter<'_> {
    /// Books a cell for a patient.
    pub fn book(&self, tx: &WriteTx, mkab: &str, wished: &VisitWish) -> Result<Answer, RequestError> {
        let patient = patients::find(tx, mkab)?;
        let wish = self.wish(&patient, wished, wished.idempotency_key.clone());
        let facts = tx.facts(&wish, self.now)?;
        let (policy, overridden) = self.policy(&wish, &facts, wished.override_reason.is_some());
        let ticket = match rules::decide(&wish, &facts, &policy, self.now)? {
            Approval::Book(booking) => {
                let now = self.now;
                let ticket = tx.book(
                    &wish,
                    &booking,
                    &Stamp {
                        now,
                        ticket: Uuid::now_v7(),
                    },
                )?;
                let by = &booking.standing.application;
                self.note_overridden(tx, ticket.id, &overridden, wished, by)?;
                tx.ticket(ticket.id)?
            }
            Approval::Repeat(visit) => tx.ticket(visit)?,
        };
        Ok(self.shown(&ticket))
    }

    /// Puts a visit into another cell, in this one transaction.
    pub fn put_off(&self, tx: &WriteTx, ticket: &str, wished: &VisitWish) -> Result<Answer, RequestError> {
        let ticket = find(tx, ticket)?;
        may_cancel(&ticket, self.now)?;
        if ticket.cell == Some(wished.cell) {
            return Ok(self.shown(&ticket));
        }
        let row = tx.patient_of_visit(ticket.guid)?.ok_or(Refusal::TicketUnknown)?;
        let patient = tx.patient_at_desk(row)?;
        let wish = self.wish(&patient, wished, None);
        let mut facts = tx.facts(&wish, self.now)?;
        if let Some(standing) = &mut facts.standing {
            standing.put_off(&ticket);
        }
        let (policy, overridden) = self.policy(&wish, &facts, wished.override_reason.is_some());
        let Approval::Book(booking) = rules::decide(&wish, &facts, &policy, self.now)? else {
            return Err(Refusal::KeyTaken.into());
        };
        let cell = booking.cell;
        let [from, to] = [moment(ticket.begin), moment(cell.begin)];
        let [old, new] = [ticket.resource.to_string(), cell.resource.guid.to_string()];
        let changes: Vec<[&str; 3]> = [
            ["beginTime", &from, &to],
            ["docGuid", &old, &new],
            ["room", &ticket.room, cell.room()],
        ]
        .into_iter()
        .filter(|[_, old, new]| old != new)
        .collect();
        let by = &booking.standing.application;
        self.note_overridden(tx, ticket.id, &overridden, wished, by)?;
        tx.use_hold(cell, &booking.standing.patient)?;
        tx.move_visit(ticket.id, cell, &changes, by, &self.by.login, self.now)?;
        Ok(self.shown(&tx.ticket(ticket.id)?))
    }

    /// Cancels a visit. One that is cancelled already is answered as it is: a lost answer may be asked for again.
    pub fn cancel(&self, tx: &WriteTx, ticket: &str, reason: &str) -> Result<Answer, RequestError> {
        let ticket = find(tx, ticket)?;
        let by = tx.find_application(RECEPTION)?;
        if ticket.status == VisitStatus::Active {
            tickets::cancel(tx, &ticket, &by, &self.by.login, Some(reason), self.now)??;
        }
        Ok(self.shown(&tx.ticket(ticket.id)?))
    }

    /// Marks that the patient has come.
    pub fn check_in(&self, tx: &WriteTx, ticket: &str) -> Result<Answer, RequestError> {
        let ticket = find(tx, ticket)?;
        if ticket.status == VisitStatus::Active && ticket.checked_in.is_some() {
            return Ok(self.shown(&ticket));
        }
        may_check_in(&ticket, self.settings.checkin_hours_before, self.now)?;
        let by = tx.find_application(RECEPTION)?;
        tx.check_in(ticket.id, &by, &self.by.login, &moment(self.now), self.now)?;
        Ok(self.shown(&tx.ticket(ticket.id)?))
    }

    /// What the rules are asked about.
    fn wish(&self, patient: &DeskPatient, wished: &VisitWish, idempotency_key: Option<String>) -> Wish {
        Wish {
            lpu: patient.lpu,
            bearer: patients::bearer(patient, self.by.login.clone()),
            cell: CellName::Guid(wished.cell),
            referral: None,
            contact: wished.contact.clone(),
            full_response: true,
            exam: None,
            external_user: None,
            idempotency_key,
        }
    }

    /// Writes into the history which rules were overridden, and why.
    fn note_overridden(
        &self,
        tx: &WriteTx,
        visit: VisitId,
        rules: &[&str],
        wished: &VisitWish,
        by: &ClientApplication,
    ) -> Result<(), Fault> {
        let reason = wished.override_reason.as_deref().unwrap_or_default();
        for rule in rules {
            tx.note_override(visit, rule, reason, by, &self.by.login, self.now)?;
        }
        Ok(())
    }

    /// Returns the rules for a wish: with a reason to override, without those that stand in its way and may be overridden,
    /// whose names come too.
    fn policy(&self, wish: &Wish, facts: &Facts, overrides: bool) -> (Policy, Vec<&str>) {
        let mut policy = self.settings.policy;
        let mut overridden = Vec::new();
        let DeskSettings { may_override, .. } = self.desk.settings;
        if !overrides {
            return (policy, overridden);
        }
        while let Err(refusal) = rules::decide(wish, facts, &policy, self.now) {
            let without = |name: &str| Policy {
                switches: policy.switches.without(name),
                ..policy
            };
            let helps = |name: &&String| {
                let decided = rules::decide(wish, facts, &without(name), self.now);
                decided.err().as_ref() != Some(&refusal)
            };
            let Some(name) = may_override.iter().find(helps) else {
                break;
            };
            policy = without(name);
            overridden.push(&**name);
        }
        (policy, overridden)
    }

    fn shown(&self, ticket: &Ticket) -> Answer {
        Answer::json(&VisitShown::new(
            ticket,
            self.started,
            &self.settings.keys.ring().receipt(ticket),
        ))
    }
}

/// Returns the ticket of a path.
fn find(store: &Store, ticket: &str) -> Result<Ticket, RequestError> {
    let guid = path_guid(ticket, "ticketGuid")?;
    Ok(store.find_ticket(guid, None)?.ok_or(Refusal::TicketUnknown)?)
}
