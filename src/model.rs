//! The nouns of the clinic: what a booking is about. Plain values, no I/O, no texts for patients.
//!
//! Words are those of the contract: LPU (the clinic), MKAB (the patient's card, here [`Patient`]), resource
//! (doctor, room or equipment), cell (a place in the timetable, kind `slot`), ticket or visit (a booking).

mod address;
mod card;
mod clock;
mod day;
mod identity;
mod listing;
mod ticket;
pub mod typed;
mod waiting;

pub use address::network;
pub use card::{DoneToday, OpenCard, Patient};
pub use clock::{Moment, Zone, is_moment, moment};
pub use day::DayVisit;
pub use identity::{Card, CardFace, Document, DocumentKind, Identification, Source, Who, greeting};
pub use listing::{FreeCells, FreePlaces, ListedResource, Speciality, Supply};
pub use ticket::{Change, Ticket};
pub use waiting::{WaitingEntry, WaitingPatient, WaitingWish};

use chrono::NaiveDateTime;
use uuid::Uuid;

/// A GUID as the contract takes it: hyphenated, in any case of letters; no braces, no `urn:uuid:`.
pub fn guid(text: &str) -> Option<Uuid> {
    let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
    hyphenated.then(|| Uuid::try_parse(text).ok()).flatten()
}

/// What the store's answer depends on besides the request: the time and the GUID of the ticket that may be made.
/// A value, so that everything below the engine gives the same answer twice.
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
    /// `Patient.Mkab`: the card.
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
    /// `consultation`.
    Consultation,
}

impl ReferralType {
    /// All of them with the word that the contract uses.
    pub const WORDS: [(&'static str, ReferralType); 3] = [
        ("duvisit", ReferralType::DuVisit),
        ("diagnostic", ReferralType::Diagnostic),
        ("consultation", ReferralType::Consultation),
    ];
}

/// Number and type of a referral, as a request names it: `directionId`, `directionType`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferralName {
    /// Its number.
    pub number: String,
    /// Its type.
    pub kind: ReferralType,
}

/// What a booking writes to the patient's card. Absent parts leave the card as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// New e-mail address.
    pub email: Option<String>,
    /// Consent to mailing; counts only beside `email`.
    pub email_confirm_agree: Option<bool>,
    /// New telephone number.
    pub phone: Option<String>,
}

/// A well-formed request to book, before anything is known about the clinic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The clinic in the path.
    pub lpu: Uuid,
    /// Whom the token names.
    pub bearer: Bearer,
    /// The cell.
    pub cell: CellName,
    /// The referral, if one is named.
    pub referral: Option<ReferralName>,
    /// What to write to the card.
    pub contact: Contact,
    /// Whether the answer is to be full.
    pub full_response: bool,
    /// The dispensary exam that the visit is for.
    pub exam: Option<Uuid>,
    /// Outside account on whose behalf another person is booked.
    pub external_user: Option<String>,
    /// `Idempotency-Key` of the request.
    pub idempotency_key: Option<String>,
}

/// A client application ([crate::contract::applications]): where a request comes from and what it may book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientApplication {
    /// Row in the store.
    pub id: i64,
    /// GUID, when the configuration or an import gave one.
    pub guid: Option<Uuid>,
    /// Mnemonic: what `authSource` of a token names.
    pub mnem: String,
    /// Number of the source.
    pub source: i64,
    /// Name for people.
    pub name: String,
    /// Description for people.
    pub description: String,
    /// Access bits; a cell needs one of them in its `flagAccess`.
    pub access: i64,
    /// The patient books alone: a ban on self-booking counts.
    pub self_service: bool,
    /// How many local calendar days ahead it may book; none means no limit of its own.
    pub schedule_days: Option<i64>,
}

/// Bounds on a patient's age in full years, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgeBounds {
    /// Youngest.
    pub from: Option<i64>,
    /// Oldest.
    pub to: Option<i64>,
}

impl AgeBounds {
    /// Whether `years` lies within.
    pub fn hold(self, years: i64) -> bool {
        self.from.is_none_or(|from| from <= years) && self.to.is_none_or(|to| years <= to)
    }
}

/// A clinic, as far as the rules and the answer need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lpu {
    /// Row in the store.
    pub id: i64,
    /// `isChildrenPoliclinic`.
    pub is_children: bool,
    /// The vendor's `lpu` model without `status`: one JSON object, as imported.
    pub model: String,
}

