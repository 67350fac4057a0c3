//! The program: logger, dispatch, exit status.

use clap::Parser;
use infomat::cli::Cli;
use infomat::command;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    match command::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("infomat: {failure}");
            failure.status()
        }
    }
}
