//! The clinic's clock.

use chrono::{DateTime, Days, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use std::ops::RangeInclusive;

/// A moment in the clinic's local time, with its offset.
pub type Moment = DateTime<FixedOffset>;

/// Most digits of a second's fraction in a text: nanoseconds.
const FRACTION_DIGITS_MAX: usize = 9;

/// Parses a moment of RFC 3339 with offset. chrono would also take a blank for the `T`, a typographic minus, and any number of
/// digits.
pub fn moment(text: &str) -> Option<Moment> {
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let strict = text.is_ascii() && !text.contains(' ') && digits <= FRACTION_DIGITS_MAX;
    strict.then(|| DateTime::parse_from_rfc3339(text).ok()).flatten()
}

/// The clinic's local time: a fixed offset from the configuration (`utc_offset`), or the system's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    Fixed(FixedOffset),
    System,
}

/// More hours than any clock jumped over at once: where the date line was moved, a whole day is missing.
const CLOCK_JUMP_HOURS_MAX: i64 = 48;

/// Seconds since 1970 of the years that RFC 3339 can write: 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const SECONDS: RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;

/// Returns whether so many seconds since 1970-01-01T00:00:00Z are a moment of the years 0 to 9999.
pub fn is_moment(seconds: i64) -> bool {
    SECONDS.contains(&seconds)
}

impl Zone {
    /// Returns the moment `seconds` after 1970-01-01T00:00:00Z on the clinic's clock; of seconds that are none (see
    /// [`is_moment`]), the nearest.
    pub fn at(self, seconds: i64) -> Moment {
        let seconds = seconds.clamp(*SECONDS.start(), *SECONDS.end());
        let moment = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        self.localize(moment.fixed_offset())
    }

    /// Returns the moment at which the clinic's clock shows `local`: the first where it shows it twice, `None` where the clock
    /// jumps over it.
    pub fn from_local(self, local: NaiveDateTime) -> Option<Moment> {
        match self {
            Zone::Fixed(offset) => offset.from_local_datetime(&local).single(),
            Zone::System => {
                let candidates = Local.from_local_datetime(&local);
                let candidates = candidates.earliest().into_iter().chain(candidates.latest());
                // chrono orders the two by their offsets, and counts to a jump a time at its edge that it does not touch.
                let moments = candidates.map(|candidate| self.localize(candidate.fixed_offset()));
                moments.filter(|moment| moment.naive_local() == local).min()
            }
        }
    }

    /// Returns the first moment of a day: midnight, or the first hour after a jump of the clock.
    pub fn start_of(self, day: NaiveDate) -> Moment {
        let mut hours =
            (0..CLOCK_JUMP_HOURS_MAX).map(|hours| day.and_time(NaiveTime::MIN) + TimeDelta::hours(hours));
        hours
            .find_map(|hour| self.from_local(hour))
            .expect("no clock jumps so far")
    }

    /// Returns the first moment of the day of `now`, and the first moment after that day.
    pub fn day_of(self, now: Moment) -> (Moment, Moment) {
        let today = now.date_naive();
        (self.start_of(today), self.start_of(today + Days::new(1)))
    }

    pub fn localize(self, moment: Moment) -> Moment {
        match self {
            Zone::Fixed(offset) => moment.with_timezone(&offset),
            Zone::System => moment.with_timezone(&Local).fixed_offset(),
        }
    }
}
