//! Tickets of the patient ([crate::contract::tickets]): read, cancelled, marked when the patient has come.

use super::Settings;
use super::change::TicketName;
use super::reading::{End, Reader};
use crate::model::{Bearer, ClientApplication, Moment, OpenCard, Ticket};
use crate::refusal::Refusal;
use crate::rules::{objection_to_cancelling, objection_to_check_in};
use crate::store::{Fault, Store, WriteTx};
use crate::wire::message::Answer;
use crate::wire::reading::{Period, path_guid};
use crate::wire::ticket::{TicketVisitWithLpu, moment};
use crate::wire::tickets::{dates, external_user};
use chrono::Days;

impl Reader<'_> {
    /// With dates all visits on these days, cancelled ones too: their history says so. Without, active ones that are not
    /// over.
    pub(super) fn tickets(&self, bearer: &Bearer) -> Result<Answer, End> {
        let lpu = self.lpu_guid()?;
        let dates = dates(self.request)?;
        let card = self.store.open_card(bearer, lpu)??;
        let tickets = match dates {
            Some(Period { from, to }) => {
                let zone = self.settings.zone;
                let (from, until) = (zone.start_of(from), zone.start_of(to + Days::new(1)));
                self.store.tickets_between(&card.patient, from, until)?
            }
            None => self.store.coming_tickets(&card.patient, self.now)?,
        };
        Ok(self.listed(&tickets))
    }

    /// One ticket with its whole history.
    pub(super) fn ticket(&self, bearer: &Bearer) -> Result<Answer, End> {
        let lpu = self.lpu_guid()?;
        let guid = path_guid(&self.arguments[1], "ticketGuid")?;
        let card = self.store.open_card(bearer, lpu)??;
        let ticket = self.store.find_ticket(guid, Some(&card.patient))?;
        let ticket = ticket.ok_or(Refusal::TicketUnknown)?;
        Ok(shown(&ticket, self.started))
    }

    /// Active visits that are not over and were made with an outside account: for a trusted back end and for who bears
    /// that account's name.
    pub(super) fn tickets_of_other(&self, bearer: &Bearer) -> Result<Answer, End> {
        let lpu = self.lpu_guid()?;
        let account = external_user(self.request)?;
        if !bearer.privilege && bearer.login != account {
            return Err(Refusal::OtherAccount.into());
        }
        let card = self.store.open_card(bearer, lpu)??;
        let tickets = self.store.tickets_of_other(&account, card.lpu.id, self.now)?;
        Ok(self.listed(&tickets))
    }

    fn listed(&self, tickets: &[Ticket]) -> Answer {
        let shown = tickets
            .iter()
            .map(|ticket| TicketVisitWithLpu::full(ticket, self.started));
        Answer::json(&shown.collect::<Vec<_>>())
    }
}

/// Cancels the patient's own visit.
pub fn cancel_own(tx: &WriteTx, name: &TicketName, now: Moment) -> Result<Result<Answer, Refusal>, Fault> {
    let (card, ticket) = match own(tx, name)? {
        Ok(own) => own,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let cancelled = cancel(tx, &ticket, &card.application, None, now)?;
    Ok(cancelled.map(|()| Answer::cancelled()))
}

/// Cancels a visit, whoever asks for it: the history names the client application and the reason, if one is given.
pub fn cancel(
    tx: &WriteTx,
    ticket: &Ticket,
    by: &ClientApplication,
    reason: Option<&str>,
    now: Moment,
) -> Result<Result<(), Refusal>, Fault> {
    match objection_to_cancelling(ticket, now) {
        Some(refusal) => Ok(Err(refusal)),
        None => tx.cancel(ticket, by, reason, now).map(Ok),
    }
}

/// Marks that the patient has come. Once marked on its day, an active visit stays as it is.
pub fn check_in(
    tx: &WriteTx,
    name: &TicketName,
    settings: &Settings,
    started: Moment,
    now: Moment,
) -> Result<Result<Answer, Refusal>, Fault> {
    let (card, ticket) = match own(tx, name)? {
        Ok(own) => own,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if ticket.is_active && ticket.checked_in.is_some() {
        return Ok(Ok(shown(&ticket, started)));
    }
    if let Some(refusal) = objection_to_check_in(&ticket, settings.checkin_hours_before, now) {
        return Ok(Err(refusal));
    }
    tx.check_in(ticket.id, &card.application, &moment(now), now)?;
    Ok(Ok(shown(&tx.ticket(ticket.id)?, started)))
}

/// The card and its ticket. Somebody else's is as unknown as one that is not there.
fn own(store: &Store, name: &TicketName) -> Result<Result<(OpenCard, Ticket), Refusal>, Fault> {
    let card = match store.open_card(&name.bearer, name.lpu)? {
        Ok(card) => card,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let ticket = store.find_ticket(name.ticket, Some(&card.patient))?;
    Ok(ticket.map(|ticket| (card, ticket)).ok_or(Refusal::TicketUnknown))
}

fn shown(ticket: &Ticket, started: Moment) -> Answer {
    Answer::json(&TicketVisitWithLpu::full(ticket, started))
}
