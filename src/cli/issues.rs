//! `infomat issues`: what can be typed.

use super::Format;
use clap::Args;

/// `infomat issues`
#[derive(Debug, Args)]
pub struct Issues {
    /// Number of an issue to mark as seen, instead of printing them
    #[arg(long, value_name = "ID")]
    pub seen: Option<i64>,
    /// Output format: a table, CSV for a spreadsheet (UTF-8 with a byte order mark, semicolons), or one JSON array
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub format: Format,
}
