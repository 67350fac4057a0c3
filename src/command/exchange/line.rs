//! The line to the region's centre: one request and its answer over HTTPS ([crate::contract::exchange]), within bounds of time and
//! bytes, whatever the other end does.

use super::ExchangeError;
use crate::config::{Centre, CentreSecret, ConfigError, ConfigFault, system_certificates};
use crate::exchange::wire::ANSWER_BYTES_MAX;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;
use ureq::http::StatusCode;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::{Agent, Error, Proxy};

/// How long the other end may take to take the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A line to one centre, for one box.
pub struct Line {
    agent: Agent,
    endpoint: String,
    /// Of the header.
    authorization: String,
    /// As the configuration has it, for texts.
    url: String,
}

impl Line {
    /// Makes a line; nothing is sent yet. One request and its answer may take `patience`.
    pub fn of(centre: &Centre, secret: &CentreSecret, patience: Duration) -> Result<Line, ConfigError> {
        let proxy = centre.proxy.as_deref().map(Proxy::new).transpose();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(roots(centre)?)
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A request holds patients: it goes where the configuration says, or nowhere. So does a proxy of the environment.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(proxy.expect("it was checked when the file was read"))
            .timeout_connect(Some(CONNECT_TIMEOUT.min(patience)))
            .timeout_global(Some(patience))
            .user_agent(concat!("infomat/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        Ok(Line {
            agent: config.build().new_agent(),
            endpoint: centre.endpoint(),
            authorization: format!("Bearer {}", secret.text()),
            url: centre.url.clone(),
        })
    }

    /// Sends a request. Returns the bytes of its answer.
    pub fn ask(&self, request: &[u8]) -> Result<Vec<u8>, ExchangeError> {
        let sent = self
            .agent
            .post(&self.endpoint)
            .header("Authorization", &self.authorization)
            .header("Content-Type", "application/x-ndjson")
            .send(request);
        let mut answer = sent.map_err(|error| self.wrong(error))?;
        match answer.status() {
            // A gap is told in the answer's own words.
            StatusCode::OK | StatusCode::CONFLICT => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(ExchangeError::Secret),
            status if status.is_redirection() => return Err(ExchangeError::Redirected(status.as_u16())),
            status => return Err(ExchangeError::Status(status.as_u16())),
        }
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX as u64);
        body.read_to_vec().map_err(|error| self.wrong(error))
    }

    fn wrong(&self, error: Error) -> ExchangeError {
        let url = || self.url.clone();
        match error {
            Error::Timeout(_) => ExchangeError::TooSlow(url()),
            Error::HostNotFound => ExchangeError::NoHost(url()),
            Error::BodyExceedsLimit(_) => ExchangeError::TooLong,
            Error::ConnectProxyFailed(_) => ExchangeError::Proxy,
            Error::Rustls(error) => of_tls(url(), &error),
            Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
                Some(error) => of_tls(url(), error),
                None => ExchangeError::Unreachable(url(), error),
            },
            Error::ConnectionFailed => {
                ExchangeError::Unreachable(url(), io::Error::from(ErrorKind::NotConnected))
            }
            // What else there is tells of a peer that speaks no HTTP.
            _ => ExchangeError::NoHttp(url()),
        }
    }
}

fn of_tls(url: String, error: &rustls::Error) -> ExchangeError {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            ExchangeError::Certificate(url, error.to_string())
        }
        _ => ExchangeError::NoTls(url, error.to_string()),
    }
}

/// Returns the certificates that sign the centre's.
fn roots(centre: &Centre) -> Result<RootCerts, ConfigError> {
    let is_secret_on_the_way = centre.url.starts_with("https");
    let path = centre.ca.as_deref().unwrap_or_else(|| system_certificates());
    if !is_secret_on_the_way {
        return Ok(RootCerts::Specific(Arc::default()));
    }
    let bytes = Centre::certificates(path)?;
    let certificates: Vec<Certificate<'static>> = parse_pem(&bytes)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(ConfigError::of_file(path, ConfigFault::NoCertificates));
    }
    Ok(RootCerts::Specific(Arc::new(certificates)))
}
