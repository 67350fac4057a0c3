//! Messages to the service manager: sd_notify(3). Without a service manager nothing happens.

use sd_notify::NotifyState;
use std::time::{Duration, Instant};

/// Watchdog messages within one timeout of the service manager.
const FEEDS: u32 = 3;

/// Tells that requests can be taken, or that the configuration has been read anew.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// Tells that the configuration is being read anew; [`ready`] follows.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(states) {
        log::warn!("the service manager could not be told {states:?}: {error}");
    }
}

/// Proof for the service manager that the owning thread makes progress. Without it the service manager restarts the
/// process.
pub struct Watchdog {
    every: Option<Duration>,
    fed: Option<Instant>,
}

impl Watchdog {
    /// A watchdog as the service manager wants it.
    pub fn wanted() -> Watchdog {
        Watchdog {
            every: sd_notify::watchdog_enabled().map(|timeout| timeout / FEEDS),
            fed: None,
        }
    }

    /// The longest time between two calls of [`Watchdog::feed`].
    pub fn every(&self) -> Option<Duration> {
        self.every
    }

    /// To be called at every step. Most calls only read the clock.
    pub fn feed(&mut self) {
        let Some(every) = self.every else { return };
        let now = Instant::now();
        if self.fed.is_none_or(|fed| now.duration_since(fed) >= every) {
            self.fed = Some(now);
            tell(&[NotifyState::Watchdog]);
        }
    }
}
