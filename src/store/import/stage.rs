//! From a record to the row of its staging table.

use super::record::{ClientApplication, Exam, Kind, Lpu, Patient, Record, Referral, Resource, Slot};
use rusqlite::types::ToSql;

/// Columns of a staging table after `fate`, with their values.
pub type Columns<'a> = Vec<(&'static str, &'a dyn ToSql)>;

impl Kind {
    /// The staging table of this kind's lines.
    pub(super) fn table(self) -> &'static str {
        match self {
            Kind::Lpu => "staged_lpu",
            Kind::Speciality => "staged_speciality",
            Kind::Resource => "staged_resource",
            Kind::Slot => "staged_slot",
            Kind::Patient => "staged_patient",
            Kind::Referral => "staged_referral",
            Kind::DispensaryRegistration => "staged_dispensary_registration",
            Kind::Exam => "staged_exam",
            Kind::ClientApplication => "staged_client_application",
        }
    }
}

impl Record {
    /// Its kind.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Record::Lpu(_) => Kind::Lpu,
            Record::Speciality(_) => Kind::Speciality,
            Record::Resource(_) => Kind::Resource,
            Record::Slot(_) => Kind::Slot,
            Record::Patient(_) => Kind::Patient,
            Record::Referral(_) => Kind::Referral,
            Record::DispensaryRegistration => Kind::DispensaryRegistration,
            Record::Exam(_) => Kind::Exam,
            Record::ClientApplication(_) => Kind::ClientApplication,
        }
    }

    /// Its columns.
    pub(super) fn columns(&self) -> Columns<'_> {
        match self {
            Record::Lpu(lpu) => lpu_columns(lpu),
            Record::Speciality(name) => vec![("name", name)],
            Record::Resource(resource) => resource_columns(resource),
            Record::Slot(slot) => slot_columns(slot),
            Record::Patient(patient) => patient_columns(patient),
            Record::Referral(referral) => referral_columns(referral),
            Record::DispensaryRegistration => Vec::new(),
            Record::Exam(exam) => exam_columns(exam),
            Record::ClientApplication(application) => application_columns(application),
        }
    }
}

fn lpu_columns(lpu: &Lpu) -> Columns<'_> {
    vec![
        ("name", &lpu.name),
        ("is_children", &lpu.is_children),
        ("model", &lpu.model),
    ]
}

fn resource_columns(resource: &Resource) -> Columns<'_> {
    vec![
        ("lpu", &resource.lpu),
        ("type", &resource.kind),
        ("family", &resource.family),
        ("name", &resource.name),
        ("patronymic", &resource.patronymic),
        ("title", &resource.title),
        ("role", &resource.role),
        ("uchastok_nums", &resource.uchastok_nums),
        ("speciality", &resource.speciality),
        ("room", &resource.room),
        ("flat", &resource.flat),
        ("age_from", &resource.age_from),
        ("age_to", &resource.age_to),
        ("dispensary_only", &resource.dispensary_only),
        ("shown", &resource.shown),
    ]
}

fn slot_columns(slot: &Slot) -> Columns<'_> {
    vec![
        ("resource", &slot.resource),
        ("begin_at", &slot.begin_at),
        ("end_at", &slot.end_at),
        ("plan_count", &slot.plan_count),
        ("flag_access", &slot.flag_access),
        ("busy_type", &slot.busy_type),
        ("busy_code", &slot.busy_code),
        ("busy_name", &slot.busy_name),
        ("room", &slot.room),
        ("age_from", &slot.age_from),
        ("age_to", &slot.age_to),
    ]
}

fn patient_columns(patient: &Patient) -> Columns<'_> {
    vec![
        ("lpu", &patient.lpu),
        ("person_guid", &patient.person_guid),
        ("family", &patient.family),
        ("name", &patient.name),
        ("patronymic", &patient.patronymic),
        ("birth_date", &patient.birth_date),
        ("sex", &patient.sex),
        ("policy_series", &patient.policy_series),
        ("policy_number", &patient.policy_number),
        ("snils", &patient.snils),
        ("passport_series", &patient.passport_series),
        ("passport_number", &patient.passport_number),
        ("phone", &patient.phone),
        ("email", &patient.email),
        ("email_confirm_agree", &patient.email_confirm_agree),
        ("uchastok_num", &patient.uchastok_num),
        ("self_booking_banned", &patient.self_booking_banned),
        ("closed", &patient.closed),
    ]
}

fn referral_columns(referral: &Referral) -> Columns<'_> {
    vec![("type", &referral.kind), ("patient", &referral.patient)]
}

fn exam_columns(exam: &Exam) -> Columns<'_> {
    vec![("patient", &exam.patient), ("name", &exam.name)]
}

fn application_columns(application: &ClientApplication) -> Columns<'_> {
    vec![
        ("guid", &application.guid),
        ("source", &application.source),
        ("name", &application.name),
        ("description", &application.description),
        ("access", &application.access),
        ("self_service", &application.self_service),
        ("schedule_days", &application.schedule_days),
    ]
}
