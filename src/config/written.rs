//! The configuration file as written: names, defaults, and the bounds of each value.

use super::fault::ValueFault;
use super::region::{WrittenCentre, WrittenStandby};
use super::values::{bounded, guid, optional_path, path};
use crate::rules::Switches;
use chrono::FixedOffset;
use serde::{Deserialize, Deserializer};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use toml::Spanned;
use uuid::Uuid;

/// Most keys known at once.
pub const KEYS_MAX: usize = 16;

/// Longest `id` of a key.
pub const KEY_ID_BYTES_MAX: usize = 64;

/// Largest `max_period_days`.
const PERIOD_DAYS_MAX: i64 = 366;

/// Largest `checkin_hours_before`.
const CHECKIN_HOURS_MAX: i64 = 24;

/// Largest of each of `limits`.
const A_DAY_MAX: i64 = 1_000_000;

/// Largest `backup.keep_days`.
const KEEP_DAYS_MAX: i64 = 3650;

/// Largest `backup.keep`.
const KEEP_MAX: i64 = 1000;

/// Largest `lifetime_minutes`.
const LIFETIME_MINUTES_MAX: i64 = 1440;

/// Largest `desk.idle_minutes`: sessions end after a shift anyway.
const IDLE_MINUTES_MAX: i64 = 720;

/// Largest `desk.offer_minutes`: a day.
const OFFER_MINUTES_MAX: i64 = 1440;

/// Longest `terminal.reception`: three lines of the terminal.
const RECEPTION_CHARS_MAX: usize = 120;

/// Largest `leeway_seconds`.
const LEEWAY_SECONDS_MAX: i64 = 300;

/// Most names in `hosts`.
const HOSTS_MAX: usize = 16;

/// Longest name of a host (RFC 1035, 2.3.4).
const HOST_BYTES_MAX: usize = 253;

/// Most `kiosk_addresses`, `metrics_addresses` and `desk_addresses`, each.
const ADDRESSES_MAX: usize = 256;

/// Most `trusted_proxies`.
const PROXIES_MAX: usize = 16;

/// Most `applications`.
const APPLICATIONS_MAX: usize = 64;

/// Longest `mnem` of an application.
const MNEM_BYTES_MAX: usize = 64;

/// Largest `utc_offset`, east or west.
const OFFSET_SECONDS_MAX: i32 = 14 * 3600;

/// The file of the default key.
pub const DEFAULT_KEY_FILE: &str = "hmac.key";

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Written {
    #[serde(deserialize_with = "path")]
    pub database: PathBuf,
    #[serde(deserialize_with = "listen")]
    pub listen: SocketAddr,
    #[serde(deserialize_with = "hosts")]
    pub hosts: Vec<String>,
    #[serde(deserialize_with = "addresses::<_, ADDRESSES_MAX>")]
    pub kiosk_addresses: Vec<IpAddr>,
    #[serde(deserialize_with = "addresses::<_, PROXIES_MAX>")]
    pub trusted_proxies: Vec<IpAddr>,
    #[serde(deserialize_with = "addresses::<_, ADDRESSES_MAX>")]
    pub metrics_addresses: Vec<IpAddr>,
    #[serde(deserialize_with = "addresses::<_, ADDRESSES_MAX>")]
    pub desk_addresses: Vec<IpAddr>,
    #[serde(deserialize_with = "utc_offset")]
    pub utc_offset: Option<FixedOffset>,
    #[serde(deserialize_with = "bounded::<_, 1, PERIOD_DAYS_MAX>")]
    pub max_period_days: i64,
    #[serde(deserialize_with = "bounded::<_, 0, CHECKIN_HOURS_MAX>")]
    pub checkin_hours_before: i64,
    #[serde(deserialize_with = "optional_path")]
    pub import_folder: Option<PathBuf>,
    pub backup: WrittenBackup,
    pub tokens: WrittenTokens,
    pub limits: WrittenLimits,
    pub desk: WrittenDesk,
    pub terminal: WrittenTerminal,
    pub rules: Switches,
    #[serde(deserialize_with = "applications")]
    pub applications: Vec<WrittenApplication>,
    pub centre: Option<WrittenCentre>,
    pub standby: Option<WrittenStandby>,
}

