//! `GET openapi.json`: how the server describes itself ([crate::contract::monitoring]).

use crate::wire::message::{Answer, JSON};

/// The OpenAPI document, written by hand. Tests hold it against every route, against every refusal and against the
/// answers of the running server.
const DOCUMENT: &[u8] = include_bytes!("openapi.json");

/// The answer with the document.
pub fn document() -> Answer {
    Answer {
        status: 200,
        content_type: JSON,
        headers: Vec::new(),
        body: DOCUMENT.to_vec(),
        code: None,
    }
}
