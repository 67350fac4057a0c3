//! Refusals by day, for the status page. They are counted in memory ([`Metrics`]), and what has been counted is written once a minute,
//! with a batch that is committed anyway: a booking pays nothing for it, and a crash loses a minute.

use super::Engine;
use crate::metrics::Metrics;
use crate::model::Moment;
use crate::store::{Fault, WriteTx};
use chrono::{Days, NaiveDate};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Time between two writings.
const EVERY: Duration = Duration::from_mins(1);

/// Days that are kept, today included.
const DAYS_KEPT: u64 = 31;

/// What has been written of the counts of this server.
pub struct RefusalCounts {
    written: HashMap<u16, u64>,
    last: Instant,
}

impl Default for RefusalCounts {
    fn default() -> Self {
        RefusalCounts {
            written: HashMap::new(),
            last: Instant::now(),
        }
    }
}

impl RefusalCounts {
    /// Returns what has been counted and not written, by code.
    pub fn pending(&self, metrics: &Metrics) -> Vec<(u16, u64)> {
        let more = |(code, count): (u16, u64)| {
            let written = self.written.get(&code).copied().unwrap_or(0);
            (code, count.saturating_sub(written))
        };
        let pending = metrics.refusals().into_iter().map(more);
        pending.filter(|(_, count)| *count > 0).collect()
    }

    /// Returns the same once [`EVERY`] has passed since the last time; nothing before.
    pub fn due(&mut self, metrics: &Metrics) -> Vec<(u16, u64)> {
        if self.last.elapsed() < EVERY {
            return Vec::new();
        }
        self.last = Instant::now();
        self.pending(metrics)
    }

    /// Notes what is committed.
    pub fn written(&mut self, counted: &[(u16, u64)]) {
        for (code, count) in counted {
            *self.written.entry(*code).or_default() += count;
        }
    }
}

/// Returns the first day that is shown.
pub fn first_day(today: NaiveDate) -> NaiveDate {
    today.checked_sub_days(Days::new(DAYS_KEPT - 1)).unwrap_or(today)
}

/// Writes what is due, if anything is.
pub fn write(tx: &WriteTx, counted: &[(u16, u64)], now: Moment) -> Result<(), Fault> {
    if counted.is_empty() {
        return Ok(());
    }
    let today = now.date_naive();
    tx.add_refusals(today, counted, first_day(today))
}

impl Engine {
    /// Writes what is due while nobody books.
    pub(super) fn write_refusals(&mut self) {
        let now = self.clock.read(&self.store);
        if !now.is_plausible || self.lost || self.store.is_read_only() {
            return;
        }
        let counted = self.refusals.due(&self.metrics);
        if counted.is_empty() {
            return;
        }
        let done = self.store.write().and_then(|tx| {
            write(&tx, &counted, now.moment)?;
            tx.commit()
        });
        match done {
            Ok(()) => self.refusals.written(&counted),
            Err(fault) => log::warn!("refusals were not noted, and will be in a minute: {fault}"),
        }
    }
}
