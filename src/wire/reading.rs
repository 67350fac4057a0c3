//! The parameters of what a kiosk reads before a booking ([crate::contract::reading]).

use crate::model::{self, Access, Cell};
use crate::refusal::{ParameterFault, Refusal};
use crate::rules::is_listed;
use crate::wire::message::Request;
use crate::wire::params::{Params, bad, date, header, repeated};
use chrono::NaiveDate;
use uuid::Uuid;

/// Largest `FlagAccess`: access bits are those of a 32-bit number.
const FLAG_ACCESS_MAX: i64 = i32::MAX as i64;

/// Longest code of a speciality in a request.
pub const SPECIALITY_CHARS_MAX: usize = 64;

/// Most `busyType` in a query.
const BUSY_TYPES_MAX: usize = 32;

/// Longest `busyType`.
const BUSY_TYPE_CHARS_MAX: usize = 32;

/// The header that names the client application.
const CLIENT_APPLICATION: &str = "ClientApplication";

/// Parses a GUID in the path, called `name`.
pub fn path_guid(segment: &str, name: &'static str) -> Result<Uuid, Refusal> {
    model::guid(segment).ok_or_else(|| bad(name, ParameterFault::Guid))
}

pub fn client_application(request: &Request) -> Result<Option<Uuid>, Refusal> {
    let field = header(request, CLIENT_APPLICATION)?;
    field
        .map(|field| path_guid(field, CLIENT_APPLICATION))
        .transpose()
}

/// Returns `FlagAccess`: access bits that narrow those of the client application.
pub fn flag_access(request: &Request) -> Result<Option<Access>, Refusal> {
    const NAME: &str = "FlagAccess";
    let number = |text: &str| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_number.then(|| text.parse().ok()).flatten();
        number.filter(|number| *number <= FLAG_ACCESS_MAX)
    };
    let bits =
        Params::of_query(request, &[NAME]).parsed(NAME, number, ParameterFault::Number(FLAG_ACCESS_MAX))?;
    Ok(bits.map(Access))
}

/// Returns `speciality` of the query: a code.
pub fn speciality(request: &Request) -> Result<Option<String>, Refusal> {
    const NAME: &str = "speciality";
    let params = Params::of_query(request, &[NAME]);
    Ok(params.text(NAME, SPECIALITY_CHARS_MAX)?.map(str::to_owned))
}

/// The days of a schedule, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    /// Last, not before the first.
    pub to: NaiveDate,
}

/// Parses the end of the path: `{date}`, or `{dateFrom}` and `{dateTo}`, at most `days_max` from the first day to the last.
pub fn period(from: &str, to: Option<&str>, days_max: i64) -> Result<Period, Refusal> {
    let day = |segment: &str, name| date(segment).ok_or_else(|| bad(name, ParameterFault::Date));
    let first = day(from, if to.is_some() { "dateFrom" } else { "date" })?;
    let last = to.map(|to| day(to, "dateTo")).transpose()?;
    let period = Period {
        from: first,
        to: last.unwrap_or(first),
    };
    let days = (period.to - period.from).num_days();
    if days < 0 {
        Err(bad("dateTo", ParameterFault::Before("dateFrom")))
    } else if days > days_max {
        Err(Refusal::BeyondPeriod { days_max })
    } else {
        Ok(period)
    }
}

/// `busyType`, repeatable: the codes of the cells to list.
#[derive(Debug)]
pub struct BusyTypes(Vec<String>);

impl BusyTypes {
    pub fn of(request: &Request) -> Result<BusyTypes, Refusal> {
        repeated(request, "busyType", BUSY_TYPES_MAX, BUSY_TYPE_CHARS_MAX).map(BusyTypes)
    }

    /// Whether the cell is to be listed. Without codes, telemedicine is left out.
    pub fn take(&self, cell: &Cell) -> bool {
        let code = &cell.busy_type.code;
        if self.0.is_empty() {
            is_listed(code)
        } else {
            self.0.contains(code)
        }
    }
}
