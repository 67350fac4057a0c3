//! `infomat journal` ([crate::contract::journal])

use super::{Failure, output};
use crate::cli::Journal;
use crate::config::Config;
use crate::language::pick;
use crate::store::Store;
use std::io::ErrorKind;

/// Records that are read and printed at once: a slow reader of the output holds up neither the server nor its log.
const PAGE_RECORDS: u32 = 500;

/// Prints the journal from a record on, a JSON object a line. It only reads, and works with and without a running server.
pub fn run(config: &Config, wanted: &Journal) -> Result<(), Failure> {
    let store = Store::open_to_read(&config.database, config.zone)?;
    let mut from = wanted.from;
    loop {
        let records = store.records(from, PAGE_RECORDS)?;
        let Some(last) = records.last() else {
            return Ok(());
        };
        from = last.seq + 1;
        let mut lines = String::new();
        for record in &records {
            let line = serde_json::to_string(record).map_err(|error| Failure::Failed(error.to_string()))?;
            lines += &line;
            lines.push('\n');
        }
        match output::print_whole(lines) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            printed => {
                printed.map_err(|error| Failure::of(pick("стандартный вывод", "standard output"), error))?;
            }
        }
    }
}
