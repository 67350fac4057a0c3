//! What the region does at the centre with the cells of one box.

use super::messages::{append, put_slot};
use super::visits::put_visit;
use super::{CentreStore, lives};
use crate::exchange::content::{self, Line};
use crate::exchange::wire::MESSAGE_BYTES_MAX;
use crate::exchange::{MessagePoint, Owner};
use crate::model::VisitStatus;
use thiserror::Error;
use uuid::Uuid;

/// Why a message was not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadMessage {
    #[error("at most {MESSAGE_BYTES_MAX} bytes")]
    TooLong,
    #[error("no lines")]
    Empty,
    /// Lines are counted from 1.
    #[error("line {0}: not a line of a message")]
    Unreadable(usize),
    #[error("line {0}: a visit is booked, not told")]
    Visit(usize),
    #[error("line {0}: owner: the cell is not the centre's; recall it")]
    NotOwned(usize),
    #[error("line {0}: slot: unknown")]
    UnknownSlot(usize),
    #[error("line {0}: visit: unknown")]
    UnknownVisit(usize),
    #[error("line {0}: the box has not reported since the centre was restored")]
    NotHeardSinceRestore(usize),
}

/// Why the centre does not do what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The cell is the box's.
    Owner,
    Full,
    /// The cell is gone.
    Closed,
    Unknown,
    /// The cell is set aside.
    Nobody,
    /// What the box knows of the cell may be newer.
    NotHeardSinceRestore,
}

/// Returns whether the living life of the box has reported to this generation of the centre.
fn is_reported<S: CentreStore>(store: &mut S) -> Result<bool, S::Error> {
    Ok(store.account()?.reported == store.generation()?)
}

/// Tells the box lines of NDJSON. Returns the message's place.
pub fn tell<S: CentreStore>(store: &mut S, text: &str) -> Result<Result<MessagePoint, BadMessage>, S::Error> {
    if text.len() > MESSAGE_BYTES_MAX {
        return Ok(Err(BadMessage::TooLong));
    }
    let lines = match content::lines(text) {
        Ok(lines) if lines.is_empty() => return Ok(Err(BadMessage::Empty)),
        Ok(lines) => lines,
        Err(number) => return Ok(Err(BadMessage::Unreadable(number))),
    };
    let is_reported = is_reported(store)?;
    for (index, line) in lines.iter().enumerate() {
        if let Some(bad) = check(store, line, index + 1, is_reported)? {
            return Ok(Err(bad));
        }
    }
    let number = store.told()?.seq + 1;
    for line in &lines {
        match line {
            Line::Slot(slot) => put_slot(store, slot, number)?,
            Line::Cancellation { visit } => {
                cancel_own(store, *visit)?;
            }
            Line::Visit { .. } | Line::Recall { .. } | Line::Data => {}
        }
    }
    append(store, text.to_owned()).map(Ok)
}

/// Returns what is wrong with a line.
fn check<S: CentreStore>(
    store: &mut S,
    line: &Line,
    number: usize,
    is_reported: bool,
) -> Result<Option<BadMessage>, S::Error> {
    Ok(match line {
        Line::Slot(slot) => {
            let cell = store.cell(slot.guid)?;
            // Only a recall takes a cell from the box.
            let takes =
                cell.is_some_and(|cell| cell.owner != Owner::Centre && slot.owner == Some(Owner::Centre));
            (takes || slot.owner == Some(Owner::Nobody)).then_some(BadMessage::NotOwned(number))
        }
        Line::Visit { .. } => Some(BadMessage::Visit(number)),
        Line::Recall { slot } => store
            .cell(*slot)?
            .is_none()
            .then_some(BadMessage::UnknownSlot(number)),
        Line::Cancellation { visit } => match store.visit(*visit)? {
            None => Some(BadMessage::UnknownVisit(number)),
            Some(_) if !is_reported => Some(BadMessage::NotHeardSinceRestore(number)),
            Some(_) => None,
        },
        Line::Data => None,
    })
}

/// Books a visit in a cell of the centre. `line` is the one line of the message that tells the box of it. A visit that is booked
/// already is not booked again: `None`.
pub fn book<S: CentreStore>(
    store: &mut S,
    line: &str,
) -> Result<Result<Option<MessagePoint>, Denial>, S::Error> {
    let lines = content::lines(line).unwrap_or_default();
    let [Line::Visit { guid, slot }] = lines[..] else {
        return Ok(Err(Denial::Unknown));
    };
    let Some(cell) = store.cell(slot)? else {
        return Ok(Err(Denial::Unknown));
    };
    if store.visit(guid)?.is_some() {
        return Ok(Ok(None));
    }
    let denial = match cell.owner {
        Owner::Box => Some(Denial::Owner),
        Owner::Nobody => Some(Denial::Nobody),
        Owner::Centre if !is_reported(store)? => Some(Denial::NotHeardSinceRestore),
        Owner::Centre if cell.places < 1 => Some(Denial::Closed),
        Owner::Centre if store.active_visits(slot)? >= cell.places => Some(Denial::Full),
        Owner::Centre => None,
    };
    if let Some(denial) = denial {
        return Ok(Err(denial));
    }
    put_visit(store, guid, Some(slot), VisitStatus::Active)?;
    append(store, line.to_owned()).map(|told| Ok(Some(told)))
}

/// Cancels a visit in a cell of the centre, or asks the box to cancel one of its own. `line` is the one line of the message. A
/// visit that is cancelled already is not cancelled again: `None`.
pub fn cancel<S: CentreStore>(
    store: &mut S,
    line: &str,
) -> Result<Result<Option<MessagePoint>, Denial>, S::Error> {
    let lines = content::lines(line).unwrap_or_default();
    let [Line::Cancellation { visit }] = lines[..] else {
        return Ok(Err(Denial::Unknown));
    };
    match store.visit(visit)? {
        None => return Ok(Err(Denial::Unknown)),
        Some(known) if known.status == VisitStatus::Cancelled => return Ok(Ok(None)),
        Some(_) if !is_reported(store)? => return Ok(Err(Denial::NotHeardSinceRestore)),
        Some(_) => {}
    }
    let line = if cancel_own(store, visit)? {
        content::happened(line)?
    } else {
        line.to_owned()
    };
    append(store, line).map(|told| Ok(Some(told)))
}

/// Cancels a visit if its cell is the centre's. Of any other cell, the box decides. Returns whether it was cancelled.
fn cancel_own<S: CentreStore>(store: &mut S, guid: Uuid) -> Result<bool, S::Error> {
    let Some(visit) = store.visit(guid)? else {
        return Ok(false);
    };
    let cell = match visit.slot {
        Some(slot) => store.cell(slot)?,
        None => None,
    };
    match cell {
        Some(cell) if cell.owner == Owner::Centre => {
            put_visit(store, guid, visit.slot, VisitStatus::Cancelled)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Gives a box up that is dead: its cells without visits are nobody's, until its `stopped` has come or its next life begins. A
/// cell whose begin has passed needs nothing: nobody books it any more.
pub fn retire<S: CentreStore>(store: &mut S) -> Result<(), S::Error> {
    let mut account = store.account()?;
    account.is_retired = true;
    store.put_account(&account)?;
    lives::for_cells(store, |store, mut cell| {
        if cell.owner == Owner::Box && store.active_visits(cell.guid)? == 0 {
            cell.owner = Owner::Nobody;
            store.put_cell(&cell)?;
        }
        Ok(())
    })
}
