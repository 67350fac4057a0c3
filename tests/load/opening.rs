//! Opening time: many terminals begin at once, and each goes the whole way to a ticket on one connection. A terminal that gets
//! anything but 200 is refused, and ends.

use crate::clinic::{Clinic, Dice, Pair, TERMINAL, doctor, get, lpu, tomorrow};
use crate::contender::Contender;
use crate::crowd::{Call, Person, Reply, crowd};
use crate::harness;
use crate::large;
use crate::machine::{Counters, Flushes, Noise};
use crate::report::{Times, median, millis};
use chrono::TimeDelta;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The steps of the way.
const STEPS: [&str; 6] = [
    "identify",
    "specialities",
    "doctors",
    "fortnight",
    "book",
    "ticket",
];
const IDENTIFY: usize = 0;
const FORTNIGHT: usize = 3;
const BOOK: usize = 4;
/// Days that the page asks for, today besides.
const DAYS_AHEAD: i64 = 14;
/// Length of a GUID as text.
const GUID_CHARS: usize = 36;

/// How many terminals, and what they ask.
pub struct Plan<'a> {
    pub terminals: &'a [usize],
    pub rounds: usize,
    /// All that the page asks at each step, not only what the step is named for.
    pub page: bool,
}

/// A terminal, and the patient at it.
struct Terminal<'t> {
    pair: Pair,
    dice: Dice,
    page: bool,
    /// Cells that somebody has chosen.
    chosen: &'t RefCell<HashSet<String>>,
    began: Instant,
    step: usize,
    /// Requests of this step that are still to be sent, last first.
    left: Vec<String>,
    token: String,
    cell: String,
    ticket: String,
    took: [Duration; STEPS.len()],
    whole: Duration,
    refused: Option<u16>,
}

impl<'t> Terminal<'t> {
    fn new(number: usize, pair: Pair, page: bool, chosen: &'t RefCell<HashSet<String>>) -> Terminal<'t> {
        Terminal {
            pair,
            dice: Dice(number as u64),
            page,
            chosen,
            began: Instant::now(),
            step: 0,
            left: Vec::new(),
            token: String::new(),
            cell: String::new(),
            ticket: String::new(),
            took: [Duration::ZERO; STEPS.len()],
            whole: Duration::ZERO,
            refused: None,
        }
    }

    fn identification(&self) -> Vec<u8> {
        format!(
            "GET /api/v2/auth/{}/token?n_pol={}&Birthday={} HTTP/1.1\r\nHost: localhost\r\nClientApplication: {TERMINAL}\r\n\r\n",
            lpu(),
            large::policy(self.pair.patient),
            large::birth_date(self.pair.patient, tomorrow())
        )
        .into_bytes()
    }

    /// Paths of the step's reading, last first. A booking reads nothing.
    fn paths(&self) -> Vec<String> {
        let lpu = lpu();
        let speciality = self.pair.cell.doctor / 5;
        let today = harness::now().date_naive();
        let day = tomorrow();
        let nearest = format!("/lpu/{lpu}/speciality/{speciality}/schedule/{day}/{day}");
        let (all, own): (Vec<String>, String) = match STEPS[self.step] {
            "specialities" => (
                vec![format!("/visit/{lpu}"), nearest],
                format!("/lpu/{lpu}/speciality"),
            ),
            "doctors" => {
                let year = today - TimeDelta::days(365);
                let seen = format!("/visit/{lpu}?dateFrom={year}&dateTo={today}");
                (
                    vec![seen, nearest],
                    format!("/lpu/{lpu}/doctor?speciality={speciality}"),
                )
            }
            "fortnight" => {
                let doctor = doctor(self.pair.cell.doctor);
                let last = today + TimeDelta::days(DAYS_AHEAD);
                let cells = format!("/lpu/{lpu}/doctor/{doctor}/schedule/{today}/{last}");
                (vec![format!("/lpu/{lpu}/speciality")], cells)
            }
            "book" => return Vec::new(),
            _ => (Vec::new(), format!("/visit/{lpu}/{}", self.ticket)),
        };
        let besides = if self.page { all } else { Vec::new() };
        // The last one is read for what comes next.
        besides.into_iter().chain([own]).rev().collect()
    }

    fn booking(&self) -> Vec<u8> {
        format!(
            "POST /api/v2/visit/{}?timeTable={} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\
             Idempotency-Key: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            lpu(),
            self.cell,
            self.cell,
            self.token
        )
        .into_bytes()
    }

    /// Reads what the next step needs.
    fn learn(&mut self, body: &[u8]) {
        let body = std::str::from_utf8(body).unwrap();
        match self.step {
            IDENTIFY => text_after(body, "\"token\":\"").clone_into(&mut self.token),
            FORTNIGHT => self.cell = self.choose(body),
            BOOK => text_after(body, "\"ticketGuid\":\"").clone_into(&mut self.ticket),
            _ => {}
        }
    }

    /// Chooses a cell that is free in this answer, and that nobody else has chosen.
    fn choose(&mut self, cells: &str) -> String {
        let free: Vec<&str> = cells
            .match_indices("\"status\":\"Available\"")
            .map(|(at, _)| text_after(&cells[at..], "\"guid\":\""))
            .collect();
        assert!(
            free.iter().all(|guid| guid.len() == GUID_CHARS),
            "a cell has a GUID"
        );
        let mut chosen = self.chosen.borrow_mut();
        let open: Vec<_> = free.iter().filter(|guid| !chosen.contains(**guid)).collect();
        assert!(!open.is_empty(), "the doctor has no free cell");
        let cell = (*open[self.dice.below(open.len())]).to_owned();
        chosen.insert(cell.clone());
        cell
    }

    fn call(&mut self) -> Vec<u8> {
        match self.step {
            IDENTIFY => self.identification(),
            BOOK => self.booking(),
            _ => {
                let path = self.left.pop().unwrap();
                get(&path, &self.token)
            }
        }
    }
}

/// The text between this beginning and the next quotation mark.
fn text_after<'a>(text: &'a str, beginning: &str) -> &'a str {
    let rest = text
        .split_once(beginning)
        .unwrap_or_else(|| panic!("no {beginning} in an answer"))
        .1;
    rest.split('"').next().unwrap()
}

