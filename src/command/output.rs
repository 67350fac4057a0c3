//! What a command prints, whoever reads it: a pipe that is closed changes neither what is done nor the exit status.
//!
//! The standard library opens descriptors 0 to 2 on `/dev/null` at start where they are closed: so no database is ever
//! opened as one of them.

use super::Failure;
use crate::language::pick;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Prints what the command was run for.
///
/// # Errors
/// [`Failure::Failed`] when standard output takes it not, for another reason than that whoever reads has seen enough.
pub fn print(text: impl AsRef<[u8]>) -> Result<(), Failure> {
    match print_whole(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::of(pick("стандартный вывод", "standard output"), error))
        }
        _ => Ok(()),
    }
}

/// Prints what must be out before more is done.
///
/// # Errors
/// Those of writing, a closed pipe too.
pub fn print_whole(text: impl AsRef<[u8]>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref())?;
    out.flush()
}

/// Prints a line about what was done. It is done all the same when nobody can read that.
pub fn tell(line: impl Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints on standard error, without an end of line of its own. Nobody need read it.
pub fn warn(text: impl Display) {
    let _ = write!(io::stderr().lock(), "{text}");
}
