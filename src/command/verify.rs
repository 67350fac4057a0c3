//! `infomat verify`

use super::texts::Told;
use super::{Failure, failed, output};
use crate::cli::Verify;
use crate::config::Config;
use crate::engine;
use crate::language::text;
use crate::store::Store;

/// Checks the whole database, or another file, and prints a line for each invariant. It only reads, and works with and without
/// a running server.
pub fn run(config: &Config, wanted: &Verify) -> Result<(), Failure> {
    let path = wanted.file.as_ref().unwrap_or(&config.database);
    let opened = Store::open_to_verify(path, config.zone);
    let store = opened.map_err(|error| match &wanted.file {
        Some(file) => error.of_named(file),
        None => error,
    })?;
    let overlaps_allowed = !config.policy.switches.one_per_time;
    let now = engine::now(config.zone);
    let mut told = Ok(());
    let is_right = store.verify(overlaps_allowed, now, &mut |outcome| {
        if told.is_ok() {
            told = output::print(outcome.told() + "\n");
        }
    })?;
    if is_right {
        told?;
        output::print(text!("{} исправна\n", "{} is right\n", path.display()))
    } else {
        Err(failed!("{} неисправна", "{} is not right", path.display()))
    }
}
