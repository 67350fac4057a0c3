//! The program: logger, dispatch, exit status.

use infomat::cli::{self, Command};
use infomat::command::{self, output, program};
use infomat::language::Language;
use std::process::ExitCode;

/// The exit status of wrong usage ([crate::contract::command_line]).
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    program::tell_panics("infomat");
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

/// A demonstration shows its visitor no line for each request.
fn start_log(command: &Command) {
    program::start_log(match command {
        Command::Demo(_) => "info,request=off",
        _ => "info",
    });
}
