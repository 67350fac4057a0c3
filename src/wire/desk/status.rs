//! How the server is, as the status page is told, and what the page asks for ([crate::contract::desk]).

use crate::health::Finding;
use crate::model::job::{FILE_BYTES_MAX, ImportTold, ImportWish, Job, JobKind, PIECE_BYTES_MAX, Phase};
use crate::model::{Issue, Moment, RefusalCount, RegionState, Supply};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::issue::IssueListed;
use crate::wire::message::Request;
use crate::wire::params::{Json, Params, bad, required};
use crate::wire::ticket::moment;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Longest name of a file.
const NAME_CHARS_MAX: usize = 255;

/// The words of a truth value.
const FLAG: [(&str, bool); 2] = [("true", true), ("false", false)];

/// Parses which file is to be imported, and how.
///
/// # Errors
/// [`Refusal::Parameter`] for a file that is empty or larger than [`FILE_BYTES_MAX`].
pub fn import_wish(request: &Request) -> Result<ImportWish, Refusal> {
    let known = [
        ("name", Json::Text),
        ("bytes", Json::Scalar),
        ("check", Json::Scalar),
        ("replace", Json::Scalar),
        ("skipBad", Json::Scalar),
    ];
    let params = Params::of_json(request, &known)?;
    let bytes = |text: &str| {
        let bytes = text.parse().ok();
        bytes.filter(|bytes| (1..=FILE_BYTES_MAX).contains(bytes))
    };
    let flag = |name| {
        let flag = params.word(name, &FLAG, "true, false");
        flag.map(|flag| flag.unwrap_or(false))
    };
    let name = required("name", params.text("name", NAME_CHARS_MAX)?)?.to_owned();
    Ok(ImportWish {
        name,
        bytes: required(
            "bytes",
            params.parsed("bytes", bytes, ParameterFault::FileBytes(FILE_BYTES_MAX >> 20))?,
        )?,
        is_trial: flag("check")?,
        replace: flag("replace")?,
        skip_bad: flag("skipBad")?,
    })
}

/// Parses the place of a piece in its file.
pub fn piece_offset(text: &str) -> Result<u64, Refusal> {
    let is_plain = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let offset = is_plain.then(|| text.parse().ok()).flatten();
    offset.ok_or_else(|| bad("offset", ParameterFault::Number(FILE_BYTES_MAX.cast_signed())))
}

/// What begins the sending of a file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SendingBegun {
    pub job: Uuid,
    /// Most bytes of one piece.
    pub piece_bytes: usize,
}

impl SendingBegun {
    pub fn new(job: Uuid) -> Self {
        SendingBegun {
            job,
            piece_bytes: PIECE_BYTES_MAX,
        }
    }
}

/// How the server is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status<'a> {
    pub now: String,
    pub version: &'static str,
    pub started: String,
    /// Moment of the last good backup.
    pub backup: Option<String>,
    /// When clinic data was last imported.
    pub imported: Option<String>,
    /// The day of the last cell.
    pub timetable_until: Option<String>,
    /// When anything was last written to the journal.
    pub written: Option<String>,
    pub disk_free_bytes: Option<u64>,
    pub check: CheckShown<'a>,
    pub job: Option<JobShown<'a>>,
    pub exchange: Option<RegionShown>,
}

/// What the last check found.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckShown<'a> {
    pub at: Option<String>,
    pub is_running: bool,
    /// Why it could not be made; empty where it could.
    pub message: &'a str,
    pub findings: Vec<&'a Finding>,
}

/// A job, with all that it has said.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobShown<'a> {
    job: Uuid,
    kind: JobKind,
    login: &'a str,
    began: String,
    ended: Option<String>,
    phase: Phase,
    message: &'a str,
    /// Name and bytes of the file, for an import.
    name: Option<&'a str>,
    bytes: Option<u64>,
    received: u64,
    check: bool,
    replace: bool,
    skip_bad: bool,
    #[serde(flatten)]
    told: &'a ImportTold,
}

