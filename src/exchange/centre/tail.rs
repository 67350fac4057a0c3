//! The lost tail: what a life has to hear of the lives that it does not descend from.

use super::{CentreStore, Lives};
use crate::exchange::wire::{Answer, Header, PART_BYTES_MAX, TailItem, TailPlace};
use serde_json::value::RawValue;
use uuid::Uuid;

/// Most bytes that an item has besides its record's line.
const ITEM_BYTES_MAX: usize = 96;

/// Puts the next piece of the lost tail into an answer: rows by arrival, then the owners of all cells if they are asked for.
///
/// The centre must have all records of the asking life: an owner that a record on its way moves would be told wrongly.
pub fn tell<S: CentreStore>(
    store: &mut S,
    lives: &Lives,
    header: &Header,
    answer: &mut Answer,
) -> Result<(), S::Error> {
    let asked = header.tail_from.unwrap_or_default();
    let mut place = if header.generation == answer.generation {
        asked
    } else {
        // Rows of another generation had other numbers.
        TailPlace {
            arrival: 0,
            owners: asked.owners.map(|_| Uuid::nil()),
        }
    };
    let kin = lives.kin(header.incarnation);
    let mut bytes = 0;
    let page = store.page();
    for row in store.rows_beside(&kin, place.arrival, page + 1)? {
        bytes += row.sent.text.len() + ITEM_BYTES_MAX;
        if answer.lost_tail.len() == page || bytes > PART_BYTES_MAX {
            answer.tail_next = Some(place);
            return Ok(());
        }
        place.arrival = row.arrival;
        answer.lost_tail.push(TailItem::Record {
            arrival: row.arrival,
            line: RawValue::from_string(row.sent.text)?,
        });
    }
    let Some(after) = place.owners else {
        return Ok(());
    };
    let room = page - answer.lost_tail.len();
    let cells = store.cells(after, room + 1)?;
    let is_last = cells.len() <= room;
    for cell in cells.into_iter().take(room) {
        place.owners = Some(cell.guid);
        answer.lost_tail.push(TailItem::Owner {
            slot: cell.guid,
            owner: cell.owner,
        });
    }
    if !is_last {
        answer.tail_next = Some(place);
    }
    Ok(())
}
