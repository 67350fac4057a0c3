//! The region's program: logger, dispatch, exit status.

use clap::Parser;
use infomat::centre::{self, Cli};
use infomat::command::{output, program};
use infomat::language::Language;
use std::process::ExitCode;

/// The exit status of wrong usage.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    program::tell_panics("infomat-centre");
    // It is run by those who run the region's databases: its texts are English alone.
    Language::English.set();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Errors of writing help nobody who reads this.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(WRONG_USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    // Each exchange has a line of its own.
    program::start_log("info,request=off");
    match centre::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::warn(format_args!("infomat-centre: {failure}\n"));
            failure.status()
        }
    }
}
