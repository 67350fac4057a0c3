//! The record of a request in the log and in the metrics: its time, its client, the name of its route, and its outcome. The
//! record never holds path, query, fields or body.

use super::pace::Pace;
use crate::metrics::Metrics;
use crate::refusal::HttpError;
use crate::route::{DeskWrite, JobWrite, Route, Write};
use crate::wire::message::Answer;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The field of an answer with the request's number, for a search in the log.
pub const ID_FIELD: &str = "X-Request-Id";

/// The log target of requests: `RUST_LOG=info,request=off` switches their lines off.
const TARGET: &str = "request";

const OK: u16 = 200;

/// The route's name where the path is unknown, or the request was refused before its head was parsed.
const NO_ROUTE: &str = "unknown";

/// A request's number, unique over all runs of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId {
    /// Time of the gate's opening, in seconds since 1970.
    pub opened: u64,
    pub connection: u64,
    /// The request's number on that connection.
    pub request: u64,
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{:x}-{}-{}", self.opened, self.connection, self.request)
    }
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestOutcome {
    pub status: u16,
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

/// A request without an answer yet.
#[derive(Debug)]
pub struct Record {
    pub id: RequestId,
    /// The client, or a proxy until the client is known.
    pub client: IpAddr,
    /// Time at which the head was whole.
    pub since: Instant,
    pub route: Option<Route>,
}

impl Record {
    /// Logs and counts the request with its outcome.
    pub fn close(&self, outcome: RequestOutcome, metrics: &Metrics, pace: &Mutex<Pace>) {
        let RequestOutcome { status, code } = outcome;
        let route = self.route.as_ref().map_or(NO_ROUTE, Route::name);
        metrics.answered(route, status, code);
        // A file has a thousand pieces; the import's own lines tell of it.
        let is_piece = matches!(
            &self.route,
            Some(Route::Write(Write::Desk(DeskWrite::Job(JobWrite::Piece { .. }))))
        );
        if is_piece && status == OK {
            return;
        }
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

pub fn tell_left_out(count: u64) {
    log::warn!(target: TARGET, "{count} more requests have no line: too many in a second");
}

/// Counts a connection that was rejected without a request. It has no line in the log.
pub fn turned_away(http_error: HttpError, metrics: &Metrics) {
    let RequestOutcome { status, code } = http_error.into();
    metrics.answered(NO_ROUTE, status, code);
}
