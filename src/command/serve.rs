//! `infomat serve`

use super::maintenance::Commands;
use super::{Failure, languages, not_right, output, reload, wrong_with};
use crate::cli::Serve;
use crate::config::Config;
use crate::edge::{self, Limits, Proxies, service};
use crate::engine::{self, BATCH_REQUESTS_MAX, DeskSettings, Engine, Settings, SharedKeys, Trusted};
use crate::language::pick;
use crate::page;
use crate::store::{Fault, Invariant, ServerLock, Store};
use crate::wire::ready::name_instance;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Serves the database of the configuration at `path` until SIGTERM or SIGINT.
pub fn run(path: &Path, wanted: &Serve) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let lock = ServerLock::take(&config.database)?;
    let store = open(&config)?;
    let limits = Limits {
        batch_requests: wanted.batch_requests.clamp(1, BATCH_REQUESTS_MAX),
        ..Limits::default()
    };
    serve(path, &config, store, &lock, limits, |_| ())
}

/// Opens the database. If the quick form of `verify` finds it wrong, it is opened for reading alone: bookings are refused with
/// 503, reads are still answered.
///
/// # Errors
/// Among others, a database whose lists would leave out visits: nothing of it can be shown.
fn open(config: &Config) -> Result<Store, Failure> {
    let store = Store::open(&config.database, config.zone)?;
    let wrong = wrong_with(&store, config.zone)?;
    if wrong.is_empty() {
        return Ok(store);
    }
    if wrong.iter().any(|outcome| outcome.check == Invariant::Pages) {
        return Err(not_right(&wrong));
    }
    for outcome in wrong {
        log::error!("{outcome}");
    }
    log::error!(
        "the database is not right: nothing is booked. `infomat verify` tells more, `infomat visits` still prints the \
         day's list"
    );
    Ok(Store::open_to_read(&config.database, config.zone)?)
}

/// Serves a store whose lock is held. SIGHUP reloads the keys from `path`. `introduce` runs once requests are accepted.
pub fn serve(
    path: &Path,
    config: &Config,
    mut store: Store,
    lock: &ServerLock,
    limits: Limits,
    introduce: impl FnOnce(SocketAddr),
) -> Result<(), Failure> {
    let keys = SharedKeys::new(config.key_ring()?);
    reload::on_sighup(path, keys.clone()).map_err(|error| Failure::of("SIGHUP", error))?;
    let trusted = config.trusted_applications()?;
    let trusted = trusted.into_iter().map(|(application, secret)| Trusted {
        guid: application.guid,
        mnem: application.mnem.clone(),
        secret,
    });
    let settings = Settings {
        zone: config.zone,
        keys,
        leeway: config.tokens.leeway,
        lifetime: config.tokens.lifetime,
        trusted: trusted.collect(),
        kiosk_addresses: config.kiosk_addresses.clone(),
        metrics_addresses: config.metrics_addresses.clone(),
        policy: config.policy,
        checkin_hours_before: config.checkin_hours_before,
        hosts: config.hosts.clone(),
        desk: DeskSettings {
            addresses: config.desk_addresses.clone(),
            idle: Duration::from_mins(config.desk_idle_minutes),
            may_override: config.desk_may_override.clone(),
            offer_minutes: config.desk_offer_minutes,
        },
        reception_place: config.reception_place.clone(),
        maintenance: Arc::new(Commands::new(path)),
        languages: page::languages::file(languages::load(path)),
    };
    if !store.is_read_only() {
        prepare(config, &mut store)?;
    }
    let instance = Uuid::now_v7();
    name_instance(instance);
    if let Err(error) = lock.name(&instance.to_string()) {
        log::warn!("`infomat check` will not know this server: {error}");
    }
    let listener = TcpListener::bind(config.listen)
        .map_err(|error| Failure::of(format_args!("listen = \"{}\"", config.listen), error))?;
    let ready = |address| {
        output::tell(format_args!("listening on http://{address}"));
        introduce(address);
        service::ready();
    };
    let mut engine = Engine::new(store, settings)?;
    let proxies = Proxies::new(config.trusted_proxies.clone());
    edge::serve(listener, &mut engine, limits, proxies, ready)
        .map_err(|error| Failure::of(pick("работа сервера", "serving"), error))
}

/// Prepares the database for serving.
fn prepare(config: &Config, store: &mut Store) -> Result<(), Failure> {
    name_applications(config, store)?;
    store.heed_note(engine::now(config.zone))?;
    if let Err(fault) = store.stretch_log() {
        log::warn!("the write-ahead log was not stretched, flushes will be slower: {fault}");
    }
    Ok(())
}

/// Writes the GUIDs of client applications from the configuration to the database, where requests look them up.
fn name_applications(config: &Config, store: &mut Store) -> Result<(), Failure> {
    let tx = store.write()?;
    match tx.name_applications(&config.application_guids()) {
        // One of them is damaged: the rest is served, and the reception tells which.
        Err(Fault::Damaged(_)) => return Ok(()),
        named => named??,
    }
    Ok(tx.commit()?)
}
