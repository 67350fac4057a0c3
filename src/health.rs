//! What is judged of the machine and of the clinic's data, at which bound, and what the administrator does about it.
//!
//! `infomat check`, `/readyz`, `/metrics` and the status page of the reception render these problems, so that all warn at the same
//! bound. A [`Finding`] is a line of the check, with what its reader can do about it on the page.

mod text;

use crate::model::{ExchangeState, Moment, PrinterState};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;

/// Free space below which the write-ahead log cannot keep its usual length: 33 MB of log, and as much again for the database to
/// take it in.
pub const DISK_FREE_BYTES_MIN: u64 = 72 << 20;

/// Free space that a clinic needs within a year.
const DISK_FREE_BYTES_GOOD: u64 = 512 << 20;

/// Copies of the database that should have room: a backup, and the copy before an upgrade.
const DISK_COPIES: u64 = 2;

/// Age of the last backup, in days, from which nightly backups are known to fail.
const BACKUP_DAYS_GOOD: i64 = 2;

/// Age in days from which the last backup is as good as none.
const BACKUP_DAYS_MAX: i64 = 14;

/// Days of cells ahead below which the next import is due.
const TIMETABLE_DAYS_GOOD: i64 = 7;

/// Days that a record may wait for the centre: a day without a connection is no reason to call anybody.
const EXCHANGE_DAYS_GOOD: i64 = 1;

/// Days after which a record should be in the centre's backups.
const SAFE_DAYS_GOOD: i64 = 30;

/// Time of a flush from which bookings are slow: a booking waits for two or three.
const FLUSH_GOOD: Duration = Duration::from_millis(30);

/// Time of a flush that only a failing disk takes.
const FLUSH_MAX: Duration = Duration::from_millis(500);

/// How urgent a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The server books; somebody should act within days.
    Warning = 1,
    /// Bookings or the data are in danger; somebody should act today.
    Bad = 2,
}

/// What was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Free space of the database's disk.
    Disk,
    /// Whether the write-ahead log is copied into the database file.
    Log,
    /// Time of a flush.
    Flush,
    /// The last good backup.
    Backup,
    /// The last cell of the timetable.
    Timetable,
    /// Whether the machine's clock is synchronised.
    TimeSource,
    /// Jumps of the machine's clock.
    Clock,
    /// The printers of the terminals.
    Printer,
    /// Patients who stand in closed times.
    ClosedTimes,
    /// The exchange with the region's centre.
    Exchange,
}

impl Subject {
    /// The subjects that a serving server judges, for `/readyz` and `/metrics`.
    pub const SERVED: [Subject; 7] = [
        Subject::Disk,
        Subject::Log,
        Subject::Backup,
        Subject::TimeSource,
        Subject::Clock,
        Subject::Printer,
        Subject::Exchange,
    ];

    /// All of them.
    pub const ALL: [Subject; 10] = [
        Subject::Disk,
        Subject::Log,
        Subject::Flush,
        Subject::Backup,
        Subject::Timetable,
        Subject::TimeSource,
        Subject::Clock,
        Subject::Printer,
        Subject::ClosedTimes,
        Subject::Exchange,
    ];

    /// Returns the name in `infomat check` and in the labels of `/metrics`.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Disk => "disk space",
            Subject::Log => "write-ahead log",
            Subject::Flush => "flush",
            Subject::Backup => "backup",
            Subject::Timetable => "timetable",
            Subject::TimeSource => "time source",
            Subject::Clock => "clock",
            Subject::Printer => "printer",
            Subject::ClosedTimes => "closed times",
            Subject::Exchange => "exchange",
        }
    }
}

/// Something that the administrator should act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// So many bytes are free, and a backup or an upgrade may fail.
    DiskShort(u64),
    /// So many bytes are free, and bookings may fail.
    DiskFull(u64),
    /// The write-ahead log cannot be copied into the database file, and grows.
    LogNotCopied,
    /// A flush takes so long.
    FlushSlow(Duration),
    /// A flush takes as long as on a failing disk.
    FlushFailing(Duration),
    /// No backup was ever made.
    BackupMissing,
    /// The last backup is so many days old.
    BackupOld(i64),
    /// The last backup is dated this moment, which lies ahead.
    BackupAhead(Moment),
    /// No cell was ever imported.
    TimetableEmpty,
    /// The last cells are on this day, within a week.
    TimetableEnds(NaiveDate),
    /// The last cells were on this day.
    TimetableEnded(NaiveDate),
    /// Nothing synchronises the clock.
    TimeNotSynchronised,
    /// The clock jumped forward to this moment, by more than a day, while the server ran.
    ClockJumped(Moment),
    /// The printer of the terminal at this address does not print, or not for long.
    Printer(IpAddr, PrinterState),
    /// So many visits stand in closed times, and nobody has told their patients.
    PatientsNotCalled(i64),
    /// So many things are left to a person by the exchange.
    ExchangeIssues(i64),
    /// So many records wait for the centre, the first of them for so many days.
    ExchangeWaits(u64, i64),
    /// For so many days no record has become safe at the centre.
    ExchangeUnsafe(i64),
}

/// How a finding is graded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Grade {
    /// Nothing is to be done.
    Good,
    /// It works, but somebody should look at it.
    Warning,
    /// It has to be mended.
    Bad,
}

impl From<Severity> for Grade {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Warning => Grade::Warning,
            Severity::Bad => Grade::Bad,
        }
    }
}

