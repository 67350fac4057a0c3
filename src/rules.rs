//! The rules of booking ([crate::contract::booking], "Refusals, in order of precedence"): pure, from "this server has no such LPU" down.
//!
//! [`decide`] answers one request; [`objection`] answers for one cell and is what listings use too ([`mod@showing`]), so that
//! what they show as available is what booking accepts.

mod held;
mod showing;
mod switches;
mod today;

pub use held::{objection_to_cancelling, objection_to_check_in};
pub use showing::{Reach, Showing, Viewer, showing};
pub use switches::Switches;
pub use today::{DayLimits, too_many_waiting_entries};

use crate::model::{
    Cell, CellName, ClientApplication, Earlier, Exam, Facts, Held, Moment, Referral, Standing, Wish,
};
use crate::refusal::Refusal;
use today::too_many_bookings;

/// Full years from which a children's clinic takes no patient (4005).
const GROWN_UP_YEARS: i64 = 18;

/// `busyType.type` of a cell that is not a reception.
const NO_RECEPTION: i64 = 0;

/// What the clinic decided about the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The rules that are on.
    pub switches: Switches,
    /// `max_period_days`: most local calendar days between today and the day of a visit.
    pub max_period_days: i64,
    /// What one patient may do in a day.
    pub limits: DayLimits,
}

/// What is to be done for a request that nothing speaks against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval<'a> {
    /// Make the visit.
    Book(Booking<'a>),
    /// It was made before with the same `Idempotency-Key`: answer with the visit in this row.
    Repeat(i64),
}

/// All that a new visit is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking<'a> {
    /// Whose visit.
    pub standing: &'a Standing,
    /// Where.
    pub cell: &'a Cell,
    /// On what referral.
    pub referral: Option<Referral>,
    /// For what exam.
    pub exam: Option<Exam>,
}

/// Decides one request to book. The first refusal that applies, in the contract's order, is the answer.
pub fn decide<'a>(
    wish: &Wish,
    facts: &'a Facts,
    policy: &Policy,
    now: Moment,
) -> Result<Approval<'a>, Refusal> {
    if !facts.lpu_known {
        return Err(Refusal::LpuUnknown);
    }
    let standing = facts
        .standing
        .as_ref()
        .filter(|_| wish.bearer.lpu == wish.lpu)
        .ok_or(Refusal::CardUnknown {
            mkab: wish.bearer.mkab,
            lpu: wish.lpu,
        })?;
    let cell = facts.cell.as_ref();
    let earlier = facts.earlier.map(|earlier| repeat(earlier, standing, cell));
    // What was booked already is answered however often it is asked for.
    if let Some(Ok(repeat)) = earlier {
        return Ok(repeat);
    }
    if let Some(refusal) = too_many_bookings(standing, policy, now) {
        return Err(refusal);
    }
    let cell = cell.ok_or(match wish.cell {
        CellName::Guid(_) => Refusal::CellUnknown,
        CellName::Begin(..) => Refusal::NoCellThen,
    })?;
    if let Some(Err(refusal)) = earlier {
        return Err(refusal);
    }
    let referral = referral(wish, facts, standing)?;
    let exam = exam(wish, facts, standing)?;
    match objection(standing, cell, policy, now) {
        Some(refusal) => Err(refusal),
        None => Ok(Approval::Book(Booking {
            standing,
            cell,
            referral,
            exam,
        })),
    }
}

/// The contract's promise about `Idempotency-Key`.
fn repeat<'a>(earlier: Earlier, standing: &Standing, cell: Option<&Cell>) -> Result<Approval<'a>, Refusal> {
    let is_here = cell.is_some_and(|cell| earlier.cell_id == Some(cell.id));
    if standing.patient.has_card(earlier.patient_id) && is_here {
        Ok(Approval::Repeat(earlier.visit_id))
    } else {
        Err(Refusal::KeyTaken)
    }
}

/// 4031.
fn referral(wish: &Wish, facts: &Facts, standing: &Standing) -> Result<Option<Referral>, Refusal> {
    let Some(named) = &wish.referral else {
        return Ok(None);
    };
    let fits = |known: &Referral| known.kind == named.kind && standing.patient.has_card(known.patient_id);
    facts
        .referral
        .filter(fits)
        .map(Some)
        .ok_or(Refusal::ReferralUnknown)
}

/// The exam is known and the patient's own.
fn exam(wish: &Wish, facts: &Facts, standing: &Standing) -> Result<Option<Exam>, Refusal> {
    if wish.exam.is_none() {
        return Ok(None);
    }
    facts
        .exam
        .filter(|known| standing.patient.has_card(known.patient_id))
        .map(Some)
        .ok_or(Refusal::ExamUnknown)
}

/// What the rules look at that ask nothing about the patient.
struct Offer<'a> {
    application: &'a ClientApplication,
    cell: &'a Cell,
    policy: &'a Policy,
    now: Moment,
}

/// What the others look at.
struct Case<'a> {
    standing: &'a Standing,
    cell: &'a Cell,
    now: Moment,
}

/// One row of the contract's table.
struct Rule {
    is_on: fn(&Switches) -> bool,
    objects: Objects,
}

/// Why a row speaks against a booking, if it does.
enum Objects {
    /// Whoever the patient is.
    Anyhow(fn(&Offer) -> Option<Refusal>),
    /// By what is known about the patient.
    ToPatient(fn(&Case) -> Option<Refusal>),
}
use Objects::{Anyhow, ToPatient};

