//! `infomat backup`

use super::owner::STANDARD;
use super::{Failure, failed, output, retention};
use crate::cli::Backup;
use crate::config::Config;
use crate::engine;
use crate::files::{Draft, FileError};
use crate::language::{Language, pick, text};
use crate::model::Moment;
use crate::store::{BackupLock, CopyError, Store};
use std::fs::{DirBuilder, File};
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes a verified copy of the database, in the named file or in the configured folder. In the folder it then removes old
/// backups. A server may run meanwhile.
pub fn run(config: &Config, wanted: &Backup) -> Result<(), Failure> {
    let mut store = Store::open(&config.database, config.zone)?;
    let lock = BackupLock::take(&config.database)?;
    let now = engine::now(config.zone);
    let folder = &config.backup.folder;
    if wanted.file.as_deref() == Some(Path::new(STANDARD)) {
        return write_out(config, &mut store, now, &lock);
    }
    let path = if let Some(file) = &wanted.file {
        file.clone()
    } else {
        make_folder(folder)?;
        folder.join(retention::name(now.naive_local()))
    };
    let bytes = store
        .back_up(&path, now, &lock)
        .map_err(|error| Failure::of(pick("копия не сделана", "no backup was made"), error))?;
    tell_made(&path, bytes);
    if wanted.file.is_none() {
        let removed = retention::remove_old(folder, now.naive_local(), &config.backup)
            .map_err(|error| Failure::of(folder.display(), error))?;
        for path in removed {
            output::tell(text!("удалена {}", "removed {}", path.display()));
        }
    }
    Ok(())
}

fn tell_made(path: &Path, bytes: u64) {
    output::tell(text!(
        "{}: {bytes} байт, проверена",
        "{}: {bytes} bytes, checked",
        path.display()
    ));
}

/// Creates the folder with mode 0700 where it is missing.
fn make_folder(folder: &Path) -> Result<(), Failure> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(Failure::of(folder.display(), error))
        }
        Err(_) if folder.is_symlink() => Err(failed!(
            "{}: это символическая ссылка, по ней не переходят: укажите в `folder` раздела [backup] то, на что она ведет",
            "{}: is a symbolic link, which is not followed: let `folder` in [backup] name what it leads to",
            folder.display()
        )),
        _ => Ok(()),
    }
}

/// Makes the copy on standard output.
fn write_out(config: &Config, store: &mut Store, now: Moment, lock: &BackupLock) -> Result<(), Failure> {
    let out = io::stdout();
    if out.is_terminal() {
        let told = pick(
            "копия попала бы на экран: укажите файл",
            "the copy would go to the terminal: name a file",
        );
        return Err(Failure::Failed(told.to_owned()));
    }
    let mut out = File::from(
        out.as_fd()
            .try_clone_to_owned()
            .map_err(|error| Failure::of(pick("стандартный вывод", "standard output"), error))?,
    );
    store
        .back_up_to(&mut out, &config.database, now, lock)
        .map_err(|error| Failure::of(pick("копия не сделана", "no backup was made"), error))
}

/// Makes a copy in a file of root's own. Root creates the file; a second process, which gives up root before it touches the
/// database, writes it.
pub fn run_for_root(config: &Path, file: &Path) -> Result<(), Failure> {
    if file.symlink_metadata().is_ok() {
        return Err(Failure::of(
            pick("копия не сделана", "no backup was made"),
            CopyError::There(file.to_owned()),
        ));
    }
    let mut draft = Draft::of(file)?;
    copied_to(&draft.file, config)?;
    draft.put_in_place(file)?;
    let bytes = draft.file.metadata().map_err(FileError::of(file))?.len();
    tell_made(file, bytes);
    Ok(())
}

/// Runs `infomat backup -` into a file. That process prints its own errors.
fn copied_to(file: &File, config: &Path) -> Result<(), Failure> {
    let run = || {
        Command::new("/proc/self/exe")
            .arg("--config")
            .arg(config)
            .args(["--lang", Language::current().tag(), "backup", STANDARD])
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .status()
    };
    let status = run().map_err(|error| Failure::of("infomat backup -", error))?;
    let text = || format!("infomat backup -: {status}");
    match status.code() {
        Some(0) => Ok(()),
        Some(78) => Err(Failure::Misconfigured(text())),
        _ => Err(Failure::Failed(text())),
    }
}
