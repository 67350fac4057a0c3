//! Bounds on what fields hold ([crate::contract::clinic_data]).

use chrono::NaiveDate;
use std::ops::RangeInclusive;

/// Longest line, its line break not counted. A clinic's whole model with long texts has some 4 KiB.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// Longest code, room, number or series of a document.
pub const CODE_CHARS_MAX: usize = 64;

/// Longest name of a person or a speciality, longest title or role.
pub const NAME_CHARS_MAX: usize = 256;

/// Longest description, address or other text.
pub const TEXT_CHARS_MAX: usize = 1_000;

/// Most districts of one district doctor.
pub const DISTRICTS_MAX: usize = 64;

/// Floors. 0: not known.
pub const FLOORS: RangeInclusive<i64> = -10..=200;

/// Ages in full years.
pub const AGES: RangeInclusive<i64> = 0..=150;

/// Places in one cell.
pub const PLACES: RangeInclusive<i64> = 0..=10_000;

/// All access bits of [crate::contract::applications].
pub const ACCESS_ALL: i64 = 127;

/// Numbers that are the vendor's own: `busyType.type`, `source`, `hostID`.
pub const NUMBERS: RangeInclusive<i64> = 0..=i32::MAX as i64;

/// Days that a client application may book ahead.
pub const DAYS_AHEAD: RangeInclusive<i64> = 0..=3_650;

/// Moments of cells: the years 1970 to 2199.
pub const MOMENTS: RangeInclusive<i64> = 0..=7_258_118_399;

/// Longest cell: a day.
pub const SLOT_SECONDS_MAX: i64 = 24 * 60 * 60;

/// Nobody who comes to a clinic was born before.
pub const BORN_FIRST: NaiveDate = NaiveDate::from_ymd_opt(1880, 1, 1).expect("a day of the calendar");
