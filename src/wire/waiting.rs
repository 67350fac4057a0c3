//! The waiting list ([crate::contract::waiting_list]): from a request to a [`WaitingWish`], and an entry as answers show it.

use crate::model::{Bearer, Moment, WaitingEntry, WaitingPatient, WaitingWish};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::message::Request;
use crate::wire::params::{Json, Params, bad, date, required, time};
use crate::wire::reading::SPECIALITY_CHARS_MAX;
use crate::wire::ticket::moment;
use crate::wire::wish::{PHONE_CHARS_MAX, phone};
use chrono::{Days, NaiveDate, NaiveTime};
use serde::Serialize;
use uuid::Uuid;

pub const COMPLAINTS_CHARS_MAX: usize = 2_000;

/// From `dateStart` to `dateEnd` when only the former is given ([crate::contract::waiting_list]).
const WAITING_DAYS: Days = Days::new(30);

/// How far ahead of today `dateStart` and `dateEnd` may lie.
const AHEAD_DAYS_MAX: i64 = 366;

/// The members of the body, in the contract's order.
const KNOWN: [(&str, Json); 10] = [
    ("lpuGuid", Json::Text),
    ("specialityCode", Json::Text),
    ("doctorGuid", Json::Text),
    ("phone", Json::Text),
    ("complaints", Json::Lines),
    ("dateStart", Json::Text),
    ("dateEnd", Json::Text),
    ("timeStart", Json::Text),
    ("timeEnd", Json::Text),
    ("isAgree", Json::Scalar),
];

/// The words of `isAgree` that agree; anything else is no agreement.
const AGREEMENTS: [(&str, ()); 2] = [("1", ()), ("true", ())];

/// Parses a request to join the waiting list.
///
/// # Errors
/// [`Refusal::Parameter`] for the body as such, then for its first bad member in the contract's order.
pub fn waiting_wish(request: &Request, bearer: Bearer, today: NaiveDate) -> Result<WaitingWish, Refusal> {
    let params = Params::of_json(request, &KNOWN)?;
    let lpu = required("lpuGuid", params.guid("lpuGuid")?)?;
    let speciality = required(
        "specialityCode",
        params.text("specialityCode", SPECIALITY_CHARS_MAX)?,
    )?;
    let resource = params.guid("doctorGuid")?;
    params.text("phone", PHONE_CHARS_MAX)?;
    let phone = params.parsed("phone", phone, ParameterFault::Phone)?;
    let complaints = params.text("complaints", COMPLAINTS_CHARS_MAX)?;
    let (date_start, date_end) = dates(&params, today)?;
    let (time_start, time_end) = times(&params)?;
    required("isAgree", params.word("isAgree", &AGREEMENTS, "1")?)?;
    Ok(WaitingWish {
        bearer,
        lpu,
        speciality: speciality.to_owned(),
        resource,
        phone: phone.unwrap_or_default(),
        complaints: complaints.unwrap_or_default().to_owned(),
        date_start,
        date_end,
        time_start,
        time_end,
    })
}

/// Returns the first day and the last. Past days are refused.
fn dates(params: &Params, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Refusal> {
    let near = |name, day: NaiveDate| {
        let is_near = (day - today).num_days() <= AHEAD_DAYS_MAX;
        let far = || bad(name, ParameterFault::TooFar(AHEAD_DAYS_MAX));
        is_near.then_some(day).ok_or_else(far)
    };
    let start = required(
        "dateStart",
        params.parsed("dateStart", date, ParameterFault::Date)?,
    )?;
    let start = near("dateStart", start)?;
    let end = params.parsed("dateEnd", date, ParameterFault::Date)?;
    let (last_given, end) = match end {
        Some(end) => ("dateEnd", near("dateEnd", end)?),
        None => ("dateStart", start + WAITING_DAYS),
    };
    if end < start {
        Err(bad("dateEnd", ParameterFault::Before("dateStart")))
    } else if end < today {
        Err(bad(last_given, ParameterFault::Past))
    } else {
        Ok((start, end))
    }
}

/// Returns the earliest time of the day and the latest. A midnight at the end is the day's end: midnight at both means any
/// time.
fn times(params: &Params) -> Result<(NaiveTime, NaiveTime), Refusal> {
    let read = |name| params.parsed(name, time, ParameterFault::Time);
    let start = read("timeStart")?.unwrap_or(NaiveTime::MIN);
    let end = read("timeEnd")?.unwrap_or(NaiveTime::MIN);
    if end != NaiveTime::MIN && end <= start {
        Err(bad("timeEnd", ParameterFault::NotAfter("timeStart")))
    } else {
        Ok((start, end))
    }
}

/// An entry, in the contract's order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingListEntry<'a> {
    guid: Uuid,
    lpu_guid: Uuid,
    speciality_code: &'a str,
    doctor_guid: Option<Uuid>,
    date_start: NaiveDate,
    date_end: NaiveDate,
    time_start: String,
    time_end: String,
    status: &'static str,
    created: String,
}

impl<'a> WaitingListEntry<'a> {
    /// The entry as it stands today.
    pub fn new(entry: &'a WaitingEntry, now: Moment) -> Self {
        let minutes = |time: NaiveTime| time.format("%H:%M").to_string();
        WaitingListEntry {
            guid: entry.guid,
            lpu_guid: entry.lpu,
            speciality_code: &entry.speciality,
            doctor_guid: entry.resource,
            date_start: entry.date_start,
            date_end: entry.date_end,
            time_start: minutes(entry.time_start),
            time_end: minutes(entry.time_end),
            status: if entry.waits(now.date_naive()) {
                "Active"
            } else {
                "Ended"
            },
            created: moment(entry.created),
        }
    }
}

/// An entry as `infomat waiting` prints it: the patient's answer, and the facts for a call from the reception.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingCall<'a> {
    #[serde(flatten)]
    entry: WaitingListEntry<'a>,
    patient: &'a str,
    birth_date: NaiveDate,
    phone: &'a str,
    speciality: &'a str,
    doc_fio: Option<&'a str>,
    complaints: &'a str,
}

impl<'a> WaitingCall<'a> {
    /// The entry as it stands today.
    pub fn new(waiting: &'a WaitingPatient, now: Moment) -> Self {
        WaitingCall {
            entry: WaitingListEntry::new(&waiting.entry, now),
            patient: &waiting.patient,
            birth_date: waiting.birth_date,
            phone: &waiting.phone,
            speciality: &waiting.speciality,
            doc_fio: waiting.doc_fio.as_deref(),
            complaints: &waiting.complaints,
        }
    }
}
