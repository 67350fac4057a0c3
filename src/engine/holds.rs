//! Holds ([crate::contract::holds]): a place is kept while somebody confirms. A hold ends by the monotonic clock, which no jump of
//! the wall clock moves; after a restart at the latest after its full length again.

use super::Engine;
use super::outcome::RequestError;
use crate::model::{Bearer, HoldId, Moment, NewHold, Patient, Wish};
use crate::refusal::Refusal;
use crate::rules::{self, Approval, Policy, may_hold};
use crate::store::{Fault, Store, WriteTx};
use crate::wire::hold::{HoldEnded, HoldShown};
use crate::wire::message::Answer;
use chrono::TimeDelta;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a patient's own hold lasts.
const HOLD_SECONDS: u32 = 90;

/// When each hold that has not ended does.
#[derive(Default)]
pub struct Holds {
    ends: BTreeSet<(Instant, HoldId)>,
}

/// Holds that a batch has taken, with their lengths in seconds: they last from its commit on.
pub type Taken = RefCell<Vec<(HoldId, u32)>>;

/// A hold as its owner names it.
pub struct HoldName {
    /// The token's bearer.
    pub bearer: Bearer,
    pub lpu: Uuid,
    pub hold: Uuid,
}

impl Holds {
    /// Returns the holds in the file: each lasts its full length from now on.
    pub fn of(store: &Store) -> Result<Holds, Fault> {
        let mut holds = Holds::default();
        holds.add(store.live_holds()?);
        Ok(holds)
    }

    /// Adds holds that begin now.
    pub fn add(&mut self, taken: Vec<(HoldId, u32)>) {
        let now = Instant::now();
        let ends = taken
            .into_iter()
            .map(|(hold, seconds)| (now + Duration::from_secs(seconds.into()), hold));
        self.ends.extend(ends);
    }

    /// Returns those whose time is over.
    pub fn over(&self) -> Vec<(Instant, HoldId)> {
        let now = Instant::now();
        self.ends
            .iter()
            .copied()
            .take_while(|(end, _)| *end <= now)
            .collect()
    }

    /// Forgets holds that are ended on the disk.
    pub fn forget(&mut self, ended: &[(Instant, HoldId)]) {
        for hold in ended {
            self.ends.remove(hold);
        }
    }
}

impl Engine {
    /// Gives places back whose hold is over, where no batch has done so.
    pub(super) fn end_holds(&mut self) {
        let over = self.holds.borrow().over();
        if over.is_empty() || self.lost {
            return;
        }
        let now = self.clock.read(&self.store).moment;
        match end(&mut self.store, &over, now) {
            Ok(()) => self.holds.borrow_mut().forget(&over),
            Err(fault) => {
                if !self.abandon_replaced_files(&fault) {
                    log::warn!("places stay held: {fault}");
                }
            }
        }
    }
}

fn end(store: &mut Store, over: &[(Instant, HoldId)], now: Moment) -> Result<(), Fault> {
    let tx = store.write()?;
    end_in(&tx, over, now)?;
    tx.commit()
}

/// Gives the places of these holds back, as part of a transaction.
pub fn end_in(tx: &WriteTx, over: &[(Instant, HoldId)], now: Moment) -> Result<(), Fault> {
    for (_, hold) in over {
        tx.end_hold(*hold, now)?;
    }
    Ok(())
}

/// Holds the place of a wish for its patient, under the rules that would book it.
pub fn hold(
    tx: &WriteTx,
    wish: &Wish,
    policy: &Policy,
    taken: &Taken,
    now: Moment,
) -> Result<Answer, RequestError> {
    let facts = tx.facts(wish, now)?;
    let Approval::Book(booking) = rules::decide(wish, &facts, policy, now)? else {
        return Err(Refusal::KeyTaken.into());
    };
    may_hold(&tx.holds_today(booking.standing, now)?, policy, now)?;
    let new = NewHold {
        guid: Uuid::now_v7(),
        cell: booking.cell.id,
        seconds: HOLD_SECONDS,
        self_service: booking.standing.application.self_service,
        waiting_entry: None,
        login: String::new(),
    };
    take(tx, &booking.standing.patient, &new, taken, now)
}

/// Writes a hold that was decided on, notes when it ends, and tells it.
pub fn take(
    tx: &WriteTx,
    patient: &Patient,
    new: &NewHold,
    taken: &Taken,
    now: Moment,
) -> Result<Answer, RequestError> {
    let hold = tx.hold(patient, new, now)?;
    taken.borrow_mut().push((hold, new.seconds));
    let until = now + TimeDelta::seconds(new.seconds.into());
    Ok(Answer::json(&HoldShown::new(new.guid, until)))
}

/// Gives a held place back. A hold that has ended stays as it is: a repeated request gets the same answer.
pub fn give_back(tx: &WriteTx, name: &HoldName, now: Moment) -> Result<Answer, RequestError> {
    let card = tx.open_card(&name.bearer, name.lpu)??;
    let (hold, is_live) = tx
        .find_hold(name.hold, &card.patient)?
        .ok_or(Refusal::HoldUnknown)?;
    if is_live {
        tx.end_hold(hold, now)?;
    }
    Ok(Answer::json(&HoldEnded::default()))
}
