//! The lines of the clinic's data as they are written: one struct a kind, fields as [crate::contract::clinic_data] names them. A field
//! that holds its default is left out. Fields without a word of their own are described by the contract's table or, of
//! the clinic, named by the vendor's page.

use serde::Serialize;
use uuid::Uuid;

/// One line; `kind` says which.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Line {
    /// A clinic.
    Lpu(&'static Lpu),
    /// A speciality.
    Speciality(Speciality),
    /// A doctor, a room or equipment.
    Resource(Resource),
    /// A cell of the timetable.
    Slot(Slot),
    /// A patient's card.
    Patient(Patient),
    /// A referral.
    Referral(Referral),
    /// A patient's registration with a resource.
    DispensaryRegistration(Registration),
    /// A dispensary exam.
    Exam(Exam),
    /// A client application.
    ClientApplication(Application),
}

impl Line {
    /// The line as text, without a line break.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("lines have string keys and no failing serializer")
    }
}

/// Whether a field holds its type's default, and so is left out.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The vendor's whole `lpu` model but for `status`, in the vendor's order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the vendor's model")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub struct Lpu {
    pub guid: Uuid,
    pub name: &'static str,
    pub fer_name: &'static str,
    pub address: &'static str,
    #[serde(rename = "type")]
    pub types: [&'static str; 1],
    pub phone: &'static str,
    pub mcod: &'static str,
    pub full_name: &'static str,
    pub fcod: &'static str,
    pub st_lpu: bool,
    #[serde(rename = "hostID")]
    pub host_id: u32,
    #[serde(rename = "isChildrenPoliclinic")]
    pub is_children: bool,
    pub is_call_doctor: bool,
    pub is_waiting_list: bool,
    pub is_disp: bool,
    pub is_active: bool,
    pub have_schedule: bool,
    pub parent: Parent,
    pub post_index: &'static str,
    pub ratings: Option<u32>,
    pub address_detail: AddressDetail,
    pub worktimes: Worktimes,
    pub city_id: &'static str,
    pub inn: &'static str,
    pub kpp: &'static str,
    pub ogrn: &'static str,
    pub okato: &'static str,
    pub lic: &'static str,
    pub management: &'static str,
    pub photo: &'static str,
    pub site: &'static str,
    pub email: &'static str,
    pub gps: &'static str,
}

/// The clinic to which a clinic belongs.
#[derive(Serialize)]
pub struct Parent {
    pub guid: Uuid,
    pub name: &'static str,
}

/// A clinic's address in parts.
#[derive(Serialize)]
pub struct AddressDetail {
    pub postcode: &'static str,
    pub settlement: &'static str,
    pub street: &'static str,
    pub building: &'static str,
    pub house: &'static str,
}

/// A clinic's opening hours.
#[derive(Serialize)]
pub struct Worktimes {
    pub monday: &'static str,
    pub tuesday: &'static str,
    pub wednesday: &'static str,
    pub thursday: &'static str,
    pub friday: &'static str,
    pub saturday: &'static str,
    pub sunday: &'static str,
}

/// A speciality.
#[derive(Serialize)]
pub struct Speciality {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// A doctor, a room or equipment.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    pub guid: Uuid,
    pub lpu: Uuid,
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "is_default")]
    pub family: &'static str,
    #[serde(skip_serializing_if = "is_default")]
    pub name: &'static str,
    #[serde(skip_serializing_if = "is_default")]
    pub patronymic: &'static str,
    #[serde(skip_serializing_if = "is_default")]
    pub title: &'static str,
    pub role: &'static str,
    pub speciality: &'static str,
    pub room: String,
    pub flat: u32,
    #[serde(flatten)]
    pub ages: Ages,
    #[serde(skip_serializing_if = "is_default")]
    pub dispensary_only: bool,
    /// None where it is shown.
    #[serde(skip_serializing_if = "is_default")]
    pub shown: Option<bool>,
}

/// Bounds on age in full years, both included.
#[derive(Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ages {
    /// Youngest.
    #[serde(rename = "ageFrom", skip_serializing_if = "is_default")]
    pub from: Option<u32>,
    /// Oldest.
    #[serde(rename = "ageTo", skip_serializing_if = "is_default")]
    pub to: Option<u32>,
}

/// A cell of the timetable.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    pub guid: Uuid,
    pub resource: Uuid,
    pub begin: String,
    pub end: String,
    #[serde(skip_serializing_if = "is_default")]
    pub plan_count: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub flag_access: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub busy_type: Option<BusyType>,
    #[serde(skip_serializing_if = "is_default")]
    pub room: &'static str,
    #[serde(flatten)]
    pub ages: Ages,
}

/// Kind of appointment.
#[derive(Clone, Copy, PartialEq, Serialize)]
pub struct BusyType {
    /// 0 when the cell is not a reception.
    #[serde(rename = "type")]
    pub kind: u32,
    /// Code; may be empty.
    pub code: &'static str,
    /// Name for people.
    pub name: &'static str,
}

/// A patient's card.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    pub guid: Uuid,
    pub lpu: Uuid,
    pub family: String,
    pub name: String,
    pub patronymic: String,
    pub birth_date: String,
    pub sex: &'static str,
    #[serde(skip_serializing_if = "is_default")]
    pub policy_series: &'static str,
    pub policy_number: String,
    pub snils: String,
    #[serde(skip_serializing_if = "is_default")]
    pub passport_series: &'static str,
    #[serde(skip_serializing_if = "is_default")]
    pub passport_number: String,
    #[serde(skip_serializing_if = "is_default")]
    pub phone: String,
    #[serde(skip_serializing_if = "is_default")]
    pub email: String,
    #[serde(skip_serializing_if = "is_default")]
    pub email_confirm_agree: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub uchastok_num: String,
    #[serde(skip_serializing_if = "is_default")]
    pub self_booking_banned: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub closed: bool,
    pub person_guid: Uuid,
}

/// A referral.
#[derive(Serialize)]
pub struct Referral {
    /// Its number.
    pub number: String,
    /// Its type, as the contract spells it.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The card it is written for.
    pub patient: Uuid,
}

/// A patient's registration with a resource that takes nobody else.
#[derive(Serialize)]
pub struct Registration {
    /// The card.
    pub patient: Uuid,
    /// The resource.
    pub resource: Uuid,
}

/// A dispensary exam.
#[derive(Serialize)]
pub struct Exam {
    /// Its GUID.
    pub guid: Uuid,
    /// The card it is for.
    pub patient: Uuid,
    /// Its name for people.
    pub name: &'static str,
}

/// A client application ([crate::contract::applications]).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    pub mnem: &'static str,
    pub guid: Uuid,
    pub source: u32,
    pub name: &'static str,
    pub description: &'static str,
    pub access: u32,
    pub self_service: bool,
    pub schedule_days: u32,
}
