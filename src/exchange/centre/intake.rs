//! Records that come: each is kept, and what it tells is taken in.

use super::lives::{self, Lives};
use super::visits::put_visit;
use super::{Cell, CentreStore, Issue, Row, messages};
use crate::exchange::content::{self, Fact};
use crate::exchange::wire::Sent;
use crate::exchange::{Hash, Owner, Point};
use crate::model::VisitStatus;
use crate::model::record::RecordKind;
use serde_json::json;
use uuid::Uuid;

/// Takes a batch in. Returns its last record; `None` if it is empty, or if it follows nothing that is known.
pub fn take<S: CentreStore>(
    store: &mut S,
    lives: &mut Lives,
    records: &[Sent],
) -> Result<Option<Point>, S::Error> {
    let mut last: Option<Point> = None;
    for sent in records {
        let point = sent.point();
        if lives::row(store, point)?.is_none() {
            let before = match last {
                Some(last) => Some(last.hash),
                None => known_before(store, sent)?,
            };
            let is_begun = |sent: &Sent| {
                let record = sent.record.as_ref();
                record.is_some_and(|record| record.kind == RecordKind::Begun)
            };
            if before.is_none() && !is_begun(sent) {
                return Ok(None);
            }
            keep(store, lives, sent, before)?;
        }
        last = Some(point);
    }
    Ok(last)
}

/// Returns the hash of the known record that this one follows.
fn known_before<S: CentreStore>(store: &mut S, sent: &Sent) -> Result<Option<Hash>, S::Error> {
    let probe = Row {
        arrival: 0,
        sent: sent.clone(),
        is_main: false,
        is_counted: false,
    };
    Ok(lives::before(store, &probe)?.map(|row| row.sent.hash))
}

/// Keeps a record that is new, and takes in what it tells.
fn keep<S: CentreStore>(
    store: &mut S,
    lives: &mut Lives,
    sent: &Sent,
    before: Option<Hash>,
) -> Result<(), S::Error> {
    let Point {
        incarnation,
        seq,
        hash,
    } = sent.point();
    let head = lives.get(incarnation).and_then(|life| life.head);
    // The first record of a life follows one of another.
    let is_main = head.is_none_or(|(last, hash)| last + 1 == seq && before == Some(hash));
    let is_chained = match (&sent.record, before) {
        (Some(record), Some(before)) => lives::follows(record, before),
        _ => true,
    };
    if !is_main || !is_chained {
        let issue = if is_chained {
            Issue::Conflict { incarnation, seq }
        } else {
            Issue::Damaged { incarnation, seq }
        };
        store.list(issue)?;
    }
    lives.change(store, incarnation, |life| {
        life.is_in_conflict |= !is_main || !is_chained;
        if is_main {
            life.head = Some((seq, hash));
        }
        life.announced = life.announced.max(seq);
    })?;
    let mut account = store.account()?;
    account.arrivals += 1;
    store.put_account(&account)?;
    let mut row = Row {
        arrival: account.arrivals,
        sent: sent.clone(),
        is_main,
        is_counted: false,
    };
    store.put_row(&row)?;
    let fact = read(store, sent)?;
    match &fact {
        Fact::Begun(begun) if is_main => {
            lives.begin(store, &sent.point(), begun.clone())?;
            if lives.living() == Some(incarnation) {
                count_ancestors(store, &row)?;
            }
        }
        Fact::Visit(visit) => {
            let subject = sent.record.as_ref().map_or(Uuid::nil(), |record| record.subject);
            let came_back = |kind| matches!(kind, RecordKind::Recovered | RecordKind::Displaced);
            if visit.status == VisitStatus::Active
                && sent.record.as_ref().is_some_and(|record| came_back(record.kind))
            {
                cancel_again(store, subject)?;
            }
            put_visit(store, subject, visit.slot, visit.status)?;
        }
        Fact::Message {
            message,
            refused: false,
        } => messages::take_visits(store, message)?,
        _ => {}
    }
    // `stopped` ends the life, but is still of it.
    if is_main && lives.living() == Some(incarnation) {
        count(store, &mut row)?;
    }
    if fact == Fact::Stopped && is_main {
        let was_living = lives.living() == Some(incarnation);
        lives.change(store, incarnation, |life| life.is_stopped = true)?;
        let announced = lives.get(incarnation).map_or(seq, |life| life.announced);
        if announced > seq {
            store.list(Issue::Missing {
                incarnation,
                after: seq,
                to: announced,
            })?;
        } else if was_living {
            own_given_up(store)?;
        }
    }
    Ok(())
}

