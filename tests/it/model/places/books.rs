//! The naive books: who has and who holds which place, and what the contract says to a wish for what they say.

use crate::clinic::{self, guid, with};
use crate::harness::{self, Answer};
use crate::model::naive::{self, DAY, Question, Verdict, VisitCell, Wall};
use crate::model::{Dice, translate, worlds};
use crate::tickets;
use infomat::refusal::Refusal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

pub const LPU: u32 = 1;
/// Speciality and family of each doctor: two do the same.
pub const DOCTORS: [(&str, &str, &str); 3] = [
    ("27", "Ежова", "Ежова А. Б."),
    ("27", "Зимина", "Зимина А. Б."),
    ("7", "Орлова", "Орлова А. Б."),
];
pub const FIRST_DOCTOR: u32 = 2;
/// Doctor, day from today on, minutes from 9:00 to begin and end, and places.
pub const CELLS: [(usize, i64, i64, i64, i64); 9] = [
    (0, 1, 0, 20, 1),
    (0, 1, 20, 40, 2),
    (0, 2, 0, 20, 1),
    (1, 1, 10, 30, 1),
    (1, 1, 40, 60, 1),
    (1, 2, 0, 40, 2),
    (2, 1, 0, 60, 2),
    (2, 1, 60, 80, 1),
    (2, 2, 20, 40, 1),
];
const FIRST_CELL: u32 = 100;
/// Who it is that has each card: two cards are one person's.
pub const CARDS: [usize; 5] = [0, 0, 1, 2, 3];
const FIRST_CARD: u32 = 200;
pub const OVERRIDE: &str = "[desk]\nmay_override = [\"one_per_speciality\"]\n";

#[derive(Clone, Debug)]
pub struct Entry {
    pub ticket: String,
    pub card: usize,
    pub cell: usize,
    pub num: i64,
    /// Where the number was given.
    list: (usize, i64),
    pub is_active: bool,
}

#[derive(Clone, Debug)]
pub struct Kept {
    pub hold: String,
    pub card: usize,
    pub cell: usize,
    pub is_live: bool,
}

/// What stays in the books by mistake, for the control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    GivenBack,
    OldHold,
    UsedHold,
    Moved,
}

pub struct Places {
    pub dice: Dice,
    pub stays: Option<Stays>,
    /// Midnight of today when the sequence began.
    today: Wall,
    pub visits: Vec<Entry>,
    pub holds: Vec<Kept>,
    pub tally: BTreeMap<String, usize>,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum At {
    Terminal,
    Reception { overrides: bool },
}

pub fn is_one(card: usize, other: usize) -> bool {
    CARDS[card] == CARDS[other]
}

/// The card's number among the tests' GUIDs.
pub fn card_number(card: usize) -> u32 {
    FIRST_CARD + u32::try_from(card).unwrap()
}

pub fn cell_number(cell: usize) -> u32 {
    FIRST_CELL + u32::try_from(cell).unwrap()
}

impl Places {
    pub fn draw(seed: u64, stays: Option<Stays>) -> Places {
        let now = harness::now().naive_local();
        let today = (now.date() - chrono::NaiveDate::from_ymd_opt(2000, 1, 1).unwrap()).num_days() * DAY;
        Places {
            dice: Dice(seed),
            stays,
            today,
            visits: Vec::new(),
            holds: Vec::new(),
            tally: BTreeMap::new(),
        }
    }

    fn span(&self, cell: usize) -> (Wall, Wall) {
        let (_, days, begin, end, _) = CELLS[cell];
        let nine = self.today + days * DAY + 9 * 3_600;
        (nine + begin * 60, nine + end * 60)
    }

    pub fn lines(&self) -> Vec<Value> {
        let mut lines = vec![
            clinic::lpu(LPU),
            clinic::speciality("27"),
            clinic::speciality("7"),
        ];
        for (number, (speciality, family, _)) in (FIRST_DOCTOR..).zip(DOCTORS) {
            lines.push(clinic::doctor(number, LPU, speciality, family));
        }
        for (cell, (doctor, _, _, _, places)) in CELLS.into_iter().enumerate() {
            let (begin, end) = self.span(cell);
            let doctor = FIRST_DOCTOR + u32::try_from(doctor).unwrap();
            let line = clinic::slot(cell_number(cell), doctor, 1, "09:00");
            let more = json!({"begin": translate::moment(begin).to_rfc3339(),
                              "end": translate::moment(end).to_rfc3339(), "planCount": places});
            lines.push(with(line, &more));
        }
        for (card, person) in CARDS.into_iter().enumerate() {
            let person = guid(300 + u32::try_from(person).unwrap());
            lines.push(with(
                clinic::patient(card_number(card), LPU),
                &json!({"personGuid": person}),
            ));
        }
        lines
    }

