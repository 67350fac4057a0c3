//! A naive book-keeper of the town: what is asked of it, what it answers by the contract, and what it then knows.

use super::Dice;
use super::naive::{self, DAY, Key, Paper, Question, Verdict, Visit, VisitCell, Wall};
use super::town::{
    CELLS, Cell, DOCTORS, Doctor, EXAMS, FIOS, KINDS, LPUS, PATIENTS, Patient, REFERRALS, SOURCES, Town,
    cell_guid,
};
use super::worlds;
use serde_json::{Value, json};
use std::mem;
use uuid::Uuid;

/// How many different keys are pressed.
const KEYS: usize = 30;

/// How many different telephone numbers are given.
const PHONES: usize = 1_000;

/// A visit in the naive books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub guid: Uuid,
    pub patient: usize,
    pub cell: usize,
    pub num: i64,
    /// The list that the number is of: doctor and day at the time of booking.
    pub list: (usize, Wall),
    pub key: Option<usize>,
    pub active: bool,
    /// When it was made, and whether by self-service.
    pub made: Wall,
    pub self_service: bool,
}

/// The naive books: what happened so far.
#[derive(Clone, Default)]
pub struct Books {
    pub visits: Vec<Entry>,
    /// The last telephone number given by each patient's bookings.
    pub phones: [Option<usize>; PATIENTS],
}

/// A request. Numbers past the end name what does not exist.
#[derive(Clone, Debug)]
pub struct Request {
    pub lpu: usize,
    pub token_lpu: usize,
    pub patient: usize,
    pub wanted: Wanted,
    pub source: usize,
    /// Number and kind.
    pub referral: Option<(usize, usize)>,
    pub exam: Option<usize>,
    pub key: Option<usize>,
    pub phone: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    Cell(usize),
    Begin(usize, Wall),
}

impl Town {
    /// A request that is mostly sensible.
    pub fn request(&self, dice: &mut Dice) -> Request {
        let patient = if dice.once_in(40) {
            PATIENTS
        } else {
            dice.roll(PATIENTS)
        };
        let mut home = self.patients.get(patient).map_or(0, |patient| patient.lpu);
        if dice.once_in(20) {
            home = dice.roll(LPUS);
        }
        let strayed = |dice: &mut Dice| {
            if dice.once_in(40) {
                dice.roll(LPUS + 1)
            } else {
                home
            }
        };
        let near: Vec<usize> = (0..CELLS)
            .filter(|cell| self.doctors[self.cells[*cell].doctor].lpu == home)
            .collect();
        let cell = if near.is_empty() || dice.once_in(25) {
            dice.roll(CELLS + 1)
        } else {
            dice.of(&near)
        };
        let wanted = match self.cells.get(cell) {
            Some(known) if dice.once_in(3) => {
                Wanted::Begin(known.doctor, known.begin + dice.of(&[0, 0, 0, 0, 60]))
            }
            _ => Wanted::Cell(cell),
        };
        let referral = dice
            .once_in(16)
            .then(|| (dice.roll(REFERRALS + 1), dice.roll(KINDS.len())));
        Request {
            lpu: strayed(dice),
            token_lpu: strayed(dice),
            patient,
            wanted,
            source: dice.roll(SOURCES.len()),
            referral: if dice.once_in(2) {
                referral
            } else {
                referral.map(|(number, kind)| self.right(number, kind))
            },
            exam: dice.once_in(16).then(|| dice.roll(EXAMS + 1)),
            key: dice.once_in(3).then(|| dice.roll(KEYS)),
            phone: dice.once_in(4).then(|| dice.roll(PHONES)),
        }
    }

    /// The referral of that number with its own kind.
    fn right(&self, number: usize, kind: usize) -> (usize, usize) {
        (number, self.referrals.get(number).map_or(kind, |(kind, _)| *kind))
    }

