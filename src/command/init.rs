//! `infomat init`

use super::{Failure, output};
use crate::config::{self, Config};
use crate::store::{Store, folder_of};
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Bytes of a new key before they are written as hexadecimal digits: as many as the hash has.
const KEY_BYTES: usize = 32;

/// Makes the configuration at `path` if there is none, and what it names. What is there stays as it is.
pub fn run(path: &Path) -> Result<(), Failure> {
    make_configuration(path)?;
    make_data(&Config::load(path)?)
}

/// Writes a first configuration to `path` if there is none.
pub fn make_configuration(path: &Path) -> Result<(), Failure> {
    let made = config::write_sample(path).map_err(|error| {
        let advice = match error.kind() {
            io::ErrorKind::NotFound => "; make the folder first",
            _ => "",
        };
        Failure::of(path.display(), format_args!("cannot be made: {error}{advice}"))
    })?;
    if made {
        output::tell(format_args!("made the configuration {}", path.display()));
    }
    Ok(())
}

/// Makes the database, and a random key in place of each key file that is missing.
pub fn make_data(config: &Config) -> Result<(), Failure> {
    for key in &config.tokens.keys {
        if make_key(&key.path).map_err(|error| Failure::of(key.path.display(), error))? {
            output::tell(format_args!("made the key {}", key.path.display()));
        }
    }
    let made = Store::create(&config.database)?;
    output::tell(format_args!(
        "{} the database {}",
        if made { "made" } else { "kept" },
        config.database.display()
    ));
    Ok(())
}

/// Writes a random key to a new file with mode 0600, whole or not at all. Says whether it did: a file that is there is
/// left alone.
pub fn make_key(path: &Path) -> io::Result<bool> {
    if path.exists() {
        return Ok(false);
    }
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let text: String = digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect();
    let draft = path.with_extension("new");
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    match fs::hard_link(&draft, path) {
        // The name is on the disk before a configuration can tell of it.
        Ok(()) => File::open(folder_of(path))?
            .sync_all()
            .and_then(|()| fs::remove_file(&draft))
            .map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::remove_file(&draft).map(|()| false),
        Err(error) => Err(error),
    }
}
