//! Cells, free places and resources in listings ([crate::contract::reading]): by the rules that book.

use super::{Policy, objection, objection_to_all};
use crate::model::{Access, AgeBounds, AheadCell, Cell, ClientApplication, Moment, Patient, Standing};
use crate::refusal::Refusal;
use chrono::{Datelike, Days, NaiveDate};

/// Codes of telemedicine: lists show its cells only by request.
const TELEMEDICINE: [&str; 2] = ["322", "323"];

/// Last year of four digits.
const YEAR_MAX: i32 = 9999;

/// Whether a list that nobody filters shows a cell, by its `busyType.code`.
pub fn is_listed(busy_code: &str) -> bool {
    !TELEMEDICINE.contains(&busy_code)
}

/// The viewer of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// An anonymous viewer at this client application.
    Source(ClientApplication),
    /// The patient of a token.
    Patient(Box<Standing>),
}

impl Viewer {
    /// Returns the client application.
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
    /// The cell has begun.
    Expired,
    /// The cell is not this server's, or shares no access bit with the client application.
    Unauthorized,
    /// The cell is closed, or is not a reception; or the cell is too far ahead and the viewer has no token.
    Unavailable,
    /// The answer of booking to this patient.
    UnavailableWithMessage(Refusal),
}

/// Returns the status of a cell.
///
/// Rules about the cell alone come first, in the order of the booking's table: another owner, closed, no common access bit, not a reception, begun,
/// too far ahead, no free place. So a token changes none of these statuses except "too far ahead", which has no status of its
/// own: without a token the cell is `Unavailable`. With a token, such a cell and every otherwise free cell get the first
/// refusal of the booking's table, as booking would answer. A rule that is switched off marks nothing.
pub fn showing(viewer: &Viewer, cell: &Cell, policy: &Policy, now: Moment) -> Showing {
    let to_all = objection_to_all(viewer.application(), cell, policy, now);
    match (to_all, viewer) {
        (Some(Refusal::OfCentre | Refusal::OfNobody | Refusal::NoAccess), _) => Showing::Unauthorized,
        (Some(Refusal::Begun), _) => Showing::Expired,
        (Some(Refusal::Full), _) => Showing::Booked,
        (Some(Refusal::Closed | Refusal::NotReception), _) | (Some(_), Viewer::Source(_)) => {
            Showing::Unavailable
        }
        (None, Viewer::Source(_)) => Showing::Available,
        (_, Viewer::Patient(standing)) => {
            objection(standing, cell, policy, now).map_or(Showing::Available, Showing::UnavailableWithMessage)
        }
    }
}

/// The bounds of the cells from today on that a client application may book, free places aside: [`objection_to_all`] for many
/// cells at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Begun cells of today count too.
    pub begun: bool,
    /// Last day; none without such a rule.
    pub last_day: Option<NaiveDate>,
    /// Access bits: a reception needs one of them. None: any cell will do.
    pub access: Option<Access>,
}

impl Reach {
    /// Returns the reach of an application today.
    pub fn of(application: &ClientApplication, policy: &Policy, today: NaiveDate) -> Reach {
        let on = policy.switches;
        let schedule_days = application.schedule_days.filter(|_| on.schedule_days);
        let period_days = Some(policy.max_period_days).filter(|_| on.max_period);
        let days = schedule_days.into_iter().chain(period_days).min();
        // A day beyond years of four digits is no bound.
        let last_day = days.and_then(|days| today.checked_add_days(Days::new(days.try_into().ok()?)));
        let last_day = last_day.filter(|day| day.year() <= YEAR_MAX);
        Reach {
            begun: !on.past,
            last_day,
            access: on.access.then_some(application.access),
        }
    }

    /// Whether a cell counts among the free places of those who share a bit with `access`: the rules that [`Reach::access`]
    /// stands for.
    pub fn has_free_place(access: Option<Access>, cell: &AheadCell) -> bool {
        let is_open = |access| cell.flag_access.shares_bit(access) && cell.is_reception;
        cell.free > 0 && access.is_none_or(is_open)
    }

    /// Whether the patient is within the bounds on age on some day of the reach (4029).
    pub fn is_of_age(&self, patient: &Patient, ages: AgeBounds, today: NaiveDate) -> bool {
        let oldest = self.last_day.map_or(i64::MAX, |day| patient.full_years(day));
        let youngest = patient.full_years(today);
        ages.from.is_none_or(|from| from <= oldest) && ages.to.is_none_or(|to| youngest <= to)
    }
}
