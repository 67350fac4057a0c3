//! Goal: the booking rules are those of the contract, in its order, with its bounds.
//!
//! Method: `naive` tells the answer from the contract's text alone, by another hand. Over "small worlds" (a few
//! values around the bounds of each thing that a rule looks at) both answers are compared: all worlds that deviate
//! from a good one in up to three things, then a sample of the whole product that deviates in few to all of them.
//! Then (`sequences`) the naive model keeps books beside a real store while random requests come, and in the end the
//! database is what the books say. `places` does the same for holds and moves, beside the real server.

mod books;
mod lists;
mod moments;
mod naive;
mod places;
mod sequences;
mod town;
mod translate;
mod worlds;

use naive::{Question, Verdict};
use std::collections::HashMap;
use std::mem::discriminant;
use worlds::{Dimension, dimensions};

/// Worlds drawn from the whole product.
const SAMPLE_WORLDS: usize = 300_000;

/// Fewest worlds in which each verdict has to have been the answer: fewer, and the sample looks elsewhere.
const WORLDS_PER_VERDICT_MIN: usize = 500;

/// A small generator (SplitMix64, by Steele, Lea and Flood): the same worlds at every run.
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `sides` - 1.
    pub fn roll(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() % sides as u64).unwrap()
    }
}

/// The world in which dimension `i` has its value number `choice[i]`.
fn world(dimensions: &[&Dimension], choice: &[usize]) -> Question {
    let mut question = worlds::blank();
    for (dimension, value) in dimensions.iter().zip(choice) {
        (dimension.values[*value].1)(&mut question);
    }
    question
}

/// Asks both and compares.
fn compare(dimensions: &[&Dimension], choice: &[usize]) -> Verdict {
    let question = world(dimensions, choice);
    let verdict = naive::answer(&question);
    let (wish, facts) = (translate::wish(&question), translate::facts(&question));
    let decided = infomat::rules::decide(
        &wish,
        &facts,
        &translate::policy(question.rules, question.max_period_days, question.bookings_a_day),
        translate::moment(question.now),
    );
    let decided = decided.map(|approval| translate::granted(&approval, &facts));
    let expected = translate::expected(&question, verdict);
    assert!(
        decided == expected,
        "the contract says {expected:?}, the server {decided:?}\nwhen {}\n{question:#?}",
        describe(dimensions, choice)
    );
    verdict
}

/// In which things a world deviates from the good one, and how.
fn describe(dimensions: &[&Dimension], choice: &[usize]) -> String {
    let deviations = dimensions
        .iter()
        .zip(choice)
        .filter(|(_, value)| **value != 0)
        .map(|(dimension, value)| format!("{}: {}", dimension.name, dimension.values[*value].0));
    deviations.collect::<Vec<_>>().join("; ")
}

/// Compares all worlds that deviate from `choice` in `more` things or fewer, of the dimensions from `first` on.
fn deviate(dimensions: &[&Dimension], choice: &mut Vec<usize>, first: usize, more: usize) -> usize {
    compare(dimensions, choice);
    let mut worlds = 1;
    if more == 0 {
        return worlds;
    }
    for index in first..dimensions.len() {
        for value in 1..dimensions[index].values.len() {
            choice[index] = value;
            worlds += deviate(dimensions, choice, index + 1, more - 1);
        }
        choice[index] = 0;
    }
    worlds
}

#[test]
fn rules_are_the_contracts_in_all_worlds_with_up_to_three_deviations() {
    let dimensions: Vec<_> = dimensions().collect();
    let mut good = vec![0; dimensions.len()];
    assert_eq!(
        compare(&dimensions, &good),
        Verdict::Ticket,
        "the good world is not good"
    );
    let worlds = deviate(&dimensions, &mut good, 0, 3);
    assert!(worlds > 100_000, "only {worlds} worlds");
}

#[test]
fn rules_are_the_contracts_in_a_sample_of_the_whole_product() {
    let dimensions: Vec<_> = dimensions().collect();
    let mut dice = Dice(20_260_310);
    let mut tally = HashMap::new();
    for _ in 0..SAMPLE_WORLDS {
        // Few deviations get far down the table, many try its order; so the chance of one differs from world to world.
        let percent = [4, 8, 16, 32, 64, 100][dice.roll(6)];
        let choice: Vec<usize> = dimensions
            .iter()
            .map(|dimension| {
                if dice.roll(100) < percent {
                    dice.roll(dimension.values.len())
                } else {
                    0
                }
            })
            .collect();
        let verdict = compare(&dimensions, &choice);
        tally.entry(discriminant(&verdict)).or_insert((verdict, 0)).1 += 1;
    }
    assert_eq!(
        tally.len(),
        naive::VERDICTS,
        "some verdicts were never given: {tally:?}"
    );
    for (verdict, worlds) in tally.values() {
        assert!(
            *worlds >= WORLDS_PER_VERDICT_MIN,
            "{verdict:?} only {worlds} times"
        );
    }
}
