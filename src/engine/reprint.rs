//! A ticket printed again for who names its number and a birth date ([crate::contract::terminal]).
//!
//! That is little: numbers are small, and a birth date can be known. So it is answered at terminals alone, opens no more than the
//! paper, and counts its failures like those of an identification, for the birth date.

use super::Settings;
use super::identification::guess;
use super::outcome::RequestError;
use crate::model::{LpuId, Moment, Ticket, Who};
use crate::refusal::{HttpError, Refusal};
use crate::store::WriteTx;
use crate::wire::message::{Answer, Request};
use crate::wire::terminal::{PrintedTicket, ReprintWish, reprint_wish};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// A parsed request, with the client's address.
pub struct CheckedReprint {
    wish: ReprintWish,
    address: IpAddr,
}

pub fn parse(request: &Request, lpu: &str) -> Result<CheckedReprint, Refusal> {
    Ok(CheckedReprint {
        wish: reprint_wish(request, lpu)?,
        address: request.client.to_canonical(),
    })
}

/// Returns what the paper bears. Only a failure writes.
pub fn reprint(
    tx: &WriteTx,
    CheckedReprint { wish, address }: &CheckedReprint,
    settings: &Settings,
    started: Moment,
    now: Moment,
) -> Result<Answer, RequestError> {
    if !settings.kiosk_addresses.contains(address) {
        return Err(HttpError::NotTerminal.into());
    }
    // Who knows a birth date and tries one number after the other is stopped at the fifth.
    let born = Sha256::digest(format!("number {}", wish.birth_date)).into();
    guess(tx, born, *address, settings, now, || {
        let lpu = tx.find_lpu(wish.lpu)?.ok_or(Refusal::LpuUnknown)?;
        let today = settings.zone.start_of(now.date_naive());
        let found = tx.tickets_of_number(wish.num, wish.birth_date, lpu.id, today)?;
        // Of two patients nobody knows which one stands there.
        let [ticket] = &found[..] else {
            return Err(Refusal::NotIdentified.into());
        };
        paper(tx, ticket, lpu.id, started)
    })
}

fn paper(tx: &WriteTx, ticket: &Ticket, lpu: LpuId, started: Moment) -> Result<Answer, RequestError> {
    let card = tx.card_of_visit(ticket.id)?.ok_or(Refusal::NotIdentified)?;
    let cards = tx.find_cards(&Who::Card(card), lpu)?;
    let card = cards.first().ok_or(Refusal::NotIdentified)?;
    Ok(Answer::json(&PrintedTicket::new(
        ticket,
        &card.short_name,
        started,
    )))
}
