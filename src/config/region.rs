//! `[centre]`: the region's centre that this box exchanges records with; `[standby]`: a folder that follows its database
//! ([crate::contract::exchange]).

use super::keys::read_key;
use super::values::{bounded, guid, optional_path, path};
use super::{ConfigError, ConfigFault, ValueFault, read};
use crate::token::KEY_BYTES_MIN;
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use ureq::http::Uri;
use uuid::Uuid;

/// Where a centre takes requests, below its address.
const EXCHANGE_PATH: &str = "/api/centre/v1/exchange";

/// Largest file of certificates: the system's has some 230 KB.
const CERTIFICATES_BYTES_MAX: u64 = 4 << 20;

/// Where systems keep the certificates that they trust: Debian, Fedora, openSUSE.
const SYSTEM_CERTIFICATES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
];

/// Largest `release_hours_before`: 366 days, as far ahead as a visit may be booked.
const RELEASE_HOURS_MAX: i64 = 24 * 366;

/// `[centre]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Centre {
    /// Its address, without a slash at the end.
    pub url: String,
    /// GUID of this box, given at enrolment.
    pub guid: Uuid,
    /// The file of the box's secret.
    pub secret_file: PathBuf,
    /// The file of the certificates that sign the centre's; `None`: the system's count.
    pub ca: Option<PathBuf>,
    /// The clinic's proxy, as `http://HOST:PORT`.
    pub proxy: Option<String>,
    /// Hours before its begin from which a cell that nobody has booked is given to the centre; 0: never.
    pub release_hours_before: u32,
}

/// `[centre]` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenCentre {
    #[serde(deserialize_with = "centre_url")]
    pub url: String,
    #[serde(rename = "box", deserialize_with = "guid")]
    pub guid: Uuid,
    #[serde(default = "default_secret_file", deserialize_with = "path")]
    pub secret: PathBuf,
    #[serde(default, deserialize_with = "optional_path")]
    pub ca: Option<PathBuf>,
    #[serde(default, deserialize_with = "proxy")]
    pub proxy: String,
    #[serde(default, deserialize_with = "bounded::<_, 0, RELEASE_HOURS_MAX>")]
    pub release_hours_before: i64,
}

/// `[standby]` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenStandby {
    #[serde(deserialize_with = "path")]
    pub folder: PathBuf,
}

fn default_secret_file() -> PathBuf {
    PathBuf::from("centre.secret")
}

/// The secret of this box.
#[derive(Clone)]
pub struct CentreSecret(String);

impl CentreSecret {
    /// The text, for a header and for the key of a stick's seal.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CentreSecret {
    /// Hides the secret.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CentreSecret")
    }
}

impl Centre {
    pub(super) fn of(written: WrittenCentre, folder: &Path) -> Centre {
        Centre {
            url: written.url.trim_end_matches('/').to_owned(),
            guid: written.guid,
            secret_file: folder.join(written.secret),
            ca: written.ca.map(|file| folder.join(file)),
            proxy: Some(written.proxy).filter(|proxy| !proxy.is_empty()),
            release_hours_before: u32::try_from(written.release_hours_before).expect("it is bounded"),
        }
    }

    /// Where requests go.
    pub fn endpoint(&self) -> String {
        format!("{}{EXCHANGE_PATH}", self.url)
    }

    /// Returns the box's secret, from its file. The log reports a file that others than its owner can read.
    ///
    /// # Errors
    /// [`ConfigError`] when the file cannot be read or holds no secret.
    pub fn secret(&self) -> Result<CentreSecret, ConfigError> {
        let wrong = |fault| ConfigError::of_file(&self.secret_file, fault);
        let bytes =
            read_key(&self.secret_file).map_err(|error| wrong(ConfigFault::CentreSecretUnreadable(error)))?;
        let is_secret = bytes.len() >= KEY_BYTES_MIN && bytes.iter().all(u8::is_ascii_graphic);
        let text = String::from_utf8(bytes).ok().filter(|_| is_secret);
        text.map(CentreSecret)
            .ok_or_else(|| wrong(ConfigFault::BadCentreSecret))
    }

    /// Returns the bytes of a file of certificates.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read.
    pub fn certificates(path: &Path) -> Result<Vec<u8>, ConfigError> {
        read(path, CERTIFICATES_BYTES_MAX)
            .map_err(|error| ConfigError::of_file(path, ConfigFault::CertificatesUnreadable(error)))
    }
}

/// Returns the file of the certificates that this system trusts, or where it would be.
pub fn system_certificates() -> &'static Path {
    let paths = SYSTEM_CERTIFICATES.map(Path::new);
    paths.into_iter().find(|path| path.exists()).unwrap_or(paths[0])
}