impl<'r> Person<'r> for Terminal<'_> {
    fn next(&mut self, last: Option<Reply>) -> Option<Call<'r>> {
        let Some(Reply { status, body, took }) = last else {
            self.began = Instant::now();
            return Some(Call::Made(self.call()));
        };
        self.took[self.step] += took;
        self.whole = self.began.elapsed();
        if status != 200 {
            self.refused = Some(status);
            return None;
        }
        if self.left.is_empty() {
            self.learn(body);
            self.step += 1;
            if self.step == STEPS.len() {
                return None;
            }
            self.left = self.paths();
        }
        Some(Call::Made(self.call()))
    }
}

/// One round of one contender.
struct Round {
    served: usize,
    whole: f64,
    step: f64,
}

/// Measures openings; the contenders take turns.
pub fn measure(clinic: &Clinic, contenders: &[(Contender, PathBuf)], plan: &Plan) {
    let asks = if plan.page {
        ", with all that the page asks"
    } else {
        ""
    };
    println!(
        "\nopening{asks} | served of all | the whole way: median, slowest in ms | p99 of a step, slowest step in ms, by step"
    );
    for &terminals in plan.terminals {
        let mut noise = Noise::default();
        let mut rounds: Vec<Vec<Round>> = contenders.iter().map(|_| Vec::new()).collect();
        for _ in 0..plan.rounds {
            for ((contender, kept), rounds) in contenders.iter().zip(&mut rounds) {
                rounds.push(one(clinic, contender, kept, terminals, plan.page, &mut noise));
            }
        }
        for ((contender, _), rounds) in contenders.iter().zip(&rounds) {
            let of = |value: fn(&Round) -> f64| median(rounds.iter().map(value).collect());
            println!(
                "{} {terminals} terminals {:6}: fewest served {}, slowest whole way {:.0} ms, slowest step {:.0} ms",
                clinic.scale.name(),
                contender.name(),
                rounds.iter().map(|round| round.served).min().unwrap(),
                of(|round| round.whole),
                of(|round| round.step)
            );
        }
        println!(
            "{} {terminals} terminals: {}",
            clinic.scale.name(),
            noise.verdict()
        );
    }
}

fn one(
    clinic: &Clinic,
    contender: &Contender,
    kept: &Path,
    terminals: usize,
    page: bool,
    noise: &mut Noise,
) -> Round {
    let stage = contender.stage(kept);
    let chosen = RefCell::default();
    let pairs = clinic.pairs(0).take(terminals).enumerate();
    let mut people: Vec<_> = pairs
        .map(|(number, pair)| Terminal::new(number, pair, page, &chosen))
        .collect();
    let folder = stage.site.path("");
    let then = Counters::of(&stage.server, &folder);
    crowd(stage.server.address, &mut people);
    let used = Counters::of(&stage.server, &folder).since(then);
    noise.note(&used, Some(&Flushes::after(stage.server, &stage.site)));
    let served = people.iter().filter(|person| person.refused.is_none()).count();
    let whole = Times::new(people.iter().map(|person| person.whole).collect());
    let steps = STEPS.iter().enumerate().map(|(number, name)| {
        let reached = people.iter().filter(|person| person.step >= number);
        (
            name,
            reached.map(|person| person.took[number]).collect::<Vec<_>>(),
        )
    });
    let steps: Vec<_> = steps
        .filter(|(_, times)| !times.is_empty())
        .map(|(name, times)| (name, Times::new(times)))
        .collect();
    let told: Vec<_> = steps
        .iter()
        .map(|(name, times)| format!("{name} {:.0}, {:.0}", times.part(0.99), times.max()))
        .collect();
    println!(
        "{} {terminals} terminals {:6} | {served} of {terminals}{} | {:.0}, {:.0} | {}",
        clinic.scale.name(),
        contender.name(),
        refusals(&people),
        whole.part(0.5),
        whole.max(),
        told.join(" | ")
    );
    Round {
        served,
        whole: whole.max(),
        step: steps.iter().map(|(_, times)| times.max()).fold(0.0, f64::max),
    }
}

/// With which statuses terminals were refused, and where.
fn refusals(people: &[Terminal]) -> String {
    let mut counts = BTreeMap::<_, u32>::new();
    for person in people {
        if let Some(status) = person.refused {
            *counts.entry((person.step, status)).or_default() += 1;
        }
    }
    let told = counts
        .iter()
        .map(|((step, status), count)| format!(", {count} got {status} at {}", STEPS[*step]));
    told.collect()
}