/// Returns what a record tells. What does not prove itself or cannot be read is listed and tells nothing.
fn read<S: CentreStore>(store: &mut S, sent: &Sent) -> Result<Fact, S::Error> {
    let Sent { incarnation, seq, .. } = *sent;
    let Some(record) = &sent.record else {
        store.list(Issue::Unknown { incarnation, seq })?;
        return Ok(Fact::Other);
    };
    let fact = if lives::is_whole(record) {
        content::fact(record)
    } else {
        Fact::Unreadable
    };
    if fact == Fact::Unreadable {
        store.list(Issue::Damaged { incarnation, seq })?;
    }
    Ok(fact)
}

/// Counts the rows from which a new life descends and that have not counted yet, oldest first.
fn count_ancestors<S: CentreStore>(store: &mut S, begun: &Row) -> Result<(), S::Error> {
    let mut waiting = Vec::new();
    let mut next = lives::before(store, begun)?;
    while let Some(row) = next.filter(|row| !row.is_counted) {
        next = lives::before(store, &row)?;
        waiting.push(row);
    }
    for mut row in waiting.into_iter().rev() {
        count(store, &mut row)?;
    }
    Ok(())
}

/// Lets a row move owners and messages.
fn count<S: CentreStore>(store: &mut S, row: &mut Row) -> Result<(), S::Error> {
    row.is_counted = true;
    store.put_row(row)?;
    let Some(record) = row.sent.record.as_ref().filter(|record| lives::is_whole(record)) else {
        return Ok(());
    };
    match content::fact(record) {
        Fact::Released { message } => release(store, record.subject, message, row.sent.point()),
        Fact::Owner { owner, message } => agree(store, record.subject, owner, message, row.sent.point()),
        Fact::Message { message, refused } => messages::take_back(store, &message, refused),
        _ => Ok(()),
    }
}

/// The box made the centre the owner of a cell. If a message that the box did not know then gives the cell back, the box owns
/// it, or will.
fn release<S: CentreStore>(store: &mut S, slot: Uuid, message: u64, by: Point) -> Result<(), S::Error> {
    if let Some(mut cell) = store.cell(slot)?
        && cell.owner != Owner::Centre
        && cell.granted <= message
    {
        (cell.owner, cell.known_by) = (Owner::Centre, Some(by));
        store.put_cell(&cell)?;
    }
    Ok(())
}

/// The box says whose it believes a cell to be. The centre gives up what the box believes to be its own, or will when it knows
/// the message that gives it the cell.
fn agree<S: CentreStore>(
    store: &mut S,
    slot: Uuid,
    owner: Owner,
    message: u64,
    by: Point,
) -> Result<(), S::Error> {
    let Some(cell) = store.cell(slot)?.filter(|cell| cell.owner == Owner::Centre) else {
        return Ok(());
    };
    let is_boxs = owner == Owner::Box || cell.granted > message;
    let (owner, known_by) = if is_boxs {
        (Owner::Box, None)
    } else {
        (Owner::Centre, Some(by))
    };
    store.put_cell(&Cell {
        owner,
        known_by,
        ..cell
    })
}

/// A retired box has stopped: the cells that were nobody's are the centre's.
fn own_given_up<S: CentreStore>(store: &mut S) -> Result<(), S::Error> {
    if !store.account()?.is_retired {
        return Ok(());
    }
    lives::for_cells(store, |store, cell| match cell.owner {
        Owner::Nobody => store.put_cell(&Cell {
            owner: Owner::Centre,
            known_by: Some(Point::NOWHERE),
            ..cell
        }),
        Owner::Box | Owner::Centre => Ok(()),
    })
}

/// Tells the box of a cancellation once more if the visit came back to it from another life: the box may have heard of the
/// cancellation when it did not know the visit.
fn cancel_again<S: CentreStore>(store: &mut S, guid: Uuid) -> Result<(), S::Error> {
    let known = store.visit(guid)?;
    if known.is_some_and(|known| known.status == VisitStatus::Cancelled) {
        let line = json!({"kind": "cancellation", "visit": guid, "happened": true});
        messages::append(store, line.to_string())?;
    }
    Ok(())
}
