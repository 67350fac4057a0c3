//! `infomat serve`

use super::Failure;
use crate::config::Config;
use crate::desk::{Desk, Settings};
use crate::edge::{self, Limits};
use crate::store::{ServerLock, Store};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};

/// Serves the configured database until SIGTERM or SIGINT.
pub fn run(config: &Config) -> Result<(), Failure> {
    let lock = ServerLock::take(&config.database)?;
    let store = Store::open(&config.database, config.zone)?;
    serve(config, store, lock, |_| ())
}

/// Serves a store whose lock is held. `introduce` may say more once requests can be taken.
pub fn serve(
    config: &Config,
    store: Store,
    _lock: ServerLock,
    introduce: impl FnOnce(SocketAddr),
) -> Result<(), Failure> {
    let settings = Settings {
        zone: config.zone,
        keys: config.key_ring()?,
        leeway: config.tokens.leeway,
        policy: config.policy,
    };
    let listener = TcpListener::bind(config.listen)
        .map_err(|error| Failure::of(format_args!("listen = \"{}\"", config.listen), error))?;
    let ready = |address| {
        // Whoever started us may have closed the pipe: serving does not depend on being read.
        let mut out = std::io::stdout();
        let _ = writeln!(out, "listening on http://{address}").and_then(|()| out.flush());
        introduce(address);
    };
    let mut desk = Desk::new(store, settings);
    edge::serve(listener, &mut desk, Limits::default(), ready).map_err(|error| Failure::of("serving", error))
}
