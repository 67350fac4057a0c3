//! `infomat import`

use super::{Failure, open_to_write, output};
use crate::cli::Import;
use crate::config::Config;
use crate::exchange::{self, ImportError, Notice};
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;

/// What empties the line of a terminal that the cursor is on (ECMA-48: CR, EL).
const CLEARED: &str = "\r\x1b[K";

/// Takes a file of clinic data into the database and prints the count of each kind; bad lines go to standard error.
pub fn run(config: &Config, wanted: &Import) -> Result<(), Failure> {
    let (mut store, now) = open_to_write(config)?;
    let input: Box<dyn BufRead> = if wanted.file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(&wanted.file).map_err(|error| Failure::of(wanted.file.display(), error))?;
        Box::new(BufReader::new(file))
    };
    let on_terminal = io::stderr().is_terminal();
    let counts = exchange::import(
        &mut store,
        input,
        now,
        &config.application_guids(),
        &mut |notice| {
            tell(&notice, on_terminal);
        },
    );
    if on_terminal {
        output::warn(CLEARED);
    }
    for count in counts? {
        output::tell(count);
    }
    Ok(())
}

/// Prints a bad line; on a terminal also, over and over on one line, how far the import is.
pub fn tell(notice: &Notice, on_terminal: bool) {
    match notice {
        Notice::Bad(line) if on_terminal => output::warn(format_args!("{CLEARED}{line}\n")),
        Notice::Bad(line) => output::warn(format_args!("{line}\n")),
        Notice::Read(lines) if on_terminal => output::warn(format_args!("{CLEARED}{lines} lines read")),
        Notice::PuttingInPlace if on_terminal => {
            output::warn(format_args!("{CLEARED}putting the lines in place"));
        }
        Notice::Read(_) | Notice::PuttingInPlace => (),
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::GuidTaken(_) => Failure::Misconfigured(error.to_string()),
            _ => Failure::Failed(error.to_string()),
        }
    }
}
