//! `infomat init`

use super::texts::Told;
use super::{Failure, failed, output, owner};
use crate::config::{self, Config};
use crate::engine;
use crate::files::{Draft, folder_of};
use crate::language::{pick, text};
use crate::store::Store;
use std::fs::{File, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::Path;

/// Bytes of a new key before they are written as hexadecimal digits: as many as the hash has.
const KEY_BYTES: usize = 32;

/// Creates the configuration at `path`, and the files that it names, where they are missing. Existing files stay as they are.
pub fn run(path: &Path) -> Result<(), Failure> {
    make_configuration(path)?;
    make_data(&Config::load(path)?)
}

/// Writes a first configuration to `path` if there is none.
pub fn make_configuration(path: &Path) -> Result<(), Failure> {
    let made = config::write_sample(path).map_err(|error| {
        let advice = match error.kind() {
            io::ErrorKind::NotFound => pick("; сначала создайте каталог", "; make the folder first"),
            _ => "",
        };
        let error = error.told();
        failed!(
            "{}: не создается: {error}{advice}",
            "{}: cannot be made: {error}{advice}",
            path.display()
        )
    })?;
    if made {
        output::tell(text!(
            "создан файл настроек {}",
            "made the configuration {}",
            path.display()
        ));
    }
    Ok(())
}

/// Creates the database, and a random key for each missing key file.
pub fn make_data(config: &Config) -> Result<(), Failure> {
    for key in &config.tokens.keys {
        make_named_key(&key.path)?;
    }
    let made = Store::create(&config.database, config.zone, engine::now(config.zone))?;
    let database = config.database.display();
    output::tell(if made {
        text!("создана база данных {database}", "made the database {database}")
    } else {
        text!("оставлена база данных {database}", "kept the database {database}")
    });
    Ok(())
}

/// Creates missing keys in folders of root's own.
pub fn make_roots_keys(config: &Config) -> Result<(), Failure> {
    for key in &config.tokens.keys {
        if owner::is_roots_own(&key.path)? {
            make_named_key(&key.path)?;
        }
    }
    Ok(())
}

/// Creates a key that the configuration names, if it is missing.
fn make_named_key(path: &Path) -> Result<(), Failure> {
    if make_key(path)? {
        output::tell(text!("создан ключ {}", "made the key {}", path.display()));
    }
    Ok(())
}

/// Writes a random key to a new file, whole or not at all, with the rights of the folder's owner. Returns whether it did: an
/// existing file is left alone.
pub fn make_key(path: &Path) -> Result<bool, Failure> {
    owner::as_owner_of(path, || {
        write_key(path).map_err(|error| Failure::of(path.display(), error))
    })
}

/// The key's mode is 0600; in a folder of root's that a group may read, it is 0640 for that group.
fn write_key(path: &Path) -> io::Result<bool> {
    if path.exists() {
        return Ok(false);
    }
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let text: String = digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect();
    let mut draft = Draft::of(&path.with_extension(""))?;
    give_to_readers(&draft.file, &folder_of(path).metadata()?)?;
    writeln!(draft.file, "{text}")?;
    // The name is on the disk before a configuration can tell of it.
    Ok(draft.put_where_none_is(path)?)
}

/// Gives a file of root's to the group that may read its folder.
fn give_to_readers(file: &File, folder: &Metadata) -> io::Result<()> {
    const ROOT: u32 = 0;
    const READ_AND_ENTER_BY_GROUP: u32 = 0o050;
    let is_for_group = folder.uid() == ROOT
        && folder.gid() != ROOT
        && folder.mode() & READ_AND_ENTER_BY_GROUP == READ_AND_ENTER_BY_GROUP;
    if is_for_group && file.metadata()?.uid() == ROOT {
        fchown(file, None, Some(folder.gid()))?;
        file.set_permissions(Permissions::from_mode(0o640))?;
    }
    Ok(())
}