    pub fn used(&self, cell: usize) -> i64 {
        let here = |entry: &&Entry| entry.is_active && entry.cell == cell;
        i64::try_from(self.visits.iter().filter(here).count()).unwrap()
    }

    /// Places of a cell that are held, but for those of one person.
    pub fn held_by_others(&self, cell: usize, card: Option<usize>) -> i64 {
        let others = |kept: &&Kept| {
            kept.is_live && kept.cell == cell && card.is_none_or(|card| !is_one(kept.card, card))
        };
        i64::try_from(self.holds.iter().filter(others).count()).unwrap()
    }

    pub fn free(&self, cell: usize) -> i64 {
        CELLS[cell].4 - self.used(cell) - self.held_by_others(cell, None)
    }

    /// What the contract says to a card's wish for a cell. The visit that is to be moved does not count.
    fn verdict(&self, card: usize, cell: usize, at: At, moved: Option<usize>) -> Verdict {
        let (begin, end) = self.span(cell);
        let doctor = CELLS[cell].0;
        let counts = |(number, entry): &(usize, &Entry)| {
            entry.is_active && is_one(entry.card, card) && Some(*number) != moved
        };
        let held = self.visits.iter().enumerate().filter(counts).map(|(_, entry)| {
            let (begin, end) = self.span(entry.cell);
            let there = CELLS[entry.cell].0;
            naive::Visit {
                cell: if entry.cell == cell {
                    VisitCell::ThisVeryCell
                } else {
                    VisitCell::Another
                },
                same_speciality: DOCTORS[there].0 == DOCTORS[doctor].0,
                doctor: DOCTORS[there].2,
                begin,
                end,
            }
        });
        let is_terminal = at == At::Terminal;
        let question = Question {
            now: self.today + 12 * 3_600,
            begin,
            end,
            plan: CELLS[cell].4,
            used: self.used(cell),
            held_by_others: self.held_by_others(cell, Some(card)),
            held: held.collect(),
            access: if is_terminal { 36 } else { 1 },
            self_service: is_terminal,
            schedule_days: is_terminal.then_some(14),
            ..worlds::blank()
        };
        match naive::answer(&question) {
            Verdict::Speciality4008(..) if at == (At::Reception { overrides: true }) => {
                let mut question = question;
                question.rules.one_per_speciality = false;
                naive::answer(&question)
            }
            verdict => verdict,
        }
    }

    pub fn refusal(&self, card: usize, cell: usize, at: At, moved: Option<usize>) -> Option<Refusal> {
        let uuid = |number| guid(number).parse::<Uuid>().unwrap();
        translate::refusal(
            self.verdict(card, cell, at, moved),
            uuid(card_number(card)),
            uuid(LPU),
        )
    }

    /// The hold that a person has in a cell is used up.
    pub fn use_up(&mut self, card: usize, cell: usize) {
        for kept in &mut self.holds {
            if is_one(kept.card, card) && kept.cell == cell {
                kept.is_live &= self.stays == Some(Stays::UsedHold);
            }
        }
    }

    pub fn enter(&mut self, card: usize, cell: usize, ticket: &Value) {
        let place = |cell: usize| (CELLS[cell].0, CELLS[cell].1);
        let list = place(cell);
        let counts = |entry: &&Entry| entry.list == list || entry.is_active && place(entry.cell) == list;
        let num = self.visits.iter().filter(counts).map(|entry| entry.num).max();
        let num = num.unwrap_or(0) + 1;
        assert_eq!(ticket["num"], format!("{num:03}"));
        self.use_up(card, cell);
        self.visits.push(Entry {
            ticket: tickets::ticket_guid(ticket),
            card,
            cell,
            num,
            list,
            is_active: true,
        });
        assert_eq!(ticket["usedCount"], self.used(cell));
    }

    fn note(&mut self, what: &str, refusal: Option<&Refusal>) {
        let came = refusal.map_or("done".to_owned(), |refusal| refusal.code().to_string());
        *self.tally.entry(format!("{what} {came}")).or_default() += 1;
    }

    /// Holds an answer against what the contract says. Returns whether it was done.
    pub fn agrees(&mut self, what: &str, answer: &Answer, refusal: Option<&Refusal>) -> bool {
        self.note(what, refusal);
        let told = answer.json();
        let told = (
            answer.status,
            told["message_code"].as_str(),
            told["message"].as_str(),
        );
        match refusal {
            None => assert_eq!(
                answer.status, 200,
                "{what}: {told:?}\n{:?}\n{:?}",
                self.visits, self.holds
            ),
            Some(refusal) => {
                let (code, text) = (refusal.code().to_string(), refusal.text());
                let expected = (refusal.status(), Some(code.as_str()), Some(text.as_str()));
                assert_eq!(told, expected, "{what}\n{:?}\n{:?}", self.visits, self.holds);
            }
        }
        refusal.is_none()
    }
}
