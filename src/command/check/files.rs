//! Checks of the configuration, the keys and the database as files: their rights and their content.

use super::{Report, ask_root};
use crate::command::texts::{Told, finding};
use crate::command::{Failure, failed, languages, wrong_with};
use crate::config::{Config, MODE_OF_OTHERS, Oddity, is_exposed};
use crate::files::{beside, folder_of};
use crate::language::{pick, text};
use crate::store::{OpenError, Outcome, Store, VERSION, sole_name};
use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Bits of a mode by which others than the owner may change a file.
const MODE_OF_OTHERS_WHO_WRITE: u32 = 0o022;

/// The superuser.
const ROOT: u32 = 0;

/// Suffixes of the files that `SQLite` puts beside the database: the log and its index.
const BESIDE_DATABASE: [&str; 2] = ["-wal", "-shm"];

/// Checks that each language beside the configuration has all texts of the terminal's page.
pub fn look_at_languages(path: &Path, report: &mut Report) {
    for found in languages::find(path) {
        let path = found.path.display();
        match found.texts {
            Ok(_) => report.good("language", text!("{path} годится", "{path} is complete")),
            Err(fault) => report.bad("language", Failure::Failed(format!("{path}: {fault}"))),
        }
    }
}

/// Checks who may read and change the files: a line for each fault, or one for all.
pub fn look_at_rights(path: &Path, config: &Config, report: &mut Report) {
    const WHAT: &str = "rights";
    let (mut is_good, mut is_hidden) = (true, false);
    let mut look = |path: &Path, modes: u32, remedy: &str| match path.metadata() {
        Ok(found) if found.mode() & modes != 0 => {
            is_good = false;
            let path = path.display();
            let text = text!(
                "{path} открыт не только владельцу: chmod {remedy} {path}",
                "{path} is open to others than its owner: chmod {remedy} {path}"
            );
            report.bad(WHAT, Failure::Failed(text));
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => is_hidden = true,
        // What is missing is told where it is needed.
        Ok(_) | Err(_) => {}
    };
    look(path, MODE_OF_OTHERS_WHO_WRITE, "go-w");
    for key in key_files(config) {
        match key.metadata() {
            Ok(found) if !is_exposed(&found) => {}
            Ok(found) if found.uid() == ROOT && found.gid() != ROOT => look(key, 0o037, "640"),
            Ok(_) | Err(_) => look(key, MODE_OF_OTHERS, "600"),
        }
    }
    look(&config.database, MODE_OF_OTHERS, "600");
    for ending in BESIDE_DATABASE {
        look(&beside(&config.database, ending), MODE_OF_OTHERS, "600");
    }
    let folder = folder_of(&config.database);
    if let (Ok(database), Ok(found)) = (config.database.metadata(), folder.metadata())
        && !may_write(&found, database.uid(), database.gid())
    {
        is_good = false;
        let (folder, uid) = (folder.display(), database.uid());
        let text = text!(
            "пользователь {uid}, владелец базы данных, не может писать в {folder}: chown {uid} {folder}",
            "user {uid}, who has the database, may not write to {folder}: chown {uid} {folder}"
        );
        report.bad(WHAT, Failure::Failed(text));
    }
    let mut is_safe = true;
    for key in key_files(config).filter(|key| server_may_change(path, config, key)) {
        is_safe = false;
        let key = key.display();
        report.warn(
            WHAT,
            text!(
                "сервер сам может изменить {key}: держите его в каталоге, который принадлежит root, как /etc/infomat/keys",
                "the server itself can change {key}: keep it in a folder of root's, as /etc/infomat/keys is"
            ),
        );
    }
    if is_hidden {
        report.warn(
            WHAT,
            text!("видно не все: {}", "not all could be seen: {}", ask_root()),
        );
    } else if is_good && is_safe {
        report.good(
            WHAT,
            pick(
                "база данных и ключи доступны только владельцу",
                "nobody but the owner gets at the database and the keys",
            ),
        );
    }
}

/// Returns whether the owner of the database can change the file of a key, where the configuration is root's.
fn server_may_change(path: &Path, config: &Config, key: &Path) -> bool {
    let owner = |path: &Path| path.metadata().map(|found| found.uid()).ok();
    let server = owner(&config.database).filter(|server| *server != ROOT);
    server.is_some() && owner(path) == Some(ROOT) && [owner(key), owner(folder_of(key))].contains(&server)
}

/// Returns whether a user may create files in a folder, as far as its mode tells.
fn may_write(folder: &Metadata, uid: u32, gid: u32) -> bool {
    const WRITE_AND_ENTER: u32 = 0o3;
    let shift = if folder.uid() == uid {
        6
    } else if folder.gid() == gid {
        3
    } else {
        0
    };
    uid == ROOT || folder.mode() >> shift & WRITE_AND_ENTER == WRITE_AND_ENTER
}

/// Returns the files of the keys, the secret files of client applications, and that of the region's centre.
fn key_files(config: &Config) -> impl Iterator<Item = &Path> {
    let keys = config.tokens.keys.iter().map(|key| &*key.path);
    let centre = config.centre.iter().map(|centre| &*centre.secret_file);
    keys.chain(secret_files(config)).chain(centre)
}

/// Returns the secret files of client applications.
fn secret_files(config: &Config) -> impl Iterator<Item = &Path> {
    config
        .applications
        .iter()
        .filter_map(|one| one.secret_file.as_deref())
}

/// Returns whether a file exists that this user may not read.
fn is_closed(path: &Path) -> bool {
    File::open(path).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

/// Checks that the keys and the secrets of client applications can be read and are long enough.
pub fn look_at_keys(config: &Config, report: &mut Report) {
    for key in &config.tokens.keys {
        let what = format!("key {}", key.id);
        let signs = if key.id == config.tokens.sign_with {
            pick("; подписывает", "; it signs")
        } else {
            ""
        };
        match key.bytes() {
            Ok(bytes) => match Oddity::of(&bytes) {
                Some(oddity) => report.warn(&what, oddity.told()),
                None => report.good(&what, text!("{} байт{signs}", "{} bytes{signs}", bytes.len())),
            },
            Err(_) if is_closed(&key.path) => report.warn(&what, ask_root()),
            Err(error) => report.bad(&what, error),
        }
    }
    match config.trusted_applications() {
        Ok(trusted) if trusted.is_empty() => {}
        Ok(trusted) => report.good(
            "secrets",
            text!(
                "доверенных источников: {}",
                "of {} trusted applications",
                trusted.len()
            ),
        ),
        Err(_) if secret_files(config).any(is_closed) => report.warn("secrets", ask_root()),
        Err(error) => report.bad("secrets", error),
    }
}

/// Checks that the database exists, has this program's version, and passes the quick form of `verify`. Opens it for reading.
pub fn look_at_database(config: &Config, report: &mut Report) -> Option<Store> {
    const WHAT: &str = "database";
    if is_closed(&config.database) {
        report.warn(WHAT, ask_root());
        return None;
    }
    if let Err(error) = sole_name(&config.database) {
        report.bad(WHAT, error);
    }
    match Store::open_to_read(&config.database, config.zone) {
        Ok(store) => {
            match wrong_with(&store, config.zone) {
                Ok(wrong) if wrong.is_empty() => {
                    for fault in store.damaged_base() {
                        report.bad(WHAT, fault);
                    }
                    let size = config.database.metadata().map_or(0, |file| file.len() >> 20);
                    let path = config.database.display();
                    report.good(
                        WHAT,
                        text!(
                            "{path}, {size} МиБ, версия {VERSION}",
                            "{path}, {size} MiB, version {VERSION}"
                        ),
                    );
                }
                Ok(wrong) => {
                    for outcome in &wrong {
                        report.bad(WHAT, told(outcome));
                    }
                }
                Err(fault) => report.bad(WHAT, fault),
            }
            Some(store)
        }
        Err(error @ OpenError::Older { .. }) => {
            report.warn(WHAT, error.told());
            None
        }
        Err(error) => {
            report.bad(WHAT, error);
            None
        }
    }
}

/// Returns in one line what is wrong with the database.
fn told(outcome: &Outcome) -> Failure {
    let told = finding::in_one_line(outcome);
    failed!(
        "не так: {told}; записи не принимаются: что делать, скажет `infomat verify`",
        "not so: {told}; nothing is booked: `infomat verify` tells what to do"
    )
}
