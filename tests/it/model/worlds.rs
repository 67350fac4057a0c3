//! The small worlds: for each thing that a rule looks at, a few values around its bounds. The first value of each
//! is the one with which everything is right.

use super::moments::{HELD, TIME};
use super::naive::{DAY, Key, Owner, Paper, Question, Rules, date, days_of_month};

/// One thing that rules look at. Values are set in the order of the list: later ones may build on earlier ones.
pub struct Dimension {
    pub name: &'static str,
    pub values: &'static [Value],
}

/// What it is called in a failure, and what it sets.
type Value = (&'static str, fn(&mut Question));

/// The world before any value is set; each of the dimensions overwrites its part.
pub fn blank() -> Question {
    Question {
        now: 0,
        lpu_known: true,
        token_lpu_fits: true,
        open_card_found: true,
        named_by_begin: false,
        cell_found: true,
        key: Key::NotSent,
        referral: Paper::NotNamed,
        exam: Paper::NotNamed,
        children_clinic: false,
        birth: (1980, 6, 15),
        banned: false,
        self_service: true,
        made_today: 0,
        bookings_a_day: 20,
        dispensary_only: false,
        registered_here: false,
        registered_elsewhere: false,
        held: Vec::new(),
        cell_ages: (None, None),
        resource_ages: (None, None),
        access: 36,
        flag_access: 127,
        busy_type: 1,
        owner: Owner::ThisServer,
        closed: false,
        held_by_others: 0,
        begin: 0,
        end: 0,
        plan: 1,
        used: 0,
        max_period_days: 14,
        schedule_days: Some(14),
        rules: Rules {
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
        },
    }
}

/// A birth `years` before the day of the visit, moved by `days` (one at most).
fn born(q: &mut Question, years: i64, days: i64) {
    let (year, month, day) = date(q.begin + days * DAY);
    let year = year - years;
    q.birth = (year, month, day.min(days_of_month(year, month)));
}

/// What is looked up by the names in the request.
const LOOK_UPS: &[Dimension] = &[
    Dimension {
        name: "LPU",
        values: &[("known", |_| {}), ("unknown", |q| q.lpu_known = false)],
    },
    Dimension {
        name: "card",
        values: &[("open", |_| {}), ("none", |q| q.open_card_found = false)],
    },
    Dimension {
        name: "token's LPU",
        values: &[("this", |_| {}), ("another", |q| q.token_lpu_fits = false)],
    },
    Dimension {
        name: "bookings of today",
        values: &[
            ("0 of 20", |_| {}),
            ("19 of 20", |q| q.made_today = 19),
            ("20 of 20", |q| q.made_today = 20),
            ("21 of 20", |q| q.made_today = 21),
            ("1 of 1", |q| (q.made_today, q.bookings_a_day) = (1, 1)),
        ],
    },
    Dimension {
        name: "cell",
        values: &[
            ("by GUID", |_| {}),
            ("by begin", |q| q.named_by_begin = true),
            ("GUID unknown", |q| q.cell_found = false),
            ("none then", |q| (q.named_by_begin, q.cell_found) = (true, false)),
        ],
    },
    Dimension {
        name: "key",
        values: &[
            ("not sent", |_| {}),
            ("fresh", |q| q.key = Key::Fresh),
            ("of this ticket", |q| q.key = Key::ThisPatientThisCell),
            ("of another patient", |q| q.key = Key::OtherPatientThisCell),
            ("of another cell", |q| q.key = Key::ThisPatientOtherCell),
            ("of a removed cell", |q| q.key = Key::ThisPatientCellGone),
        ],
    },
    Dimension {
        name: "referral",
        values: &[
            ("not named", |_| {}),
            ("fits", |q| q.referral = Paper::Fits),
            ("unknown", |q| q.referral = Paper::Unknown),
            ("other type", |q| q.referral = Paper::OtherType),
            ("other patient", |q| q.referral = Paper::OtherPatient),
            ("other type and patient", |q| {
                q.referral = Paper::OtherTypeAndPatient;
            }),
        ],
    },
    Dimension {
        name: "exam",
        values: &[
            ("not named", |_| {}),
            ("fits", |q| q.exam = Paper::Fits),
            ("unknown", |q| q.exam = Paper::Unknown),
            ("other patient", |q| q.exam = Paper::OtherPatient),
        ],
    },
];

/// The patient and who may come to whom.
const PATIENT: &[Dimension] = &[
    Dimension {
        name: "clinic",
        values: &[
            ("for all", |_| {}),
            ("for children", |q| q.children_clinic = true),
        ],
    },
    Dimension {
        name: "birth",
        values: &[
            ("1980", |_| {}),
            ("18 the day after the visit", |q| born(q, 18, 1)),
            ("18 on the day of the visit", |q| born(q, 18, 0)),
            ("18 the day before the visit", |q| born(q, 18, -1)),
            ("29 February 2008", |q| q.birth = (2008, 2, 29)),
            ("28 February 2008", |q| q.birth = (2008, 2, 28)),
            ("1 March 2008", |q| q.birth = (2008, 3, 1)),
            ("1 March 2010", |q| q.birth = (2010, 3, 1)),
            ("on the day of the visit", |q| born(q, 0, 0)),
            ("1 the day after the visit", |q| born(q, 1, 1)),
            ("66 the day after the visit", |q| born(q, 66, 1)),
            ("66 on the day of the visit", |q| born(q, 66, 0)),
        ],
    },
    Dimension {
        name: "cell's ages",
        values: &[
            ("all", |_| {}),
            ("18 on", |q| q.cell_ages = (Some(18), None)),
            ("to 17", |q| q.cell_ages = (None, Some(17))),
            ("18 to 65", |q| q.cell_ages = (Some(18), Some(65))),
            ("0 to 0", |q| q.cell_ages = (Some(0), Some(0))),
            ("19 on", |q| q.cell_ages = (Some(19), None)),
        ],
    },
    Dimension {
        name: "resource's ages",
        values: &[
            ("all", |_| {}),
            ("18 on", |q| q.resource_ages = (Some(18), None)),
            ("to 17", |q| q.resource_ages = (None, Some(17))),
            ("18 to 65", |q| q.resource_ages = (Some(18), Some(65))),
            ("1 to 18", |q| q.resource_ages = (Some(1), Some(18))),
        ],
    },
    Dimension {
        name: "ban",
        values: &[("none", |_| {}), ("on the card", |q| q.banned = true)],
    },
    Dimension {
        name: "source",
        values: &[("self-service", |_| {}), ("served", |q| q.self_service = false)],
    },
    Dimension {
        name: "resource",
        values: &[
            ("for all", |_| {}),
            ("for registered", |q| q.dispensary_only = true),
        ],
    },
    Dimension {
        name: "registered",
        values: &[
            ("nowhere", |_| {}),
            ("here", |q| q.registered_here = true),
            ("elsewhere", |q| q.registered_elsewhere = true),
            ("here and elsewhere", |q| {
                (q.registered_here, q.registered_elsewhere) = (true, true);
            }),
        ],
    },
];

/// The cell.
const CELL: &[Dimension] = &[
    Dimension {
        name: "owner",
        values: &[
            ("this server", |_| {}),
            ("the centre", |q| q.owner = Owner::TheCentre),
            ("nobody", |q| q.owner = Owner::None),
        ],
    },
    Dimension {
        name: "closed",
        values: &[("no", |_| {}), ("yes", |q| q.closed = true)],
    },
    Dimension {
        name: "access",
        values: &[
            ("36 of 127", |_| {}),
            ("36 of 4", |q| q.flag_access = 4),
            ("36 of 32", |q| q.flag_access = 32),
            ("36 of 91", |q| q.flag_access = 91),
            ("36 of 0", |q| q.flag_access = 0),
            ("0 of 127", |q| q.access = 0),
            ("64 of 127", |q| q.access = 64),
            ("64 of 63", |q| (q.access, q.flag_access) = (64, 63)),
            ("1 of 3", |q| (q.access, q.flag_access) = (1, 3)),
            ("1 of 2", |q| (q.access, q.flag_access) = (1, 2)),
        ],
    },
    Dimension {
        name: "busyType",
        values: &[
            ("1", |_| {}),
            ("0", |q| q.busy_type = 0),
            ("2", |q| q.busy_type = 2),
        ],
    },
    Dimension {
        name: "places",
        values: &[
            ("0 of 1", |_| {}),
            ("1 of 1", |q| (q.used, q.plan) = (1, 1)),
            ("1 of 2", |q| (q.used, q.plan) = (1, 2)),
            ("2 of 2", |q| (q.used, q.plan) = (2, 2)),
            ("0 of 0", |q| (q.used, q.plan) = (0, 0)),
            ("1 and 1 held of 3", |q| {
                (q.used, q.held_by_others, q.plan) = (1, 1, 3);
            }),
            ("1 and 1 held of 2", |q| {
                (q.used, q.held_by_others, q.plan) = (1, 1, 2);
            }),
        ],
    },
];

/// A switch of the configuration.
macro_rules! switch {
    ($rule:ident) => {
        Dimension {
            name: concat!("switch ", stringify!($rule)),
            values: &[("on", |_| {}), ("off", |q| q.rules.$rule = false)],
        }
    };
}

const SWITCHES: &[Dimension] = &[
    switch!(children_clinic),
    switch!(self_booking_ban),
    switch!(dispensary_only),
    switch!(repeat_in_cell),
    switch!(one_per_speciality),
    switch!(age_bounds),
    switch!(access),
    switch!(past),
    switch!(max_period),
    switch!(schedule_days),
    switch!(one_per_time),
];

/// All dimensions, in the order in which their values are set.
pub fn dimensions() -> impl Iterator<Item = &'static Dimension> {
    [TIME, LOOK_UPS, PATIENT, HELD, CELL, SWITCHES]
        .into_iter()
        .flatten()
}
