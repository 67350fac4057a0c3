//! Whether the server is ready ([crate::contract::monitoring]): the database has just taken a write, or why it did not.

use super::{ClockState, is_synchronised};
use crate::model::Moment;
use crate::refusal::{HttpError, Trouble, Warning};
use crate::store::{Fault, Store};
use crate::wire::message::Answer;
use crate::wire::ready::ready;
use std::time::{Duration, Instant};

/// For so long an answer holds: who asks more often costs nobody a flush.
const HOLDS: Duration = Duration::from_secs(1);

/// Less free space than this is worth a word: a busy year of a clinic.
const FREE_BYTES_MIN: u64 = 256 << 20;

/// A last good backup of so many days ago, or more, is worth a word.
const BACKUP_DAYS_MAX: i64 = 3;

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

/// The database takes writes, as far as its batch can be committed. What does not keep anybody from booking is told beside
/// it: a server without a backup is ready, and whoever looks after it should know.
pub fn yes(store: &Store, clock: ClockState, now: Moment) -> Result<Answer, Fault> {
    let mut warnings = Vec::new();
    let free = store.disk_free_bytes().filter(|free| *free < FREE_BYTES_MIN);
    warnings.extend(free.map(|free| Warning::LittleSpace(free >> 20)));
    match store.last_backup()? {
        None => warnings.push(Warning::NeverBackedUp),
        Some(at) if at > now => warnings.push(Warning::BackupAhead),
        Some(at) => {
            let days = (now - at).num_days();
            warnings.extend((days >= BACKUP_DAYS_MAX).then_some(Warning::OldBackup(days)));
        }
    }
    warnings.extend((is_synchronised() == Some(false)).then_some(Warning::ClockNotSynchronised));
    warnings.extend(clock.last_jump.map(|jump| Warning::ClockJumped(jump.to)));
    Ok(ready(&warnings))
}

/// It takes none.
pub fn no(trouble: Trouble) -> Answer {
    Answer::from(HttpError::NotReady(trouble))
}
