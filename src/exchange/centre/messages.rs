//! The chain of a box's messages: told behind the last one, and taken back from the box.

use super::visits::put_visit;
use super::{Cell, CentreStore, Issue, lives};
use crate::exchange::content::{self, Fact, Line, Slot};
use crate::exchange::{Message, MessagePoint, Owner, Point};
use crate::model::VisitStatus;

/// Most messages that are renumbered at once.
const MESSAGES_MAX: usize = 1_000;

/// Puts a message behind the last one.
pub fn append<S: CentreStore>(store: &mut S, lines: String) -> Result<MessagePoint, S::Error> {
    let message = Message::behind(store.told()?, lines);
    store.put_message(&message)?;
    Ok(message.point())
}

/// Takes in the visits of a message that a box has applied: they have happened, whoever tells them.
pub fn take_visits<S: CentreStore>(store: &mut S, message: &Message) -> Result<(), S::Error> {
    for line in content::lines(&message.lines).unwrap_or_default() {
        if let Line::Visit { guid, slot } = line
            && store.visit(guid)?.is_none()
        {
            put_visit(store, guid, Some(slot), VisitStatus::Active)?;
        }
    }
    Ok(())
}

/// Returns whether a message is one of those that were told.
pub fn is_told<S: CentreStore>(store: &mut S, point: MessagePoint) -> Result<bool, S::Error> {
    if point == MessagePoint::START {
        return Ok(true);
    }
    let told = store.messages(point.seq, 1)?;
    Ok(told.first().map(Message::point) == Some(point))
}

/// Takes back the messages that are behind the life with this last record, back to the first one that was told. A life may
/// descend from one whose messages had been taken back before another life came between.
pub fn take_back_from<S: CentreStore>(store: &mut S, last: Point) -> Result<(), S::Error> {
    let mut behind = Vec::new();
    let mut next = lives::row(store, last)?;
    while let Some(row) = next {
        if let Some(record) = row.sent.record.as_ref().filter(|record| lives::is_whole(record))
            && let Fact::Message { message, refused } = content::fact(record)
        {
            if is_told(store, message.point())? {
                break;
            }
            behind.push((message, refused));
        }
        next = lives::before(store, &row)?;
    }
    for (message, is_refused) in behind.iter().rev() {
        take_back(store, message, *is_refused)?;
    }
    Ok(())
}

/// Takes in a message that is behind the living box. If this centre lacks it, it was restored: the message is taken back with
/// its owners, and what this centre told since under its number and later ones goes behind it.
pub fn take_back<S: CentreStore>(store: &mut S, message: &Message, is_refused: bool) -> Result<(), S::Error> {
    if is_refused {
        store.list(Issue::RefusedMessage { seq: message.seq })?;
    }
    let before = match message.seq {
        0 => None,
        1 => Some(MessagePoint::START),
        seq => store.messages(seq - 1, 1)?.first().map(Message::point),
    };
    if store.messages(message.seq, 1)?.first() == Some(message) {
        return Ok(());
    }
    if !before.is_some_and(|before| message.is_behind(before)) {
        return store.list(Issue::StrangeMessage { seq: message.seq });
    }
    let mut told_since = Vec::new();
    loop {
        let from = message.seq + told_since.len() as u64;
        let some = store.messages(from, MESSAGES_MAX)?;
        if some.is_empty() {
            break;
        }
        told_since.extend(some.into_iter().map(|message| message.lines));
    }
    store.put_message(message)?;
    let mut last = message.point();
    for lines in told_since {
        let message = Message::behind(last, lines);
        last = message.point();
        store.put_message(&message)?;
        renumber_grants(store, &message)?;
    }
    if is_refused {
        return Ok(());
    }
    for line in content::lines(&message.lines).unwrap_or_default() {
        if let Line::Slot(slot) = line {
            put_slot(store, &slot, message.seq)?;
        }
    }
    Ok(())
}

/// Notes the new number of a message at the cells that it gives to the box.
fn renumber_grants<S: CentreStore>(store: &mut S, message: &Message) -> Result<(), S::Error> {
    for line in content::lines(&message.lines).unwrap_or_default() {
        if let Line::Slot(slot) = line
            && slot.owner == Some(Owner::Box)
            && let Some(cell) = store.cell(slot.guid)?
        {
            store.put_cell(&Cell {
                granted: message.seq,
                ..cell
            })?;
        }
    }
    Ok(())
}

/// Puts a cell in place that a message with this number tells. A known cell only ever gets from the centre to the box in this way.
pub fn put_slot<S: CentreStore>(store: &mut S, slot: &Slot, message: u64) -> Result<(), S::Error> {
    let known = store.cell(slot.guid)?;
    let mut cell = known.unwrap_or(Cell {
        guid: slot.guid,
        owner: slot.owner.unwrap_or(Owner::Box),
        places: 0,
        granted: 0,
        known_by: None,
    });
    cell.places = if slot.deleted { 0 } else { slot.plan_count };
    if slot.owner == Some(Owner::Box) {
        (cell.owner, cell.known_by) = (Owner::Box, None);
        cell.granted = cell.granted.max(message);
    }
    if known != Some(cell) {
        store.put_cell(&cell)?;
    }
    Ok(())
}
