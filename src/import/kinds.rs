//! What each kind of line may say ([crate::contract::clinic_data]): fields, bounds, defaults. A line about a thing that is there replaces it,
//! so what it leaves out has its default, whatever was there before.

use super::bounds::{
    ACCESS_ALL, AGES, BORN_FIRST, CODE_CHARS_MAX, DAYS_AHEAD, DISTRICTS_MAX, FLOORS, MOMENTS, NAME_CHARS_MAX,
    NUMBERS, PLACES, SLOT_SECONDS_MAX, TEXT_CHARS_MAX,
};
use super::fields::ObjectFields;
use super::reason::{BadField, Reason};
use crate::model::typed::{means_nothing, name_part};
use crate::model::{DocumentKind, ReferralType, ResourceType};
use crate::store::import::{
    ApplicationRow, ExamRow, Kind, PatientRow, ReferralRow, RegistrationRow, ResourceRow, Row, RowKey,
    SlotRow, SpecialityRow,
};
use crate::wire::wish::{DIRECTION_ID_CHARS_MAX, EMAIL_CHARS_MAX, PHONE_CHARS_MAX};
use chrono::NaiveDate;
use serde_json::json;

mod lpu;

/// Owners that a line of an import may give a cell, and one of a message.
const OWNERS: [&str; 1] = ["box"];
const OWNERS_TOLD: [&str; 2] = ["box", "centre"];

/// The subject of a line, as far as the line could be read.
#[derive(Debug, PartialEq, Eq)]
pub struct ParsedLine {
    /// Its kind.
    pub kind: Kind,
    /// Which one.
    pub key: RowKey,
    /// The row or the removal, or all bad fields.
    pub says: Result<Says, Vec<BadField>>,
    /// Fields whose value means "none".
    pub nothing_in: Vec<&'static str>,
}

/// The content of a line.
#[derive(Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and most are the large one"
)]
pub enum Says {
    /// The thing is added or replaced.
    Is(Row),
    /// The thing is removed.
    Removed,
}

/// Reads one line. `today` is the last possible day of birth.
///
/// # Errors
/// All bad fields, when the subject of the line is unknown.
pub fn parse(text: &str, today: NaiveDate) -> Result<ParsedLine, Vec<BadField>> {
    parse_of(text, today, &OWNERS)
}

/// Reads one line of a message of the centre, which may keep a cell for itself.
pub fn parse_told(text: &str, today: NaiveDate) -> Result<ParsedLine, Vec<BadField>> {
    parse_of(text, today, &OWNERS_TOLD)
}

