//! The rules of booking ([crate::contract::booking], "Refusals, in order of precedence"): pure, from "this server has no such LPU" down.
//!
//! [`decide`] answers one request. [`objection`] answers for one cell, for booking and for listings ([`mod@showing`]) alike: a
//! cell shown as available can be booked.

mod held;
mod showing;
mod switches;
mod today;

pub use held::{may_cancel, may_check_in};
pub use showing::{Reach, Showing, Viewer, is_listed, showing};
pub use switches::Switches;
pub use today::{DayLimits, may_hold, may_wait};

use crate::model::{
    Cell, CellName, ClientApplication, Earlier, Exam, Facts, Held, Moment, Owner, Referral, Standing,
    VisitId, Wish,
};
use crate::refusal::Refusal;
use today::may_book_today;

/// Full years from which a children's clinic takes no patient (4005).
const GROWN_UP_YEARS: i64 = 18;

/// `busyType.type` of a cell that is not a reception.
const NO_RECEPTION: i64 = 0;

/// The clinic's decisions about the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The rules that are on.
    pub switches: Switches,
    /// `max_period_days`: most local calendar days between today and the day of a visit.
    pub max_period_days: i64,
    /// The limits of one patient in a day.
    pub limits: DayLimits,
}

/// The decision on a request without a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval<'a> {
    /// Make the visit.
    Book(Booking<'a>),
    /// The same `Idempotency-Key` made the visit in this row before: answer with that visit.
    Repeat(VisitId),
}

/// The parts of a new visit.
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
    // A repeated request gets its first answer again.
    if let Some(Ok(repeat)) = earlier {
        return Ok(repeat);
    }
    may_book_today(standing, policy, now)?;
    let cell = cell.ok_or(match wish.cell {
        CellName::Guid(_) => Refusal::CellUnknown,
        CellName::Begin(..) => Refusal::NoCellThen,
    })?;
    if let Some(Err(refusal)) = earlier {
        return Err(refusal);
    }
    let referral = referral(wish, facts, standing)?;
    let exam = exam(wish, facts, standing)?;
    objection(standing, cell, policy, now).map_or(Ok(()), Err)?;
    Ok(Approval::Book(Booking {
        standing,
        cell,
        referral,
        exam,
    }))
}

/// Keeps the contract's promise about `Idempotency-Key`.
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

/// Returns the exam if it is known and the patient's own.
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

/// The facts of a rule about the cell alone.
struct CellCase<'a> {
    application: &'a ClientApplication,
    cell: &'a Cell,
    policy: &'a Policy,
    now: Moment,
}

/// The facts of a rule about the patient.
struct PatientCase<'a> {
    standing: &'a Standing,
    cell: &'a Cell,
    now: Moment,
}

/// One row of the contract's table.
struct Rule {
    is_on: fn(&Switches) -> bool,
    check: RuleCheck,
}

/// Returns the refusal if the rule speaks against a booking.
enum RuleCheck {
    /// The cell is the same for every patient.
    OfCell(fn(&CellCase) -> Option<Refusal>),
    OfPatient(fn(&PatientCase) -> Option<Refusal>),
}
use RuleCheck::{OfCell, OfPatient};

/// The rows from 4005 down, in the contract's order.
const RULES: [Rule; 14] = [
    rule(|on| on.children_clinic, OfPatient(children_clinic)),
    rule(|on| on.self_booking_ban, OfPatient(self_booking_ban)),
    rule(|on| on.dispensary_only, OfPatient(dispensary_only)),
    rule(|on| on.repeat_in_cell, OfPatient(repeat_in_cell)),
    rule(|on| on.one_per_speciality, OfPatient(one_per_speciality)),
    rule(|on| on.age_bounds, OfPatient(age_bounds)),
    rule(|_| true, OfCell(owner)),
    rule(|_| true, OfCell(closed)),
    rule(|on| on.access, OfCell(access)),
    rule(|on| on.past, OfCell(past)),
    rule(|on| on.max_period, OfCell(max_period)),
    rule(|on| on.schedule_days, OfCell(schedule_days)),
    rule(|_| true, OfCell(free_place)),
    rule(|on| on.one_per_time, OfPatient(one_per_time)),
];

const fn rule(is_on: fn(&Switches) -> bool, check: RuleCheck) -> Rule {
    Rule { is_on, check }
}

/// Returns the first rule's refusal of this patient in this cell; none if the patient can book.
pub fn objection(standing: &Standing, cell: &Cell, policy: &Policy, now: Moment) -> Option<Refusal> {
    let cell_case = CellCase {
        application: &standing.application,
        cell,
        policy,
        now,
    };
    let case = PatientCase { standing, cell, now };
    let by_rules = || {
        first(policy, |rule| match rule.check {
            OfCell(check) => check(&cell_case),
            OfPatient(check) => check(&case),
        })
    };
    may_book_today(standing, policy, now).err().or_else(by_rules)
}

