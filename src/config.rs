//! The configuration file ([crate::contract::command_line]), read and checked once, when the program starts.
//!
//! An unknown name and a value out of bounds are errors with file, line and name. Every value may be left out;
//! `packaging/infomat.toml` shows all of them with their defaults.

use crate::model::Zone;
use crate::rules::{DayLimits, Policy};
use chrono::TimeDelta;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use written::{Written, WrittenTokens, default_key_id};

pub use applications::Application;
pub use edit::Edit;
pub use fault::{ConfigError, ConfigFault, NotPlain, TooLarge, ValueFault};
pub use keys::{KeyFile, MODE_OF_OTHERS, Oddity, is_exposed};
pub use region::{Centre, CentreSecret, system_certificates};
pub use written::{KEY_ID_BYTES_MAX, KEYS_MAX};

mod applications;
mod edit;
mod fault;
mod keys;
mod region;
#[cfg(test)]
mod tests;
mod values;
mod written;

/// The default path of the configuration ([crate::contract::command_line]).
pub const DEFAULT_PATH: &str = "/etc/infomat/infomat.toml";

/// A first configuration, with comments and all defaults.
pub const SAMPLE: &str = include_str!("../packaging/infomat.toml");

/// Largest configuration file.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The default folder of backups, beside the database.
const BACKUP_FOLDER: &str = "backups";

/// The configuration. Paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The database, behind any symbolic link.
    pub database: PathBuf,
    /// The database as the file names it.
    pub database_named: PathBuf,
    /// Address and port to answer on.
    pub listen: SocketAddr,
    /// Names by which clients call the server, besides addresses and `localhost`.
    pub hosts: Vec<String>,
    /// Addresses of kiosks, from which many patients identify themselves.
    pub kiosk_addresses: Vec<IpAddr>,
    /// Addresses of proxies whose word about the client's address counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// Addresses that may read `/metrics`, besides this machine's own.
    pub metrics_addresses: Vec<IpAddr>,
    /// Addresses of the reception, from which its page can be used.
    pub desk_addresses: Vec<IpAddr>,
    /// Minutes without a touch after which a session of the reception ends.
    pub desk_idle_minutes: u64,
    /// Names of the rules that the reception may override with a reason.
    pub desk_may_override: Vec<String>,
    /// How long the reception holds a place that it offers.
    pub desk_offer_minutes: u32,
    /// Where the reception is, for who calls somebody at a terminal; empty for untold.
    pub reception_place: String,
    /// The clinic's local time.
    pub zone: Zone,
    /// The rules.
    pub policy: Policy,
    /// Hours before the begin of a visit from which the patient may check in.
    pub checkin_hours_before: i64,
    /// The folder in which files wait to be imported: `infomat check` reports them.
    pub import_folder: Option<PathBuf>,
    /// Where backups go and how long they stay.
    pub backup: BackupFolder,
    /// The tokens.
    pub tokens: Tokens,
    /// Client applications with a GUID from here; no mnemonic and no GUID twice.
    pub applications: Vec<Application>,
    /// The region's centre.
    pub centre: Option<Centre>,
    /// The folder, on another disk or machine, from which this database can be made anew.
    pub standby: Option<PathBuf>,
}

/// `[backup]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupFolder {
    /// The folder of backups whose name is not given.
    pub folder: PathBuf,
    /// Days after which a backup may be removed.
    pub keep_days: i64,
    /// Number of newest backups that stay, however old; at least 1.
    pub keep: usize,
}

/// `[tokens]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// `id` of the key that signs: one of `keys`.
    pub sign_with: String,
    /// Lifetime of a token of this server.
    pub lifetime: TimeDelta,
    /// Tolerance at both ends of a token's life.
    pub leeway: TimeDelta,
    /// The keys, at least one, no `id` twice.
    pub keys: Vec<KeyFile>,
}

impl Tokens {
    /// Returns the key with this `id`.
    pub fn key(&self, id: &str) -> Option<&KeyFile> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Returns the key that signs.
    pub fn signer(&self) -> &KeyFile {
        self.key(&self.sign_with)
            .expect("it was checked when the file was read")
    }
}

