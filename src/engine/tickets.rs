//! Tickets of the patient ([crate::contract::tickets]): read, cancelled, marked when the patient has come.

use super::Settings;
use super::outcome::RequestError;
use super::reading::Reader;
use crate::model::{Bearer, ClientApplication, Moment, OpenCard, Ticket, VisitStatus};
use crate::refusal::Refusal;
use crate::rules::{may_cancel, may_check_in};
use crate::store::{Fault, NOBODY, Store, WriteTx};
use crate::wire::message::Answer;
use crate::wire::reading::path_guid;
use crate::wire::ticket::{TicketVisitWithLpu, moment};
use crate::wire::tickets::{dates, external_user};
use uuid::Uuid;

/// A ticket as its owner names it.
pub struct TicketName {
    /// The token's bearer.
    pub bearer: Bearer,
    /// The clinic in the path.
    pub lpu: Uuid,
    pub ticket: Uuid,
}

impl Reader<'_> {
    /// Returns all visits on the named days: cancelled ones too, as their history says. Without days, returns active visits
    /// that are not over.
    pub(super) fn tickets(&self, lpu: &str) -> Result<Answer, RequestError> {
        let (bearer, lpu) = (self.needed_bearer()?, path_guid(lpu, "lpuGuid")?);
        let dates = dates(self.request)?;
        let card = self.store.open_card(bearer, lpu)??;
        let tickets = match dates {
            Some(period) => {
                let (from, until) = self.moments(period);
                self.store.tickets_between(&card.patient, from, until)?
            }
            None => self.store.coming_tickets(&card.patient, self.now)?,
        };
        Ok(self.listed(&tickets))
    }

    /// Returns one ticket with its whole history.
    pub(super) fn ticket(&self, lpu: &str, ticket: &str) -> Result<Answer, RequestError> {
        let name = TicketName {
            bearer: self.needed_bearer()?.clone(),
            lpu: path_guid(lpu, "lpuGuid")?,
            ticket: path_guid(ticket, "ticketGuid")?,
        };
        let (_, ticket) = own(self.store, &name)?;
        Ok(shown(&ticket, self.settings, self.started))
    }

    /// Returns active visits that are not over and were made with an outside account: for a trusted back end, and for the
    /// bearer of that account's name.
    pub(super) fn tickets_of_other(&self, lpu: &str) -> Result<Answer, RequestError> {
        let (bearer, lpu) = (self.needed_bearer()?, path_guid(lpu, "lpuGuid")?);
        let account = external_user(self.request)?;
        if !bearer.privilege && bearer.login != account {
            return Err(Refusal::OtherAccount.into());
        }
        let card = self.store.open_card(bearer, lpu)??;
        let tickets = self.store.tickets_of_other(&account, card.lpu.id, self.now)?;
        Ok(self.listed(&tickets))
    }

    fn listed(&self, tickets: &[Ticket]) -> Answer {
        let ring = self.settings.keys.ring();
        let shown = tickets
            .iter()
            .map(|ticket| TicketVisitWithLpu::full(ticket, self.started, &ring.receipt(ticket)));
        Answer::json(&shown.collect::<Vec<_>>())
    }
}

pub fn cancel_own(tx: &WriteTx, name: &TicketName, now: Moment) -> Result<Answer, RequestError> {
    let (card, ticket) = own(tx, name)?;
    cancel(tx, &ticket, &card.application, NOBODY, None, now)??;
    Ok(Answer::cancelled())
}

/// Cancels a visit for the patient or for the reception: the history names the client application, the editor's login and
/// the reason, if there are such.
pub fn cancel(
    tx: &WriteTx,
    ticket: &Ticket,
    by: &ClientApplication,
    editor: &str,
    reason: Option<&str>,
    now: Moment,
) -> Result<Result<(), Refusal>, Fault> {
    match may_cancel(ticket, now) {
        Ok(()) => tx.cancel(ticket, by, editor, reason, now).map(Ok),
        refused => Ok(refused),
    }
}

/// Marks that the patient has come. A visit that is marked already stays as it is.
pub fn check_in(
    tx: &WriteTx,
    name: &TicketName,
    settings: &Settings,
    started: Moment,
    now: Moment,
) -> Result<Answer, RequestError> {
    let (card, ticket) = own(tx, name)?;
    if ticket.status == VisitStatus::Active && ticket.checked_in.is_some() {
        return Ok(shown(&ticket, settings, started));
    }
    may_check_in(&ticket, settings.checkin_hours_before, now)?;
    tx.check_in(ticket.id, &card.application, NOBODY, &moment(now), now)?;
    Ok(shown(&tx.ticket(ticket.id)?, settings, started))
}

/// Returns the card and its ticket. Somebody else's ticket is as unknown as a missing one.
fn own(store: &Store, name: &TicketName) -> Result<(OpenCard, Ticket), RequestError> {
    let card = store.open_card(&name.bearer, name.lpu)??;
    let ticket = store.find_ticket(name.ticket, Some(&card.patient))?;
    Ok((card, ticket.ok_or(Refusal::TicketUnknown)?))
}

fn shown(ticket: &Ticket, settings: &Settings, started: Moment) -> Answer {
    let receipt = settings.keys.ring().receipt(ticket);
    Answer::json(&TicketVisitWithLpu::full(ticket, started, &receipt))
}
