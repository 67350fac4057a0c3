//! Provisional cards, for somebody who has none.

use crate::engine::outcome::RequestError;
use crate::model::{Moment, NewCard, Staff};
use crate::refusal::{DeskRefusal, Refusal};
use crate::store::{PROVISIONAL_MAX, Store, WriteTx};
use crate::wire::desk::card::CardMade;
use crate::wire::message::Answer;

/// Makes a card. One that was made already, by a request whose answer was lost, is answered as it is.
pub fn add(tx: &WriteTx, card: &NewCard, by: &Staff, now: Moment) -> Result<Answer, RequestError> {
    let made = Answer::json(&CardMade { mkab: card.mkab });
    if let Some(row) = tx.patient_row(card.mkab)? {
        return if tx.patient_at_desk(row)?.provisional {
            Ok(made)
        } else {
            Err(DeskRefusal::CardTaken.into())
        };
    }
    let lpu = tx.find_lpu(card.lpu)?.ok_or(Refusal::LpuUnknown)?;
    for number in [&card.policy_number, &card.snils] {
        if has_open_card(tx, number, card)? {
            return Err(DeskRefusal::DocumentTaken.into());
        }
    }
    if tx.count_provisional()? >= PROVISIONAL_MAX {
        return Err(DeskRefusal::TooManyCards {
            most: PROVISIONAL_MAX,
        }
        .into());
    }
    tx.insert_card(card, lpu.id, &by.login, now)?;
    Ok(made)
}

/// Returns whether somebody has an open card of the same clinic with this number of a document.
fn has_open_card(store: &Store, number: &str, card: &NewCard) -> Result<bool, RequestError> {
    for row in store.patients_of_number(number)? {
        let other = store.patient_at_desk(row)?;
        if !other.closed && other.lpu == card.lpu {
            return Ok(true);
        }
    }
    Ok(false)
}
