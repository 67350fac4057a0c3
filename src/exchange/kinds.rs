//! What each kind of line may say (contract 5): fields, bounds, defaults. A line about a thing that is there replaces it,
//! so what it leaves out has its default, whatever was there before.

use super::fields::{BadField, Fields};
use crate::store::import::{ClientApplication, Exam, Key, Kind, Patient, Record, Referral, Resource, Slot};
use crate::visit::{ReferralType, ResourceType, is_uniform_policy};
use crate::wire::wish::{DIRECTION_ID_CHARS_MAX, EMAIL_CHARS_MAX, PHONE_CHARS_MAX};
use chrono::NaiveDate;
use std::ops::RangeInclusive;

mod lpu;

/// Longest code, room, number or series of a document.
const CODE_CHARS_MAX: usize = 64;

/// Longest name of a person or a speciality, longest title or role.
const NAME_CHARS_MAX: usize = 256;

/// Longest description, address or other text.
const TEXT_CHARS_MAX: usize = 1_000;

/// Floors. 0: not known.
const FLOORS: RangeInclusive<i64> = -10..=200;

/// Ages in full years.
const AGES: RangeInclusive<i64> = 0..=150;

/// Places in one cell.
const PLACES: RangeInclusive<i64> = 0..=10_000;

/// All access bits of contract 4.
const ACCESS_ALL: i64 = 127;

/// Numbers that are the vendor's own: `busyType.type`, `source`, `hostID`.
const NUMBERS: RangeInclusive<i64> = 0..=i32::MAX as i64;

/// Days that a client application may book ahead.
const DAYS_AHEAD: RangeInclusive<i64> = 0..=3_650;

/// Moments of cells: the years 1970 to 2199.
const MOMENTS: RangeInclusive<i64> = 0..=7_258_118_399;

/// Longest cell: a day.
const SLOT_SECONDS_MAX: i64 = 24 * 60 * 60;

/// Nobody who comes to a clinic was born before.
const BORN_FIRST: NaiveDate = NaiveDate::from_ymd_opt(1880, 1, 1).expect("a day of the calendar");

/// The thing that a line is about, as far as the line could be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Its kind.
    pub kind: Kind,
    /// Which one.
    pub key: Key,
    /// What the line says of it.
    pub says: Result<Says, BadField>,
}

/// What a line says of its thing.
#[derive(Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and most are the large one"
)]
pub enum Says {
    /// It is so.
    Is(Record),
    /// It is no more.
    Removed,
}

/// Reads one line. `today` is the last possible day of birth.
///
/// # Errors
/// When it cannot even be told what the line is about.
pub fn parse(text: &str, today: NaiveDate) -> Result<Parsed, BadField> {
    let mut fields = Fields::parse(text, "")?;
    let words = Kind::WORDS.map(|(word, _)| word);
    let word = fields
        .word("kind", &words)?
        .ok_or_else(|| fields.bad("kind", "missing"))?;
    let (_, kind) = Kind::WORDS
        .into_iter()
        .find(|(known, _)| *known == word)
        .expect("the word is one of these");
    fields.rename(word);
    let key = key(kind, &mut fields)?;
    let says = says(kind, &key, fields, today);
    Ok(Parsed { kind, key, says })
}

/// The identity of a line's thing.
fn key(kind: Kind, fields: &mut Fields) -> Result<Key, BadField> {
    match kind {
        Kind::Lpu | Kind::Resource | Kind::Slot | Kind::Patient | Kind::Exam => {
            fields.required_guid("guid").map(Key::Guid)
        }
        Kind::Speciality => fields.required_text("code", CODE_CHARS_MAX).map(Key::Text),
        Kind::Referral => fields
            .required_text("number", DIRECTION_ID_CHARS_MAX)
            .map(Key::Text),
        Kind::DispensaryRegistration => {
            let patient = fields.required_guid("patient")?;
            Ok(Key::Pair(patient, fields.required_guid("resource")?))
        }
        Kind::ClientApplication => {
            let mnem = fields.required_text("mnem", CODE_CHARS_MAX)?;
            if mnem.bytes().all(|byte| byte.is_ascii_graphic()) {
                Ok(Key::Text(mnem))
            } else {
                Err(fields.bad("mnem", "not visible ASCII characters alone"))
            }
        }
    }
}

/// All else. What stands beside `"deleted": true` is not looked at.
fn says(kind: Kind, key: &Key, mut fields: Fields, today: NaiveDate) -> Result<Says, BadField> {
    if fields.flag("deleted", false)? {
        return Ok(Says::Removed);
    }
    let record = match kind {
        Kind::Lpu => Record::Lpu(lpu::lpu(key, &mut fields)?),
        Kind::Speciality => Record::Speciality(fields.required_text("name", NAME_CHARS_MAX)?),
        Kind::Resource => Record::Resource(resource(&mut fields)?),
        Kind::Slot => Record::Slot(slot(&mut fields)?),
        Kind::Patient => Record::Patient(Box::new(patient(&mut fields, today)?)),
        Kind::Referral => Record::Referral(referral(&mut fields)?),
        Kind::DispensaryRegistration => Record::DispensaryRegistration,
        Kind::Exam => Record::Exam(Exam {
            patient: fields.required_guid("patient")?,
            name: fields.required_text("name", TEXT_CHARS_MAX)?,
        }),
        Kind::ClientApplication => Record::ClientApplication(application(&mut fields)?),
    };
    fields.finish()?;
    Ok(Says::Is(record))
}