/// Returns the first refusal that every patient of this application meets in this cell; none if somebody could book.
pub fn objection_to_all(
    application: &ClientApplication,
    cell: &Cell,
    policy: &Policy,
    now: Moment,
) -> Option<Refusal> {
    let cell_case = CellCase {
        application,
        cell,
        policy,
        now,
    };
    first(policy, |rule| match rule.check {
        OfCell(check) => check(&cell_case),
        OfPatient(_) => None,
    })
}

fn first(policy: &Policy, check: impl Fn(&Rule) -> Option<Refusal>) -> Option<Refusal> {
    RULES
        .iter()
        .filter(|rule| (rule.is_on)(&policy.switches))
        .find_map(check)
}

impl PatientCase<'_> {
    /// Returns the patient's full years on the local day of the visit.
    fn years(&self) -> i64 {
        self.standing.patient.full_years(self.cell.begin.date_naive())
    }
}

impl CellCase<'_> {
    /// Returns the local calendar days from today to the day of the visit.
    fn days_ahead(&self) -> i64 {
        (self.cell.begin.date_naive() - self.now.date_naive()).num_days()
    }
}

fn children_clinic(case: &PatientCase) -> Option<Refusal> {
    (case.standing.lpu.is_children && case.years() >= GROWN_UP_YEARS).then_some(Refusal::GrownUp)
}

fn self_booking_ban(case: &PatientCase) -> Option<Refusal> {
    let banned = case.standing.patient.self_booking_banned && case.standing.application.self_service;
    banned.then_some(Refusal::SelfBookingBanned)
}

fn dispensary_only(case: &PatientCase) -> Option<Refusal> {
    let resource = &case.cell.resource;
    let registered = case.standing.registered_with.contains(&resource.id);
    (resource.dispensary_only && !registered).then_some(Refusal::NotRegistered)
}

fn repeat_in_cell(case: &PatientCase) -> Option<Refusal> {
    let in_cell = case
        .standing
        .held
        .iter()
        .any(|held| held.cell_id == Some(case.cell.id));
    in_cell.then_some(Refusal::AlreadyInCell)
}

fn one_per_speciality(case: &PatientCase) -> Option<Refusal> {
    let same = |held: &&Held| held.end > case.now && held.speciality_id == case.cell.resource.speciality_id;
    let held = case.standing.held.iter().find(same)?;
    Some(Refusal::SameSpeciality {
        doc_fio: held.doc_fio.clone(),
        begin: held.begin,
    })
}

fn age_bounds(case: &PatientCase) -> Option<Refusal> {
    let years = case.years();
    let fits = case.cell.ages.hold(years) && case.cell.resource.ages.hold(years);
    (!fits).then_some(Refusal::AgeOutside)
}

/// Whether a cell is a reception, by its `busyType.type`.
pub fn is_reception(busy_kind: i64) -> bool {
    busy_kind != NO_RECEPTION
}

/// Whether this server books a cell, by its owner.
pub fn is_ours(owner: Owner) -> bool {
    owner == Owner::Box
}

fn owner(case: &CellCase) -> Option<Refusal> {
    match case.cell.owner {
        Owner::Box => None,
        Owner::Centre => Some(Refusal::OfCentre),
        Owner::Nobody => Some(Refusal::OfNobody),
    }
}

fn closed(case: &CellCase) -> Option<Refusal> {
    case.cell.closed.then_some(Refusal::Closed)
}

fn access(case: &CellCase) -> Option<Refusal> {
    if !case.cell.flag_access.shares_bit(case.application.access) {
        Some(Refusal::NoAccess)
    } else if !is_reception(case.cell.busy_type.kind) {
        Some(Refusal::NotReception)
    } else {
        None
    }
}

fn past(case: &CellCase) -> Option<Refusal> {
    (case.cell.begin <= case.now).then_some(Refusal::Begun)
}

fn max_period(case: &CellCase) -> Option<Refusal> {
    let days_max = case.policy.max_period_days;
    (case.days_ahead() > days_max).then_some(Refusal::BeyondPeriod { days_max })
}

fn schedule_days(case: &CellCase) -> Option<Refusal> {
    let days_max = case.application.schedule_days?;
    (case.days_ahead() > days_max).then_some(Refusal::BeyondSchedule { days_max })
}

fn free_place(case: &CellCase) -> Option<Refusal> {
    (case.cell.used_count.saturating_add(case.cell.held_count) >= case.cell.plan_count)
        .then_some(Refusal::Full)
}

fn one_per_time(case: &PatientCase) -> Option<Refusal> {
    let overlaps = |held: &&Held| held.begin < case.cell.end && case.cell.begin < held.end;
    let held = case.standing.held.iter().find(overlaps)?;
    Some(Refusal::SameTime { begin: held.begin })
}
