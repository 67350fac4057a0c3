//! `infomat-centre serve`: the gate, and a connection to the database for each thread.

use super::api;
use super::cli::Serve;
use super::connections::Connections;
use super::database::Database;
use super::metrics::Metrics;
use super::schema;
use crate::command::{Failure, output};
use crate::edge::{self, Limits, Proxies, service};
use crate::exchange::wire::{ANSWER_BYTES_MAX, REQUEST_BYTES_MAX};
use std::net::TcpListener;
use std::time::Duration;

/// Time that a body may take: the largest one over a line of 160 kbit/s.
const BODY_TIMEOUT: Duration = Duration::from_mins(4);
/// Time that an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(10);

/// Serves until SIGTERM or SIGINT.
pub fn run(database: Database, wanted: &Serve) -> Result<(), Failure> {
    let connections = Connections::new(database);
    connections.with(schema::check)?;
    let metrics = Metrics::default();
    let listener = TcpListener::bind(wanted.listen)
        .map_err(|error| Failure::Failed(format!("--listen {}: {error}", wanted.listen)))?;
    let threads = usize::from(wanted.connections);
    let limits = Limits {
        body: BODY_TIMEOUT,
        answer: ANSWER_TIMEOUT,
        body_bytes: REQUEST_BYTES_MAX,
        request_budget_bytes: 2 * threads * REQUEST_BYTES_MAX,
        answer_budget_bytes: 2 * threads * ANSWER_BYTES_MAX,
        ..Limits::default()
    };
    let proxies = Proxies::new(wanted.trusted_proxy.clone());
    let ready = |address| {
        output::tell(format_args!("listening on http://{address}"));
        service::ready();
    };
    let served = edge::serve_with(
        listener,
        threads,
        &|request| api::answer(&connections, &metrics, request),
        limits,
        proxies,
        ready,
    );
    served.map_err(|error| Failure::Failed(format!("serving: {error}")))
}
