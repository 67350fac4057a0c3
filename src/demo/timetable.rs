//! The timetable: who receives when, as cells. Nothing here depends on the day from which it is asked for: the same
//! resource has the same cells on the same day, with the same GUIDs.

use super::clinics::POLYCLINIC;
use super::line::{Ages, BusyType, Slot};
use super::staff::Staff;
use crate::model::Zone;
use chrono::{Datelike, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Weekday};
use uuid::Uuid;

/// The pattern after which a resource receives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// Mornings and afternoons by turns, with house calls and some telemedicine.
    District,
    /// Mornings and afternoons by turns.
    Specialist,
    /// From eight to midnight every second day, Sundays too: two of them leave no day without.
    Duty,
    /// From eight to midnight every day.
    EveryDay,
    /// Once a week.
    Weekly,
    /// Working days from morning to evening.
    Diagnostics,
    /// Early on working days.
    Mornings,
    /// Lessons for groups.
    Groups,
    /// Cells with bounds on age of their own.
    Prevention,
    /// Cells for the registry alone.
    Commission,
    /// House calls alone.
    HomeVisits,
}

/// What cells are for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Whoever books.
    Reception,
    /// Patients who book for themselves, at the terminal or on the Internet.
    SelfService,
    /// The registry's own.
    Registry,
    /// The call centre's own.
    CallCenter,
    /// Doctors who send a patient on.
    Doctors,
    /// A group's lesson.
    Group,
    /// Patients of these ages.
    Aged(u32, u32),
    /// A first consultation by video.
    Telemedicine,
    /// A further one.
    TelemedicineAgain,
    /// No reception.
    Lunch,
    /// No reception either.
    HouseCalls,
}

impl Purpose {
    /// Access bits ([crate::contract::applications]) where they are not all.
    fn flag_access(self) -> Option<u32> {
        match self {
            Purpose::SelfService => Some(4 | 32),
            Purpose::Registry => Some(1),
            Purpose::CallCenter => Some(64),
            Purpose::Doctors => Some(2 | 8),
            _ => None,
        }
    }

    fn busy_type(self) -> Option<BusyType> {
        let (kind, code, name) = match self {
            Purpose::Group => (1, "", "Групповое занятие"),
            Purpose::Telemedicine => (1, "322", "Телемедицинская консультация первичная"),
            Purpose::TelemedicineAgain => (1, "323", "Телемедицинская консультация повторная"),
            Purpose::Lunch => (0, "", "Обед"),
            Purpose::HouseCalls => (0, "", "Вызовы на дом"),
            _ => return None,
        };
        Some(BusyType { kind, code, name })
    }

    fn ages(self) -> Ages {
        match self {
            Purpose::Aged(from, to) => Ages {
                from: Some(from),
                to: Some(to),
            },
            _ => Ages::default(),
        }
    }
}

/// A stretch of a working day: begin and end as hours and minutes (`1330`), and what its cells are for.
type Stretch = (u32, u32, Purpose);

const DISTRICT_MORNING: &[Stretch] = &[
    (800, 900, Purpose::Reception),
    (900, 930, Purpose::SelfService),
    (930, 1030, Purpose::Reception),
    (1030, 1100, Purpose::Registry),
    (1100, 1130, Purpose::Lunch),
    (1130, 1230, Purpose::Reception),
    (1230, 1300, Purpose::Telemedicine),
    (1300, 1500, Purpose::HouseCalls),
];
const DISTRICT_AFTERNOON: &[Stretch] = &[
    (1200, 1400, Purpose::HouseCalls),
    (1400, 1430, Purpose::TelemedicineAgain),
    (1430, 1600, Purpose::Reception),
    (1600, 1630, Purpose::Lunch),
    (1630, 1700, Purpose::CallCenter),
    (1700, 1800, Purpose::SelfService),
    (1800, 2000, Purpose::Reception),
];
const SPECIALIST_MORNING: &[Stretch] = &[
    (830, 1030, Purpose::Reception),
    (1030, 1100, Purpose::Doctors),
    (1100, 1130, Purpose::Lunch),
    (1130, 1300, Purpose::Reception),
    (1300, 1330, Purpose::Registry),
];
const SPECIALIST_AFTERNOON: &[Stretch] = &[
    (1400, 1600, Purpose::Reception),
    (1600, 1630, Purpose::CallCenter),
    (1630, 1700, Purpose::Lunch),
    (1700, 1930, Purpose::Reception),
];
const SATURDAY: &[Stretch] = &[(900, 1300, Purpose::Reception)];
const LONG_DAY: &[Stretch] = &[(800, 2400, Purpose::Reception)];
const WEEKLY: &[Stretch] = &[(1000, 1300, Purpose::Reception)];
const WHOLE_DAY: &[Stretch] = &[
    (800, 1200, Purpose::Reception),
    (1200, 1230, Purpose::Lunch),
    (1230, 1300, Purpose::Doctors),
    (1300, 1700, Purpose::Reception),
];
const EARLY: &[Stretch] = &[(730, 1100, Purpose::Reception)];
const LESSONS: &[Stretch] = &[(900, 1200, Purpose::Group), (1500, 1800, Purpose::Group)];
const BY_AGE: &[Stretch] = &[
    (800, 1200, Purpose::Aged(40, 120)),
    (1300, 1700, Purpose::Aged(18, 39)),
];
const FOR_REGISTRY: &[Stretch] = &[(900, 1200, Purpose::Registry)];
const ON_THE_ROAD: &[Stretch] = &[
    (900, 1300, Purpose::HouseCalls),
    (1400, 1800, Purpose::HouseCalls),
];
const CLOSED: &[Stretch] = &[];