    /// The cells that may answer a request: where several begin then, those with a free place, if any.
    pub fn candidates(&self, books: &Books, request: &Request) -> Vec<usize> {
        let (doctor, begin) = match request.wanted {
            Wanted::Cell(cell) => {
                let is_here = |cell: &Cell| !cell.removed && self.doctors[cell.doctor].lpu == request.lpu;
                return self
                    .cells
                    .get(cell)
                    .filter(|cell| is_here(cell))
                    .map(|_| cell)
                    .into_iter()
                    .collect();
            }
            Wanted::Begin(doctor, begin) => (doctor, begin),
        };
        let then: Vec<usize> = (0..CELLS)
            .filter(|number| {
                let cell = &self.cells[*number];
                let is_then = cell.doctor == doctor && cell.begin == begin && !cell.removed;
                is_then && self.doctors[doctor].lpu == request.lpu
            })
            .collect();
        let pressed = books.pressed(request.key).map(|visit| visit.cell);
        if let Some(cell) = then.iter().find(|cell| Some(**cell) == pressed) {
            return vec![*cell];
        }
        let free: Vec<usize> = then
            .iter()
            .copied()
            .filter(|cell| books.used(*cell) < self.cells[*cell].plan)
            .collect();
        if free.is_empty() { then } else { free }
    }

    /// What the contract says to a request, if it is about this cell.
    pub fn answer(&self, books: &Books, request: &Request, cell: Option<usize>, now: Wall) -> Verdict {
        naive::answer(&self.question(books, request, cell, now))
    }

    fn question(&self, books: &Books, request: &Request, cell: Option<usize>, now: Wall) -> Question {
        let (_, access, self_service, schedule_days) = SOURCES[request.source];
        let mut q = Question {
            now,
            rules: self.rules,
            max_period_days: self.max_period_days,
            lpu_known: request.lpu < LPUS,
            token_lpu_fits: request.token_lpu == request.lpu,
            open_card_found: false,
            named_by_begin: matches!(request.wanted, Wanted::Begin(..)),
            cell_found: cell.is_some(),
            children_clinic: request.lpu == 1,
            access,
            self_service,
            schedule_days,
            ..worlds::blank()
        };
        let Some(patient) = self.patients.get(request.patient) else {
            return q;
        };
        q.open_card_found = !patient.closed && patient.lpu == request.lpu;
        (q.birth, q.banned) = (patient.birth, patient.banned);
        let is_own = |patient| self.is_one_patient(patient, request.patient);
        (q.made_today, q.bookings_a_day) = (books.made_on(is_own, now), self.bookings_a_day);
        q.referral = request.referral.map_or(Paper::NotNamed, |(number, kind)| {
            match self.referrals.get(number) {
                Some((right, whose)) if *right == kind && self.is_one_patient(*whose, request.patient) => {
                    Paper::Fits
                }
                _ => Paper::Unknown,
            }
        });
        q.exam = request
            .exam
            .map_or(Paper::NotNamed, |exam| match self.exams.get(exam) {
                Some(whose) if self.is_one_patient(*whose, request.patient) => Paper::Fits,
                _ => Paper::Unknown,
            });
        let Some(number) = cell else { return q };
        q.key = match books.pressed(request.key) {
            None => Key::Fresh,
            Some(visit) if !self.is_one_patient(visit.patient, request.patient) => Key::OtherPatientThisCell,
            Some(visit) if visit.cell == number => Key::ThisPatientThisCell,
            Some(_) => Key::ThisPatientOtherCell,
        };
        self.look_at(&mut q, books, request.patient, number);
        q
    }

    /// What the question is about the cell, its doctor and the patient's other visits.
    fn look_at(&self, q: &mut Question, books: &Books, patient: usize, number: usize) {
        let cell = &self.cells[number];
        let doctor = &self.doctors[cell.doctor];
        (q.begin, q.end, q.plan, q.used) = (cell.begin, cell.end, cell.plan, books.used(number));
        (q.flag_access, q.busy_type, q.cell_ages) = (cell.flag_access, cell.busy_type, cell.ages);
        (q.resource_ages, q.dispensary_only) = (doctor.ages, doctor.dispensary_only);
        let mut cards = (0..PATIENTS).filter(|card| self.is_one_patient(*card, patient));
        q.registered_here = cards.any(|card| self.patients[card].registered.contains(&cell.doctor));
        let held = books
            .visits
            .iter()
            .filter(|visit| visit.active && self.is_one_patient(visit.patient, patient));
        q.held = held
            .map(|visit| {
                let there = &self.cells[visit.cell];
                Visit {
                    cell: if visit.cell == number {
                        VisitCell::ThisVeryCell
                    } else {
                        VisitCell::Another
                    },
                    same_speciality: self.doctors[there.doctor].speciality == doctor.speciality,
                    doctor: FIOS[there.doctor],
                    begin: there.begin,
                    end: there.end,
                }
            })
            .collect();
    }

