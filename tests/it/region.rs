//! Goal: whatever is lost, doubled, late, restored or copied, a clinic's box and the centre come to agree, and no cell is
//! promised by both. Method: the rules of both sides in one thread, over a simple store of the centre, and over a simple and the real one of the box, everything drawn from a seed; then
//! a quiet end, at which the guarantees hold. Faults planted in the stores and on the way show that the checks see.

mod checks;
pub mod clinic;
pub mod database;
mod finding;
mod mishap;
pub mod office;
mod place;
mod post;
pub mod real;
mod tally;
pub mod town;
pub mod watch;
mod world;

use crate::harness::tried;
use clinic::Clinic;
use database::Database;
use finding::{Fault, Finding};
use real::Real;
use std::ops::Range;
use tally::Tally;
use world::{Size, World};

/// Worlds of the short form. `INFOMAT_REGION_SEEDS` asks for others: `10000`, or `35..36` for the one of seed 35.
const SEEDS: Range<u64> = 0..400;

/// Worlds of the short form over real databases.
const REAL_SEEDS: Range<u64> = 95..112;

/// Months of the short form. `INFOMAT_REGION_MONTHS` asks for others, like `20`, with as many bookings as boxes have.
const MONTHS: Range<u64> = 0..3;
const DAYS: usize = 30;

/// Bookings a day at each box, in the long form and in the short one.
const BOOKINGS: usize = 1_000;
const FEW_BOOKINGS: usize = 20;

/// Steps of each box of a short world.
const STEPS: usize = 300;

/// Worlds within which each planted fault has to be found.
const FAULT_SEEDS: u64 = 100;

/// Most findings that are shown.
const SHOWN_MAX: usize = 10;

/// Tells the seed of a world that panics.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in the world of seed {}", self.0);
        }
    }
}

/// Plays the short world of a seed, in which some hundred visits are booked.
pub fn play<D: Database>(seed: u64, fault: Option<Fault>) -> Result<Tally, Finding> {
    let _told = Seed(seed);
    // Every fourth world has three boxes.
    let size = Size::short(if seed % 4 == 3 { 3 } else { 1 });
    World::<D>::new(seed, size, fault).play(STEPS)
}

/// Reads seeds from a variable, as a number of them or as two numbers with `..` between.
fn asked(variable: &str) -> Option<Range<u64>> {
    let number = |text: &str| {
        text.parse()
            .unwrap_or_else(|_| panic!("{variable}: a number, or two with .. between"))
    };
    let asked = std::env::var(variable).ok()?;
    Some(match asked.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(&asked),
    })
}

pub fn seeds(short: Range<u64>) -> Range<u64> {
    asked("INFOMAT_REGION_SEEDS").unwrap_or(short)
}

fn tell_tried(what: &str, tally: &Tally, outcome: &str) {
    tried(
        what,
        usize::try_from(tally.mishaps()).unwrap(),
        &format!("{outcome}: both sides agree, no place promised twice, nothing acknowledged lost"),
        &format!(
            "{} of {0} planted faults found, each within {FAULT_SEEDS} worlds",
            Fault::ALL.len()
        ),
    );
}

/// Plays the worlds of these seeds, and shows the first that fail.
fn play_all<D: Database>(seeds: Range<u64>, over: &str) {
    let mut tally = Tally::default();
    let mut found = Vec::new();
    for seed in seeds.clone() {
        match play::<D>(seed, None) {
            Ok(seen) => tally.add(&seen),
            Err(finding) => found.push(format!("INFOMAT_REGION_SEEDS={seed}..{}: {finding}", seed + 1)),
        }
    }
    let shown = found[..found.len().min(SHOWN_MAX)].join("\n");
    assert!(found.is_empty(), "{} worlds:\n{shown}", found.len());
    let worlds = seeds.end - seeds.start;
    let too_rare = tally.too_rare(worlds);
    assert!(worlds < 100 || too_rare.is_empty(), "{too_rare:?} of {tally:?}");
    tell_tried(
        "messages lost, late or damaged, crashes, old images restored, copied boxes, jumps of the clock, between boxes and centre",
        &tally,
        &format!("{worlds} worlds over {over}"),
    );
}

/// Lets three boxes live through the month of each seed.
fn live_all<D: Database>(over: &str) {
    let long = asked("INFOMAT_REGION_MONTHS");
    let is_long = long.is_some();
    let a_day = if is_long { BOOKINGS } else { FEW_BOOKINGS };
    let seeds = long.unwrap_or(MONTHS);
    let months = seeds.end - seeds.start;
    let mut tally = Tally::default();
    for seed in seeds {
        let _told = Seed(seed);
        match World::<D>::new(seed, Size::long(DAYS * a_day), None).live(DAYS, a_day) {
            Ok(seen) => tally.add(&seen),
            Err(finding) => panic!("{finding}"),
        }
        eprintln!("the month of seed {seed} is over: {tally:?}");
    }
    let too_rare = tally.too_rare(months);
    assert!(!is_long || too_rare.is_empty(), "{too_rare:?} of {tally:?}");
    let [at_boxes, at_centre] = ["booked at the box", "booked at the centre"].map(|what| tally.times(what));
    tell_tried(
        "the same in months of three boxes, each cut off on a third of the days and some all month",
        &tally,
        &format!("{months} months over {over}, {at_boxes} bookings at boxes and {at_centre} at the centre"),
    );
}

#[test]
fn both_sides_agree_and_no_cell_is_promised_twice() {
    play_all::<Clinic>(seeds(SEEDS), "a simple store");
}

/// The same with the database that a box has.
#[test]
fn both_sides_agree_over_real_databases() {
    play_all::<Real>(seeds(REAL_SEEDS), "real databases of the boxes");
}

#[test]
fn months_pass() {
    live_all::<Clinic>("a simple store");
}

#[test]
fn months_pass_over_real_databases() {
    live_all::<Real>("real databases of the boxes");
}

/// The worlds are those of `both_sides_agree_and_no_cell_is_promised_twice`, which finds nothing in them without a fault.
#[test]
fn planted_faults_are_found() {
    let mut missed = Vec::new();
    for (fault, checks) in Fault::ALL {
        let mut findings =
            (0..FAULT_SEEDS).filter_map(|seed| Some((seed, play::<Clinic>(seed, Some(fault)).err()?)));
        match findings.find(|(_, finding)| checks.contains(&finding.check)) {
            Some((seed, finding)) => eprintln!("{fault:?}: seed {seed}, {finding}"),
            None => missed.push(fault),
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}
