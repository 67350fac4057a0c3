//! What is told of a request, in one line of the log and in numbers: when it came, from where, what it asked for by the
//! name of its route, and how it ended. Never its path, its query, or anything that it carries.

use super::pace::Pace;
use crate::metrics::Metrics;
use crate::refusal::HttpError;
use crate::route::{Route, Write};
use crate::wire::message::Answer;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The header field with a request's number in its answer, so that a line of the log can be found again.
pub const ID_FIELD: &str = "X-Request-Id";

/// Under this name lines of requests can be switched off: `RUST_LOG=info,request=off`.
const TARGET: &str = "request";

/// Status of what was done.
const OK: u16 = 200;

/// The name of the route of requests that ask for nothing that is here, or that are refused before that is known.
const NO_ROUTE: &str = "unknown";

/// A request's number: unlike any other of this server's, of earlier runs too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId {
    /// When the gate opened, in seconds since 1970.
    pub opened: u64,
    /// The number of its connection.
    pub connection: u64,
    /// Its number on that connection.
    pub request: u64,
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{:x}-{}-{}", self.opened, self.connection, self.request)
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestOutcome {
    /// HTTP status.
    pub status: u16,
    /// Internal code, of a standard answer.
    pub code: Option<u16>,
}

impl From<&Answer> for RequestOutcome {
    fn from(answer: &Answer) -> Self {
        RequestOutcome {
            status: answer.status,
            code: answer.code,
        }
    }
}

impl From<HttpError> for RequestOutcome {
    fn from(http_error: HttpError) -> Self {
        RequestOutcome {
            status: http_error.status(),
            code: Some(http_error.code()),
        }
    }
}

/// A request that has begun.
#[derive(Debug)]
pub struct Record {
    /// Its number.
    pub id: RequestId,
    /// Where it comes from: the client, or a proxy as long as the client is not known.
    pub client: IpAddr,
    /// When its head was whole.
    pub since: Instant,
    /// What it asks for, if that is known and here.
    pub route: Option<Route>,
}

impl Record {
    /// The request was answered, or its client told that it goes no further.
    pub fn close(&self, outcome: RequestOutcome, metrics: &Metrics, pace: &Mutex<Pace>) {
        let RequestOutcome { status, code } = outcome;
        let route = self.route.as_ref().map_or(NO_ROUTE, Route::name);
        metrics.answered(route, status, code);
        // A successful change always has its line.
        let may_change = match &self.route {
            Some(Route::Write(write)) => !matches!(write, Write::Identify { .. } | Write::Ready),
            Some(Route::Read(_)) | None => false,
        };
        if status != OK || !may_change {
            let mut pace = pace.lock().unwrap_or_else(PoisonError::into_inner);
            let verdict = pace.count(self.client, Instant::now());
            if let Some(count) = verdict.left_out {
                tell_left_out(count);
            }
            if !verdict.line {
                return;
            }
        }
        let Record { id, client, .. } = self;
        let micros = self.since.elapsed().as_micros();
        let code = code.map_or_else(|| "-".to_owned(), |code| code.to_string());
        log::info!(target: TARGET, "id={id} route={route} status={status} code={code} us={micros} client={client}");
    }
}

/// Tells of lines that were left out.
pub fn tell_left_out(count: u64) {
    log::warn!(target: TARGET, "{count} more requests have no line: too many in a second");
}

/// A connection was turned away before it could ask for anything: it is counted, and has no line.
pub fn turned_away(http_error: HttpError, metrics: &Metrics) {
    let RequestOutcome { status, code } = http_error.into();
    metrics.answered(NO_ROUTE, status, code);
}
