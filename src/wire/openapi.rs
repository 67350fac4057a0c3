//! `GET openapi.json`: the description of the server ([crate::contract::monitoring]).

use crate::wire::message::{Answer, JSON};

/// The OpenAPI document, written by hand. Tests compare it with every route, with every refusal and with the answers of the
/// running server.
const DOCUMENT: &[u8] = include_bytes!("openapi.json");

pub fn document() -> Answer {
    Answer::ok(JSON, DOCUMENT.to_vec())
}
