//! The demo clinic in a site of its own, and an engine of the library over the same database.

use crate::harness::{KEY, Site, now};
pub use crate::large::zone;
use chrono::TimeDelta;
use infomat::engine::{DeskSettings, Engine, Maintenance, Settings, SharedKeys};
use infomat::health::Finding;
use infomat::model::job::{ImportEvent, ImportWish};
use infomat::route::Route;
use infomat::rules::{Policy, Switches};
use infomat::store::Store;
use infomat::token::{KeyRing, TokenKey};
use infomat::wire::message::{Answer, Request};
use serde_json::Value;
use std::fs::File;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use uuid::Uuid;

/// Days of the timetable that are free to book.
pub const DAYS: u32 = 14;

/// The rules as they are when nobody says otherwise.
pub fn policy() -> Policy {
    Policy {
        switches: Switches::default(),
        max_period_days: 60,
        limits: infomat::rules::DayLimits {
            bookings: 20,
            waiting_entries: 20,
            holds: 60,
        },
    }
}

/// A site with the demo clinic of today.
pub fn site() -> Site {
    let site = Site::new("");
    let today = now().date_naive();
    let lines: Vec<_> = infomat::demo::base(today)
        .chain(infomat::demo::cells(today, DAYS, zone()).map(|cell| cell.line))
        .collect();
    site.run_well(&["import", "-"], &lines.join("\n"));
    site
}

pub fn store(site: &Site) -> Store {
    Store::open(&site.path("infomat.db"), zone()).unwrap()
}

/// An engine of the library.
pub fn engine(site: &Site, policy: Policy) -> Engine {
    let keys = KeyRing::new(vec![TokenKey::new("main", KEY).unwrap()], "main").unwrap();
    let settings = Settings {
        zone: zone(),
        keys: SharedKeys::new(keys),
        leeway: TimeDelta::zero(),
        lifetime: TimeDelta::minutes(10),
        trusted: Vec::new(),
        kiosk_addresses: Vec::new(),
        metrics_addresses: Vec::new(),
        policy,
        checkin_hours_before: 2,
        hosts: Vec::new(),
        desk: DeskSettings {
            addresses: Vec::new(),
            idle: std::time::Duration::from_mins(30),
            may_override: Vec::new(),
            offer_minutes: 30,
        },
        reception_place: String::new(),
        languages: infomat::page::languages::file(serde_json::Map::new()),
        maintenance: Arc::new(NoMaintenance),
    };
    Engine::new(store(site), settings).unwrap()
}

/// The engine alone has no commands.
#[derive(Debug)]
struct NoMaintenance;

impl Maintenance for NoMaintenance {
    fn check(&self) -> Result<Vec<Finding>, String> {
        Err("none".to_owned())
    }

    fn back_up(&self) -> Result<String, String> {
        Err("none".to_owned())
    }

    fn import(&self, _: File, _: &ImportWish, _: &mut dyn FnMut(ImportEvent)) -> Result<String, String> {
        Err("none".to_owned())
    }
}

/// The engine's answer to one request.
pub fn answer(engine: &mut Engine, request: Request) -> Answer {
    match engine.route(&request).unwrap() {
        Route::Write(write) => engine.answer_batch(&[(request, write)]).remove(0),
        Route::Read(read) => engine.read(&request, &read),
    }
}

/// A request in the name of whom the token names.
pub fn request(method: &str, target: String, token: Option<&str>) -> Request {
    let authorization = token.map(|token| ("Authorization".to_owned(), format!("Bearer {token}")));
    Request {
        method: method.to_owned(),
        target,
        headers: authorization.into_iter().collect(),
        body: Vec::new(),
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

/// The JSON of an answer that has to be a success.
pub fn json(answer: &Answer) -> Value {
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// A GUID in an answer.
pub fn guid(value: &Value) -> Uuid {
    value.as_str().and_then(|text| text.parse().ok()).unwrap()
}
