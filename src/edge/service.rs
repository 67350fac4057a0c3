//! What the service manager is told, and asks for: sd_notify(3). Without one, nothing happens.

use sd_notify::NotifyState;
use std::time::{Duration, Instant};

/// So many times within the service manager's patience is its watchdog fed.
const FEEDS: u32 = 3;

/// Requests can be taken, or the configuration has been read anew.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The configuration is being read anew; [`ready`] follows.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// The end was asked for.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(states) {
        log::warn!("the service manager could not be told {states:?}: {error}");
    }
}

/// Tells the service manager again and again that the thread which owns this goes on. When it does not, the service
/// manager ends the process and starts it anew.
pub struct Watchdog {
    every: Option<Duration>,
    fed: Option<Instant>,
}

impl Watchdog {
    /// As often as the service manager wants it; never, if it does not.
    pub fn wanted() -> Watchdog {
        Watchdog {
            every: sd_notify::watchdog_enabled().map(|patience| patience / FEEDS),
            fed: None,
        }
    }

    /// The longest time between two calls of [`Watchdog::feed`].
    pub fn every(&self) -> Option<Duration> {
        self.every
    }

    /// To be called at every step. Most calls only look at the time.
    pub fn feed(&mut self) {
        let Some(every) = self.every else { return };
        let now = Instant::now();
        if self.fed.is_none_or(|fed| now.duration_since(fed) >= every) {
            self.fed = Some(now);
            tell(&[NotifyState::Watchdog]);
        }
    }
}
