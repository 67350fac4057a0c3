//! What is judged of the machine and of the clinic's data, at which bound, and what the administrator does about it.
//!
//! `infomat check`, `/readyz` and `/metrics` render these problems, so that all three warn at the same bound.

use crate::language::Language;
use crate::model::{Moment, PrinterState};
use chrono::NaiveDate;
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
}

impl Subject {
    /// The subjects that a serving server judges, for `/readyz` and `/metrics`.
    pub const SERVED: [Subject; 6] = [
        Subject::Disk,
        Subject::Log,
        Subject::Backup,
        Subject::TimeSource,
        Subject::Clock,
        Subject::Printer,
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

    /// Returns what was found and the remedy.
    pub fn text(self, language: Language) -> String {
        let pick = |russian: String, english: String| match language {
            Language::Russian => russian,
            Language::English => english,
        };
        match self {
            Problem::DiskShort(free_bytes) => pick(
                format!(
                    "на диске базы данных свободно {} МиБ: освободите место для копий и обновлений",
                    free_bytes >> 20
                ),
                format!(
                    "{} MiB free on the disk of the database: make room for backups and upgrades",
                    free_bytes >> 20
                ),
            ),
            Problem::DiskFull(free_bytes) => pick(
                format!(
                    "на диске базы данных свободно {} МиБ: освободите место, иначе запись скоро остановится",
                    free_bytes >> 20
                ),
                format!(
                    "{} MiB free on the disk of the database: make room, or bookings end soon",
                    free_bytes >> 20
                ),
            ),
            Problem::LogNotCopied => pick(
                "журнал упреждающей записи не переносится в файл базы данных и растет: проверьте диск и сообщения сервера, \
                 затем запустите сервер заново"
                    .to_owned(),
                "the write-ahead log cannot be copied into the database file, and grows: look at the disk and at what the \
                 server logged, then start the server anew"
                    .to_owned(),
            ),
            Problem::FlushSlow(time) => pick(
                format!(
                    "{} мс на 4 КиБ: запись на этом диске медленная; поможет SSD",
                    time.as_millis()
                ),
                format!(
                    "{} ms for 4 KiB: bookings are slow on this disk; an SSD helps",
                    time.as_millis()
                ),
            ),
            Problem::FlushFailing(time) => pick(
                format!(
                    "{} мс на 4 КиБ: диск скоро откажет; сделайте копию и замените его",
                    time.as_millis()
                ),
                format!(
                    "{} ms for 4 KiB: the disk is about to fail; make a backup and replace it",
                    time.as_millis()
                ),
            ),
            Problem::BackupMissing => pick(
                "копии базы данных еще нет: выполните `infomat backup`".to_owned(),
                "there is no backup yet: run `infomat backup`".to_owned(),
            ),
            Problem::BackupOld(days) => pick(
                format!("последней копии {days} сут.: выполните `infomat backup`"),
                format!("the last backup is {days} days old: run `infomat backup`"),
            ),
            Problem::BackupAhead(made) => {
                let made = made.format("%Y-%m-%d %H:%M");
                pick(
                    format!("последняя копия датирована {made}: часы тогда спешили; выполните `infomat backup`"),
                    format!("the last backup is dated {made}, by a clock that was ahead: run `infomat backup`"),
                )
            }
            Problem::TimetableEmpty => pick(
                "ячеек нет: их загрузит `infomat import`".to_owned(),
                "there are no cells: `infomat import` takes them".to_owned(),
            ),
            Problem::TimetableEnds(day) => pick(
                format!("последние ячейки {day}: загрузите дни после него"),
                format!("its last cells are on {day}: import the days after it"),
            ),
            Problem::TimetableEnded(day) => pick(
                format!("последние ячейки были {day}: загрузите следующие дни"),
                format!("its last cells were on {day}: import the coming days"),
            ),
            Problem::TimeNotSynchronised => pick(
                "часы не сверяются с точным временем: `timedatectl set-ntp true`, или укажите сервер времени клиники в \
                 /etc/systemd/timesyncd.conf"
                    .to_owned(),
                "the clock is not synchronised: `timedatectl set-ntp true`, or name a time server of the clinic in \
                 /etc/systemd/timesyncd.conf"
                    .to_owned(),
            ),
            Problem::ClockJumped(to) => {
                let to = to.format("%Y-%m-%d %H:%M");
                pick(
                    format!("часы перешли вперед более чем на сутки и показали {to}: проверьте время"),
                    format!("the clock jumped forward by more than a day, to {to}: look at the time"),
                )
            }
            Problem::Printer(terminal, state) => {
                let (russian, english) = printer(state);
                pick(format!("терминал {terminal}: {russian}"), format!("terminal {terminal}: {english}"))
            }
        }
    }
}

/// Returns what to do about a printer, in Russian and English.
fn printer(state: PrinterState) -> (&'static str, &'static str) {
    match state {
        PrinterState::Ready => ("принтер печатает", "the printer prints"),
        PrinterState::PaperLow => (
            "бумага кончается: приготовьте рулон",
            "the paper is about to end: have a roll ready",
        ),
        PrinterState::NoPaper => ("бумаги нет: вставьте рулон", "there is no paper: put a roll in"),
        PrinterState::CoverOpen => (
            "крышка принтера открыта: закройте ее",
            "the printer's cover is open: close it",
        ),
        PrinterState::Offline => (
            "принтер не отвечает: проверьте питание и кабель",
            "the printer does not answer: look at its power and its cable",
        ),
    }
}

#[cfg(test)]
mod tests;