/// What kind of thing a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceType {
    /// A person.
    Doctor,
    /// A room, by its title.
    Room,
    /// Equipment, by its title.
    Equipment,
}

impl ResourceType {
    /// All of them with the word that the contract uses.
    pub const WORDS: [(&'static str, ResourceType); 3] = [
        ("doctor", ResourceType::Doctor),
        ("room", ResourceType::Room),
        ("equipment", ResourceType::Equipment),
    ];
}

/// Who or what sees the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Row in the store.
    pub id: i64,
    /// GUID: the contract's `docGuid`.
    pub guid: Uuid,
    /// Name as answers show it: `docFio`.
    pub doc_fio: String,
    /// Position: `doctorRole`.
    pub role: String,
    /// Row of the speciality in the store.
    pub speciality_id: i64,
    /// Name of the speciality.
    pub speciality: String,
    /// Room; may be empty.
    pub room: String,
    /// Floor; 0 when unknown.
    pub flat: i64,
    /// Whom it sees.
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

/// `Фамилия И. О.`: the family name whole, of the others the first letter. Missing parts are left out. Who has no family
/// name goes by the name: it is whole.
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

/// The first letter of a name with its point; an apostrophe before it does not count.
fn initial(name: &str) -> Option<String> {
    let letter = name.chars().find(|sign| sign.is_alphanumeric())?;
    Some(format!("{}.", letter.to_uppercase()))
}

/// What kind of appointment a cell is for: `busyType`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusyType {
    /// 0 when the cell is not a reception.
    pub kind: i64,
    /// Code; may be empty.
    pub code: String,
    /// Name; may be empty.
    pub name: String,
}

/// A cell of the timetable with its resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Row in the store.
    pub id: i64,
    /// GUID: the contract's `timeTable`, `timeTableGuid`.
    pub guid: Uuid,
    /// Whose cell it is.
    pub resource: Resource,
    /// First moment.
    pub begin: Moment,
    /// First moment after it.
    pub end: Moment,
    /// How many patients it has room for.
    pub plan_count: i64,
    /// How many it has.
    pub used_count: i64,
    /// Access bits.
    pub flag_access: i64,
    /// Kind of appointment.
    pub busy_type: BusyType,
    /// The cell's own room; empty: the resource's counts.
    pub room: String,
    /// The cell's own bounds on age.
    pub ages: AgeBounds,
}

impl Cell {
    /// The room the patient goes to: the cell's wins over the resource's ([crate::contract::clinic_data]).
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
    /// Row of its cell in the store; none when the cell was removed.
    pub cell_id: Option<i64>,
    /// Row of its speciality in the store.
    pub speciality_id: i64,
    /// Its doctor's `docFio`.
    pub doc_fio: String,
    /// First moment.
    pub begin: Moment,
    /// First moment after it.
    pub end: Moment,
}

/// The active visit made earlier with the request's `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Row of the visit in the store.
    pub visit_id: i64,
    /// Row of its patient.
    pub patient_id: i64,
    /// Row of its cell.
    pub cell_id: Option<i64>,
}

/// What the store knows about a referral's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Referral {
    /// Row in the store.
    pub id: i64,
    /// Its type.
    pub kind: ReferralType,
    /// Row of its patient.
    pub patient_id: i64,
}

/// What the store knows about an exam's GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exam {
    /// Row in the store.
    pub id: i64,
    /// Row of its patient.
    pub patient_id: i64,
}

/// What the rules ask about the patient, whatever the cell: gathered once, used for one cell or for a fortnight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The clinic.
    pub lpu: Lpu,
    /// The card.
    pub patient: Patient,
    /// Where the request comes from.
    pub application: ClientApplication,
    /// Bookings that the patient has made today, cancelled ones too.
    pub today: DoneToday,
    /// Rows of the resources with which the patient is registered.
    pub registered_with: Vec<i64>,
    /// Active visits that are not over or overlap the cells in question, by begin.
    pub held: Vec<Held>,
}

/// Everything the rules ask about one request to book. What is missing was not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The clinic is served here.
    pub lpu_known: bool,
    /// The patient, when the clinic is known and the open card was found in it.
    pub standing: Option<Standing>,
    /// The cell, when it was found in that clinic.
    pub cell: Option<Cell>,
    /// What stands under the referral's number.
    pub referral: Option<Referral>,
    /// What stands under the exam's GUID.
    pub exam: Option<Exam>,
    /// The active visit made with the same `Idempotency-Key`.
    pub earlier: Option<Earlier>,
}
