//! `infomat backup`

use super::{Failure, output, retention};
use crate::cli::Backup;
use crate::config::Config;
use crate::desk;
use crate::store::{BackupLock, Store, give_to_owner};
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes a checked copy of the database, beside a serving server too: in the named file, or in the configured folder,
/// where old ones are removed after that.
pub fn run(config: &Config, wanted: &Backup) -> Result<(), Failure> {
    let mut store = Store::open(&config.database, config.zone)?;
    let lock = BackupLock::take(&config.database)?;
    let now = desk::now(config.zone);
    let folder = &config.backup.folder;
    let path = if let Some(file) = &wanted.file {
        file.clone()
    } else {
        make_folder(folder)
            .and_then(|()| give_to_owner(folder, &config.database))
            .map_err(|error| Failure::of(folder.display(), error))?;
        folder.join(retention::name(now.naive_local()))
    };
    let bytes = store
        .back_up(&path, now, &lock)
        .map_err(|error| Failure::of("no backup was made", error))?;
    output::tell(format_args!("{}: {bytes} bytes, checked", path.display()));
    if wanted.file.is_none() {
        give_to_owner(&path, &config.database).map_err(|error| Failure::of(path.display(), error))?;
        let removed = retention::remove_old(folder, now.naive_local(), &config.backup)
            .map_err(|error| Failure::of(folder.display(), error))?;
        for path in removed {
            output::tell(format_args!("removed {}", path.display()));
        }
    }
    Ok(())
}

/// Makes the folder for its owner alone, where it is missing.
fn make_folder(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