    /// Writes a new visit into the books.
    pub fn enter(&self, books: &mut Books, request: &Request, cell: usize, guid: Uuid, now: Wall) {
        let place = |cell: usize| (self.cells[cell].doctor, self.cells[cell].begin.div_euclid(DAY));
        let list = place(cell);
        // Those that were moved here count too.
        let counts = |visit: &&Entry| visit.list == list || visit.active && place(visit.cell) == list;
        let given = books.visits.iter().filter(counts);
        let num = given.map(|visit| visit.num).max().unwrap_or(0) + 1;
        let (patient, key) = (request.patient, request.key);
        books.visits.push(Entry {
            guid,
            patient,
            cell,
            num,
            list,
            key,
            active: true,
            made: now,
            self_service: SOURCES[request.source].2,
        });
        if request.phone.is_some() {
            books.phones[patient] = request.phone;
        }
    }
}

impl Town {
    /// Something becomes different: as a line of clinic data, and whether the contract lets it (contract::clinic_data).
    pub fn change(&mut self, books: &mut Books, now: Wall, dice: &mut Dice) -> (Value, bool) {
        match dice.roll(6) {
            0 | 1 => self.change_cell(books, dice),
            2 => self.remove_cell(books, now, dice),
            3 => {
                let number = dice.roll(PATIENTS);
                let Patient {
                    lpu, ref registered, ..
                } = self.patients[number];
                let registered = registered.clone();
                self.patients[number] = Patient {
                    lpu,
                    registered,
                    ..Patient::draw(dice)
                };
                // The line replaces the card but for the telephone, which it leaves out.
                (self.patient_line(number), true)
            }
            4 => {
                let number = dice.roll(DOCTORS);
                let lpu = self.doctors[number].lpu;
                self.doctors[number] = Doctor {
                    lpu,
                    ..Doctor::draw(dice)
                };
                (self.doctor_line(number), true)
            }
            _ => {
                let number = dice.roll(REFERRALS);
                self.referrals[number] = (dice.roll(KINDS.len()), dice.roll(PATIENTS));
                (self.referral_line(number), true)
            }
        }
    }

    /// A cell is put off, given to another doctor or made larger or smaller, but never smaller than its active visits.
    fn change_cell(&mut self, books: &Books, dice: &mut Dice) -> (Value, bool) {
        let number = dice.roll(CELLS);
        if self.cells[number].removed {
            return (self.referral_line(0), true);
        }
        let before = mem::replace(&mut self.cells[number], Cell::draw(dice));
        let line = self.cell_line(number);
        let fits = self.cells[number].plan >= books.used(number);
        if !fits {
            self.cells[number] = before;
        }
        (line, fits)
    }

    /// A cell without active visits is removed; one with them stays, and the line is bad unless they are over.
    fn remove_cell(&mut self, books: &Books, now: Wall, dice: &mut Dice) -> (Value, bool) {
        let number = dice.roll(CELLS);
        let line = json!({"kind": "slot", "guid": cell_guid(number), "deleted": true});
        let is_free = books.used(number) == 0;
        self.cells[number].removed |= is_free;
        (line, is_free || self.cells[number].end <= now)
    }
}

impl Books {
    /// Active visits in a cell.
    pub fn used(&self, cell: usize) -> i64 {
        let visits = self
            .visits
            .iter()
            .filter(|visit| visit.active && visit.cell == cell);
        i64::try_from(visits.count()).unwrap()
    }

    /// What the patient has made alone on the day of `now`, and whatever became of it.
    pub fn made_on(&self, is_own: impl Fn(usize) -> bool, now: Wall) -> i64 {
        let is_of_day = |visit: &&Entry| {
            is_own(visit.patient) && visit.self_service && visit.made.div_euclid(DAY) == now.div_euclid(DAY)
        };
        i64::try_from(self.visits.iter().filter(is_of_day).count()).unwrap()
    }

    /// The active visit that was made with this key.
    pub fn pressed(&self, key: Option<usize>) -> Option<&Entry> {
        self.visits
            .iter()
            .find(|visit| visit.active && key.is_some() && visit.key == key)
    }
}
