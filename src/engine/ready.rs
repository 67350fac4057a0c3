//! Whether the server is ready ([crate::contract::monitoring]): the database has just taken a write, or why it did not.

use super::{ClockState, is_synchronised};
use crate::model::Moment;
use crate::refusal::{HttpError, Trouble, Warning};
use crate::store::{Fault, WriteTx};
use crate::wire::message::Answer;
use crate::wire::ready::ready;
use std::time::{Duration, Instant};

/// How long an answer holds. Frequent questions cost no further flush.
const HOLDS: Duration = Duration::from_secs(1);

/// Less free space than this is a warning: a busy year of a clinic.
const FREE_BYTES_MIN: u64 = 256 << 20;

/// A last good backup this old, or older, is a warning.
const BACKUP_DAYS_MAX: i64 = 3;

/// The last answer, with the time of its proof.
#[derive(Debug, Default)]
pub struct Readiness(Option<(Instant, Answer)>);

impl Readiness {
    /// Returns the last answer while it still holds.
    pub fn known(&self) -> Option<&Answer> {
        let (proved, answer) = self.0.as_ref()?;
        (proved.elapsed() < HOLDS).then_some(answer)
    }

    /// Keeps an answer just proved.
    pub fn keep(&mut self, answer: Answer) {
        self.0 = Some((Instant::now(), answer));
    }
}

/// Proves that the database takes a write, as far as the batch can then be committed. Damaged values make the server not
/// ready. Warnings stand beside the positive answer: a server without a backup is ready, and its keeper should know.
pub fn prove(
    tx: &WriteTx,
    has_damaged_values: bool,
    clock: ClockState,
    now: Moment,
) -> Result<Answer, Fault> {
    tx.prove()?;
    if has_damaged_values {
        return Ok(not_ready(Trouble::DamagedValues));
    }
    let mut warnings = Vec::new();
    let free = tx.disk_free_bytes().filter(|free| *free < FREE_BYTES_MIN);
    warnings.extend(free.map(|free| Warning::LittleSpace(free >> 20)));
    match tx.last_backup()? {
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

pub fn not_ready(trouble: Trouble) -> Answer {
    Answer::from(HttpError::NotReady(trouble))
}
