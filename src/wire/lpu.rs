//! The vendor's model of a clinic: `lpu` of the booking answer ([crate::contract::booking]), all fields of the vendor's example in its order.
//!
//! `status`, its first field, is this server's own and no part of the imported clinic: it is written in front of the rest.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// A clinic as answers show it, without `status`. What was not imported is written as [crate::contract::conventions] says: text `""`, number
/// 0, object and GUID `null`; and, likewise, yes-or-no `false`, list `[]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the vendor's fields are flags")]
pub struct Lpu {
    /// GUID.
    pub guid: Uuid,
    /// Short name.
    pub name: String,
    /// Name in the federal register.
    pub fer_name: String,
    /// Postal address in one line.
    pub address: String,
    /// What kind of clinic it is: `lpu`, `smp`, `milk`, ...
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// Telephone.
    pub phone: String,
    /// Code in the region's register of the compulsory insurance.
    pub mcod: String,
    /// Full name.
    pub full_name: String,
    /// Code in the federal register of the compulsory insurance.
    pub fcod: String,
    /// `stLpu` of the vendor's.
    pub st_lpu: bool,
    /// Number of the vendor's host.
    #[serde(rename = "hostID")]
    pub host_id: i64,
    /// The clinic sees children only.
    #[serde(rename = "isChildrenPoliclinic")]
    pub is_children: bool,
    /// A doctor can be called home.
    pub is_call_doctor: bool,
    /// It keeps a waiting list.
    pub is_waiting_list: bool,
    /// It does dispensary exams.
    pub is_disp: bool,
    /// It works.
    pub is_active: bool,
    /// It has a timetable.
    pub have_schedule: bool,
    /// The institution that it belongs to.
    pub parent: Option<Parent>,
    /// Postal code.
    pub post_index: String,
    /// Ratings, as they came.
    pub ratings: Value,
    /// Postal address in parts.
    pub address_detail: Option<AddressDetail>,
    /// When it is open.
    pub worktimes: Option<Worktimes>,
    /// The vendor's number of the town.
    pub city_id: String,
    /// Taxpayer's number.
    pub inn: String,
    /// Code of the tax registration's reason.
    pub kpp: String,
    /// State registration number.
    pub ogrn: String,
    /// Code of the territory.
    pub okato: String,
    /// Licence.
    pub lic: String,
    /// Who manages it.
    pub management: String,
    /// Address of a picture.
    pub photo: String,
    /// Address of the site.
    pub site: String,
    /// E-mail address.
    pub email: String,
    /// Coordinates: latitude, longitude.
    pub gps: String,
}

/// The institution that a clinic belongs to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parent {
    /// GUID.
    pub guid: Option<Uuid>,
    /// Name.
    pub name: String,
}

/// Postal address in parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AddressDetail {
    /// Postal code.
    pub postcode: String,
    /// Town.
    pub settlement: String,
    /// Street.
    pub street: String,
    /// Building.
    pub building: String,
    /// House.
    pub house: String,
}

/// When a clinic is open, for people: `8:00 - 18:00`; empty when closed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the days of the week need no explanation")]
pub struct Worktimes {
    pub monday: String,
    pub tuesday: String,
    pub wednesday: String,
    pub thursday: String,
    pub friday: String,
    pub saturday: String,
    pub sunday: String,
}

impl Lpu {
    /// The model as answers carry it, without `status`: one JSON object that begins with `{"guid":`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("the model has string keys and no failing serializer")
    }
}
