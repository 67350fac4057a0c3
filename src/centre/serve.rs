//! `infomat-centre serve`: the gate, and a connection to the database for each thread.

use super::api;
use super::cli::Serve;
use super::database::{Connection, Database};
use super::fault::Fault;
use super::schema;
use crate::command::{Failure, output};
use crate::edge::{self, Limits, Proxies, service};
use crate::exchange::wire::{ANSWER_BYTES_MAX, REQUEST_BYTES_MAX};
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Time that a body may take: the largest one over a line of 160 kbit/s.
const BODY_TIMEOUT: Duration = Duration::from_mins(4);
/// Time that an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(10);

/// Serves until SIGTERM or SIGINT.
pub fn run(database: Database, wanted: &Serve) -> Result<(), Failure> {
    let connections = Connections::new(database);
    connections.with(schema::check)?;
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
        &|request| api::answer(&connections, request),
        limits,
        proxies,
        ready,
    );
    served.map_err(|error| Failure::Failed(format!("serving: {error}")))
}

/// Sessions of the database that wait for a request: as many as there are threads at most.
pub struct Connections {
    database: Database,
    idle: Mutex<Vec<Connection>>,
}

impl Connections {
    fn new(database: Database) -> Connections {
        Connections {
            database,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Runs something on a session that is alive. A session that failed is not used again.
    pub fn with<T>(&self, run: impl FnOnce(&mut Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut connection = self.alive()?;
        let done = run(&mut connection);
        if !matches!(done, Err(Fault::Database(_))) {
            self.idle().push(connection);
        }
        done
    }

    /// A session may have died while it waited, with the server it was on: then another is opened.
    fn alive(&self) -> Result<Connection, Fault> {
        let waiting = self.idle().pop();
        if let Some(mut connection) = waiting {
            if connection.is_alive() {
                return Ok(connection);
            }
            self.idle().clear();
        }
        self.database.connect()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
