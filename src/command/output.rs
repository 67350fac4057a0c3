//! Output of a command. A closed pipe changes neither the command's work nor its exit status.
//!
//! Where descriptors 0 to 2 are closed, the standard library opens them on `/dev/null` at start: so no database is ever opened
//! as one of them.

use super::Failure;
use crate::language::pick;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Prints what the command was run for.
///
/// # Errors
/// [`Failure::Failed`] when standard output cannot be written, unless its reader has closed the pipe.
pub fn print(text: impl AsRef<[u8]>) -> Result<(), Failure> {
    match print_whole(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::of(pick("стандартный вывод", "standard output"), error))
        }
        _ => Ok(()),
    }
}

/// Prints a text that must be out before the command continues.
///
/// # Errors
/// Those of writing, a closed pipe too.
pub fn print_whole(text: impl AsRef<[u8]>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref())?;
    out.flush()
}

/// Prints a line about work that is done. Errors are ignored.
pub fn tell(line: impl Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints on standard error, without adding a line break. Errors are ignored.
pub fn warn(text: impl Display) {
    let _ = write!(io::stderr().lock(), "{text}");
}
