//! The program: logger, dispatch, exit status.

use infomat::cli::{self, Command};
use infomat::command::{self, output};
use infomat::language::Language;
use log::Level;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::thread;

/// The exit status of wrong usage ([crate::contract::command_line]).
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(tell_panic));
    let language = cli::language_typed(std::env::args_os());
    language.unwrap_or_else(Language::of_environment).set();
    let done = match cli::parse(std::env::args_os()) {
        Ok(cli) => {
            start_log(&cli.command);
            command::run(cli)
        }
        Err(error) if error.use_stderr() => {
            output::warn(cli::told(&error));
            return ExitCode::from(WRONG_USAGE);
        }
        // Help or version, which were asked for.
        Err(error) => output::print(cli::told(&error)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::warn(format_args!("infomat: {failure}\n"));
            failure.status()
        }
    }
}

/// Lines of the log go to standard error. Where that is the system's journal, each begins with its priority
/// (sd-daemon(3)); the journal knows time and program. A demonstration shows its visitor no line for each request.
fn start_log(command: &Command) {
    let usual = match command {
        Command::Demo(_) => "info,request=off",
        _ => "info",
    };
    let mut log = env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(usual));
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        log.format(|out, record| {
            let priority = match record.level() {
                Level::Error => 3,
                Level::Warn => 4,
                Level::Info => 6,
                Level::Debug | Level::Trace => 7,
            };
            writeln!(out, "<{priority}>{}: {}", record.target(), record.args())
        });
    }
    log.init();
}

/// Tells where the program broke. What it broke on is not told: it may be about a patient.
fn tell_panic(panic: &PanicHookInfo) {
    let thread = thread::current();
    let name = thread.name().unwrap_or("a thread");
    let place = panic
        .location()
        .map_or_else(String::new, |place| format!(" at {place}"));
    output::warn(format_args!(
        "infomat: {name} panicked{place}: a mistake in the program\n"
    ));
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        output::warn(format_args!("{backtrace}\n"));
    }
}