impl Config {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`ConfigError`]; a missing file gets advice.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let wrong = |fault| ConfigError::of_file(path, fault);
        let bytes = read(path, FILE_BYTES_MAX).map_err(|error| {
            wrong(match error.kind() {
                io::ErrorKind::NotFound if path.is_symlink() => ConfigFault::DeadLink(error),
                io::ErrorKind::NotFound => ConfigFault::Missing {
                    path: path.to_owned(),
                    error,
                },
                _ => ConfigFault::Unreadable(error),
            })
        })?;
        let text = String::from_utf8(bytes).map_err(|_| wrong(ConfigFault::NotUtf8))?;
        Config::parse(&text, path)
    }

    /// Reads `text` as the content of the file at `path`, which need not be there.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
        let written: Written =
            toml::from_str(text).map_err(|error| ConfigError::of_toml(path, text, error))?;
        // Absolute, because to SQLite some relative paths (`:memory:`) are no files.
        let folder = std::path::absolute(path)
            .map_err(|error| ConfigError::of_file(path, ConfigFault::NoAbsolutePath(error)))?;
        let folder = folder.parent().unwrap_or(Path::new("/"));
        let wrong = |Misplaced(span, fault)| ConfigError::at(path, text, span, fault);
        let database_named = folder.join(&written.database);
        // A link stands for what it leads to: locks, log and copies belong beside that.
        let database = database_named
            .canonicalize()
            .unwrap_or_else(|_| database_named.clone());
        Ok(Config {
            backup: BackupFolder {
                folder: written.backup.folder.map_or_else(
                    || database.with_file_name(BACKUP_FOLDER),
                    |backups| folder.join(backups),
                ),
                keep_days: written.backup.keep_days,
                keep: usize::try_from(written.backup.keep).expect("it is bounded"),
            },
            database,
            database_named,
            listen: written.listen,
            hosts: written.hosts,
            kiosk_addresses: written.kiosk_addresses,
            trusted_proxies: written.trusted_proxies,
            metrics_addresses: written.metrics_addresses,
            desk_addresses: written.desk_addresses,
            desk_may_override: written.desk.may_override,
            desk_offer_minutes: u32::try_from(written.desk.offer_minutes).expect("it is bounded"),
            desk_idle_minutes: u64::try_from(written.desk.idle_minutes).expect("it is bounded"),
            reception_place: written.terminal.reception,
            zone: written.utc_offset.map_or(Zone::System, Zone::Fixed),
            policy: Policy {
                switches: written.rules,
                max_period_days: written.max_period_days,
                limits: DayLimits {
                    bookings: written.limits.bookings_a_day,
                    waiting_entries: written.limits.waiting_entries_a_day,
                    holds: written.limits.holds_a_day,
                },
            },
            checkin_hours_before: written.checkin_hours_before,
            import_folder: written.import_folder.map(|named| folder.join(named)),
            tokens: tokens(written.tokens, folder).map_err(wrong)?,
            applications: applications::applications(written.applications, folder).map_err(wrong)?,
            centre: written.centre.map(|centre| Centre::of(centre, folder)),
            standby: written.standby.map(|standby| folder.join(standby.folder)),
        })
    }
}

/// What is wrong, and where in the text.
struct Misplaced(Option<Range<usize>>, ConfigFault);

/// Returns `[tokens]` with paths from `folder`.
fn tokens(written: WrittenTokens, folder: &Path) -> Result<Tokens, Misplaced> {
    let mut keys: Vec<KeyFile> = Vec::with_capacity(written.keys.len());
    for key in written.keys {
        let id = key.id.get_ref();
        if keys.iter().any(|earlier| earlier.id == *id) {
            let fault = ConfigFault::TwoKeys(id.clone());
            return Err(Misplaced(Some(key.id.span()), fault));
        }
        keys.push(KeyFile {
            path: folder.join(key.file),
            id: key.id.into_inner(),
        });
    }
    let span = written.sign_with.as_ref().map(Spanned::span);
    let sign_with = written.sign_with.map_or_else(default_key_id, Spanned::into_inner);
    if !keys.iter().any(|key| key.id == sign_with) {
        let ids: Vec<_> = keys.iter().map(|key| format!("`{}`", key.id)).collect();
        let ids = ids.join(", ");
        return Err(Misplaced(span, ConfigFault::NoSigner { sign_with, ids }));
    }
    Ok(Tokens {
        sign_with,
        lifetime: TimeDelta::minutes(written.lifetime_minutes),
        leeway: TimeDelta::seconds(written.leeway_seconds),
        keys,
    })
}

/// Returns the whole file, which may hold at most `bytes_max`.
fn read(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, TooLarge(bytes_max)));
    }
    Ok(bytes)
}

/// Writes [`SAMPLE`] to `path` if there is no file yet. Returns whether it did.
///
/// # Errors
/// Those of the file system; then there is no file, or the one that was there.
pub fn write_sample(path: &Path) -> io::Result<bool> {
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    };
    let written = file.write_all(SAMPLE.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        std::fs::remove_file(path)?;
    }
    written.map(|()| true)
}