/// What the reader of a finding can do about it on the status page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Make a backup.
    Backup,
    /// Import clinic data.
    Import,
    /// Call the patients of closed times.
    Call,
    /// See to what an exchange left to a person.
    Settle,
}

/// A line of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How it is graded.
    pub grade: Grade,
    /// What it is about.
    pub what: String,
    /// What was found, with the remedy.
    pub found: String,
    /// The remedy, where the page has it; none for what is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}

/// Judges the free space of the database's disk, in bytes, beside the size of the database.
pub fn disk(free_bytes: u64, database_bytes: u64) -> Option<Problem> {
    if free_bytes < DISK_FREE_BYTES_MIN {
        Some(Problem::DiskFull(free_bytes))
    } else {
        let good = DISK_FREE_BYTES_GOOD.max(DISK_COPIES.saturating_mul(database_bytes));
        (free_bytes < good).then_some(Problem::DiskShort(free_bytes))
    }
}

/// Judges whether the last copy of the write-ahead log failed.
pub fn log(is_copy_failing: bool) -> Option<Problem> {
    is_copy_failing.then_some(Problem::LogNotCopied)
}

/// Judges the time of a flush.
pub fn flush(time: Duration) -> Option<Problem> {
    if time > FLUSH_MAX {
        Some(Problem::FlushFailing(time))
    } else {
        (time > FLUSH_GOOD).then_some(Problem::FlushSlow(time))
    }
}

/// Judges the moment of the last good backup.
pub fn backup(last: Option<Moment>, now: Moment) -> Option<Problem> {
    match last {
        None => Some(Problem::BackupMissing),
        Some(made) if made > now => Some(Problem::BackupAhead(made)),
        Some(made) => {
            let days = (now - made).num_days();
            (days >= BACKUP_DAYS_GOOD).then_some(Problem::BackupOld(days))
        }
    }
}

/// Judges the day of the last cell.
pub fn timetable(last: Option<NaiveDate>, today: NaiveDate) -> Option<Problem> {
    let Some(last) = last else {
        return Some(Problem::TimetableEmpty);
    };
    match (last - today).num_days() {
        ..0 => Some(Problem::TimetableEnded(last)),
        left => (left < TIMETABLE_DAYS_GOOD).then_some(Problem::TimetableEnds(last)),
    }
}

/// Judges the number of visits in closed times whose patients nobody has told.
pub fn closed_times(not_called: i64) -> Option<Problem> {
    (not_called > 0).then_some(Problem::PatientsNotCalled(not_called))
}

/// Judges the exchange with the region's centre.
pub fn exchange(state: &ExchangeState, now: Moment) -> Vec<Problem> {
    let days = |since: Moment| (now - since).num_days();
    let issues = (state.issues > 0).then_some(Problem::ExchangeIssues(state.issues));
    let waiting = state.waiting.map(|(records, since)| (records, days(since)));
    let waits = waiting.filter(|(_, days)| *days >= EXCHANGE_DAYS_GOOD);
    let unsafe_days = state
        .unsafe_since
        .map(days)
        .filter(|days| *days >= SAFE_DAYS_GOOD);
    let problems = [
        issues,
        waits.map(|(records, days)| Problem::ExchangeWaits(records, days)),
        unsafe_days.map(Problem::ExchangeUnsafe),
    ];
    problems.into_iter().flatten().collect()
}

/// Judges whether the clock is synchronised, where that is known.
pub fn time_source(is_synchronised: Option<bool>) -> Option<Problem> {
    (is_synchronised == Some(false)).then_some(Problem::TimeNotSynchronised)
}

impl Problem {
    /// Returns what was judged.
    pub fn subject(self) -> Subject {
        match self {
            Problem::DiskShort(_) | Problem::DiskFull(_) => Subject::Disk,
            Problem::LogNotCopied => Subject::Log,
            Problem::FlushSlow(_) | Problem::FlushFailing(_) => Subject::Flush,
            Problem::BackupMissing | Problem::BackupOld(_) | Problem::BackupAhead(_) => Subject::Backup,
            Problem::TimetableEmpty | Problem::TimetableEnds(_) | Problem::TimetableEnded(_) => {
                Subject::Timetable
            }
            Problem::TimeNotSynchronised => Subject::TimeSource,
            Problem::ClockJumped(_) => Subject::Clock,
            Problem::Printer(..) => Subject::Printer,
            Problem::PatientsNotCalled(_) => Subject::ClosedTimes,
            Problem::ExchangeIssues(_) | Problem::ExchangeWaits(..) | Problem::ExchangeUnsafe(_) => {
                Subject::Exchange
            }
        }
    }

    /// Returns what can be done about it on the status page.
    pub fn action(self) -> Option<Action> {
        match self.subject() {
            Subject::Backup => Some(Action::Backup),
            Subject::Timetable => Some(Action::Import),
            Subject::ClosedTimes => Some(Action::Call),
            Subject::Disk
            | Subject::Log
            | Subject::Flush
            | Subject::TimeSource
            | Subject::Clock
            | Subject::Printer => None,
            Subject::Exchange => matches!(self, Problem::ExchangeIssues(_)).then_some(Action::Settle),
        }
    }

    /// Returns how urgent it is.
    pub fn severity(self) -> Severity {
        match self {
            Problem::DiskFull(_)
            | Problem::LogNotCopied
            | Problem::FlushFailing(_)
            | Problem::TimetableEnded(_) => Severity::Bad,
            Problem::BackupOld(days) if days > BACKUP_DAYS_MAX => Severity::Bad,
            _ => Severity::Warning,
        }
    }
}

#[cfg(test)]
mod tests;
