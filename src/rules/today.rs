//! What one patient may do in a local day by self-service applications: no switch turns it off.

use super::Policy;
use crate::model::{DoneToday, Moment, Standing};
use crate::refusal::Refusal;

/// Most that one patient may do in a day: `[limits]` of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayLimits {
    /// `bookings_a_day`: cancelled ones count too.
    pub bookings: i64,
    /// `waiting_entries_a_day`: ended ones count too.
    pub waiting_entries: i64,
}

impl DoneToday {
    /// Seconds until the day is over, at least one.
    fn seconds_left(&self, now: Moment) -> u32 {
        u32::try_from((self.until - now).num_seconds()).map_or(1, |seconds| seconds.max(1))
    }
}

/// Why the patient may not book any more today, if so.
pub(super) fn too_many_bookings(standing: &Standing, policy: &Policy, now: Moment) -> Option<Refusal> {
    let most = policy.limits.bookings;
    let is_over = standing.application.self_service && standing.today.count >= most;
    is_over.then(|| Refusal::TooManyBookings {
        most,
        seconds: standing.today.seconds_left(now),
    })
}

/// Why the patient may not wait for anything more today, if so. `today` are the entries made.
pub fn too_many_waiting_entries(today: &DoneToday, policy: &Policy, now: Moment) -> Option<Refusal> {
    let most = policy.limits.waiting_entries;
    (today.count >= most).then(|| Refusal::TooManyWaitingEntries {
        most,
        seconds: today.seconds_left(now),
    })
}
