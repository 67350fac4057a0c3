//! `infomat check`, and how it and an import print.

use clap::{Args, ValueEnum};

/// What a command prints for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Printed {
    /// A person.
    Text,
    /// The status page of the reception, or another program.
    Json,
}

/// `infomat check`
#[derive(Debug, Args)]
pub struct Check {
    /// Text for people, or json for programs
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Printed::Text)]
    pub format: Printed,
}
