//! The nouns of the clinic: what a booking is about. Plain values, no I/O, no texts for patients.
//!
//! Words are those of the contract: LPU (the clinic), MKAB (the patient's card, here [`Patient`]), resource
//! (doctor, room or equipment), cell (a place in the timetable, kind `slot`), ticket or visit (a booking). `begin` is the
//! first moment, `end` the first moment after; a text that is absent is empty.

#![allow(missing_docs, reason = "a field whose name says everything has no comment")]

mod access;
mod address;
mod card;
mod clock;
mod closure;
mod day;
mod hold;
mod identity;
mod ids;
mod issue;
pub mod job;
mod listing;
mod owner;
mod printer;
pub mod receipt;
pub mod record;
mod staff;
mod status;
mod ticket;
pub mod typed;
mod waiting;

pub use access::{Access, RECEPTION};
pub use address::network;
pub use card::{DoneToday, OpenCard, Patient};
pub use clock::{Moment, Zone, is_moment, moment};
pub use closure::{CLOSURE_DAYS_MAX, Closure, ClosureWish, ConcernedVisit, Handled, Period, PeriodFault};
pub use day::{DayVisit, DeskPatient, DeskResource, DeskVisit, NewCard, ProvisionalCard};
pub use hold::{NewHold, Offer};
pub use identity::{
    Card, CardFace, Document, DocumentKind, Identification, Source, TicketCode, Who, greeting,
};
pub(crate) use ids::for_row_ids;
pub use ids::{
    ApplicationId, CellId, ClosureId, ExamId, HoldId, LpuId, PatientId, ReferralId, ResourceId, SpecialityId,
    StaffId, VisitId, WaitingEntryId,
};
pub use issue::{Issue, IssueKind};
pub use listing::{AheadCell, FreeCell, FreeCells, FreePlaces, ListedResource, NEXT_MAX, Speciality, Supply};
pub use owner::Owner;
pub use printer::PrinterState;
pub use staff::{PasswordFound, Right, Role, Staff, login, staff_name};
pub use status::{ExchangeState, RefusalCount, RegionState};
pub use ticket::{HistoryEntry, Ticket, VisitStatus};
pub use waiting::{WaitingEntry, WaitingPatient, WaitingStatus, WaitingWish};

use chrono::NaiveDateTime;
use std::sync::Arc;
use uuid::Uuid;

/// Parses a GUID as the contract has it: hyphenated, in any case of letters; no braces, no `urn:uuid:`.
pub fn guid(text: &str) -> Option<Uuid> {
    let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
    hyphenated.then(|| Uuid::try_parse(text).ok()).flatten()
}

/// The time and the GUID of a ticket that may be made: values, so that everything below the engine gives the same answer
/// twice.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    /// Now, on the clinic's clock, to the second.
    pub now: Moment,
    /// The GUID of the ticket, if one is made (version 7: they sort by time).
    pub ticket: Uuid,
}

/// Whom a verified token names ([crate::contract::tokens]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// `Patient.Lpu`: the clinic in which the card lies.
    pub lpu: Uuid,
    pub mkab: Uuid,
    /// Login of the person at the source; empty for none.
    pub login: String,
    /// `authSource`: mnemonic of the client application, known or not.
    pub source: String,
    /// The token was given to a trusted back end.
    pub privilege: bool,
}

/// How a request names the cell ([crate::contract::booking]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellName {
    /// `timeTable`: the cell's GUID.
    Guid(Uuid),
    /// `docGuid` and `dateTime`: the resource and the begin on the clinic's clock, fraction included.
    Begin(Uuid, NaiveDateTime),
}

/// Kind of a referral: the contract's `directionType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferralType {
    /// `duvisit`: a visit under dispensary observation.
    DuVisit,
    /// `diagnostic`: a laboratory or instrumental study.
    Diagnostic,
    Consultation,
}

impl ReferralType {
    /// Each with its word in the contract.
    pub const WORDS: [(&'static str, ReferralType); 3] = [
        ("duvisit", ReferralType::DuVisit),
        ("diagnostic", ReferralType::Diagnostic),
        ("consultation", ReferralType::Consultation),
    ];
}

/// Number and type of a referral, as a request names it: `directionId`, `directionType`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferralName {
    pub number: String,
    pub kind: ReferralType,
}

/// What a booking writes to the patient's card. Absent parts leave the card as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    pub email: Option<String>,
    /// Consent to mailing; counts only beside `email`.
    pub email_confirm_agree: Option<bool>,
    pub phone: Option<String>,
}

/// A well-formed request to book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub lpu: Uuid,
    pub bearer: Bearer,
    pub cell: CellName,
    pub referral: Option<ReferralName>,
    pub contact: Contact,
    pub full_response: bool,
    pub exam: Option<Uuid>,
    /// Outside account on whose behalf another person is booked.
    pub external_user: Option<String>,
    pub idempotency_key: Option<String>,
}

/// A client application ([crate::contract::applications]): where a request comes from and what it may book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientApplication {
    pub id: ApplicationId,
    /// GUID, when the configuration or an import gave one.
    pub guid: Option<Uuid>,
    /// Mnemonic: what `authSource` of a token names.
    pub mnem: String,
    pub source: i64,
    pub name: String,
    pub description: String,
    pub access: Access,
    /// The patient books alone: a ban on self-booking counts.
    pub self_service: bool,
    /// How many local calendar days ahead it may book; none means no limit of its own.
    pub schedule_days: Option<i64>,
}

