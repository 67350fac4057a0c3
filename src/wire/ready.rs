//! What is told of the server's own state (contract-kiosk 5).

use super::message::Answer;
use crate::refusal::Warning;
use serde::Serialize;

/// The server's state, when it is good.
#[derive(Serialize)]
struct State {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<String>>,
}

/// The process lives.
pub fn alive() -> Answer {
    Answer::json(&State {
        status: "alive",
        warnings: None,
    })
}

/// The database takes writes. What should be looked after is told beside it.
pub fn ready(warnings: &[Warning]) -> Answer {
    Answer::json(&State {
        status: "ready",
        warnings: Some(warnings.iter().map(|warning| warning.text()).collect()),
    })
}
