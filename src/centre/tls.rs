//! TLS to the database, as the `sslmode` and `sslrootcert` of its URL ask for it.

use crate::command::Failure;
use crate::config::{Centre, system_certificates};
use percent_encoding::percent_decode_str;
use postgres::Config;
use postgres::config::SslMode;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What a URL asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Asked {
    mode: Option<String>,
    root: Option<String>,
}

/// Parts what a URL says of TLS from the rest, which alone is for [`Config`]: that knows no `verify-full` and no `sslrootcert`.
///
/// # Errors
/// A value is not text.
pub fn part(url: &str) -> Result<(String, Asked), Failure> {
    let Some((rest, query)) = url.split_once('?') else {
        return Ok((url.to_owned(), Asked::default()));
    };
    let (mut asked, mut others) = (Asked::default(), Vec::new());
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let place = match name {
            "sslmode" => &mut asked.mode,
            "sslrootcert" => &mut asked.root,
            _ => {
                others.push(pair);
                continue;
            }
        };
        let value = percent_decode_str(value).decode_utf8();
        *place = Some(
            value
                .map_err(|_| wrong(&format!("{name}: not UTF-8")))?
                .into_owned(),
        );
    }
    Ok((format!("{rest}?{}", others.join("&")), asked))
}

impl Asked {
    /// Returns what a connection is opened with: TLS with a peer that proves its name, or nothing.
    ///
    /// # Errors
    /// [`Failure::Misconfigured`]: something between, which would hide from nobody who sits in the middle; or there are no
    /// certificates.
    pub fn connector(&self, config: &mut Config) -> Result<Option<MakeRustlsConnect>, Failure> {
        match (self.mode.as_deref(), &self.root) {
            (Some("verify-full"), _) => {}
            (None | Some("disable" | "prefer"), None) => return Ok(None),
            (None | Some("disable" | "prefer"), Some(_)) => {
                return Err(wrong("sslrootcert counts with sslmode=verify-full alone"));
            }
            _ => {
                return Err(wrong(
                    "sslmode: disable or prefer, which are without TLS, or verify-full, with the certificate and the name proved",
                ));
            }
        }
        let path = match self.root.as_deref() {
            None | Some("system") => system_certificates(),
            Some(path) => Path::new(path),
        };
        let roots = roots(path)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.ssl_mode(SslMode::Require);
        Ok(Some(MakeRustlsConnect::new(tls)))
    }
}

fn wrong(what: &str) -> Failure {
    Failure::Misconfigured(format!("the database's URL: {what}"))
}

/// Returns the certificates of a file.
fn roots(path: &Path) -> Result<RootCertStore, Failure> {
    let bytes = Centre::certificates(path)?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes).flatten() {
        // The system's file may have one that is of no use.
        if let Err(error) = roots.add(certificate) {
            log::debug!("{}: {error}", path.display());
        }
    }
    if roots.is_empty() {
        return Err(wrong(&format!(
            "sslrootcert: {} holds no certificate",
            path.display()
        )));
    }
    Ok(roots)
}

/// Returns why a certificate was not accepted, where that is what failed.
pub fn refused_certificate(error: &postgres::Error) -> Option<&rustls::Error> {
    let io: &io::Error = error.source()?.downcast_ref()?;
    let tls: &rustls::Error = io.get_ref()?.downcast_ref()?;
    matches!(tls, rustls::Error::InvalidCertificate(_)).then_some(tls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_url_is_as_it_was() {
        let asked = |mode: &str, root: &str| Asked {
            mode: (!mode.is_empty()).then(|| mode.to_owned()),
            root: (!root.is_empty()).then(|| root.to_owned()),
        };
        for (url, rest, expected) in [
            ("postgresql://a:b@c/d", "postgresql://a:b@c/d", asked("", "")),
            (
                "postgresql://c/d?sslmode=verify-full&sslrootcert=%2Fetc%2Fca%20of%20ours.pem",
                "postgresql://c/d?",
                asked("verify-full", "/etc/ca of ours.pem"),
            ),
            (
                "postgresql://c,e/d?target_session_attrs=read-write&sslmode=prefer&user=sslmode",
                "postgresql://c,e/d?target_session_attrs=read-write&user=sslmode",
                asked("prefer", ""),
            ),
        ] {
            assert_eq!(part(url).unwrap(), (rest.to_owned(), expected), "{url}");
            rest.parse::<Config>().unwrap();
        }
        part("postgresql://c/d?sslrootcert=%ff").unwrap_err();
    }
}
