//! The limits of one patient in a local day at self-service applications. No switch turns them off.

use super::Policy;
use crate::model::{DoneToday, Moment, Standing};
use crate::refusal::Refusal;

/// The limits of one patient in a day: `[limits]` of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayLimits {
    /// `bookings_a_day`: cancelled ones count too.
    pub bookings: i64,
    /// `waiting_entries_a_day`: ended ones count too.
    pub waiting_entries: i64,
    /// `holds_a_day`: ended ones count too.
    pub holds: i64,
}

impl DoneToday {
    /// Returns the seconds until the end of the day, at least one.
    fn seconds_left(&self, now: Moment) -> u32 {
        u32::try_from((self.until - now).num_seconds()).map_or(1, |seconds| seconds.max(1))
    }
}

/// Checks that the patient may book again today.
pub(super) fn may_book_today(standing: &Standing, policy: &Policy, now: Moment) -> Result<(), Refusal> {
    let most = policy.limits.bookings;
    if standing.application.self_service && standing.today.count >= most {
        let seconds = standing.today.seconds_left(now);
        return Err(Refusal::TooManyBookings { most, seconds });
    }
    Ok(())
}

/// Checks that the patient may make one more entry of the waiting list today. `today` are the entries made.
pub fn may_wait(today: &DoneToday, policy: &Policy, now: Moment) -> Result<(), Refusal> {
    let most = policy.limits.waiting_entries;
    if today.count >= most {
        let seconds = today.seconds_left(now);
        return Err(Refusal::TooManyWaitingEntries { most, seconds });
    }
    Ok(())
}

/// Checks that the patient may hold one more place today. `today` are the holds taken.
pub fn may_hold(today: &DoneToday, policy: &Policy, now: Moment) -> Result<(), Refusal> {
    let most = policy.limits.holds;
    if today.count >= most {
        let seconds = today.seconds_left(now);
        return Err(Refusal::TooManyHolds { most, seconds });
    }
    Ok(())
}
