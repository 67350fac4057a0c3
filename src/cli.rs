//! The command line: what can be typed ([crate::contract::command_line]). What it means is in `config.rs`, what it does in `command/`.

mod check;
mod closures;
mod exchange;
mod import;
mod issues;
mod russian;
mod staff;
mod tickets;

pub use check::{Check, Printed};
pub use closures::{Close, Closures, Open};
pub use exchange::Exchange;
pub use import::{Import, Template};
pub use issues::Issues;
pub use staff::StaffCommand;
pub use tickets::{Cancel, Receipt};

use crate::config::{DEFAULT_PATH, KEY_ID_BYTES_MAX};
use crate::engine::BATCH_REQUESTS_MAX;
use crate::language::{Language, pick, text};
use crate::wire::params;
use chrono::{DateTime, NaiveDate};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::net::SocketAddr;
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
    /// Language of help and output: ru or en; by default, English if the locale begins with en, otherwise Russian
    #[arg(long, global = true, value_name = "LANG", value_parser = language)]
    pub lang: Option<Language>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve a made-up clinic with two weeks of free times; needs no setup
    Demo(Demo),
    /// Create the configuration file, the database and a random key where they are missing
    Init,
    /// Serve requests until SIGTERM or SIGINT
    Serve(Serve),
    /// Import clinic data, all or nothing; works while the server runs
    Import(Import),
    /// Print a token for a patient's card
    Token(Token),
    /// Print the visits of a day for the reception, with patients' names; works with and without a running server
    Visits(Visits),
    /// Print the waiting list for the reception to call, longest wait first; works with and without a running server
    Waiting(WaitingList),
    /// Print the cards that the reception made for patients who had none; works with and without a running server
    Cards(Cards),
    /// Add, list and disable the people who may sign in at the reception's page; works while the server runs
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Cancel a visit for the reception; works while the server runs
    Cancel(Cancel),
    /// Close a time of a doctor, room or equipment, and print whose visits stand there; works while the server runs
    Close(Close),
    /// Open a closed time again; works while the server runs
    Open(Open),
    /// Print the closed times that are not over, with how many visits stand there; works with and without a running server
    Closures(Closures),
    /// Check the code on a ticket, without a connection; works with and without a running server
    Receipt(Receipt),
    /// Create, list and retire the keys that sign tokens; a running server reloads them on SIGHUP
    #[command(subcommand)]
    Key(KeyCommand),
    /// Note that the clock is right and was ahead before; until then bookings are refused
    BelieveClock,
    /// Check the configuration, the keys and the database, and report what is wrong
    Check(Check),
    /// Make a verified copy of the database; works while the server runs
    Backup(Backup),
    /// Replace the database with a backup, and print what the backup lacks; the server must be stopped
    Restore(Restore),
    /// Remove old visits and personal data for good; works while the server runs
    Purge(Purge),
    /// Print the journal, one JSON object per line, as an exchange hands it on; works with and without a running server
    Journal(Journal),
    /// Exchange records and messages with the region's centre; works while the server runs
    Exchange(Exchange),
    /// Print what needs a person after exchanges with the region's centre, with telephones; works with and without a running server
    Issues(Issues),
    /// Verify the database, and report what is wrong and what to do; works while the server runs
    Verify(Verify),
}

/// `infomat demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Address to listen on; port 0 asks the system for one
    #[arg(long, value_name = "ADDR", value_parser = address, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Folder of the made-up clinic; a second start continues with its data
    #[arg(long, value_name = "DIR", default_value = "infomat-demo")]
    pub data: PathBuf,
}

/// `infomat serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Most requests that share a commit; for measuring what sharing is worth
    #[arg(long, hide = true, value_name = "N", default_value_t = BATCH_REQUESTS_MAX)]
    pub batch_requests: usize,
}

