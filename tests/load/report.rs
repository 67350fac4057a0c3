//! Times and ratios as they are told.

use std::time::Duration;

/// How long each of many requests took.
pub struct Times(Vec<Duration>);

impl Times {
    /// What [`Times::told`] tells.
    pub const TITLE: &str = "latency: p50, p99, p99.9, max in ms";

    pub fn new(mut times: Vec<Duration>) -> Times {
        times.sort_unstable();
        assert!(!times.is_empty(), "nothing was answered");
        Times(times)
    }

    pub fn count(&self) -> f64 {
        count(u64::try_from(self.0.len()).unwrap())
    }

    /// The time, in milliseconds, that this part of the requests stayed under.
    pub fn part(&self, part: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of a count"
        )]
        let last = (self.count() * part).ceil() as usize;
        millis(self.0[last.clamp(1, self.0.len()) - 1])
    }

    pub fn max(&self) -> f64 {
        self.part(1.0)
    }

    pub fn told(&self) -> String {
        format!(
            "{:6.2} {:7.2} {:7.2} {:7.2} ms",
            self.part(0.5),
            self.part(0.99),
            self.part(0.999),
            self.max()
        )
    }
}

/// Returns the median of the ratios of two contenders, round by round.
pub fn ratios<R>(ours: &[R], others: &[R], value: impl Fn(&R) -> f64) -> f64 {
    median(
        ours.iter()
            .zip(others)
            .map(|(ours, other)| value(ours) / value(other))
            .collect(),
    )
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a measurement are far below 2^52"
)]
pub fn count(number: u64) -> f64 {
    number as f64
}
