//! Requests of boxes and of the region's programs, and their answers ([crate::contract::centre]).

use super::booking::{self, Cancelled, Wish};
use super::boxes;
use super::connections::Connections;
use super::exchange::exchange;
use super::fault::Fault;
use super::metrics::Metrics;
use crate::exchange::centre::Denial;
use crate::exchange::wire;
use crate::metrics::TEXT;
use crate::wire::message::{Answer, JSON, Request};
use chrono::{SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Instant;
use uuid::Uuid;

const ROOT: &str = "/api/centre/v1/";

/// The log target of exchanges.
const TARGET: &str = "exchange";

/// `Retry-After` while the database cannot be reached, in seconds.
const RETRY_SECONDS: u32 = 5;

/// Why a request is not answered with 200.
enum Refused {
    NotKnown,
    /// The text names the field, and nothing of what was in it.
    Bad(String),
    Missing(&'static str),
    Method(&'static str),
    Conflict(Denial),
    Fault(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Refused::Fault(fault)
    }
}

/// Answers a request.
pub fn answer(connections: &Connections, metrics: &Metrics, request: &Request) -> Answer {
    let answer = route(connections, metrics, request).unwrap_or_else(|refused| refusal(&refused));
    metrics.answered(name(request.path()), answer.status);
    answer
}

/// Returns the name of a path for the metrics: there are few, whatever is asked for.
fn name(path: &str) -> &'static str {
    let path = path.strip_prefix(ROOT).unwrap_or(path);
    let names = ["exchange", "message", "visit", "box", "/readyz", "/metrics"];
    let is_named = |name: &&str| path == *name || path.split('/').next() == Some(name);
    names
        .into_iter()
        .find(is_named)
        .unwrap_or("other")
        .trim_start_matches('/')
}

fn route(connections: &Connections, metrics: &Metrics, request: &Request) -> Result<Answer, Refused> {
    let method = &*request.method;
    match request.path() {
        "/readyz" => return ready(connections),
        "/metrics" => return numbers(connections, metrics, request),
        _ => {}
    }
    let Some(path) = request.path().strip_prefix(ROOT) else {
        return Err(Refused::Missing("no such address"));
    };
    match (method, path, path.strip_prefix("visit/")) {
        ("POST", "exchange", _) => exchanged(connections, metrics, request),
        ("POST", "message", _) => told(connections, request),
        ("POST", "visit", _) => booked(connections, request),
        ("DELETE", _, Some(visit)) => cancelled(connections, request, visit),
        ("GET", "box", _) => listed(connections, request),
        (_, "exchange" | "message" | "visit", _) => Err(Refused::Method("POST")),
        (_, "box", _) => Err(Refused::Method("GET")),
        (_, _, Some(_)) => Err(Refused::Method("DELETE")),
        _ => Err(Refused::Missing("no such address")),
    }
}

fn ready(connections: &Connections) -> Result<Answer, Refused> {
    connections.with(super::schema::check)?;
    Ok(Answer::json(&json!({"ready": true})))
}

/// Tells the numbers to this machine, and to applications.
fn numbers(connections: &Connections, metrics: &Metrics, request: &Request) -> Result<Answer, Refused> {
    if request.method != "GET" {
        return Err(Refused::Method("GET"));
    }
    if !request.client.is_loopback() {
        of_application(connections, request)?;
    }
    let seen = connections.with(|connection| boxes::all(&mut connection.begin()?))?;
    Ok(Answer::ok(TEXT, metrics.text(&seen).into_bytes()))
}

/// Returns the secret that a request brings.
fn secret(request: &Request) -> Result<&str, Refused> {
    let mut values = request.headers("Authorization");
    match (values.next(), values.next()) {
        (Some(value), None) => value.strip_prefix("Bearer ").ok_or(Refused::NotKnown),
        _ => Err(Refused::NotKnown),
    }
}

/// What is read of a header before it is known whom it is from.
#[derive(Deserialize)]
struct Sender {
    #[serde(rename = "box")]
    site: Uuid,
}

fn exchanged(connections: &Connections, metrics: &Metrics, request: &Request) -> Result<Answer, Refused> {
    let began = Instant::now();
    let secret = secret(request)?;
    let first = request
        .body
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let from: Sender =
        serde_json::from_slice(first).map_err(|_| Refused::Bad("line 1: not a header".to_owned()))?;
    if !connections.with(|connection| boxes::knows_box(connection, from.site, secret))? {
        return Err(Refused::NotKnown);
    }
    let asked =
        wire::Request::parse(&request.body).map_err(|malformed| Refused::Bad(malformed.to_string()))?;
    let answer = connections.with(|connection| exchange(connection, &asked))?;
    let answer = answer.ok_or(Refused::NotKnown)?;
    let (site, records) = (from.site, asked.records.len());
    let (messages, tail) = (answer.messages.len(), answer.lost_tail.len());
    let time = began.elapsed();
    metrics.exchanged(time);
    let micros = time.as_micros();
    log::info!(target: TARGET, "box={site} records={records} messages={messages} tail={tail} us={micros}");
    Ok(Answer::ok(JSON, answer.print().map_err(Fault::from)?))
}

/// Sees that the request is from an application.
fn of_application(connections: &Connections, request: &Request) -> Result<(), Refused> {
    let secret = secret(request)?;
    if connections.with(|connection| boxes::knows_application(connection, secret))? {
        Ok(())
    } else {
        Err(Refused::NotKnown)
    }
}

/// Reads a body. serde's text names the field, and of the rest only what kind of value stands there.
fn body<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, Refused> {
    serde_json::from_slice(&request.body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Refused::Bad(match error.classify() {
            serde_json::error::Category::Data => format!("{place}: {}", field_of(&error)),
            _ => format!("{place}: not JSON"),
        })
    })
}

/// Returns the error without its place, and without a value that it may quote.
fn field_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let is_named = ["missing field", "unknown field", "duplicate field"]
        .iter()
        .any(|begin| text.starts_with(begin));
    if is_named {
        text.split(" at line").next().unwrap_or_default().to_owned()
    } else {
        "a field has a value of another type than it should".to_owned()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    #[serde(rename = "box")]
    site: Uuid,
    lines: String,
}

fn told(connections: &Connections, request: &Request) -> Result<Answer, Refused> {
    of_application(connections, request)?;
    let Message { site, lines } = body(request)?;
    match connections.with(|connection| booking::tell(connection, site, &lines))? {
        None => Err(Refused::Missing("box: there is no such box")),
        Some(Err(bad)) => Err(Refused::Bad(format!("lines: {bad}"))),
        Some(Ok(told)) => Ok(Answer::json(&json!({"seq": told.seq}))),
    }
}

fn booked(connections: &Connections, request: &Request) -> Result<Answer, Refused> {
    of_application(connections, request)?;
    let wish: Wish = body(request)?;
    wish.check().map_err(Refused::Bad)?;
    let made = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    match connections.with(|connection| booking::book(connection, &wish, &made))? {
        Ok(visit) => Ok(Answer::json(&visit)),
        Err(denial) => Err(Refused::Conflict(denial)),
    }
}

fn cancelled(connections: &Connections, request: &Request, visit: &str) -> Result<Answer, Refused> {
    of_application(connections, request)?;
    let guid: Uuid = visit
        .parse()
        .map_err(|_| Refused::Bad("the address ends with the visit's GUID".to_owned()))?;
    match connections.with(|connection| booking::cancel(connection, guid, None))? {
        Ok(Cancelled::Done) => Ok(Answer::json(&json!({"guid": guid, "status": "cancelled"}))),
        Ok(Cancelled::Asked) => Ok(Answer::json(
            &json!({"guid": guid, "status": "active", "asked": true}),
        )),
        Err(Denial::Unknown) => Err(Refused::Missing("unknown")),
        Err(denial) => Err(Refused::Conflict(denial)),
    }
}

fn listed(connections: &Connections, request: &Request) -> Result<Answer, Refused> {
    of_application(connections, request)?;
    let seen = connections.with(|connection| boxes::all(&mut connection.begin()?))?;
    Ok(Answer::json(&seen))
}

fn word(denial: Denial) -> &'static str {
    match denial {
        Denial::Owner => "owner",
        Denial::Full => "full",
        Denial::Closed => "closed",
        Denial::Unknown => "unknown",
        Denial::Nobody => "nobody",
        Denial::NotHeardSinceRestore => "notHeardSinceRestore",
    }
}

fn refusal(refused: &Refused) -> Answer {
    let mut headers = Vec::new();
    let (status, reason): (u16, &str) = match refused {
        Refused::NotKnown => {
            headers.push(("WWW-Authenticate", "Bearer".to_owned()));
            (
                401,
                "Authorization: Bearer and the secret, which is not known here",
            )
        }
        Refused::Bad(text) => (400, text),
        Refused::Missing(text) => (404, text),
        Refused::Method(allowed) => {
            headers.push(("Allow", (*allowed).to_owned()));
            (405, "method")
        }
        Refused::Conflict(denial) => (409, word(*denial)),
        Refused::Fault(fault) => {
            log::error!("{fault}");
            if matches!(fault, Fault::Database(_) | Fault::Schema(_)) {
                headers.push(("Retry-After", RETRY_SECONDS.to_string()));
                (503, "the database cannot be used now")
            } else {
                (500, "a fault of the centre's; its log has the cause")
            }
        }
    };
    let body: Value = json!({ "reason": reason });
    Answer {
        status,
        headers,
        ..Answer::json(&body)
    }
}
