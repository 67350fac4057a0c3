//! `infomat close`, `open` and `closures`: what can be typed.

use super::{Format, day, guid, reason};
use crate::language::pick;
use crate::wire::params;
use chrono::{NaiveDate, NaiveTime};
use clap::Args;
use uuid::Uuid;

/// `infomat close`
#[derive(Debug, Args)]
pub struct Close {
    /// GUID of the doctor, room or equipment
    #[arg(long, value_name = "GUID", value_parser = guid)]
    pub resource: Uuid,
    /// The day, such as 2026-11-28 or 28.11.2026; by default, today
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub date: Option<NaiveDate>,
    /// The last day; by default, the same day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub date_to: Option<NaiveDate>,
    /// From this time of the first day, such as 08:30; by default, from its begin
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub from: Option<NaiveTime>,
    /// To this time of the last day; by default, to its end
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub to: Option<NaiveTime>,
    /// Reason, shown at the reception
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: String,
}

/// `infomat open`
#[derive(Debug, Args)]
pub struct Open {
    /// GUID of the closed time
    #[arg(value_name = "GUID", value_parser = guid)]
    pub closure: Uuid,
}

/// `infomat closures`
#[derive(Debug, Args)]
pub struct Closures {
    /// Output format: a table, CSV for a spreadsheet (UTF-8 with a byte order mark, semicolons), or one JSON array
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

fn time(text: &str) -> Result<NaiveTime, &'static str> {
    params::time(text).ok_or_else(|| pick("нужно время вида 08:30", "expected a time such as 08:30"))
}