impl Default for Written {
    fn default() -> Self {
        Written {
            database: PathBuf::from("infomat.db"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            hosts: Vec::new(),
            kiosk_addresses: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            trusted_proxies: Vec::new(),
            metrics_addresses: Vec::new(),
            desk_addresses: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            utc_offset: None,
            max_period_days: 60,
            checkin_hours_before: 2,
            import_folder: None,
            backup: WrittenBackup::default(),
            tokens: WrittenTokens::default(),
            limits: WrittenLimits::default(),
            desk: WrittenDesk::default(),
            terminal: WrittenTerminal::default(),
            rules: Switches::default(),
            applications: Vec::new(),
            centre: None,
            standby: None,
        }
    }
}

/// `[backup]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenBackup {
    #[serde(deserialize_with = "optional_path")]
    pub folder: Option<PathBuf>,
    #[serde(deserialize_with = "bounded::<_, 1, KEEP_DAYS_MAX>")]
    pub keep_days: i64,
    #[serde(deserialize_with = "bounded::<_, 1, KEEP_MAX>")]
    pub keep: i64,
}

impl Default for WrittenBackup {
    fn default() -> Self {
        WrittenBackup {
            folder: None,
            keep_days: 30,
            keep: 7,
        }
    }
}

/// `[limits]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "they are the configuration's")]
pub struct WrittenLimits {
    #[serde(deserialize_with = "bounded::<_, 1, A_DAY_MAX>")]
    pub bookings_a_day: i64,
    #[serde(deserialize_with = "bounded::<_, 1, A_DAY_MAX>")]
    pub waiting_entries_a_day: i64,
    #[serde(deserialize_with = "bounded::<_, 1, A_DAY_MAX>")]
    pub holds_a_day: i64,
}

impl Default for WrittenLimits {
    fn default() -> Self {
        WrittenLimits {
            bookings_a_day: 20,
            waiting_entries_a_day: 20,
            holds_a_day: 60,
        }
    }
}

/// `[desk]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenDesk {
    #[serde(deserialize_with = "bounded::<_, 1, IDLE_MINUTES_MAX>")]
    pub idle_minutes: i64,
    #[serde(deserialize_with = "rule_names")]
    pub may_override: Vec<String>,
    #[serde(deserialize_with = "bounded::<_, 1, OFFER_MINUTES_MAX>")]
    pub offer_minutes: i64,
}

impl Default for WrittenDesk {
    fn default() -> Self {
        WrittenDesk {
            idle_minutes: 30,
            may_override: Vec::new(),
            offer_minutes: 30,
        }
    }
}

/// `[terminal]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenTerminal {
    #[serde(deserialize_with = "line::<_, RECEPTION_CHARS_MAX>")]
    pub reception: String,
}

/// `[tokens]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenTokens {
    pub sign_with: Option<Spanned<String>>,
    #[serde(deserialize_with = "bounded::<_, 1, LIFETIME_MINUTES_MAX>")]
    pub lifetime_minutes: i64,
    #[serde(deserialize_with = "bounded::<_, 0, LEEWAY_SECONDS_MAX>")]
    pub leeway_seconds: i64,
    #[serde(deserialize_with = "keys")]
    pub keys: Vec<WrittenKey>,
}

impl Default for WrittenTokens {
    fn default() -> Self {
        let main = WrittenKey {
            id: Spanned::new(0..0, default_key_id()),
            file: PathBuf::from(DEFAULT_KEY_FILE),
        };
        WrittenTokens {
            sign_with: None,
            lifetime_minutes: 10,
            leeway_seconds: 0,
            keys: vec![main],
        }
    }
}

