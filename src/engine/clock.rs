//! The clinic's clock, and whether it is plausible.
//!
//! A box without a battery wakes in 1970, or at its maker's date. NTP sets the clock right some minutes later. Until then a
//! patient could book a past cell, and yesterday's token would hold again. So time never counts as earlier than the last
//! commit: a clock that shows less is wrong. A clock from before this program was written is wrong too.

use crate::model::{Moment, Zone};
use crate::store::{Fault, Store};
use chrono::{SubsecRound, Utc};
use rustix::time::{ClockId, clock_gettime};
use std::path::Path;
use std::time::Duration;

/// 2026-01-01T00:00:00Z: this program did not exist before. A clock that shows less has lost its time.
pub const EARLIEST_SECONDS: i64 = 1_767_225_600;

/// How far the clock may be behind the last commit: a small correction of the clock stops nothing.
pub const SLACK_SECONDS: i64 = 60;

/// A clock that runs ahead of the elapsed time by more than this has jumped.
pub const JUMP_SECONDS_MIN: i64 = 24 * 3600;

/// The mark of systemd-timesyncd: it has set the clock since the machine started.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";

/// The marks of other running time services: chrony, ntpd, openntpd, ntpd-rs.
const OTHER_KEEPERS: [&str; 4] = [
    "/run/chrony",
    "/run/ntpd.pid",
    "/run/openntpd.sock",
    "/run/ntpd-rs",
];

/// One reading of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The time that counts: never earlier than the last commit.
    pub moment: Moment,
    /// Whether the clock is plausible. If not, no token holds and nothing is booked.
    pub is_plausible: bool,
}

/// A jump of the clock while the server ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The expected time.
    pub from: Moment,
    /// The time shown.
    pub to: Moment,
}

/// The clock's behaviour so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockState {
    /// Whether the last reading was plausible.
    pub is_plausible: bool,
    /// How often the clock has jumped forward by more than [`JUMP_SECONDS_MIN`] since the server started.
    pub jumps: u32,
    /// The last of these jumps.
    pub last_jump: Option<Jump>,
}

/// The engine's clock.
pub struct Clock {
    zone: Zone,
    /// Seconds of the last commit that is known of.
    last_commit: i64,
    state: ClockState,
    /// The last reading in seconds since 1970, and the machine's steady clock at that time.
    last_reading: Option<(i64, Duration)>,
}

impl Clock {
    /// The clock of the clinic whose last commit is in the store.
    pub fn new(store: &Store) -> Result<Clock, Fault> {
        let last_commit = match store.last_moment() {
            // A missing value makes no clock wrong.
            Err(fault @ Fault::Damaged(_)) => {
                log::error!("the last booking's time could not be read: {fault}");
                0
            }
            read => read?,
        };
        Ok(Clock {
            zone: store.zone(),
            last_commit,
            state: ClockState {
                is_plausible: true,
                ..ClockState::default()
            },
            last_reading: None,
        })
    }

    /// Reads the clock. Asks the store again only when the clock seems wrong.
    pub fn read(&mut self, store: &Store) -> Now {
        let shown = now(self.zone);
        self.judge(shown, steady(), || store.last_moment())
    }

    /// Notes a commit at this moment.
    pub fn committed(&mut self, at: Moment) {
        self.last_commit = self.last_commit.max(at.timestamp());
    }

    /// Returns the clock's behaviour so far.
    pub fn state(&self) -> ClockState {
        self.state
    }

    fn judge(
        &mut self,
        shown: Moment,
        steady: Duration,
        last_commit: impl FnOnce() -> Result<i64, Fault>,
    ) -> Now {
        let seconds = shown.timestamp();
        if !is_plausible(seconds, self.last_commit) {
            match last_commit() {
                Ok(at) => self.last_commit = at,
                Err(fault) => log::error!("the last booking's time could not be read: {fault}"),
            }
        }
        let is_plausible = is_plausible(seconds, self.last_commit);
        let was_plausible = std::mem::replace(&mut self.state.is_plausible, is_plausible);
        if was_plausible && !is_plausible {
            log::error!(
                "the clock shows {}, earlier than the last booking or this program: no token holds and nothing is booked \
                 until it is right; `infomat check` tells more",
                shown.trunc_subsecs(0)
            );
        } else if !was_plausible && is_plausible {
            log::info!("the clock shows {} and is believed again", shown.trunc_subsecs(0));
        }
        let last_reading = self.last_reading.replace((seconds, steady));
        if let Some((before, then)) = last_reading.filter(|_| was_plausible && is_plausible) {
            self.see_jump(before, steady.saturating_sub(then), shown);
        }
        let counts = seconds.max(self.last_commit);
        Now {
            moment: if counts > seconds {
                self.zone.at(counts)
            } else {
                shown
            },
            is_plausible,
        }
    }

    /// Notes a jump, once: the next reading is compared with this one.
    fn see_jump(&mut self, before: i64, passed: Duration, shown: Moment) {
        let expected = before.saturating_add_unsigned(passed.as_secs());
        if shown.timestamp() - expected <= JUMP_SECONDS_MIN {
            return;
        }
        let jump = Jump {
            from: self.zone.at(expected),
            to: shown.trunc_subsecs(0),
        };
        log::warn!(
            "the clock jumped forward from {} to {}: if that is wrong, set it right before anybody books",
            jump.from,
            jump.to
        );
        self.state.jumps += 1;
        self.state.last_jump = Some(jump);
    }
}

/// Returns the moment on the clinic's clock, plausible or not.
pub fn now(zone: Zone) -> Moment {
    zone.localize(Utc::now().fixed_offset())
}

/// Whether a clock that shows `seconds` is plausible after a commit at `last_commit`, both since 1970.
pub fn is_plausible(seconds: i64, last_commit: i64) -> bool {
    seconds >= EARLIEST_SECONDS && seconds >= last_commit.saturating_sub(SLACK_SECONDS)
}

/// Whether NTP or the like keeps the machine's clock right. None: a program runs for this that does not tell. The kernel is
/// not asked: a sandbox that protects the clock forbids this.
pub fn is_synchronised() -> Option<bool> {
    let is_there = |path: &str| Path::new(path).exists();
    if is_there(SYNCHRONISED) {
        Some(true)
    } else if OTHER_KEEPERS.into_iter().any(is_there) {
        None
    } else {
        Some(false)
    }
}

/// Returns the time since the machine started, its sleep included.
fn steady() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}