/// Bounds on a patient's age in full years, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgeBounds {
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl AgeBounds {
    pub fn hold(self, years: i64) -> bool {
        self.from.is_none_or(|from| from <= years) && self.to.is_none_or(|to| years <= to)
    }
}

/// A clinic, as far as the rules and the answer need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lpu {
    pub id: LpuId,
    pub is_children: bool,
    /// The vendor's `lpu` model without `status`: one JSON object, as imported.
    pub model: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceType {
    Doctor,
    Room,
    Equipment,
}

impl ResourceType {
    /// Each with its word in the contract.
    pub const WORDS: [(&'static str, ResourceType); 3] = [
        ("doctor", ResourceType::Doctor),
        ("room", ResourceType::Room),
        ("equipment", ResourceType::Equipment),
    ];
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub id: ResourceId,
    /// GUID: the contract's `docGuid`.
    pub guid: Uuid,
    /// Name as answers show it: `docFio`.
    pub doc_fio: String,
    /// Position: `doctorRole`.
    pub role: String,
    pub speciality_id: SpecialityId,
    pub speciality: String,
    pub room: String,
    /// Floor; 0 when unknown.
    pub flat: i64,
    pub ages: AgeBounds,
    /// It sees only patients registered with it.
    pub dispensary_only: bool,
}

/// `docFio` ([crate::contract::booking]): `Фамилия И. О.` for a person, missing parts left out; the title for anything else.
pub fn doc_fio(kind: ResourceType, family: &str, name: &str, patronymic: &str, title: &str) -> String {
    if kind == ResourceType::Doctor {
        short_name(family, name, patronymic)
    } else {
        title.to_owned()
    }
}

/// Returns `Фамилия И. О.`: the family name whole, of the others the first letter, without missing parts. A person without a
/// family name has the name whole.
pub fn short_name(family: &str, name: &str, patronymic: &str) -> String {
    let (whole, others) = if family.trim().is_empty() {
        (name, [None, initial(patronymic)])
    } else {
        (family, [initial(name), initial(patronymic)])
    };
    let whole = Some(whole.trim().to_owned()).filter(|whole| !whole.is_empty());
    let parts: Vec<String> = whole.into_iter().chain(others.into_iter().flatten()).collect();
    parts.join(" ")
}

/// Returns the first letter of a name with its point, without an apostrophe before it.
fn initial(name: &str) -> Option<String> {
    let letter = name.chars().find(|sign| sign.is_alphanumeric())?;
    Some(format!("{}.", letter.to_uppercase()))
}

/// What kind of appointment a cell is for: `busyType`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyType {
    /// 0 when the cell is not a reception.
    pub kind: i64,
    pub code: String,
    pub name: String,
}

/// A cell of the timetable with its resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub id: CellId,
    /// GUID: the contract's `timeTable`, `timeTableGuid`.
    pub guid: Uuid,
    pub resource: Arc<Resource>,
    pub begin: Moment,
    pub end: Moment,
    pub plan_count: i64,
    pub used_count: i64,
    pub flag_access: Access,
    pub busy_type: BusyType,
    /// The cell's own room; empty: the resource's counts.
    pub room: String,
    pub ages: AgeBounds,
    pub owner: Owner,
    /// The reception has closed the time.
    pub closed: bool,
    /// Places that somebody holds; the patient's own hold does not count, once it is known who asks.
    pub held_count: i64,
    /// The patient who asks holds a place.
    pub has_own_hold: bool,
}

impl Cell {
    /// Returns the room the patient goes to: the cell's wins over the resource's ([crate::contract::clinic_data]).
    pub fn room(&self) -> &str {
        if self.room.is_empty() {
            &self.resource.room
        } else {
            &self.room
        }
    }
}

/// An active visit of the patient that may stand in the way of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// `None` when the cell was removed.
    pub cell_id: Option<CellId>,
    pub speciality_id: SpecialityId,
    pub doc_fio: String,
    pub begin: Moment,
    pub end: Moment,
}

/// The active visit made earlier with the request's `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub visit_id: VisitId,
    pub patient_id: PatientId,
    pub cell_id: Option<CellId>,
}

/// What the store knows about a referral's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Referral {
    pub id: ReferralId,
    pub kind: ReferralType,
    pub patient_id: PatientId,
}

/// What the store knows about an exam's GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exam {
    pub id: ExamId,
    pub patient_id: PatientId,
}

/// What the rules ask about the patient, gathered once for one cell or for a fortnight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub lpu: Lpu,
    pub patient: Patient,
    pub application: ClientApplication,
    /// Bookings that the patient has made today, cancelled ones too.
    pub today: DoneToday,
    pub registered_with: Vec<ResourceId>,
    /// Active visits that are not over or overlap the cells in question, by begin.
    pub held: Vec<Held>,
}

impl Standing {
    /// Leaves a visit out of those that are held: it is to be put off, and does not stand in its own way.
    pub fn put_off(&mut self, ticket: &Ticket) {
        let is_it = |held: &Held| held.begin == ticket.begin && held.doc_fio == ticket.doc_fio;
        if let Some(at) = self.held.iter().position(is_it) {
            self.held.remove(at);
        }
    }
}

/// Everything the rules ask about one request to book. What is missing was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub lpu_known: bool,
    pub standing: Option<Standing>,
    pub cell: Option<Cell>,
    pub referral: Option<Referral>,
    pub exam: Option<Exam>,
    pub earlier: Option<Earlier>,
}
