//! Goal: each judgement changes at its bound, and nowhere else.

use super::{Problem, Severity, backup, disk, exchange, flush, log, time_source, timetable};
use crate::model::{ExchangeState, Moment};
use chrono::{DateTime, Days, TimeDelta};
use std::time::Duration;

const MIB: u64 = 1 << 20;

fn now() -> Moment {
    DateTime::parse_from_rfc3339("2026-11-29T08:00:00+03:00").unwrap()
}

fn severity(found: Option<Problem>) -> Option<Severity> {
    found.map(Problem::severity)
}

#[test]
fn space_is_judged_beside_the_database() {
    assert_eq!(severity(disk(72 * MIB - 1, 0)), Some(Severity::Bad));
    assert_eq!(severity(disk(72 * MIB, 0)), Some(Severity::Warning));
    assert_eq!(severity(disk(512 * MIB - 1, 0)), Some(Severity::Warning));
    assert_eq!(disk(512 * MIB, 256 * MIB), None);
    assert_eq!(severity(disk(512 * MIB, 257 * MIB)), Some(Severity::Warning));
    assert_eq!(severity(disk(u64::MAX - 1, u64::MAX)), Some(Severity::Warning));
}

#[test]
fn a_flush_is_judged_by_its_time() {
    assert_eq!(flush(Duration::from_millis(30)), None);
    assert_eq!(
        severity(flush(Duration::from_millis(31))),
        Some(Severity::Warning)
    );
    assert_eq!(severity(flush(Duration::from_millis(501))), Some(Severity::Bad));
}

#[test]
fn a_backup_is_judged_by_its_age() {
    let made = |hours| backup(Some(now() - TimeDelta::hours(hours)), now());
    assert_eq!(backup(None, now()), Some(Problem::BackupMissing));
    assert_eq!(made(47), None);
    assert_eq!(made(48), Some(Problem::BackupOld(2)));
    assert_eq!(severity(made(14 * 24)), Some(Severity::Warning));
    assert_eq!(severity(made(15 * 24)), Some(Severity::Bad));
    assert!(matches!(made(-1), Some(Problem::BackupAhead(_))));
}

#[test]
fn a_timetable_is_judged_by_the_days_left() {
    let today = now().date_naive();
    assert_eq!(timetable(None, today), Some(Problem::TimetableEmpty));
    assert_eq!(timetable(Some(today + Days::new(7)), today), None);
    assert!(matches!(
        timetable(Some(today + Days::new(6)), today),
        Some(Problem::TimetableEnds(_))
    ));
    assert_eq!(
        severity(timetable(Some(today - Days::new(1)), today)),
        Some(Severity::Bad)
    );
}

#[test]
fn a_clock_that_nobody_judges_is_no_finding() {
    assert_eq!(time_source(None), None);
    assert_eq!(time_source(Some(true)), None);
    assert_eq!(time_source(Some(false)), Some(Problem::TimeNotSynchronised));
}

#[test]
fn a_log_that_cannot_be_copied_is_bad() {
    assert_eq!(log(false), None);
    assert_eq!(severity(log(true)), Some(Severity::Bad));
}

#[test]
fn an_exchange_is_judged_by_what_it_leaves_and_what_waits() {
    let at = |hours| now() - TimeDelta::hours(hours);
    let waiting = |hours| ExchangeState {
        waiting: Some((7, at(hours))),
        ..ExchangeState::default()
    };
    let kept = |days: i64| ExchangeState {
        unsafe_since: Some(at(24 * days)),
        ..ExchangeState::default()
    };
    let issues = ExchangeState {
        issues: 2,
        ..waiting(0)
    };
    assert_eq!(exchange(&ExchangeState::default(), now()), []);
    assert_eq!(exchange(&issues, now()), [Problem::ExchangeIssues(2)]);
    assert_eq!(exchange(&waiting(23), now()), []);
    assert_eq!(exchange(&waiting(24), now()), [Problem::ExchangeWaits(7, 1)]);
    assert_eq!(exchange(&kept(29), now()), []);
    assert_eq!(exchange(&kept(30), now()), [Problem::ExchangeUnsafe(30)]);
}
