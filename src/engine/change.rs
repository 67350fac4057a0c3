//! What a kiosk changes after a booking ([crate::contract::tickets], [crate::contract::waiting_list]): which of its parts is asked for.

use super::{Settings, tickets, waiting};
use crate::model::{Bearer, Moment, WaitingWish};
use crate::refusal::Refusal;
use crate::route::Change;
use crate::store::{Fault, WriteTx};
use crate::wire::message::{Answer, Request};
use crate::wire::reading::path_guid;
use crate::wire::waiting::waiting_wish;
use uuid::Uuid;

/// What is to be changed, as far as it can be understood without the store.
pub enum Wanted {
    /// Cancel a visit.
    Cancel(TicketName),
    /// Mark that the patient has come.
    CheckIn(TicketName),
    /// Put the patient on the waiting list.
    Wait(WaitingWish),
    /// Take the patient off it.
    StopWaiting(EntryName),
}

/// A ticket, and who calls it so.
pub struct TicketName {
    /// Whom the token names.
    pub bearer: Bearer,
    /// The clinic in the path.
    pub lpu: Uuid,
    /// The ticket.
    pub ticket: Uuid,
}

/// An entry of the waiting list, and who calls it so.
pub struct EntryName {
    /// Whom the token names.
    pub bearer: Bearer,
    /// The entry.
    pub entry: Uuid,
}

/// Parses a request whose token holds.
pub fn understand(
    change: Change,
    request: &Request,
    arguments: &[String],
    bearer: Bearer,
    now: Moment,
) -> Result<Wanted, Refusal> {
    Ok(match change {
        Change::Cancel => Wanted::Cancel(ticket_name(arguments, bearer)?),
        Change::CheckIn => Wanted::CheckIn(ticket_name(arguments, bearer)?),
        Change::Wait => Wanted::Wait(waiting_wish(request, bearer, now.date_naive())?),
        Change::StopWaiting => Wanted::StopWaiting(EntryName {
            bearer,
            entry: path_guid(&arguments[0], "guid")?,
        }),
    })
}

fn ticket_name(arguments: &[String], bearer: Bearer) -> Result<TicketName, Refusal> {
    Ok(TicketName {
        bearer,
        lpu: path_guid(&arguments[0], "lpuGuid")?,
        ticket: path_guid(&arguments[1], "ticketGuid")?,
    })
}

/// Does what is wanted, or says why not. What is refused has written nothing. `started` is when the server started.
pub fn perform(
    tx: &WriteTx,
    wanted: &Wanted,
    settings: &Settings,
    started: Moment,
    now: Moment,
) -> Result<Result<Answer, Refusal>, Fault> {
    match wanted {
        Wanted::Cancel(name) => tickets::cancel_own(tx, name, now),
        Wanted::CheckIn(name) => tickets::check_in(tx, name, settings, started, now),
        Wanted::Wait(wish) => waiting::wait(tx, wish, &settings.policy, now),
        Wanted::StopWaiting(name) => waiting::stop_waiting(tx, name, now),
    }
}
