//! The edge: the network on one side, the engine on the other (`gate` admits, `http` runs batches). tiny_http is a given
//! constraint, and it trusts its peers: one client could exhaust it with a huge length, a stalled body or an unread answer. So
//! tiny_http never meets the network. The gate admits only whole, well-formed, bounded requests, each under a deadline, and
//! hands them over on private connections. That costs a second parse of each head and two copies through a local socket. To
//! change the HTTP server, one would change this folder and nothing else.
//!
//! ```text
//! client ── TCP ── gate (client.rs: one thread a connection) ── upstream connection (pool.rs) ── tiny_http ── engine
//! ```
//!
//! [`gate::run`] accepts a connection, [`client::serve`] reads whole requests from it, [`pool::Pool::exchange`] carries each over
//! an upstream connection. On the engine's thread [`Http::serve`] gathers what waits, routes it ([`Engine::route`]), hands those
//! that may write to [`Engine::answer_batch`] and one that reads to [`Engine::read`], and sends the answers.

mod answer;
mod chunked;
mod client;
mod connections;
mod deadline;
mod gate;
mod head;
mod http;
mod memory;
mod pace;
mod passwords;
mod pool;
mod proxies;
mod record;
pub mod service;
mod spin;
mod upstream;

#[cfg(fuzzing)]
pub mod fuzzing {
    pub use super::chunked::Chunked;
    pub use super::head::{Body, HEAD_BYTES_MAX, Head, NO_FIELDS, Scan, end_head};
}

pub use proxies::Proxies;

use crate::engine::{BATCH_REQUESTS_MAX, Engine};
use crate::metrics::Metrics;
use client::Shared;
use connections::Connections;
use head::BODY_BYTES_MAX;
use http::Http;
use memory::MemoryBudget;
use pace::Pace;
use passwords::Passwords;
use pool::{Pool, UPSTREAMS};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Connections in all.
const CONNECTIONS_MAX: u64 = 1280;
/// Descriptors beside those of clients: three for each upstream connection, and the database, the log and the listener.
const OTHER_DESCRIPTORS: u64 = 3 * UPSTREAMS as u64 + 64;

/// The bounds of the edge. All timeouts are absolute: a trickle does not prolong them.
#[derive(Clone, Debug)]
pub struct Limits {
    /// From the first byte of a head to its last.
    pub head: Duration,
    /// From the end of the head to the end of the body.
    pub body: Duration,
    /// For a client to take its answer.
    pub answer: Duration,
    /// For the first byte of the next request; then the connection is closed without a word.
    pub idle: Duration,
    /// For a client to read its last answer before the connection is closed.
    pub linger: Duration,
    /// For a free upstream connection; then the client gets 503, and nothing was done.
    pub upstream_wait: Duration,
    /// For all clients to go after the end was asked for.
    pub stop: Duration,
    /// Most requests in a batch, up to [`BATCH_REQUESTS_MAX`]; 1 gives each a commit of its own, for comparison.
    pub batch_requests: usize,
    /// Most bytes of a request's body.
    pub body_bytes: usize,
    /// Memory budget for large requests, over all connections.
    pub request_budget_bytes: usize,
    /// Memory budget for large answers, over all connections.
    pub answer_budget_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            head: Duration::from_secs(10),
            body: Duration::from_secs(15),
            answer: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            linger: Duration::from_secs(1),
            upstream_wait: Duration::from_secs(5),
            stop: Duration::from_secs(20),
            batch_requests: BATCH_REQUESTS_MAX,
            body_bytes: BODY_BYTES_MAX,
            request_budget_bytes: 6 * 1024 * 1024,
            answer_budget_bytes: 8 * 1024 * 1024,
        }
    }
}