fn resource(fields: &mut Fields) -> Result<Resource, BadField> {
    let words = ResourceType::WORDS.map(|(word, _)| word);
    let (age_from, age_to) = ages(fields)?;
    Ok(Resource {
        lpu: fields.required_guid("lpu")?,
        kind: fields.word("type", &words)?.unwrap_or("doctor"),
        family: fields.text("family", NAME_CHARS_MAX)?,
        name: fields.text("name", NAME_CHARS_MAX)?,
        patronymic: fields.text("patronymic", NAME_CHARS_MAX)?,
        title: fields.text("title", NAME_CHARS_MAX)?,
        role: fields.text("role", NAME_CHARS_MAX)?,
        speciality: fields.required_text("speciality", CODE_CHARS_MAX)?,
        room: fields.text("room", CODE_CHARS_MAX)?,
        flat: fields.number("flat", FLOORS)?.unwrap_or(0),
        age_from,
        age_to,
        dispensary_only: fields.flag("dispensaryOnly", false)?,
        shown: fields.flag("shown", true)?,
    })
}

fn slot(fields: &mut Fields) -> Result<Slot, BadField> {
    let resource = fields.required_guid("resource")?;
    let begin_at = fields.required_moment("begin", &MOMENTS)?;
    let end_at = fields.required_moment("end", &MOMENTS)?;
    if end_at <= begin_at {
        return Err(fields.bad("end", "not after begin"));
    }
    if end_at - begin_at > SLOT_SECONDS_MAX {
        return Err(fields.bad("end", "more than 24 hours after begin"));
    }
    let (busy_type, busy_code, busy_name) = busy_type(fields)?;
    let (age_from, age_to) = ages(fields)?;
    Ok(Slot {
        resource,
        begin_at,
        end_at,
        plan_count: fields.number("planCount", PLACES)?.unwrap_or(1),
        flag_access: fields.number("flagAccess", 0..=ACCESS_ALL)?.unwrap_or(ACCESS_ALL),
        busy_type,
        busy_code,
        busy_name,
        room: fields.text("room", CODE_CHARS_MAX)?,
        age_from,
        age_to,
    })
}

/// `busyType`: type, code, name.
fn busy_type(fields: &mut Fields) -> Result<(i64, String, String), BadField> {
    let Some(mut busy) = fields.object("busyType")? else {
        return Ok((1, String::new(), String::new()));
    };
    let kind = busy.number("type", NUMBERS)?.unwrap_or(1);
    let code = busy.text("code", CODE_CHARS_MAX)?;
    let name = busy.text("name", NAME_CHARS_MAX)?;
    busy.finish()?;
    Ok((kind, code, name))
}

/// `ageFrom` and `ageTo`.
fn ages(fields: &mut Fields) -> Result<(Option<i64>, Option<i64>), BadField> {
    let from = fields.number("ageFrom", AGES)?;
    let to = fields.number("ageTo", AGES)?;
    match (from, to) {
        (Some(youngest), Some(oldest)) if youngest > oldest => Err(fields.bad("ageTo", "below ageFrom")),
        bounds => Ok(bounds),
    }
}

fn patient(fields: &mut Fields, today: NaiveDate) -> Result<Patient, BadField> {
    let (policy_series, policy_number) = policy(fields)?;
    Ok(Patient {
        lpu: fields.required_guid("lpu")?,
        person_guid: fields.guid("personGuid")?,
        family: fields.required_text("family", NAME_CHARS_MAX)?,
        name: fields.required_text("name", NAME_CHARS_MAX)?,
        patronymic: fields.text("patronymic", NAME_CHARS_MAX)?,
        birth_date: fields.required_date("birthDate", &(BORN_FIRST..=today))?,
        sex: fields.word("sex", &["m", "f"])?.unwrap_or(""),
        policy_series,
        policy_number,
        snils: fields.document("snils", CODE_CHARS_MAX)?,
        passport_series: fields.document("passportSeries", CODE_CHARS_MAX)?,
        passport_number: fields.document("passportNumber", CODE_CHARS_MAX)?,
        phone: fields.text("phone", PHONE_CHARS_MAX)?,
        email: fields.text("email", EMAIL_CHARS_MAX)?,
        email_confirm_agree: fields.flag("emailConfirmAgree", false)?,
        uchastok_num: fields.text("uchastokNum", CODE_CHARS_MAX)?,
        self_booking_banned: fields.flag("selfBookingBanned", false)?,
        closed: fields.flag("closed", false)?,
    })
}

/// `policySeries` and `policyNumber`. Nobody could be identified with a series beside a number that has none: it is dropped.
fn policy(fields: &mut Fields) -> Result<(String, String), BadField> {
    let series = fields.document("policySeries", CODE_CHARS_MAX)?;
    let number = fields.document("policyNumber", CODE_CHARS_MAX)?;
    let kept = if is_uniform_policy(&number) {
        String::new()
    } else {
        series
    };
    Ok((kept, number))
}

fn referral(fields: &mut Fields) -> Result<Referral, BadField> {
    let words = ReferralType::WORDS.map(|(word, _)| word);
    let kind = fields.word("type", &words)?;
    Ok(Referral {
        kind: kind.ok_or_else(|| fields.bad("type", "missing"))?,
        patient: fields.required_guid("patient")?,
    })
}

/// A client application. What its line leaves out is, where contract 4 has no word on it, what `Internet` has; but no
/// number of days of its own.
fn application(fields: &mut Fields) -> Result<ClientApplication, BadField> {
    Ok(ClientApplication {
        guid: fields.guid("guid")?,
        source: fields.number("source", NUMBERS)?.unwrap_or(0),
        name: fields.text("name", NAME_CHARS_MAX)?,
        description: fields.text("description", TEXT_CHARS_MAX)?,
        access: fields.number("access", 0..=ACCESS_ALL)?.unwrap_or(4),
        self_service: fields.flag("selfService", true)?,
        schedule_days: fields.number("scheduleDays", DAYS_AHEAD)?,
    })
}
