//! `infomat import`: what can be typed.

use super::Printed;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `infomat import`
#[derive(Debug, Args)]
pub struct Import {
    /// File of clinic data, one JSON object per line, or a table as CSV; - reads standard input
    #[arg(value_name = "FILE", required_unless_present = "template")]
    pub file: Option<PathBuf>,
    /// Report what is wrong with the file, or what it would change, and change nothing
    #[arg(long)]
    pub check: bool,
    /// Replace the timetable of the doctors and days that the file names: free cells that it does not name go, visits stay
    #[arg(long)]
    pub replace: bool,
    /// Take the good lines, print the others, and end with status 3
    #[arg(long)]
    pub skip_bad: bool,
    /// Text for people, or json for programs
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Printed::Text)]
    pub format: Printed,
    /// Print a table with the headings and an example, as a spreadsheet opens and saves it
    #[arg(long, value_name = "KIND", conflicts_with_all = ["file", "check", "replace", "skip_bad", "format"])]
    pub template: Option<Template>,
}

/// What a table is of.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Template {
    /// Working hours of doctors
    Timetable,
    /// Patients' cards
    Patients,
    /// Doctors
    Doctors,
}
