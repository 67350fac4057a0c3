//! `POST visit`: gathers, decides and writes one booking ([crate::contract::booking]).

use super::Settings;
use super::outcome::RequestError;
use crate::model::{Moment, Stamp, Ticket, Wish};
use crate::rules::{self, Approval};
use crate::store::WriteTx;
use crate::wire::message::Answer;
use crate::wire::ticket::TicketVisitWithLpu;
use uuid::Uuid;

/// Books the wish. A refused booking has written nothing.
pub fn book(
    tx: &WriteTx,
    wish: &Wish,
    settings: &Settings,
    started: Moment,
    now: Moment,
) -> Result<Answer, RequestError> {
    let facts = tx.facts(wish, now)?;
    let ticket = match rules::decide(wish, &facts, &settings.policy, now)? {
        Approval::Book(booking) => {
            let ticket = Uuid::now_v7();
            tx.book(wish, &booking, &Stamp { now, ticket })?
        }
        Approval::Repeat(visit) => tx.ticket(visit)?,
    };
    Ok(shown(&ticket, wish, settings, started))
}

/// Returns the ticket in full or in short, as the wish asks.
fn shown(ticket: &Ticket, wish: &Wish, settings: &Settings, started: Moment) -> Answer {
    Answer::json(&if wish.full_response {
        TicketVisitWithLpu::full(ticket, started, &settings.keys.ring().receipt(ticket))
    } else {
        TicketVisitWithLpu::short(ticket, started)
    })
}
