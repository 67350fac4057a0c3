//! What can be wrong with the configuration, or with a file that it names.

use crate::token::KEY_BYTES_MIN;
use serde::{Deserialize, Serialize};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A fault with the file that has it.
#[derive(Debug, Error)]
#[error("{}{}: {fault}", .file.display(), at(*.line))]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    #[source]
    pub fault: ConfigFault,
}

fn at(line: Option<usize>) -> String {
    line.map(|line| format!(", line {line}")).unwrap_or_default()
}

/// What is wrong with a file.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum ConfigFault {
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    #[error("cannot be read: {0}; it is a link to what is not there")]
    DeadLink(#[source] io::Error),
    #[error(
        "cannot be read: {error}; run `infomat init --config {}` to make it, or name another with --config FILE",
        path.display()
    )]
    Missing { path: PathBuf, error: io::Error },
    #[error("is not UTF-8 text")]
    NotUtf8,
    #[error("has no absolute path: {0}")]
    NoAbsolutePath(#[source] io::Error),
    #[error("cannot be changed: {0}")]
    Unchangeable(#[source] io::Error),
    #[error(
        "is written in a way that this command cannot change: write [tokens] and [[tokens.keys]] as sections, or edit it by hand"
    )]
    NotUnderstood,
    /// In toml's own words, in English.
    #[error("{message}{}", in_option(.option.as_ref()))]
    Toml { message: String, option: Option<String> },
    #[error("{fault}{}", in_option(.option.as_ref()))]
    Value {
        fault: ValueFault,
        option: Option<String>,
    },
    #[error("two keys of tokens.keys have the id `{0}`")]
    TwoKeys(String),
    #[error("tokens.sign_with is `{sign_with}`; it must be the id of a key: {ids}")]
    NoSigner { sign_with: String, ids: String },
    #[error("two applications have the mnem `{0}` or its guid")]
    TwoApplications(String),
    #[error("the application `{0}` needs both `trusted = true` and `secret_file`, or neither")]
    HalfTrusted(String),
    #[error("the secret_file of the application `{mnem}` cannot be read: {error}")]
    SecretUnreadable { mnem: String, error: io::Error },
    #[error(
        "the secret_file of the application `{0}` must hold at least {KEY_BYTES_MIN} visible ASCII characters, and nothing else \
         but a newline at its end"
    )]
    BadSecret(String),
    #[error("the file of the key `{id}` of tokens.keys cannot be read: {error}")]
    KeyUnreadable { id: String, error: io::Error },
    #[error(
        "the file of the key `{id}` of tokens.keys holds {bytes} bytes without the newline at its end; at least {KEY_BYTES_MIN} \
         are needed"
    )]
    ShortKey { id: String, bytes: usize },
    #[error("the file of the secret of [centre] cannot be read: {0}")]
    CentreSecretUnreadable(#[source] io::Error),
    #[error(
        "the file of the secret of [centre] must hold at least {KEY_BYTES_MIN} visible ASCII characters, and nothing else but a \
         newline at its end"
    )]
    BadCentreSecret,
    #[error("the certificates for [centre] cannot be read: {0}")]
    CertificatesUnreadable(#[source] io::Error),
    #[error(
        "there is no certificate in the file, expected PEM: [centre] `ca` names the one that signs the centre's"
    )]
    NoCertificates,
}

fn in_option(option: Option<&String>) -> String {
    option
        .map(|option| format!(", in `{option}`"))
        .unwrap_or_default()
}

/// What is wrong with a value. toml's error carries only a text, so a fault passes through it as JSON.
#[derive(Clone, Debug, Error, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum ValueFault {
    #[error("{number} is out of bounds, expected {min} to {max}")]
    OutOfBounds { number: i64, min: i64, max: i64 },
    #[error("expected the path of a file")]
    NotPath,
    #[error("expected an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080")]
    NotSocketAddress,
    #[error("expected up to {0} names of hosts without a port, such as infomat.clinic.example")]
    NotHosts(usize),
    #[error("expected up to {0} IP addresses, such as 192.0.2.7")]
    NotAddresses(usize),
    #[error("expected names of rules, as in [rules],")]
    NotRules,
    #[error("expected an offset from UTC, -14:00 to +14:00, such as +03:00")]
    NotOffset,
    #[error("expected 1 to {0} keys")]
    NotSoManyKeys(usize),
    #[error("expected 1 to {0} visible ASCII characters")]
    NotVisibleAscii(usize),
    #[error("expected a line of at most {0} characters")]
    NotLine(usize),
    #[error("expected a GUID with hyphens, other than zero")]
    NotGuid,
    #[error("expected up to {0} applications")]
    TooManyApplications(usize),
    #[error("expected https://HOST, or http:// to this machine itself")]
    NotCentreUrl,
    #[error("expected http://HOST:PORT")]
    NotProxy,
}

impl ValueFault {
    /// Returns the deserializer's error that carries this fault.
    pub fn of<E: serde::de::Error>(self) -> E {
        E::custom(serde_json::to_string(&self).unwrap_or_default())
    }
}

/// A file, or a secret in it, is longer than this server takes.
#[derive(Debug, Error)]
#[error("more than {0} bytes")]
pub struct TooLarge(pub u64);

/// The file of a key is a folder, a device, a FIFO.
#[derive(Debug, Error)]
#[error("it is no plain file")]
pub struct NotPlain;

impl ConfigError {
    /// Returns a fault of a whole file.
    pub fn of_file(file: &Path, fault: ConfigFault) -> ConfigError {
        ConfigError {
            file: file.to_owned(),
            line: None,
            fault,
        }
    }

    /// Returns a fault at `span` of the file's `text`.
    pub(super) fn at(file: &Path, text: &str, span: Option<Range<usize>>, fault: ConfigFault) -> ConfigError {
        let line_at = |span: Range<usize>| 1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count();
        ConfigError {
            line: span.map(line_at),
            ..ConfigError::of_file(file, fault)
        }
    }

    /// Returns toml's error: its message and, for a bad value, the option's name.
    pub(super) fn of_toml(file: &Path, text: &str, mut error: toml::de::Error) -> ConfigError {
        // Without the text toml tells the names instead of drawing the line, which may hold what is not for a log.
        error.set_input(None);
        let told = error.to_string();
        let names = told.strip_prefix(error.message()).unwrap_or_default();
        let option = names.split('`').nth(1).map(str::to_owned);
        let fault = match serde_json::from_str(error.message()) {
            Ok(fault) => ConfigFault::Value { fault, option },
            Err(_) => ConfigFault::Toml {
                message: error.message().lines().collect::<Vec<_>>().join(", "),
                option,
            },
        };
        ConfigError::at(file, text, error.span(), fault)
    }
}
