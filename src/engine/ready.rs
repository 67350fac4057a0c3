//! Whether the server is ready ([crate::contract::monitoring]): the database has just taken a write, or why it did not.

use super::{ClockState, is_synchronised};
use crate::health::{self, Problem};
use crate::language::Language;
use crate::model::Moment;
use crate::refusal::{HttpError, Trouble};
use crate::store::{Fault, Store, WriteTx};
use crate::wire::message::Answer;
use crate::wire::ready::ready;
use std::time::{Duration, Instant};

/// How long an answer holds. Frequent questions cost no further flush.
const HOLDS: Duration = Duration::from_secs(1);

/// The last answer and its language, with the time of its proof.
#[derive(Debug, Default)]
pub struct Readiness(Option<(Instant, Language, Answer)>);

impl Readiness {
    /// Returns the last answer while it still holds.
    pub fn known(&self, wanted: Language) -> Option<&Answer> {
        let (proved, language, answer) = self.0.as_ref()?;
        (proved.elapsed() < HOLDS && *language == wanted).then_some(answer)
    }

    pub fn keep(&mut self, language: Language, answer: Answer) {
        self.0 = Some((Instant::now(), language, answer));
    }
}

/// Proves that the database takes a write, as far as the batch can then be committed. Damaged values make the server not
/// ready. Problems stand beside the positive answer: a server without a backup is ready, and its keeper should know.
pub fn prove(
    tx: &WriteTx,
    has_damaged_values: bool,
    clock: ClockState,
    terminals: Vec<Problem>,
    now: Moment,
    language: Language,
) -> Result<Answer, Fault> {
    tx.prove()?;
    if has_damaged_values {
        return Ok(not_ready(Trouble::DamagedValues, language));
    }
    if let Some(trouble) = tx.reads_only()? {
        return Ok(not_ready(trouble, language));
    }
    let problems = problems(tx, clock, terminals, now)?;
    Ok(ready(
        problems.iter().map(|problem| problem.text(language)).collect(),
    ))
}

/// Judges what a serving server can judge at each question: [`health::Subject::SERVED`]. `terminals` are the problems of their printers.
pub fn problems(
    store: &Store,
    clock: ClockState,
    terminals: Vec<Problem>,
    now: Moment,
) -> Result<Vec<Problem>, Fault> {
    let disk = store.disk_free_bytes().zip(store.file_bytes());
    let found = [
        disk.and_then(|(free, database)| health::disk(free, database)),
        health::log(store.is_copy_failing()),
        health::backup(store.last_backup()?, now),
        health::time_source(is_synchronised()),
        clock.last_jump.map(|jump| Problem::ClockJumped(jump.to)),
    ];
    let exchange = health::exchange(&store.exchange_state()?, now);
    let found = found.into_iter().flatten();
    Ok(found.chain(terminals).chain(exchange).collect())
}

/// Returns the answer where the database takes no write.
pub fn not_ready(trouble: Trouble, language: Language) -> Answer {
    Answer::from(HttpError::NotReady(trouble, language))
}
