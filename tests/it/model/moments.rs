//! The dimensions that are about time: now, the visit, its limits, and the patient's other visits beside it.

use super::naive::{DAY, Date, Question, Visit, VisitCell, Wall, date, midnight};
use super::worlds::Dimension;

const HOUR: Wall = 3_600;
const MINUTE: Wall = 60;

/// Time: the clinic's midnight, the UTC midnight, ends of months and years, leap days.
pub const TIME: &[Dimension] = &[
    Dimension {
        name: "now",
        values: &[
            ("ordinary noon", |q| now(q, (2026, 3, 10), 12 * HOUR)),
            ("last second of a day", |q| now(q, (2026, 3, 10), DAY - 1)),
            ("first second of a day", |q| now(q, (2026, 3, 11), 0)),
            ("before the UTC midnight", |q| now(q, (2026, 3, 11), 3 * HOUR - 1)),
            ("at the UTC midnight", |q| now(q, (2026, 3, 11), 3 * HOUR)),
            ("27 February", |q| now(q, (2026, 2, 27), 9 * HOUR)),
            ("28 February", |q| now(q, (2026, 2, 28), 9 * HOUR)),
            ("28 February of a leap year", |q| now(q, (2028, 2, 28), 23 * HOUR)),
            ("29 February", |q| now(q, (2028, 2, 29), HOUR)),
            ("New Year's Eve", |q| now(q, (2026, 12, 31), 23 * HOUR)),
        ],
    },
    Dimension {
        name: "day of the visit",
        values: &[
            ("tomorrow", |q| on_day(q, 1)),
            ("yesterday", |q| on_day(q, -1)),
            ("today", |q| on_day(q, 0)),
            ("2 ahead", |q| on_day(q, 2)),
            ("13 ahead", |q| on_day(q, 13)),
            ("14 ahead", |q| on_day(q, 14)),
            ("15 ahead", |q| on_day(q, 15)),
            ("16 ahead", |q| on_day(q, 16)),
        ],
    },
    Dimension {
        name: "time of the visit",
        values: &[
            ("as now", |_| {}),
            ("a second before", |q| at(q, q.begin - 1)),
            ("a second after", |q| at(q, q.begin + 1)),
            ("midnight", |q| at_time(q, 0)),
            ("before the UTC midnight", |q| at_time(q, 3 * HOUR - 1)),
            ("at the UTC midnight", |q| at_time(q, 3 * HOUR)),
            ("last second of the day", |q| at_time(q, DAY - 1)),
        ],
    },
    Dimension {
        name: "max_period_days",
        values: &[
            ("14", |q| q.max_period_days = 14),
            ("0", |q| q.max_period_days = 0),
            ("1", |q| q.max_period_days = 1),
            ("15", |q| q.max_period_days = 15),
        ],
    },
    Dimension {
        name: "scheduleDays",
        values: &[
            ("14", |q| q.schedule_days = Some(14)),
            ("none", |q| q.schedule_days = None),
            ("0", |q| q.schedule_days = Some(0)),
            ("1", |q| q.schedule_days = Some(1)),
            ("13", |q| q.schedule_days = Some(13)),
        ],
    },
];

/// The patient's other visits.
pub const HELD: &[Dimension] = &[Dimension {
    name: "held",
    values: &[
        ("none", |_| {}),
        ("this cell", |q| {
            hold(q, VisitCell::ThisVeryCell, true, q.begin, q.end);
        }),
        ("this cell, other speciality", |q| {
            hold(q, VisitCell::ThisVeryCell, false, q.begin, q.end);
        }),
        ("same speciality, over by a second", |q| {
            hold(q, VisitCell::Another, true, q.now - HOUR, q.now - 1);
        }),
        ("same speciality, over now", |q| {
            hold(q, VisitCell::Another, true, q.now - HOUR, q.now);
        }),
        ("same speciality, over in a second", |q| {
            hold(q, VisitCell::Another, true, q.now - HOUR, q.now + 1);
        }),
        ("same speciality, next month", |q| {
            hold(
                q,
                VisitCell::Gone,
                true,
                q.now + 30 * DAY,
                q.now + 30 * DAY + HOUR,
            );
        }),
        ("same speciality, two", |q| {
            hold(q, VisitCell::Another, true, q.now - HOUR, q.now);
            hold(
                q,
                VisitCell::Another,
                true,
                q.now + 5 * DAY,
                q.now + 5 * DAY + HOUR,
            );
            hold(
                q,
                VisitCell::Another,
                true,
                q.now + 6 * DAY,
                q.now + 6 * DAY + HOUR,
            );
        }),
        ("other speciality, same time", |q| {
            hold(q, VisitCell::Another, false, q.begin, q.end);
        }),
        ("other speciality, ends a second after the begin", |q| {
            hold(q, VisitCell::Another, false, q.begin - HOUR, q.begin + 1);
        }),
        ("other speciality, begins a second before the end", |q| {
            hold(q, VisitCell::Gone, false, q.end - 1, q.end + HOUR);
        }),
        ("other speciality, within", |q| {
            hold(q, VisitCell::Another, false, q.begin + 1, q.end - 1);
        }),
        ("other speciality, around", |q| {
            hold(q, VisitCell::Another, false, q.begin - 1, q.end + 1);
        }),
        ("other speciality, ends at the begin", |q| {
            hold(q, VisitCell::Another, false, q.begin - HOUR, q.begin);
        }),
        ("other speciality, begins at the end", |q| {
            hold(q, VisitCell::Another, false, q.end, q.end + HOUR);
        }),
        ("other speciality, touching on both sides", |q| {
            hold(q, VisitCell::Another, false, q.begin - HOUR, q.begin);
            hold(q, VisitCell::Another, false, q.end, q.end + HOUR);
        }),
        ("other speciality, two overlap", |q| {
            hold(q, VisitCell::Another, false, q.begin - HOUR, q.begin + 1);
            hold(q, VisitCell::Another, false, q.begin + 1, q.end);
        }),
        ("same speciality over, overlapping", |q| {
            hold(
                q,
                VisitCell::Another,
                true,
                q.now.min(q.begin) - HOUR,
                q.now.max(q.begin + 1),
            );
        }),
        ("overlapping before the same speciality", |q| {
            hold(q, VisitCell::Another, false, q.begin - HOUR, q.begin + 1);
            hold(q, VisitCell::Another, true, q.begin + DAY, q.end + DAY);
        }),
    ],
}];

/// Sets the cell `days` after today, at the time of day that the clock shows now.
fn on_day(q: &mut Question, days: i64) {
    at(q, q.now + days * DAY);
}

fn at(q: &mut Question, begin: Wall) {
    (q.begin, q.end) = (begin, begin + 15 * MINUTE);
}

/// Sets the cell to another time of its day.
fn at_time(q: &mut Question, time: Wall) {
    at(q, midnight(date(q.begin)) + time);
}

fn hold(q: &mut Question, cell: VisitCell, same_speciality: bool, begin: Wall, end: Wall) {
    let doctor = if q.held.is_empty() {
        "Первых П. П."
    } else {
        "Второв В."
    };
    q.held.push(Visit {
        cell,
        same_speciality,
        doctor,
        begin,
        end,
    });
}

fn now(q: &mut Question, day: Date, time: Wall) {
    q.now = midnight(day) + time;
}
