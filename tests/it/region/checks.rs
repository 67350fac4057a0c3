//! The quiet end of a place, and what has to hold there.

use super::database::Database;
use super::finding::{Check, Finding, hold};
use super::place::Place;
use infomat::exchange::centre::Issue;
use infomat::exchange::site::{Mode, Taken};
use infomat::model::VisitStatus;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Exchanges within which both sides have to have said everything.
const EXCHANGES_MAX: usize = 4_000;

/// Rounds of all databases within which nothing new comes up.
const ROUNDS_MAX: usize = 20;

impl<D: Database> Place<D> {
    /// The network is good, everybody calls, and a person looks after a box that has stopped.
    pub fn calm(&mut self) -> Result<(), Finding> {
        self.is_cut_off = false;
        for _ in 0..ROUNDS_MAX {
            let before = (self.machines[self.right()].db.last_seq(), self.centre.rows.len());
            for place in 0..self.machines.len() {
                self.exchange_all(place)?;
            }
            let right = self.right();
            self.exchange_all(right)?;
            let after = (self.machines[right].db.last_seq(), self.centre.rows.len());
            if self.machines[right].db.mode == Mode::Serving && before == after {
                return Ok(());
            }
            self.restore_here();
        }
        let modes = self
            .machines
            .iter()
            .map(|machine| machine.db.mode)
            .collect::<Vec<_>>();
        hold(Check::Settles, false, || format!("{modes:?} after all rounds"))
    }

    fn exchange_all(&mut self, place: usize) -> Result<(), Finding> {
        for _ in 0..EXCHANGES_MAX {
            let taken = self.exchange(place);
            self.check_owners()?;
            if taken == Taken::Complete {
                return Ok(());
            }
        }
        let mode = self.machines[place].db.mode;
        hold(Check::Settles, false, || {
            format!("exchanges of a {mode:?} life have no end")
        })
    }

    fn at_box_now(&self) -> BTreeMap<Uuid, bool> {
        let visits = &self.machines[self.right()].db.visits;
        visits.iter().map(|(guid, visit)| (*guid, visit.active)).collect()
    }

    /// Checks the guarantees.
    pub fn check(&mut self) -> Result<(), Finding> {
        let at_box = self.at_box_now();
        let at_centre: BTreeMap<Uuid, bool> = self
            .centre
            .visits
            .values()
            .map(|visit| (visit.guid, visit.status == VisitStatus::Active))
            .collect();
        hold(Check::Agrees, at_box == at_centre, || {
            let differ = at_box.keys().chain(at_centre.keys());
            let differ = differ.filter(|visit| at_box.get(visit) != at_centre.get(visit));
            let tell = |visit: &Uuid| (*visit, at_box.get(visit).copied(), at_centre.get(visit).copied());
            format!("visit, box, centre: {:?}", differ.map(tell).collect::<Vec<_>>())
        })?;
        let kept = self.promised.iter().filter(|visit| !self.lost.contains(visit));
        for visit in kept {
            hold(Check::BookingLasts, at_box.contains_key(visit), || {
                visit.to_string()
            })?;
        }
        for visit in &self.cancelled {
            let is_cancelled = at_box.get(visit) == Some(&false);
            hold(Check::CancellationLasts, is_cancelled, || visit.to_string())?;
        }
        self.check_cells()?;
        self.check_owners()?;
        self.check_lives()?;
        self.check_messages()?;
        self.check_repetition()?;
        let right = self.right();
        let wrong = self.machines[right].db.wrong();
        hold(Check::IsProved, wrong.is_empty(), || format!("{wrong:?}"))
    }

    fn check_cells(&self) -> Result<(), Finding> {
        let db = &self.machines[self.right()].db;
        for (&slot, cell) in &db.cells {
            let here: Vec<Uuid> = db.active_in(slot).map(|(guid, _)| guid).collect();
            let places = usize::try_from(cell.places).unwrap();
            let firm = here.iter().filter(|visit| !self.excused.contains(visit)).count();
            hold(Check::PlacesHold, firm <= places, || {
                format!("{slot}: {places} places, {here:?}")
            })?;
            let is_listed = |visit: &&Uuid| {
                let visit = **visit;
                self.centre.issues.contains(&Issue::Overfull { slot, visit }) || db.visits[&visit].displaced
            };
            let listed = here.iter().filter(is_listed).count();
            hold(Check::IsListed, here.len() <= places + listed, || {
                format!("{slot}: {places} places, {here:?}, {listed} listed")
            })?;
        }
        Ok(())
    }

    fn check_lives(&self) -> Result<(), Finding> {
        let right = &self.machines[self.right()].db;
        for machine in &self.machines {
            // A copy that is the same to the last record cannot be told from the right one by anybody far away.
            let is_same = machine.db.last == right.last;
            let stops = machine.is_right || is_same || machine.db.mode != Mode::Serving;
            hold(Check::OneServes, stops, || {
                format!("{} serves beside {}", machine.db.incarnation, right.incarnation)
            })?;
        }
        Ok(())
    }

    fn check_messages(&self) -> Result<(), Finding> {
        let messages = &self.machines[self.right()].db.messages;
        for (message, wanted) in messages.iter().zip(1..) {
            hold(Check::AppliedOnce, *message == wanted, || {
                format!("message {message} where {wanted} was to be")
            })?;
        }
        Ok(())
    }

    fn check_repetition(&mut self) -> Result<(), Finding> {
        let right = self.right();
        let before = (
            self.centre.clone(),
            self.at_box_now(),
            self.machines[right].db.last,
        );
        self.exchange_all(right)?;
        let after = (
            self.centre.clone(),
            self.at_box_now(),
            self.machines[right].db.last,
        );
        hold(Check::Repeats, before == after, || {
            "a repeated exchange changed something".to_owned()
        })
    }
}