/// `infomat token`
#[derive(Debug, Args)]
pub struct Token {
    /// GUID of the clinic
    #[arg(long, value_name = "GUID", value_parser = guid)]
    pub lpu: Uuid,
    /// GUID of the patient's card
    #[arg(long, value_name = "GUID", value_parser = guid)]
    pub mkab: Uuid,
    /// Mnemonic of the client application
    #[arg(long, value_name = "MNEM", default_value = "Infomat")]
    pub source: String,
    /// Lifetime of the token in minutes; by default, as configured
    #[arg(long, value_name = "N", value_parser = minutes)]
    pub minutes: Option<u32>,
    /// Login of the person at the source
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub login: String,
}

/// Longest lifetime that can be typed: a day.
const MINUTES_MAX: u32 = 24 * 60;

/// `infomat visits`
#[derive(Debug, Args)]
pub struct Visits {
    /// The day, such as 2026-11-28 or 28.11.2026; by default, today
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub date: Option<NaiveDate>,
    /// GUID of a doctor, room or equipment; by default, all of them
    #[arg(long, value_name = "GUID", value_parser = guid)]
    pub resource: Option<Uuid>,
    /// Output format: a table, CSV for a spreadsheet (UTF-8 with a byte order mark, semicolons), or one JSON array
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `infomat waiting`
#[derive(Debug, Args)]
pub struct WaitingList {
    /// Output format: a table, CSV for a spreadsheet (UTF-8 with a byte order mark, semicolons), or one JSON array
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `infomat cards`
#[derive(Debug, Args)]
pub struct Cards {
    /// Output format: a table, CSV for a spreadsheet (UTF-8 with a byte order mark, semicolons), or one JSON array
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `infomat key`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Create a key and add it to the configuration
    New {
        /// Its name: letters, digits, hyphens, underscores and points
        #[arg(value_name = "ID", value_parser = key_id)]
        id: String,
        /// Sign with it from now on
        #[arg(long)]
        sign: bool,
    },
    /// List the keys: name, file, length, age, and which one signs
    List,
    /// Sign with a key from now on; the others are still accepted
    Sign {
        /// Its name
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Stop accepting a key; its file stays
    Retire {
        /// Its name
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table to read.
    Text,
    /// RFC 4180.
    Csv,
    /// One JSON array.
    Json,
}

/// `infomat backup`
#[derive(Debug, Args)]
pub struct Backup {
    /// New file, or - for standard output; by default, a file in the configured folder, named by date and time; old backups there are removed
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `infomat restore`
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup; - reads standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["from", "from_centre", "here", "book_on"])]
    pub file: Option<PathBuf>,
    /// Make the database of a standby: its folder, or a base-... in it
    #[arg(long, value_name = "FOLDER", conflicts_with = "file")]
    pub from: Option<PathBuf>,
    /// Make the database of what the region's centre knows
    #[arg(long, conflicts_with_all = ["file", "from"])]
    pub from_centre: bool,
    /// Replace nothing: go on from the database as it stands, as a new life of it
    #[arg(long, conflicts_with_all = ["file", "from", "from_centre"])]
    pub here: bool,
    /// Replace nothing: let a restored database book, though the centre has not told yet what it lacks
    #[arg(long, conflicts_with_all = ["file", "from", "from_centre", "here"])]
    pub book_on: bool,
}

/// `infomat purge`
#[derive(Debug, Args)]
pub struct Purge {
    /// Number of days for which visits are kept
    #[arg(long, value_name = "DAYS", value_parser = days)]
    pub older_than: u32,
}

/// Most days that visits are kept: a hundred years.
const PURGE_DAYS_MAX: u32 = 36_525;

/// `infomat journal`
#[derive(Debug, Args)]
pub struct Journal {
    /// Number of the first record to print
    #[arg(long, value_name = "SEQ", default_value_t = 1)]
    pub from: u64,
}

/// `infomat verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// Another file, such as a backup; by default, the configured database
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// Longest reason for cancelling.
const REASON_CHARS_MAX: usize = 256;

/// Returns the language of `--lang`, if it was typed. It is read first, because help and usage errors are in that language.
pub fn language_typed(arguments: impl IntoIterator<Item = OsString>) -> Option<Language> {
    let mut arguments = arguments.into_iter().skip(1).take_while(|one| one != "--");
    while let Some(argument) = arguments.next() {
        let typed = if argument == "--lang" {
            arguments.next()
        } else {
            argument
                .to_str()
                .and_then(|one| one.strip_prefix("--lang="))
                .map(OsString::from)
        };
        if let Some(typed) = typed {
            return typed.to_str().and_then(Language::of_tag);
        }
    }
    None
}

/// Parses the arguments.
///
/// # Errors
/// clap's, for wrong usage, and for help and version. [`told`] has their texts.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let command = match Language::current() {
        Language::Russian => russian::command(Cli::command()),
        Language::English => Cli::command(),
    };
    Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

/// Returns the text to print instead of running a command.
pub fn told(error: &clap::Error) -> String {
    match Language::current() {
        Language::Russian => russian::error(error),
        Language::English => error.render().to_string(),
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| {
        pick(
            "нужны IP-адрес и порт, например 127.0.0.1:8080",
            "expected an IP address and a port, such as 127.0.0.1:8080",
        )
    })
}

fn guid(text: &str) -> Result<Uuid, &'static str> {
    Uuid::try_parse(text).map_err(|_| {
        pick(
            "нужен GUID, например 6f9619ff-8b86-d011-b42d-00c04fc964ff",
            "expected a GUID, such as 6f9619ff-8b86-d011-b42d-00c04fc964ff",
        )
    })
}

