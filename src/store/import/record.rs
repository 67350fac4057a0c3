//! What a checked line of an import says ([crate::contract::clinic_data]): plain values, within the bounds that the contract and the reader of
//! lines set. What a line leaves out has its default here.

use chrono::NaiveDate;
use rusqlite::types::{ToSql, ToSqlOutput};
use uuid::Uuid;

/// Kind of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A clinic.
    Lpu,
    /// A speciality.
    Speciality,
    /// A doctor, a room, a piece of equipment.
    Resource,
    /// A cell of the timetable.
    Slot,
    /// A patient's card.
    Patient,
    /// A referral.
    Referral,
    /// A patient under dispensary observation with a resource.
    DispensaryRegistration,
    /// A dispensary exam.
    Exam,
    /// Where requests come from.
    ClientApplication,
}

impl Kind {
    /// All of them in the contract's order, with the word that `kind` has for them.
    pub const WORDS: [(&'static str, Kind); 9] = [
        ("lpu", Kind::Lpu),
        ("speciality", Kind::Speciality),
        ("resource", Kind::Resource),
        ("slot", Kind::Slot),
        ("patient", Kind::Patient),
        ("referral", Kind::Referral),
        ("dispensaryRegistration", Kind::DispensaryRegistration),
        ("exam", Kind::Exam),
        ("clientApplication", Kind::ClientApplication),
    ];
}

/// Which thing of its kind a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Its GUID.
    Guid(Uuid),
    /// Its code, number or mnemonic.
    Text(String),
    /// The GUIDs of a registration's patient and resource.
    Pair(Uuid, Uuid),
}

impl ToSql for Key {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Key::Guid(guid) => guid.to_sql(),
            Key::Text(text) => text.to_sql(),
            Key::Pair(patient, resource) => {
                let both = [*patient.as_bytes(), *resource.as_bytes()].concat();
                Ok(ToSqlOutput::from(both))
            }
        }
    }
}

/// All that a line says of a thing besides its kind and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Kind `lpu`.
    Lpu(Lpu),
    /// Kind `speciality`: its name.
    Speciality(String),
    /// Kind `resource`.
    Resource(Resource),
    /// Kind `slot`.
    Slot(Slot),
    /// Kind `patient`.
    Patient(Box<Patient>),
    /// Kind `referral`.
    Referral(Referral),
    /// Kind `dispensaryRegistration`: the key says all.
    DispensaryRegistration,
    /// Kind `exam`.
    Exam(Exam),
    /// Kind `clientApplication`.
    ClientApplication(ClientApplication),
}

/// Kind `lpu`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lpu {
    /// `name`.
    pub name: String,
    /// `isChildrenPoliclinic`.
    pub is_children: bool,
    /// What answers show of it: the vendor's model without `status`, one JSON object.
    pub model: String,
}

/// Kind `resource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// GUID of its clinic.
    pub lpu: Uuid,
    /// The contract's word for its type.
    pub kind: &'static str,
    /// `family`.
    pub family: String,
    /// `name`.
    pub name: String,
    /// `patronymic`.
    pub patronymic: String,
    /// `title`.
    pub title: String,
    /// `role`.
    pub role: String,
    /// `uchastokNums`: the districts of a district doctor, a JSON array of texts.
    pub uchastok_nums: String,
    /// Code of its speciality.
    pub speciality: String,
    /// `room`.
    pub room: String,
    /// `flat`: the floor.
    pub flat: i64,
    /// Youngest patients, full years.
    pub age_from: Option<i64>,
    /// Oldest patients, full years.
    pub age_to: Option<i64>,
    /// `dispensaryOnly`.
    pub dispensary_only: bool,
    /// `shown`.
    pub shown: bool,
}

/// Kind `slot`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// GUID of its resource.
    pub resource: Uuid,
    /// First moment, in seconds since 1970-01-01T00:00:00Z.
    pub begin_at: i64,
    /// First moment after it, likewise.
    pub end_at: i64,
    /// `planCount`.
    pub plan_count: i64,
    /// `flagAccess`.
    pub flag_access: i64,
    /// `busyType.type`.
    pub busy_type: i64,
    /// `busyType.code`.
    pub busy_code: String,
    /// `busyType.name`.
    pub busy_name: String,
    /// `room`.
    pub room: String,
    /// Youngest patients, full years.
    pub age_from: Option<i64>,
    /// Oldest patients, full years.
    pub age_to: Option<i64>,
}

/// Kind `patient`. Document numbers without blanks and hyphens.
#[derive(Clone, PartialEq, Eq)]
pub struct Patient {
    /// GUID of the clinic.
    pub lpu: Uuid,
    /// `personGuid`.
    pub person_guid: Option<Uuid>,
    /// `family`.
    pub family: String,
    /// `name`.
    pub name: String,
    /// `patronymic`.
    pub patronymic: String,
    /// `birthDate`.
    pub birth_date: NaiveDate,
    /// `m`, `f` or empty.
    pub sex: &'static str,
    /// `policySeries`.
    pub policy_series: String,
    /// `policyNumber`.
    pub policy_number: String,
    /// `snils`.
    pub snils: String,
    /// `passportSeries`.
    pub passport_series: String,
    /// `passportNumber`.
    pub passport_number: String,
    /// `phone`; none stays as it is.
    pub phone: Option<String>,
    /// `email`; none stays as it is.
    pub email: Option<String>,
    /// `emailConfirmAgree`; none stays as it is.
    pub email_confirm_agree: Option<bool>,
    /// `uchastokNum`: the district.
    pub uchastok_num: String,
    /// `selfBookingBanned`.
    pub self_booking_banned: bool,
    /// `closed`.
    pub closed: bool,
    /// Fields in which something stands for "none". Not a column.
    pub nothing_in: Vec<&'static str>,
}

/// Shows nothing of the person: what is debugged may end in a panic's message.
impl std::fmt::Debug for Patient {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.debug_struct("Patient")
            .field("lpu", &self.lpu)
            .finish_non_exhaustive()
    }
}

/// Kind `referral`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// The contract's word for its type.
    pub kind: &'static str,
    /// GUID of its patient.
    pub patient: Uuid,
}

/// Kind `exam`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exam {
    /// GUID of its patient.
    pub patient: Uuid,
    /// `name`.
    pub name: String,
}

/// Kind `clientApplication`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientApplication {
    /// `guid`.
    pub guid: Option<Uuid>,
    /// `source`.
    pub source: i64,
    /// `name`.
    pub name: String,
    /// `description`.
    pub description: String,
    /// `access`.
    pub access: i64,
    /// `selfService`.
    pub self_service: bool,
    /// `scheduleDays`; none means no limit of its own.
    pub schedule_days: Option<i64>,
}
