//! What is told of the server's own state ([crate::contract::monitoring]).

use super::message::Answer;
use crate::refusal::Warning;
use serde::Serialize;
use std::sync::OnceLock;
use uuid::Uuid;

/// The header field by which [`alive`] tells one server from another: `infomat check` compares it with what the server has
/// written into the lock of its database.
pub const INSTANCE_FIELD: &str = "Infomat-Instance";

/// Drawn anew by each server at its start.
static INSTANCE: OnceLock<Uuid> = OnceLock::new();

/// Gives the serving process its name. The first one counts.
pub fn name_instance(instance: Uuid) {
    INSTANCE.get_or_init(|| instance);
}

/// The server's state, when it is good.
#[derive(Serialize)]
struct ServerState {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<String>>,
}

/// The process lives.
pub fn alive() -> Answer {
    let mut answer = Answer::json(&ServerState {
        status: "alive",
        warnings: None,
    });
    let instance = INSTANCE
        .get()
        .map(|instance| (INSTANCE_FIELD, instance.to_string()));
    answer.headers.extend(instance);
    answer
}

/// The database takes writes. What should be looked after is told beside it.
pub fn ready(warnings: &[Warning]) -> Answer {
    Answer::json(&ServerState {
        status: "ready",
        warnings: Some(warnings.iter().map(Warning::text).collect()),
    })
}
