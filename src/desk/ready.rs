//! Whether the server is ready (contract-kiosk 5): the database has just taken a write, or why it did not.

use crate::refusal::{Transport, Trouble, Warning};
use crate::store::Store;
use crate::wire::message::Answer;
use crate::wire::ready::ready;
use std::time::{Duration, Instant};

/// For so long an answer holds: who asks more often costs nobody a flush.
const HOLDS: Duration = Duration::from_secs(1);

/// Less free space than this is worth a word: a busy year of a clinic.
const FREE_BYTES_MIN: u64 = 256 << 20;

/// The last answer, and when it was found out.
#[derive(Debug, Default)]
pub struct Readiness(Option<(Instant, Answer)>);

impl Readiness {
    /// The last answer, if it still holds.
    pub fn known(&self) -> Option<&Answer> {
        let (found_out, answer) = self.0.as_ref()?;
        (found_out.elapsed() < HOLDS).then_some(answer)
    }

    /// Keeps what was found out.
    pub fn keep(&mut self, answer: Answer) {
        self.0 = Some((Instant::now(), answer));
    }
}

/// The database takes writes.
pub fn yes(store: &Store) -> Answer {
    ready(&warnings(store))
}

/// It takes none.
pub fn no(trouble: Trouble) -> Answer {
    Answer::from(Transport::NotReady(trouble))
}

fn warnings(store: &Store) -> Vec<Warning> {
    let free = store.disk_free_bytes().filter(|free| *free < FREE_BYTES_MIN);
    let little = free.map(|free| Warning::LittleSpace(free >> 20));
    little.into_iter().collect()
}