fn centre_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    is_centre_url(&text)
        .then_some(text)
        .ok_or_else(|| ValueFault::NotCentreUrl.of())
}

fn proxy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    (text.is_empty() || is_proxy(&text))
        .then_some(text)
        .ok_or_else(|| ValueFault::NotProxy.of())
}

/// Whether a text is the address of a centre: `https://`, or `http://` to this machine itself. What it may not have is a user, a
/// query, or a sign that a header field cannot carry.
fn is_centre_url(text: &str) -> bool {
    let Some(uri) = plain_uri(text) else { return false };
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => uri.host().is_some_and(is_this_machine),
        _ => false,
    }
}

/// Whether a text is the address of a proxy: `http://HOST:PORT`.
fn is_proxy(text: &str) -> bool {
    plain_uri(text)
        .is_some_and(|uri| uri.scheme_str() == Some("http") && uri.port().is_some() && uri.path() == "/")
}

fn plain_uri(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let is_plain =
        uri.query().is_none() && !text.contains(['@', '#']) && text.bytes().all(|b| b.is_ascii_graphic());
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    (is_plain && has_host).then_some(uri)
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;
    use std::fs;

    const SECTION: &str =
        "[centre]\nurl = \"https://centre.region.example\"\nbox = \"b0000000-0000-4000-8000-000000000001\"\n";

    #[test]
    fn addresses_of_a_centre_and_of_a_proxy() {
        for good in [
            "https://centre.region.example",
            "https://centre.region.example:8443/infomat/",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost",
        ] {
            assert!(is_centre_url(good), "{good}");
        }
        for bad in [
            "",
            "centre.region.example",
            "http://centre.region.example",
            "http://127.0.0.1.region.example",
            "http://192.0.2.1",
            "ftp://127.0.0.1",
            "https://user:word@centre.region.example",
            "https://centre.region.example/?a=b",
            "https://centre.region.example/#a",
            "https://центр.example",
            "/exchange",
        ] {
            assert!(!is_centre_url(bad), "{bad}");
        }
        for (proxy, is_good) in [
            ("http://proxy.clinic.example:3128", true),
            ("http://proxy.clinic.example", false),
            ("https://proxy.clinic.example:3128", false),
            ("http://user:word@proxy.clinic.example:3128", false),
            ("http://proxy.clinic.example:3128/x", false),
        ] {
            assert_eq!(is_proxy(proxy), is_good, "{proxy}");
        }
    }

    #[test]
    fn sections_that_are_not_right() {
        let wrong = |text: &str| Config::parse(text, Path::new("x.toml")).unwrap_err().to_string();
        for (text, expected) in [
            (
                SECTION.replace("https", "http"),
                "line 2: expected https://HOST, or http:// to this machine itself, in `centre.url`",
            ),
            (
                SECTION.replace("b0000000", "x"),
                "line 3: expected a GUID with hyphens, other than zero, in `centre.box`",
            ),
            (
                format!("{SECTION}proxy = \"proxy:3128\"\n"),
                "line 4: expected http://HOST:PORT, in `centre.proxy`",
            ),
            (
                format!("{SECTION}release_hours_before = 9000\n"),
                "line 4: 9000 is out of bounds, expected 0 to 8784, in `centre.release_hours_before`",
            ),
            ("[centre]\n".to_owned(), "line 1: missing field `url`"),
        ] {
            let told = wrong(&text);
            assert!(told.starts_with(&format!("x.toml, {expected}")), "{told}");
        }
    }

    #[test]
    fn a_secret_is_long_enough_and_never_told() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::parse(SECTION, &folder.path().join("x.toml")).unwrap();
        let centre = config.centre.unwrap();
        assert_eq!(
            centre.endpoint(),
            "https://centre.region.example/api/centre/v1/exchange"
        );
        assert!(
            centre
                .secret()
                .unwrap_err()
                .to_string()
                .contains("the file of the secret of [centre] cannot be read")
        );
        for (bytes, is_secret) in [
            ("a".repeat(31), false),
            ("a".repeat(32) + "\n", true),
            ("a b".repeat(20), false),
            ("ы".repeat(32), false),
        ] {
            fs::write(&centre.secret_file, &bytes).unwrap();
            match centre.secret() {
                Ok(secret) => {
                    assert!(is_secret && secret.text() == bytes.trim(), "{bytes:?}");
                    assert_eq!(format!("{secret:?}"), "CentreSecret");
                }
                Err(error) => {
                    assert!(!is_secret && !error.to_string().contains(bytes.trim()), "{error}");
                }
            }
        }
    }
}
