//! `infomat import`

use super::Printed;
use clap::Args;
use std::path::PathBuf;

/// `infomat import`
#[derive(Debug, Args)]
pub struct Import {
    /// File of clinic data, one JSON object per line; - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Report what is wrong with the file, or what it would change, and change nothing
    #[arg(long)]
    pub check: bool,
    /// Text for people, or json for programs
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Printed::Text)]
    pub format: Printed,
}
