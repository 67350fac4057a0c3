//! Which rules of the table are on.

use serde::Deserialize;

/// Which rules are on: `[rules]` of the configuration. One switch for each row of the contract's table from 4005 down,
/// 4009 excepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in the configuration"
)]
pub struct Switches {
    /// 4005.
    pub children_clinic: bool,
    /// 4007, the ban on self-booking.
    pub self_booking_ban: bool,
    /// 4007, registered patients only.
    pub dispensary_only: bool,
    /// 4848.
    pub repeat_in_cell: bool,
    /// 4008.
    pub one_per_speciality: bool,
    /// 4029.
    pub age_bounds: bool,
    /// `flagAccess` and "not a reception".
    pub access: bool,
    /// The cell has begun.
    pub past: bool,
    /// 5066.
    pub max_period: bool,
    /// `scheduleDays`.
    pub schedule_days: bool,
    /// 4011.
    pub one_per_time: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            children_clinic: true,
            self_booking_ban: true,
            dispensary_only: true,
            repeat_in_cell: true,
            one_per_speciality: true,
            age_bounds: true,
            access: true,
            past: true,
            max_period: true,
            schedule_days: true,
            one_per_time: true,
        }
    }
}
