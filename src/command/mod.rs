//! The commands, a file each.

mod backup;
mod believe_clock;
mod cancel;
mod cards;
mod check;
mod closures;
mod demo;
mod exchange;
mod import;
mod init;
mod issues;
mod journal;
mod key;
mod languages;
mod maintenance;
pub mod output;
mod owner;
pub mod program;
mod purge;
mod receipt;
mod reload;
mod restore;
mod retention;
mod rights;
mod serve;
mod staff;
pub(crate) mod table;
pub mod texts;
mod token;
mod verify;
mod visits;
mod waiting;

use crate::cli::{Cli, Command};
use crate::config::{Config, ConfigError};
use crate::engine::{self, EARLIEST_SECONDS};
use crate::files::FileError;
use crate::model::{Moment, Zone};
use crate::store::{Fault, GuidTaken, OpenError, Outcome, Store};
use chrono::SubsecRound;
use std::fmt;
use std::process::ExitCode;
use texts::Told;

/// Returns [`Failure::Failed`] with one of two texts, as `text!` formats them.
macro_rules! failed {
    ($($texts:tt)*) => {
        $crate::command::Failure::Failed($crate::language::text!($($texts)*))
    };
}
use failed;

/// Exit status of a command that has left out a part of what was asked for.
const PARTLY: u8 = 3;

/// Why a command ends with another status than 0 ([crate::contract::command_line]).
#[derive(Debug)]
pub enum Failure {
    /// The command could not be completed: status 1.
    Failed(String),
    /// A part of what was asked for was left out, and the rest done: status [`PARTLY`].
    Partly(String),
    /// The configuration or the database's version is wrong, and starting again does not help: status 78, `EX_CONFIG`.
    Misconfigured(String),
}

impl Failure {
    /// Returns the exit status.
    pub fn status(&self) -> ExitCode {
        match self {
            Failure::Failed(_) => ExitCode::FAILURE,
            Failure::Partly(_) => ExitCode::from(PARTLY),
            Failure::Misconfigured(_) => ExitCode::from(78),
        }
    }

    /// Returns a failure that names its subject.
    #[expect(clippy::needless_pass_by_value, reason = "for map_err")]
    fn of(what: impl fmt::Display, error: impl Told) -> Self {
        Failure::Failed(format!("{what}: {}", error.told()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Failure::Failed(text) | Failure::Partly(text) | Failure::Misconfigured(text) => {
                out.write_str(text)
            }
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::Misconfigured(error.told())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Older { .. } | OpenError::Newer { .. } | OpenError::Foreign(_) => {
                Failure::Misconfigured(error.told())
            }
            _ => Failure::Failed(error.told()),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Failure::Failed(error.told())
    }
}

impl From<GuidTaken> for Failure {
    fn from(taken: GuidTaken) -> Self {
        Failure::Misconfigured(taken.told())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Failure::Failed(fault.told())
    }
}

/// Returns the time for records and signatures.
///
/// # Errors
/// [`Failure::Failed`] when the clock cannot be believed after a commit at `last_commit` (seconds since 1970).
fn believed_now(zone: Zone, last_commit: i64) -> Result<Moment, Failure> {
    let now = engine::now(zone);
    if engine::is_plausible(now.timestamp(), last_commit) {
        return Ok(now.max(zone.at(last_commit)));
    }
    let shown = now.trunc_subsecs(0);
    if now.timestamp() < EARLIEST_SECONDS {
        return Err(failed!(
            "часы показывают {shown}, а этого не может быть. Установите их: timedatectl set-ntp true или set-time",
            "the clock shows {shown}, which cannot be. Set it: timedatectl set-ntp true, or set-time"
        ));
    }
    let last = zone.at(last_commit);
    Err(failed!(
        "часы показывают {shown}, а последняя строка журнала от {last}. Установите часы; если же они верны, а тогда спешили, \
         выполните `infomat believe-clock`",
        "the clock shows {shown}, and the journal was last written at {last}. Set the clock; or if it is right and was ahead then, \
         run `infomat believe-clock`"
    ))
}

/// Returns what the quick form of `verify` finds wrong. Nothing is written to such a database.
fn wrong_with(store: &Store, zone: Zone) -> Result<Vec<Outcome>, Fault> {
    // A clock that woke in 1970 would make all days since then those ahead.
    let last = match store.last_moment() {
        Err(Fault::Damaged(_)) => 0,
        read => read?,
    };
    store.verify_quickly(engine::now(zone).max(zone.at(last)))
}

/// Opens the database for writing, and returns it with the time.
///
/// # Errors
/// As [`believed_now`]; and [`Failure::Failed`] for a database that is not right.
fn open_to_write(config: &Config) -> Result<(Store, Moment), Failure> {
    let store = Store::open(&config.database, config.zone)?;
    let now = believed_now(config.zone, store.last_moment()?)?;
    let wrong = store.verify_quickly(now)?;
    if wrong.is_empty() {
        Ok((store, now))
    } else {
        Err(not_right(&wrong))
    }
}

fn not_right(wrong: &[Outcome]) -> Failure {
    failed!(
        "база данных неисправна, в нее ничего не пишется; подробнее скажет `infomat verify`{}",
        "the database is not right, nothing is written to it; `infomat verify` tells more{}",
        texts::finding::lines(wrong)
    )
}

/// Runs the command.
pub fn run(mut cli: Cli) -> Result<(), Failure> {
    if rights::give_up_root(&mut cli)?.is_break() {
        return Ok(());
    }
    match &cli.command {
        Command::Demo(demo) => demo::run(demo),
        Command::Init => init::run(&cli.config),
        Command::Serve(wanted) => serve::run(&cli.config, wanted),
        Command::Import(import) => import::run(&cli.config, import),
        Command::Token(token) => token::run(&Config::load(&cli.config)?, token),
        Command::Visits(visits) => visits::run(&Config::load(&cli.config)?, visits),
        Command::Waiting(waiting) => waiting::run(&Config::load(&cli.config)?, waiting),
        Command::Cards(cards) => cards::run(&Config::load(&cli.config)?, cards),
        Command::Cancel(cancel) => cancel::run(&Config::load(&cli.config)?, cancel),
        Command::Close(close) => closures::close(&Config::load(&cli.config)?, close),
        Command::Open(open) => closures::open(&Config::load(&cli.config)?, open),
        Command::Closures(wanted) => closures::list(&Config::load(&cli.config)?, wanted),
        Command::Receipt(receipt) => receipt::run(&Config::load(&cli.config)?, receipt),
        Command::Staff(wanted) => staff::run(&Config::load(&cli.config)?, wanted),
        Command::Key(wanted) => key::run(&cli.config, wanted),
        Command::Backup(backup) => backup::run(&Config::load(&cli.config)?, backup),
        Command::Restore(restore) => restore::run(&Config::load(&cli.config)?, restore),
        Command::Purge(purge) => purge::run(&Config::load(&cli.config)?, purge),
        Command::Exchange(wanted) => exchange::run(Config::load(&cli.config)?, wanted),
        Command::Issues(issues) => issues::run(&Config::load(&cli.config)?, issues),
        Command::Journal(journal) => journal::run(&Config::load(&cli.config)?, journal),
        Command::Verify(verify) => verify::run(&Config::load(&cli.config)?, verify),
        Command::BelieveClock => believe_clock::run(&Config::load(&cli.config)?),
        Command::Check(wanted) => check::run(&cli.config, wanted),
    }
}
