//! Which rules of the table are on.

use serde::Deserialize;

/// Defines the switches, all on by default.
macro_rules! switches {
    ($($(#[$about:meta])* $switch:ident,)+) => {
        /// Which rules are on: `[rules]` of the configuration. One switch for each row of the contract's table from 4005 down,
        /// 4009 excepted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        #[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own in the configuration")]
        pub struct Switches {
            $($(#[$about])* pub $switch: bool,)+
        }

        impl Switches {
            /// The names of the switches.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($switch)),+];

            /// Returns the switches with the named one off.
            #[must_use]
            pub fn without(mut self, name: &str) -> Self {
                $(if name == stringify!($switch) {
                    self.$switch = false;
                })+
                self
            }
        }

        impl Default for Switches {
            fn default() -> Self {
                Switches { $($switch: true,)+ }
            }
        }
    };
}

switches! {
    /// 4005.
    children_clinic,
    /// 4007, the ban on self-booking.
    self_booking_ban,
    /// 4007, registered patients only.
    dispensary_only,
    /// 4848.
    repeat_in_cell,
    /// 4008.
    one_per_speciality,
    /// 4029.
    age_bounds,
    /// `flagAccess` and "not a reception".
    access,
    /// The cell has begun.
    past,
    /// 5066.
    max_period,
    /// `scheduleDays`.
    schedule_days,
    /// 4011.
    one_per_time,
}