impl<'a> From<&'a Job> for JobShown<'a> {
    fn from(job: &'a Job) -> Self {
        let file = job.file.as_ref();
        JobShown {
            job: job.guid,
            kind: job.kind,
            login: &job.login,
            began: moment(job.began),
            ended: job.ended.map(moment),
            phase: job.phase,
            message: &job.message,
            name: file.map(|file| &*file.name),
            bytes: file.map(|file| file.bytes),
            received: job.received,
            check: file.is_some_and(|file| file.is_trial),
            replace: file.is_some_and(|file| file.replace),
            skip_bad: file.is_some_and(|file| file.skip_bad),
            told: &job.told,
        }
    }
}

/// How the exchange with the region's centre stands.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionShown {
    mode: &'static str,
    last: u64,
    received: Option<u64>,
    applied: u64,
    issues: i64,
}

impl From<RegionState> for RegionShown {
    fn from(state: RegionState) -> Self {
        let RegionState {
            mode,
            last,
            received,
            applied,
            issues,
        } = state;
        RegionShown {
            mode,
            last,
            received,
            applied,
            issues,
        }
    }
}

/// What an exchange left to a person. Holds personal data.
#[derive(Serialize)]
pub struct IssuesShown<'a> {
    issues: Vec<IssueListed<'a>>,
    /// There are more than are shown.
    more: bool,
}

impl<'a> IssuesShown<'a> {
    /// The first `most` of those found.
    pub fn new(issues: &'a [Issue], most: u32) -> Self {
        IssuesShown {
            issues: issues.iter().take(most as usize).map(IssueListed::from).collect(),
            more: issues.len() > most as usize,
        }
    }
}

/// A month in numbers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Month {
    /// The days behind, today last.
    days: Vec<DayBehind>,
    /// Refusals of these days by code, the most frequent first.
    refusals: Vec<RefusalsShown>,
    /// The days ahead that have cells.
    free: Vec<DayAhead>,
    /// What can be booked at a terminal, by speciality.
    specialities: Vec<SpecialityAhead>,
}

#[derive(Serialize)]
struct DayBehind {
    date: NaiveDate,
    booked: u64,
    refused: u64,
}

#[derive(Serialize)]
struct RefusalsShown {
    code: u16,
    count: u64,
    /// By day, as [`Month::days`].
    days: Vec<u64>,
}

#[derive(Serialize)]
struct DayAhead {
    date: NaiveDate,
    places: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpecialityAhead {
    lpu: Uuid,
    code: String,
    name: String,
    places: i64,
}

impl Month {
    /// `first` and `today` bound the days behind; counts of other days are left out.
    pub fn new(
        (first, today): (NaiveDate, NaiveDate),
        booked: &BTreeMap<NaiveDate, u64>,
        refusals: &[RefusalCount],
        free: BTreeMap<NaiveDate, i64>,
        supplies: Vec<Supply>,
    ) -> Month {
        let dates: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= today).collect();
        let mut by_code: BTreeMap<u16, Vec<u64>> = BTreeMap::new();
        for RefusalCount { date, code, count } in refusals {
            if let Some(at) = dates.iter().position(|day| day == date) {
                by_code.entry(*code).or_insert_with(|| vec![0; dates.len()])[at] += count;
            }
        }
        let day = |(at, date): (usize, &NaiveDate)| DayBehind {
            date: *date,
            booked: booked.get(date).copied().unwrap_or(0),
            refused: by_code.values().map(|days| days[at]).sum(),
        };
        let days = dates.iter().enumerate().map(day).collect();
        let mut refusals: Vec<RefusalsShown> = by_code
            .into_iter()
            .map(|(code, days)| RefusalsShown {
                code,
                count: days.iter().sum(),
                days,
            })
            .collect();
        refusals.sort_by_key(|shown| std::cmp::Reverse(shown.count));
        Month {
            days,
            refusals,
            free: free
                .into_iter()
                .map(|(date, places)| DayAhead { date, places })
                .collect(),
            specialities: supplies
                .into_iter()
                .map(|supply| SpecialityAhead {
                    lpu: supply.lpu,
                    code: supply.code,
                    name: supply.name,
                    places: supply.free_places,
                })
                .collect(),
        }
    }
}

/// Returns a moment as answers have it.
pub fn shown(at: Moment) -> String {
    moment(at)
}
