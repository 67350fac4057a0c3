//! What the status page tells in numbers ([crate::contract::desk]).

use super::Moment;
use chrono::NaiveDate;

/// How often a refusal was answered on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalCount {
    pub date: NaiveDate,
    /// Its `message_code`.
    pub code: u16,
    pub count: u64,
}

/// How the exchange with the region's centre stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionState {
    /// The word of the life's mode.
    pub mode: &'static str,
    /// Number of the last record.
    pub last: u64,
    /// The centre has the records up to this one, as it last said.
    pub received: Option<u64>,
    /// Number of the centre's last message that is behind this server.
    pub applied: u64,
    /// What is left to a person.
    pub issues: i64,
}

/// What of the exchange with the region's centre may need somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExchangeState {
    /// What is left to a person.
    pub issues: i64,
    /// The records that the centre lacks, as it last said, and when the first of them was written.
    pub waiting: Option<(u64, Moment)>,
    /// When the first record was written that the centre's backups lack, as it last said.
    pub unsafe_since: Option<Moment>,
}