/// The rows from 4005 down, in the contract's order.
const RULES: [Rule; 12] = [
    Rule {
        is_on: |on| on.children_clinic,
        objects: ToPatient(children_clinic),
    },
    Rule {
        is_on: |on| on.self_booking_ban,
        objects: ToPatient(self_booking_ban),
    },
    Rule {
        is_on: |on| on.dispensary_only,
        objects: ToPatient(dispensary_only),
    },
    Rule {
        is_on: |on| on.repeat_in_cell,
        objects: ToPatient(repeat_in_cell),
    },
    Rule {
        is_on: |on| on.one_per_speciality,
        objects: ToPatient(one_per_speciality),
    },
    Rule {
        is_on: |on| on.age_bounds,
        objects: ToPatient(age_bounds),
    },
    Rule {
        is_on: |on| on.access,
        objects: Anyhow(access),
    },
    Rule {
        is_on: |on| on.past,
        objects: Anyhow(past),
    },
    Rule {
        is_on: |on| on.max_period,
        objects: Anyhow(max_period),
    },
    Rule {
        is_on: |on| on.schedule_days,
        objects: Anyhow(schedule_days),
    },
    Rule {
        is_on: |_| true,
        objects: Anyhow(free_place),
    },
    Rule {
        is_on: |on| on.one_per_time,
        objects: ToPatient(one_per_time),
    },
];

/// The first rule that speaks against this patient in this cell; none when it can be booked.
pub fn objection(standing: &Standing, cell: &Cell, policy: &Policy, now: Moment) -> Option<Refusal> {
    let offer = Offer {
        application: &standing.application,
        cell,
        policy,
        now,
    };
    let case = Case { standing, cell, now };
    let by_rules = || {
        first(policy, |rule| match rule.objects {
            Anyhow(objects) => objects(&offer),
            ToPatient(objects) => objects(&case),
        })
    };
    too_many_bookings(standing, policy, now).or_else(by_rules)
}

/// The first rule that speaks against this cell for everybody who books from this application; none when the cell is
/// free for somebody.
pub fn objection_to_all(
    application: &ClientApplication,
    cell: &Cell,
    policy: &Policy,
    now: Moment,
) -> Option<Refusal> {
    let offer = Offer {
        application,
        cell,
        policy,
        now,
    };
    first(policy, |rule| match rule.objects {
        Anyhow(objects) => objects(&offer),
        ToPatient(_) => None,
    })
}

fn first(policy: &Policy, objects: impl Fn(&Rule) -> Option<Refusal>) -> Option<Refusal> {
    RULES
        .iter()
        .filter(|rule| (rule.is_on)(&policy.switches))
        .find_map(objects)
}

impl Case<'_> {
    /// The patient's full years on the local day of the visit.
    fn years(&self) -> i64 {
        self.standing.patient.full_years(self.cell.begin.date_naive())
    }
}

impl Offer<'_> {
    /// Local calendar days from today to the day of the visit.
    fn days_ahead(&self) -> i64 {
        (self.cell.begin.date_naive() - self.now.date_naive()).num_days()
    }
}

fn children_clinic(case: &Case) -> Option<Refusal> {
    (case.standing.lpu.is_children && case.years() >= GROWN_UP_YEARS).then_some(Refusal::GrownUp)
}

fn self_booking_ban(case: &Case) -> Option<Refusal> {
    let banned = case.standing.patient.self_booking_banned && case.standing.application.self_service;
    banned.then_some(Refusal::SelfBookingBanned)
}

fn dispensary_only(case: &Case) -> Option<Refusal> {
    let resource = &case.cell.resource;
    let registered = case.standing.registered_with.contains(&resource.id);
    (resource.dispensary_only && !registered).then_some(Refusal::NotRegistered)
}

fn repeat_in_cell(case: &Case) -> Option<Refusal> {
    let in_cell = case
        .standing
        .held
        .iter()
        .any(|held| held.cell_id == Some(case.cell.id));
    in_cell.then_some(Refusal::AlreadyInCell)
}

fn one_per_speciality(case: &Case) -> Option<Refusal> {
    let same = |held: &&Held| held.end > case.now && held.speciality_id == case.cell.resource.speciality_id;
    let held = case.standing.held.iter().find(same)?;
    Some(Refusal::SameSpeciality {
        doc_fio: held.doc_fio.clone(),
        begin: held.begin,
    })
}

fn age_bounds(case: &Case) -> Option<Refusal> {
    let years = case.years();
    let fits = case.cell.ages.hold(years) && case.cell.resource.ages.hold(years);
    (!fits).then_some(Refusal::AgeOutside)
}

fn access(offer: &Offer) -> Option<Refusal> {
    if offer.cell.flag_access & offer.application.access == 0 {
        Some(Refusal::NoAccess)
    } else if offer.cell.busy_type.kind == NO_RECEPTION {
        Some(Refusal::NotReception)
    } else {
        None
    }
}

fn past(offer: &Offer) -> Option<Refusal> {
    (offer.cell.begin <= offer.now).then_some(Refusal::Begun)
}

fn max_period(offer: &Offer) -> Option<Refusal> {
    let days_max = offer.policy.max_period_days;
    (offer.days_ahead() > days_max).then_some(Refusal::BeyondPeriod { days_max })
}

fn schedule_days(offer: &Offer) -> Option<Refusal> {
    let days_max = offer.application.schedule_days?;
    (offer.days_ahead() > days_max).then_some(Refusal::BeyondSchedule { days_max })
}

fn free_place(offer: &Offer) -> Option<Refusal> {
    (offer.cell.used_count >= offer.cell.plan_count).then_some(Refusal::Full)
}

fn one_per_time(case: &Case) -> Option<Refusal> {
    let overlaps = |held: &&Held| held.begin < case.cell.end && case.cell.begin < held.end;
    let held = case.standing.held.iter().find(overlaps)?;
    Some(Refusal::SameTime { begin: held.begin })
}