/// `[[tokens.keys]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenKey {
    #[serde(deserialize_with = "key_id")]
    pub id: Spanned<String>,
    #[serde(deserialize_with = "path")]
    pub file: PathBuf,
}

/// `[[applications]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenApplication {
    #[serde(deserialize_with = "mnem")]
    pub mnem: Spanned<String>,
    #[serde(deserialize_with = "guid")]
    pub guid: Uuid,
    #[serde(default)]
    pub trusted: bool,
    #[serde(default, deserialize_with = "optional_path")]
    pub secret_file: Option<PathBuf>,
}

/// Returns the `id` of the default key, which signs.
pub fn default_key_id() -> String {
    "main".to_owned()
}

fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| ValueFault::NotSocketAddress.of())
}

/// Names without a port.
fn hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let is_name = |name: &String| (1..=HOST_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_sign);
    if names.len() > HOSTS_MAX || !names.iter().all(is_name) {
        return Err(ValueFault::NotHosts(HOSTS_MAX).of());
    }
    Ok(names)
}

/// Reads addresses in the form that clients have: IPv4 is never written as IPv6.
fn addresses<'de, D: Deserializer<'de>, const MAX: usize>(deserializer: D) -> Result<Vec<IpAddr>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let addresses = texts.iter().map(|text| text.parse::<IpAddr>());
    let addresses: Result<Vec<_>, _> = addresses
        .map(|address| address.map(|address| address.to_canonical()))
        .collect();
    addresses
        .ok()
        .filter(|addresses| addresses.len() <= MAX)
        .ok_or_else(|| ValueFault::NotAddresses(MAX).of())
}

/// Sign, two digits, colon, two digits.
fn utc_offset<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FixedOffset>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let has_shape = text.len() == "+03:00".len() && text.as_bytes()[3] == b':';
    let offset: Option<FixedOffset> = has_shape.then(|| text.parse().ok()).flatten();
    offset
        .filter(|offset| offset.local_minus_utc().abs() <= OFFSET_SECONDS_MAX)
        .map(Some)
        .ok_or_else(|| ValueFault::NotOffset.of())
}

fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WrittenKey>, D::Error> {
    let keys = Vec::deserialize(deserializer)?;
    if keys.is_empty() || keys.len() > KEYS_MAX {
        return Err(ValueFault::NotSoManyKeys(KEYS_MAX).of());
    }
    Ok(keys)
}

fn key_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<String>, D::Error> {
    visible_ascii(deserializer, KEY_ID_BYTES_MAX)
}

fn mnem<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Spanned<String>, D::Error> {
    visible_ascii(deserializer, MNEM_BYTES_MAX)
}

fn visible_ascii<'de, D: Deserializer<'de>>(
    deserializer: D,
    bytes_max: usize,
) -> Result<Spanned<String>, D::Error> {
    let word = Spanned::<String>::deserialize(deserializer)?;
    let text = word.get_ref();
    let is_word = !text.is_empty() && text.len() <= bytes_max && text.bytes().all(|b| b.is_ascii_graphic());
    is_word
        .then_some(word)
        .ok_or_else(|| ValueFault::NotVisibleAscii(bytes_max).of())
}

/// A line of text, without blanks at its ends.
fn line<'de, D: Deserializer<'de>, const CHARS_MAX: usize>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.chars().count() > CHARS_MAX || text.chars().any(char::is_control) {
        return Err(ValueFault::NotLine(CHARS_MAX).of());
    }
    Ok(text.trim().to_owned())
}

fn rule_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let names: Vec<String> = Vec::deserialize(deserializer)?;
    let are_known = names.iter().all(|name| Switches::NAMES.contains(&&**name));
    are_known
        .then_some(names)
        .ok_or_else(|| ValueFault::NotRules.of())
}

fn applications<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WrittenApplication>, D::Error> {
    let applications = Vec::deserialize(deserializer)?;
    if applications.len() > APPLICATIONS_MAX {
        return Err(ValueFault::TooManyApplications(APPLICATIONS_MAX).of());
    }
    Ok(applications)
}
