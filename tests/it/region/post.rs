//! Requests and answers on their way, and the faults that are planted there.

use super::database::Database;
use super::finding::Fault;
use super::place::Place;
use super::watch;
use hmac::{Hmac, KeyInit, Mac};
use infomat::exchange::Owner;
use infomat::exchange::content::{self, Fact};
use infomat::exchange::site::{Mode, Taken};
use infomat::exchange::wire::{Answer, Request, State};
use sha2::Sha256;
use uuid::Uuid;

/// Most letters on their way.
const LETTERS_MAX: usize = 40;

/// A sealed file, or what HTTPS makes of a body.
#[derive(Clone)]
pub enum Letter {
    Out(Vec<u8>),
    In(Vec<u8>),
}

fn seal_of(bytes: &[u8], key: Uuid) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(bytes);
    mac
}

fn seal(bytes: &[u8], key: Uuid) -> Vec<u8> {
    [&seal_of(bytes, key).finalize().into_bytes()[..], bytes].concat()
}

fn open(sealed: &[u8], key: Uuid) -> Option<&[u8]> {
    let (tag, bytes) = sealed.split_at_checked(32)?;
    seal_of(bytes, key).verify_slice(tag).ok().map(|()| bytes)
}

impl<D: Database> Place<D> {
    fn key(&self) -> Uuid {
        self.machines[0].db.guid
    }

    fn send(&mut self, letter: Letter) {
        if self.letters.len() == LETTERS_MAX {
            let place = self.dice.roll(LETTERS_MAX);
            self.letters.swap_remove(place);
            self.tally.note("lost");
        }
        self.letters.push(letter);
    }

    fn request(&mut self, place: usize) -> Vec<u8> {
        let name = self.guid().to_string();
        self.machines[place].db.request(&name).print().unwrap()
    }

    pub fn ask(&mut self) {
        if self.is_cut_off {
            return;
        }
        let place = self.some_machine();
        let bytes = self.request(place);
        self.send(Letter::Out(seal(&bytes, self.key())));
    }

    /// A letter arrives: any of them, whole or not, and perhaps once more later.
    pub fn deliver(&mut self) {
        if self.letters.is_empty() || self.is_cut_off {
            return;
        }
        let place = self.dice.roll(self.letters.len());
        let mut letter = self.letters[place].clone();
        if self.dice.roll(3) > 0 {
            self.letters.swap_remove(place);
        } else {
            self.tally.note("late");
        }
        let (Letter::Out(bytes) | Letter::In(bytes)) = &mut letter;
        if self.dice.roll(10) == 0 {
            let at = self.dice.roll(bytes.len());
            if self.dice.roll(2) == 0 {
                bytes.truncate(at);
            } else {
                bytes[at] ^= 1 << self.dice.roll(8);
            }
            self.tally.note("damaged");
        }
        match &letter {
            Letter::Out(sealed) => {
                if let Some(bytes) = open(sealed, self.key())
                    && let Some(answer) = self.at_centre(bytes)
                {
                    self.send(Letter::In(seal(&answer, self.key())));
                }
            }
            Letter::In(sealed) => {
                if let Some(bytes) = open(sealed, self.key()) {
                    let place = self.some_machine();
                    self.at_box(place, bytes);
                }
            }
        }
    }

    /// The centre takes a request in. Where it fails before its commit, nothing is answered.
    pub fn at_centre(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut request = Request::parse(bytes).unwrap();
        let crashes = self.dice.roll(60) == 0;
        let before = crashes.then(|| self.centre.clone());
        let (then, known) = (self.centre.account.clone(), self.centre.rows.len());
        let numbers_again = self.fault == Some(Fault::NumberUsedAgain);
        let told = numbers_again.then(|| self.centre.messages.clone());
        let applied = &mut request.header.applied_message;
        if let Some(told) = &told
            && let Some(mine) = told.iter().find(|mine| mine.seq == applied.seq)
        {
            *applied = mine.point();
        }
        let mut answer = watch::answer(&mut self.centre, &request);
        if let Some(before) = before {
            self.centre = before;
            self.tally.note("crashed at the centre");
            return None;
        }
        match self.fault {
            Some(Fault::LivesNotCompared) => answer.state = State::Serve,
            Some(Fault::EndedLifeMovesOwner) => self.release_whatever_life(&request, known),
            Some(Fault::NumberUsedAgain) => self.centre.messages = told.unwrap(),
            Some(Fault::TailCut) if answer.tail_next.is_some() => {
                (answer.tail_next, answer.more) = (None, false);
            }
            _ => {}
        }
        if answer.tail_next.is_some() {
            self.tally.note("a page of the tail followed");
        }
        let now = &self.centre.account;
        let has_changed = (&then.reported, then.lives) != (&now.reported, now.lives);
        if has_changed && now.reported == self.centre.generation {
            let right = self.machines[self.right()].db.incarnation;
            let life = request.header.incarnation;
            self.is_misled = life != right || self.split.contains(&life);
            let right = self.right();
            self.excuse(right);
        }
        if then.is_retired {
            // A life that was given up may have ended just now.
            let right = self.right();
            self.excuse(right);
        }
        Some(answer.print().unwrap())
    }

    /// What the fault does with new records of lives that are over.
    fn release_whatever_life(&mut self, request: &Request, known: usize) {
        let living = self.machines[self.right()].db.incarnation;
        let new: Vec<_> = self.centre.rows[known..]
            .iter()
            .map(|row| row.sent.point())
            .collect();
        for sent in &request.records {
            if let Some(record) = &sent.record
                && new.contains(&sent.point())
                && record.incarnation != living
                && matches!(content::fact(record), Fact::Released { .. })
                && let Some(cell) = self.centre.cells.get_mut(&record.subject)
            {
                cell.owner = Owner::Centre;
            }
        }
    }

    pub fn at_box(&mut self, place: usize, bytes: &[u8]) -> Taken {
        let answer = Answer::parse(bytes).unwrap();
        let machine = &mut self.machines[place];
        let mode = machine.db.mode;
        let mut asked: Uuid = answer.request.parse().unwrap();
        if self.fault == Some(Fault::OldAnswerBelieved) {
            // It is taken for the answer to the last request.
            asked = Uuid::max();
        }
        let dice = &mut self.dice;
        let Some(taken) = machine.db.take(answer, self.fault, || dice.roll(60) > 0) else {
            self.tally.note("crashed at the box");
            return Taken::Continue;
        };
        machine.write_note();
        let serves = mode == Mode::Recovering && machine.db.mode == Mode::Serving;
        let has_heard = taken != Taken::Late && machine.unsuspecting.is_some_and(|then| asked > then);
        if has_heard {
            machine.unsuspecting = None;
        }
        if machine.is_right && (serves || has_heard) {
            let life = machine.db.incarnation;
            self.ended.extend(&machine.db.lives);
            self.ended
                .extend(self.overtaken.iter().filter(|over| **over != life));
            self.is_misled = false;
        }
        if serves || has_heard {
            self.excuse(place);
        }
        taken
    }

    /// A request, and its answer at once.
    pub fn exchange(&mut self, place: usize) -> Taken {
        let bytes = self.request(place);
        match self.at_centre(&bytes) {
            Some(answer) => self.at_box(place, &answer),
            None => Taken::Continue,
        }
    }

    pub fn exchange_at_once(&mut self) {
        if self.is_cut_off {
            return;
        }
        let place = self.some_machine();
        for _ in 0..=self.dice.roll(12) {
            self.exchange(place);
        }
    }
}