fn parse_of(text: &str, today: NaiveDate, owners: &[&'static str]) -> Result<ParsedLine, Vec<BadField>> {
    let mut fields = ObjectFields::parse(text, "").map_err(|bad| vec![bad])?;
    let words = Kind::WORDS.map(|(word, _)| word);
    let word = fields.required_word("kind", &words);
    let known = Kind::WORDS.into_iter().find(|(known, _)| *known == word);
    let Some((_, kind)) = known.filter(|_| !fields.has_refused("kind")) else {
        return Err(fields.abandon());
    };
    fields.rename(word);
    let before = fields.refused();
    let key = key(kind, &mut fields);
    let is_known = fields.refused() == before;
    let says = says(kind, &key, &mut fields, today, owners);
    let nothing_in = std::mem::take(&mut fields.nothing_in);
    let bad = match says {
        Says::Is(_) => fields.finish(),
        Says::Removed => fields.abandon(),
    };
    if !is_known && !bad.is_empty() {
        return Err(bad);
    }
    Ok(ParsedLine {
        kind,
        key,
        says: if bad.is_empty() { Ok(says) } else { Err(bad) },
        nothing_in,
    })
}

/// Reads the key of a line.
fn key(kind: Kind, fields: &mut ObjectFields) -> RowKey {
    match kind {
        Kind::Lpu | Kind::Resource | Kind::Slot | Kind::Patient | Kind::Exam => {
            RowKey::Guid(fields.required_guid("guid"))
        }
        Kind::Speciality => RowKey::Text(fields.required_text("code", CODE_CHARS_MAX)),
        Kind::Referral => RowKey::Text(fields.required_text("number", DIRECTION_ID_CHARS_MAX)),
        Kind::DispensaryRegistration => {
            RowKey::Pair(fields.required_guid("patient"), fields.required_guid("resource"))
        }
        Kind::ClientApplication => {
            let mnem = fields.required_text("mnem", CODE_CHARS_MAX);
            if !mnem.bytes().all(|byte| byte.is_ascii_graphic()) {
                fields.refuse("mnem", Reason::NotVisibleAscii);
            }
            RowKey::Text(mnem)
        }
    }
}

/// Reads the rest of a line. Fields beside `"deleted": true` are ignored. A bad field gets a default.
fn says(
    kind: Kind,
    key: &RowKey,
    fields: &mut ObjectFields,
    today: NaiveDate,
    owners: &[&'static str],
) -> Says {
    if fields.flag("deleted", false) {
        return Says::Removed;
    }
    Says::Is(match kind {
        Kind::Lpu => Row::Lpu(lpu::lpu(key, fields)),
        Kind::Speciality => Row::Speciality(SpecialityRow {
            name: fields.required_text("name", NAME_CHARS_MAX),
        }),
        Kind::Resource => Row::Resource(resource(fields)),
        Kind::Slot => Row::Slot(slot(fields, owners)),
        Kind::Patient => Row::Patient(patient(fields, today)),
        Kind::Referral => Row::Referral(referral(fields)),
        Kind::DispensaryRegistration => Row::DispensaryRegistration(RegistrationRow {}),
        Kind::Exam => Row::Exam(ExamRow {
            patient: fields.required_guid("patient"),
            name: fields.required_text("name", TEXT_CHARS_MAX),
        }),
        Kind::ClientApplication => Row::ClientApplication(application(fields)),
    })
}

fn resource(fields: &mut ObjectFields) -> ResourceRow {
    let words = ResourceType::WORDS.map(|(word, _)| word);
    let (age_from, age_to) = ages(fields);
    let before = fields.refused();
    let resource = ResourceRow {
        lpu: fields.required_guid("lpu"),
        kind: fields.word("type", &words).unwrap_or("doctor"),
        family: name_part(&fields.text("family", NAME_CHARS_MAX)),
        name: name_part(&fields.text("name", NAME_CHARS_MAX)),
        patronymic: name_part(&fields.text("patronymic", NAME_CHARS_MAX)),
        title: fields.text("title", NAME_CHARS_MAX),
        role: fields.text("role", NAME_CHARS_MAX),
        uchastok_nums: json!(fields.texts("uchastokNums", DISTRICTS_MAX, CODE_CHARS_MAX)).to_string(),
        speciality: fields.required_text("speciality", CODE_CHARS_MAX),
        room: fields.text("room", CODE_CHARS_MAX),
        flat: fields.number("flat", FLOORS).unwrap_or(0),
        age_from,
        age_to,
        dispensary_only: fields.flag("dispensaryOnly", false),
        shown: fields.flag("shown", true),
    };
    let (needed, is_missing) = if resource.kind == "doctor" {
        ("family", resource.family.is_empty())
    } else {
        ("title", means_nothing(&resource.title))
    };
    // What stands in the place of a bad field tells nothing.
    if is_missing && fields.refused() == before {
        fields.refuse(needed, Reason::Missing);
    }
    resource
}

fn slot(fields: &mut ObjectFields, owners: &[&'static str]) -> SlotRow {
    let resource = fields.required_guid("resource");
    let (begin_at, end_at) = times(fields);
    let (busy_type, busy_code, busy_name) = busy_type(fields);
    let (age_from, age_to) = ages(fields);
    SlotRow {
        resource,
        begin_at,
        end_at,
        plan_count: fields.number("planCount", PLACES).unwrap_or(1),
        flag_access: fields.number("flagAccess", 0..=ACCESS_ALL).unwrap_or(ACCESS_ALL),
        busy_type,
        busy_code,
        busy_name,
        room: fields.text("room", CODE_CHARS_MAX),
        age_from,
        age_to,
        owner: fields.word("owner", owners),
    }
}

/// `begin` and `end`.
fn times(fields: &mut ObjectFields) -> (i64, i64) {
    let begin = fields.required_moment("begin", &MOMENTS);
    let end = fields.required_moment("end", &MOMENTS);
    let (Some(begin), Some(end)) = (begin, end) else {
        return (0, 0);
    };
    if end <= begin {
        fields.refuse("end", Reason::NotAfterBegin);
    } else if end - begin > SLOT_SECONDS_MAX {
        fields.refuse("end", Reason::LongerThanDay);
    }
    (begin, end)
}

/// `busyType`: type, code, name.
fn busy_type(fields: &mut ObjectFields) -> (i64, String, String) {
    let Some(mut busy) = fields.object("busyType") else {
        return (1, String::new(), String::new());
    };
    let kind = busy.number("type", NUMBERS).unwrap_or(1);
    let code = busy.text("code", CODE_CHARS_MAX);
    let name = busy.text("name", NAME_CHARS_MAX);
    fields.close(busy);
    (kind, code, name)
}

/// `ageFrom` and `ageTo`.
fn ages(fields: &mut ObjectFields) -> (Option<i64>, Option<i64>) {
    let from = fields.number("ageFrom", AGES);
    let to = fields.number("ageTo", AGES);
    if from.zip(to).is_some_and(|(youngest, oldest)| youngest > oldest) {
        fields.refuse("ageTo", Reason::BelowAgeFrom);
    }
    (from, to)
}

fn patient(fields: &mut ObjectFields, today: NaiveDate) -> PatientRow {
    let before = fields.refused();
    let (policy_series, policy_number) =
        document(fields, DocumentKind::Policy, ["policySeries", "policyNumber"]);
    let (passport_series, passport_number) = document(
        fields,
        DocumentKind::Passport,
        ["passportSeries", "passportNumber"],
    );
    let patient = PatientRow {
        lpu: fields.required_guid("lpu"),
        person_guid: fields.guid("personGuid"),
        family: name(fields, "family"),
        name: name(fields, "name"),
        patronymic: name(fields, "patronymic"),
        birth_date: fields.required_date("birthDate", &(BORN_FIRST..=today)),
        sex: fields.word("sex", &["m", "f"]).unwrap_or(""),
        policy_series,
        policy_number,
        snils: number(fields, DocumentKind::Snils, "snils"),
        passport_series,
        passport_number,
        phone: contact(fields, "phone", PHONE_CHARS_MAX, could_be_called),
        email: contact(fields, "email", EMAIL_CHARS_MAX, |text| text.contains('@')),
        email_confirm_agree: fields.optional_flag("emailConfirmAgree"),
        uchastok_num: fields.text("uchastokNum", CODE_CHARS_MAX),
        self_booking_banned: fields.flag("selfBookingBanned", false),
        closed: fields.flag("closed", false),
    };
    // What stands in the place of a bad field tells nothing.
    if patient.family.is_empty() && patient.name.is_empty() && fields.refused() == before {
        fields.refuse("family", Reason::Missing);
    }
    patient
}

/// Reads a part of a person's name.
fn name(fields: &mut ObjectFields, field: &'static str) -> String {
    let typed = fields.text(field, NAME_CHARS_MAX);
    kept(fields, field, &typed, name_part(&typed))
}

/// Reads the number of a document.
fn number(fields: &mut ObjectFields, kind: DocumentKind, field: &'static str) -> String {
    let typed = fields.text(field, CODE_CHARS_MAX);
    kept(fields, field, &typed, kind.kept_number(&typed))
}

/// Records a field whose typed value means "none".
fn kept(fields: &mut ObjectFields, field: &'static str, typed: &str, kept: String) -> String {
    if kept.is_empty() && !typed.trim().is_empty() {
        fields.nothing_in.push(field);
    }
    kept
}

/// Reads series and number of a document. A series beside a number that has none identifies nobody and is dropped.
fn document(
    fields: &mut ObjectFields,
    kind: DocumentKind,
    [series, field]: [&'static str; 2],
) -> (String, String) {
    let series = fields.text(series, CODE_CHARS_MAX);
    let number = number(fields, kind, field);
    (kind.kept_series(&series, &number), number)
}

/// Reads a telephone or an e-mail. It is `None` when the line has none or a value that means "none": the patient's own stays.
fn contact(
    fields: &mut ObjectFields,
    field: &'static str,
    chars_max: usize,
    could_be: impl Fn(&str) -> bool,
) -> Option<String> {
    let typed = fields.optional_text(field, chars_max)?;
    if typed.trim().is_empty() || could_be(&typed) {
        return Some(typed);
    }
    fields.nothing_in.push(field);
    None
}

/// Returns whether a telephone has digits, and not one digit over and over.
fn could_be_called(phone: &str) -> bool {
    !DocumentKind::Passport.kept_number(phone).is_empty()
}

fn referral(fields: &mut ObjectFields) -> ReferralRow {
    let words = ReferralType::WORDS.map(|(word, _)| word);
    ReferralRow {
        kind: fields.required_word("type", &words),
        patient: fields.required_guid("patient"),
    }
}

/// A client application. What its line leaves out is, where [crate::contract::applications] has no word on it, what `Internet` has; but no
/// number of days of its own.
fn application(fields: &mut ObjectFields) -> ApplicationRow {
    ApplicationRow {
        guid: fields.guid("guid"),
        source: fields.number("source", NUMBERS).unwrap_or(0),
        name: fields.text("name", NAME_CHARS_MAX),
        description: fields.text("description", TEXT_CHARS_MAX),
        access: fields.number("access", 0..=ACCESS_ALL).unwrap_or(4),
        self_service: fields.flag("selfService", true),
        schedule_days: fields.number("scheduleDays", DAYS_AHEAD),
    }
}

/// Returns the names of all fields that a line of this kind is asked for, with those of its objects.
#[cfg(test)]
pub fn asked(text: &str, today: NaiveDate) -> Vec<String> {
    let mut fields = ObjectFields::parse(text, "").expect("an object");
    let words = Kind::WORDS.map(|(word, _)| word);
    let word = fields.required_word("kind", &words);
    let (_, kind) = Kind::WORDS
        .into_iter()
        .find(|(known, _)| *known == word)
        .expect("a kind");
    fields.asked.clear();
    fields.rename(word);
    let key = key(kind, &mut fields);
    says(kind, &key, &mut fields, today, &OWNERS);
    fields.asked
}