/// Serves clients of `listener` until SIGTERM or SIGINT, and answers all whole requests of that time. The calling thread
/// becomes the engine's. `ready` is called with the address as soon as requests can be taken.
pub fn serve(
    listener: TcpListener,
    engine: &mut Engine,
    limits: Limits,
    proxies: Proxies,
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let batch_requests = limits.batch_requests;
    let edge = Edge::open(listener, limits, proxies, engine.metrics(), ready)?;
    let woken = edge.http.clone();
    let passwords = Passwords::start(move || woken.wake())?;
    edge.http.serve(engine, &passwords, batch_requests)?;
    edge.end()
}

/// As [`serve`], with a function that this many threads call: each request has one of its own until it is answered.
#[cfg(feature = "centre")]
pub fn serve_with(
    listener: TcpListener,
    threads: usize,
    answer: &(impl Fn(&crate::wire::message::Request) -> crate::wire::message::Answer + Sync),
    limits: Limits,
    proxies: Proxies,
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let metrics = Arc::new(Metrics::new(0));
    let edge = Edge::open(listener, limits, proxies, metrics, ready)?;
    thread::scope(|scope| {
        let serving: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| edge.http.serve_with(answer)))
            .collect();
        serving
            .into_iter()
            .try_for_each(|thread| thread.join().expect("a panic of such a thread ends the process"))
    })?;
    edge.end()
}

/// The gate at work, and the HTTP server behind it.
struct Edge {
    http: Arc<Http>,
    shared: Arc<Shared>,
    gate: JoinHandle<io::Result<()>>,
}

impl Edge {
    fn open(
        listener: TcpListener,
        limits: Limits,
        proxies: Proxies,
        metrics: Arc<Metrics>,
        ready: impl FnOnce(SocketAddr),
    ) -> io::Result<Edge> {
        let (stop, stopper) = UnixStream::pair()?;
        for signal in [SIGTERM, SIGINT] {
            signal_hook::low_level::pipe::register(signal, stopper.try_clone()?)?;
        }
        let connections = Connections::new(connections_max()?, proxies.clone());
        let (http, upstreams) = Http::open()?;
        let shared = Arc::new(Shared {
            pool: Pool::new(upstreams, MemoryBudget::new(limits.answer_budget_bytes)),
            budget: MemoryBudget::new(limits.request_budget_bytes),
            limits,
            proxies,
            metrics,
            pace: Mutex::new(Pace::new(Instant::now())),
        });
        let http = Arc::new(http);
        ready(listener.local_addr()?);
        let (closes, guarded) = (http.clone(), shared.clone());
        let gate = thread::Builder::new().name("gate".into()).spawn(move || {
            let _ends = EndsWithPanic;
            let ended = gate::run(listener, &stop, &connections, &guarded);
            closes.close();
            ended
        })?;
        Ok(Edge { http, shared, gate })
    }

    /// Waits for the gate to close.
    fn end(self) -> io::Result<()> {
        let ended = self.gate.join().expect("a panic of the gate ends the process");
        let pace = self.shared.pace.lock();
        let left_out = pace.unwrap_or_else(PoisonError::into_inner).left_out();
        if left_out > 0 {
            record::tell_left_out(left_out);
        }
        ended
    }
}

/// Ends the process after a panic of a thread without which the server would only hang. The service manager starts the
/// server again, and the journal puts the database right.
struct EndsWithPanic;

impl Drop for EndsWithPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            std::process::exit(1);
        }
    }
}

/// Raises the limit of descriptors as far as this process may. Returns the number of connections that the limit allows.
fn connections_max() -> io::Result<usize> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, raised)?;
    let descriptors = limit.maximum.unwrap_or(u64::MAX);
    let connections = descriptors.saturating_sub(OTHER_DESCRIPTORS).min(CONNECTIONS_MAX);
    if connections == 0 {
        return Err(io::Error::other(format!(
            "this process may open {descriptors} files; it needs more than {OTHER_DESCRIPTORS}"
        )));
    }
    Ok(usize::try_from(connections).expect("at most CONNECTIONS_MAX"))
}