fn minutes(text: &str) -> Result<u32, String> {
    number(text, MINUTES_MAX)
}

fn days(text: &str) -> Result<u32, String> {
    number(text, PURGE_DAYS_MAX)
}

fn number(text: &str, max: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (1..=max).contains(number));
    number.ok_or_else(|| text!("нужно число от 1 до {max}", "expected a number from 1 to {max}"))
}

fn language(text: &str) -> Result<Language, &'static str> {
    Language::of_tag(text).ok_or_else(|| pick("нужно ru или en", "expected ru or en"))
}

/// Parses a day as typed in the clinic, a day of RFC 3339, or the day of a moment.
fn day(text: &str) -> Result<NaiveDate, &'static str> {
    let russian = || {
        let has_shape =
            text.len() == "28.11.2026".len() && text.as_bytes()[6..].iter().all(u8::is_ascii_digit);
        has_shape
            .then(|| NaiveDate::parse_from_str(text, "%d.%m.%Y").ok())
            .flatten()
    };
    let moment = || {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|moment| moment.date_naive())
    };
    params::date(text)
        .or_else(russian)
        .or_else(moment)
        .ok_or_else(|| {
            pick(
                "нужен день, например 2026-11-28 или 28.11.2026",
                "expected a day, such as 2026-11-28 or 28.11.2026",
            )
        })
}

fn reason(text: &str) -> Result<String, String> {
    let is_reason = text.chars().count() <= REASON_CHARS_MAX
        && !text.trim().is_empty()
        && !text.contains(char::is_control);
    is_reason.then(|| text.to_owned()).ok_or_else(|| {
        text!(
            "нужно от 1 до {REASON_CHARS_MAX} знаков в одну строку, и не одни пробелы",
            "expected 1 to {REASON_CHARS_MAX} characters in one line, and not blanks alone"
        )
    })
}

/// Parses a key's name, which becomes part of a file name.
fn key_id(text: &str) -> Result<String, String> {
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let is_id = text.len() <= KEY_ID_BYTES_MAX && text.chars().all(is_sign) && !text.starts_with(['.', '-']);
    (is_id && !text.is_empty()).then(|| text.to_owned()).ok_or_else(|| {
        text!(
            "нужно до {KEY_ID_BYTES_MAX} латинских букв, цифр, дефисов, подчеркиваний и точек, например 2026-11",
            "expected up to {KEY_ID_BYTES_MAX} letters, digits, hyphens, underscores and points, such as 2026-11"
        )
    })
}
