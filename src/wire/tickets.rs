//! The parameters about tickets of a patient ([crate::contract::tickets]).

use crate::refusal::{ParameterFault, Refusal};
use crate::wire::message::Request;
use crate::wire::params::{Params, bad, date, required};
use crate::wire::reading::Period;
use crate::wire::wish::EXTERNAL_USER_CHARS_MAX;
use chrono::Days;

/// Most days from the first to the last one of a list of tickets.
pub const PERIOD_DAYS_MAX: u64 = 366;

/// Returns `dateFrom` and `dateTo` of the query; none without both. A missing one is as far from the other as allowed.
///
/// # Errors
/// [`Refusal::Parameter`]; [`Refusal::BeyondPeriod`].
pub fn dates(request: &Request) -> Result<Option<Period>, Refusal> {
    const DAYS: Days = Days::new(PERIOD_DAYS_MAX);
    let params = Params::of_query(request, &["dateFrom", "dateTo"]);
    let from = params.parsed("dateFrom", date, ParameterFault::Date)?;
    let to = params.parsed("dateTo", date, ParameterFault::Date)?;
    let period = match (from, to) {
        (None, None) => return Ok(None),
        (Some(from), Some(to)) => Period { from, to },
        (Some(from), None) => Period {
            from,
            to: from + DAYS,
        },
        (None, Some(to)) => Period { from: to - DAYS, to },
    };
    if period.to < period.from {
        Err(bad("dateTo", ParameterFault::Before("dateFrom")))
    } else if period.from + DAYS < period.to {
        Err(Refusal::BeyondPeriod {
            days_max: PERIOD_DAYS_MAX.cast_signed(),
        })
    } else {
        Ok(Some(period))
    }
}

/// Returns `externalUserID` of the query.
///
/// # Errors
/// [`Refusal::Parameter`], also without the parameter.
pub fn external_user(request: &Request) -> Result<String, Refusal> {
    const NAME: &str = "externalUserID";
    let params = Params::of_query(request, &[NAME]);
    required(NAME, params.text(NAME, EXTERNAL_USER_CHARS_MAX)?).map(str::to_owned)
}
