//! `POST visit`: gathers, decides and writes one booking ([crate::contract::booking]).

use crate::model::{Moment, Stamp, Ticket, Wish};
use crate::refusal::Refusal;
use crate::rules::{self, Approval, Policy};
use crate::store::{Fault, WriteTx};
use crate::wire::message::Answer;
use crate::wire::ticket::TicketVisitWithLpu;
use uuid::Uuid;

/// Books what is wished, or says why not. A refused booking has written nothing.
pub fn book(
    tx: &WriteTx,
    wish: &Wish,
    policy: &Policy,
    now: Moment,
) -> Result<Result<Ticket, Refusal>, Fault> {
    let facts = tx.facts(wish, now)?;
    match rules::decide(wish, &facts, policy, now) {
        Ok(Approval::Book(booking)) => {
            let ticket = Uuid::now_v7();
            tx.book(wish, &booking, &Stamp { now, ticket }).map(Ok)
        }
        Ok(Approval::Repeat(visit)) => tx.ticket(visit).map(Ok),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// The answer to a booking, full or short as it was wished.
pub fn shown(ticket: &Ticket, wish: &Wish, started: Moment) -> Answer {
    let show = if wish.full_response {
        TicketVisitWithLpu::full
    } else {
        TicketVisitWithLpu::short
    };
    Answer::json(&show(ticket, started))
}
