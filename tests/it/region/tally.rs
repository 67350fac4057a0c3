//! What happened in worlds: a world in which nothing happens proves nothing.

use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    pub fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub fn add(&mut self, other: &Tally) {
        for (what, times) in &other.0 {
            *self.0.entry(what).or_default() += times;
        }
    }

    /// Returns how often something went wrong.
    pub fn mishaps(&self) -> u64 {
        const ORDINARY: [&str; 5] = [
            "booked at the box",
            "booked at the centre",
            "cancelled",
            "granted",
            "recalled",
        ];
        let wrong = self.0.iter().filter(|(what, _)| !ORDINARY.contains(what));
        wrong.map(|(_, times)| times).sum()
    }

    pub fn times(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    /// Returns the kinds of events that did not happen in one of two worlds at least.
    pub fn too_rare(&self, worlds: u64) -> Vec<&'static str> {
        const KINDS: [&str; 20] = [
            "booked at the box",
            "booked at the centre",
            "cancelled",
            "granted",
            "recalled",
            "lost",
            "late",
            "damaged",
            "crashed at the box",
            "crashed at the centre",
            "box restored",
            "box restored beside the old one",
            "centre restored",
            "copied",
            "old file noticed",
            "old file with its note",
            "clock jumped",
            "given up",
            "a page of the tail followed",
            "marked as safe",
        ];
        let kinds = KINDS.into_iter();
        kinds.filter(|kind| self.times(kind) * 2 < worlds).collect()
    }
}
