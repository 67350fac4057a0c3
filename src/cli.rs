//! The command line: what can be typed (contract 6). What it means is in `config.rs`, what it does in `command/`.

use crate::config::DEFAULT_PATH;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use uuid::Uuid;

/// A booking server for clinics: one binary, one SQLite file.
#[derive(Debug, Parser)]
#[command(
    name = "infomat",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE", default_value = DEFAULT_PATH)]
    pub config: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the database, and a random key where the key file is missing
    Init,
    /// Serve until SIGTERM or SIGINT
    Serve,
    /// Print a token for a patient's card
    Token(Token),
    /// Look at the configuration, the keys and the database, and say what is wrong
    Check,
}

/// `infomat token`
#[derive(Debug, Args)]
pub struct Token {
    /// GUID of the clinic
    #[arg(long, value_name = "GUID")]
    pub lpu: Uuid,
    /// GUID of the patient's card
    #[arg(long, value_name = "GUID")]
    pub mkab: Uuid,
    /// Mnemonic of the client application
    #[arg(long, value_name = "MNEM", default_value = "Infomat")]
    pub source: String,
    /// Life of the token; without it, as configured
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MINUTES_MAX))]
    pub minutes: Option<u32>,
    /// Login of the person at the source
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub login: String,
}

/// Longest life of a token that can be asked for: a day.
const MINUTES_MAX: i64 = 24 * 60;