/// The polyclinic's therapists see patients here on Saturdays.
const SATURDAY_ROOM: &str = "104";

/// What a resource's working day on `date` looks like.
fn day(staff: &Staff, date: NaiveDate) -> &'static [Stretch] {
    let even = |day: u32| (day + staff.number).is_multiple_of(2);
    match (staff.hours, date.weekday()) {
        (Hours::EveryDay, _) => LONG_DAY,
        (Hours::Duty, _) if even(date.num_days_from_ce().unsigned_abs()) => LONG_DAY,
        (Hours::Weekly, Weekday::Thu) => WEEKLY,
        (Hours::Duty | Hours::Weekly, _) | (_, Weekday::Sun) => CLOSED,
        (_, Weekday::Sat) => saturday(staff),
        (Hours::District, weekday) if even(weekday.num_days_from_monday()) => DISTRICT_MORNING,
        (Hours::District, _) => DISTRICT_AFTERNOON,
        (Hours::Specialist, weekday) if even(weekday.num_days_from_monday()) => SPECIALIST_MORNING,
        (Hours::Specialist, _) => SPECIALIST_AFTERNOON,
        (Hours::Diagnostics, _) => WHOLE_DAY,
        (Hours::Mornings, _) => EARLY,
        (Hours::Groups, _) => LESSONS,
        (Hours::Prevention, _) => BY_AGE,
        (Hours::Commission, _) => FOR_REGISTRY,
        (Hours::HomeVisits, _) => ON_THE_ROAD,
    }
}

/// Saturday is half a day, and one in three works.
fn saturday(staff: &Staff) -> &'static [Stretch] {
    let works = matches!(
        staff.hours,
        Hours::District | Hours::Specialist | Hours::Diagnostics | Hours::Mornings
    );
    if works && staff.number.is_multiple_of(3) {
        SATURDAY
    } else {
        CLOSED
    }
}

/// The cells of a resource on `date`, by begin. A cell whose begin the clock jumps over is left out.
pub fn cells(staff: &'static Staff, date: NaiveDate, zone: Zone) -> impl Iterator<Item = Slot> {
    day(staff, date).iter().flat_map(move |&(begin, end, purpose)| {
        let (begin, end) = (minutes(begin), minutes(end));
        let length = match purpose {
            Purpose::Lunch | Purpose::HouseCalls => end - begin,
            _ => staff.cell_minutes,
        };
        // A stretch that the cells do not fill to the minute ends with the last whole one.
        (0..(end - begin) / length)
            .filter_map(move |place| cell(staff, date, zone, begin + place * length, length, purpose))
    })
}

/// Minutes since midnight of hours and minutes.
fn minutes(clock: u32) -> u32 {
    clock / 100 * 60 + clock % 100
}

fn cell(
    staff: &Staff,
    date: NaiveDate,
    zone: Zone,
    begin_minutes: u32,
    length_minutes: u32,
    purpose: Purpose,
) -> Option<Slot> {
    let time = NaiveTime::from_num_seconds_from_midnight_opt(begin_minutes * 60, 0)
        .expect("a stretch ends at midnight at the latest, so each of its cells begins before");
    let begin = zone.from_local(date.and_time(time))?;
    let end = begin + TimeDelta::minutes(i64::from(length_minutes));
    let plan_count = if purpose.busy_type().is_some_and(|busy| busy.kind == 0) {
        1
    } else {
        staff.plan_count
    };
    let elsewhere =
        staff.hours == Hours::District && staff.lpu == POLYCLINIC && date.weekday() == Weekday::Sat;
    Some(Slot {
        guid: cell_guid(staff.number, date, time),
        resource: staff.guid(),
        begin: begin.to_rfc3339_opts(SecondsFormat::Secs, false),
        end: end.to_rfc3339_opts(SecondsFormat::Secs, false),
        plan_count: (plan_count != 1).then_some(plan_count),
        flag_access: purpose.flag_access(),
        busy_type: purpose.busy_type(),
        room: if elsewhere { SATURDAY_ROOM } else { "" },
        ages: purpose.ages(),
    })
}

/// A cell's GUID can be read: `60000101-2026-4000-8000-000003090830` is resource 101 on 9 March 2026 at 08:30.
fn cell_guid(number: u32, date: NaiveDate, time: NaiveTime) -> Uuid {
    let text = format!(
        "6{number:07}-{}-4000-8000-0000{}{}",
        date.format("%Y"),
        date.format("%m%d"),
        time.format("%H%M")
    );
    Uuid::parse_str(&text).expect("decimal digits in the places of a GUID, the year having four")
}
