//! What listings say of a cell, of free places and of resources ([crate::contract::reading]): by the rules that book.

use super::{Policy, objection, objection_to_all};
use crate::model::{AgeBounds, Cell, ClientApplication, Moment, Patient, Standing};
use crate::refusal::Refusal;
use chrono::{Datelike, Days, NaiveDate};

/// Last year that a date of four digits has.
const YEAR_MAX: i32 = 9999;

/// Who looks at a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Somebody at this client application, nobody says who.
    Source(ClientApplication),
    /// The patient whom a token names.
    Patient(Box<Standing>),
}

impl Viewer {
    /// The client application.
    pub fn application(&self) -> &ClientApplication {
        match self {
            Viewer::Source(application) => application,
            Viewer::Patient(standing) => &standing.application,
        }
    }
}

/// A cell's `status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Showing {
    /// The viewer may book it; a patient's booking succeeds.
    Available,
    /// No free place.
    Booked,
    /// It has begun.
    Expired,
    /// It shares no access bit with the client application.
    Unauthorized,
    /// It is not a reception; or it is too far ahead and the viewer has no token.
    Unavailable,
    /// What booking would answer this patient.
    UnavailableWithMessage(Refusal),
}

/// How a cell is shown.
///
/// What speaks against the cell whoever asks comes first, in the order of the booking's table: no common access bit, not a
/// reception, begun, too far ahead, no free place. So a token never changes these but for "too far ahead", which has no
/// status of its own: without a token it is `Unavailable`. With one, it and every cell that nothing speaks against as
/// such get the first refusal of the booking's table, as booking would answer. A rule that is switched off marks nothing.
pub fn showing(viewer: &Viewer, cell: &Cell, policy: &Policy, now: Moment) -> Showing {
    let to_all = objection_to_all(viewer.application(), cell, policy, now);
    match (to_all, viewer) {
        (Some(Refusal::NoAccess), _) => Showing::Unauthorized,
        (Some(Refusal::Begun), _) => Showing::Expired,
        (Some(Refusal::Full), _) => Showing::Booked,
        (Some(Refusal::NotReception), _) | (Some(_), Viewer::Source(_)) => Showing::Unavailable,
        (None, Viewer::Source(_)) => Showing::Available,
        (_, Viewer::Patient(standing)) => {
            objection(standing, cell, policy, now).map_or(Showing::Available, Showing::UnavailableWithMessage)
        }
    }
}

/// Which cells from today on a client application may book at all, free places aside: the bounds of what
/// [`objection_to_all`] lets through, for counting many cells at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Cells of today that have begun count too.
    pub begun: bool,
    /// Last day; none when no rule says one.
    pub last_day: Option<NaiveDate>,
    /// Access bits, of which a reception needs one; none when any cell will do.
    pub access: Option<i64>,
}

impl Reach {
    /// The reach of an application today.
    pub fn of(application: &ClientApplication, policy: &Policy, today: NaiveDate) -> Reach {
        let on = policy.switches;
        let schedule_days = application.schedule_days.filter(|_| on.schedule_days);
        let period_days = Some(policy.max_period_days).filter(|_| on.max_period);
        let days = schedule_days.into_iter().chain(period_days).min();
        // More days than dates of four digits have are no bound.
        let last_day = days.and_then(|days| today.checked_add_days(Days::new(days.try_into().ok()?)));
        let last_day = last_day.filter(|day| day.year() <= YEAR_MAX);
        Reach {
            begun: !on.past,
            last_day,
            access: on.access.then_some(application.access),
        }
    }

    /// Whether bounds on age leave a day of the reach on which the patient is within (4029).
    pub fn is_of_age(&self, patient: &Patient, ages: AgeBounds, today: NaiveDate) -> bool {
        let oldest = self.last_day.map_or(i64::MAX, |day| patient.full_years(day));
        let youngest = patient.full_years(today);
        ages.from.is_none_or(|from| from <= oldest) && ages.to.is_none_or(|to| youngest <= to)
    }
}
