//! The answers about the server's own state ([crate::contract::monitoring]).

use super::message::Answer;
use serde::Serialize;
use std::sync::OnceLock;
use uuid::Uuid;

/// The header field of [`alive`] with the server's name: `infomat check` compares it with the name in the lock of the
/// database.
pub const INSTANCE_FIELD: &str = "Infomat-Instance";

/// Drawn anew by each server at its start.
static INSTANCE: OnceLock<Uuid> = OnceLock::new();

/// Gives the serving process its name. Only the first call counts.
pub fn name_instance(instance: Uuid) {
    INSTANCE.get_or_init(|| instance);
}

/// The state of a working server.
#[derive(Serialize)]
struct ServerState {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<String>>,
}

/// Returns the answer of a living process.
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

/// Returns the answer of a database that takes writes, with warnings.
pub fn ready(warnings: Vec<String>) -> Answer {
    Answer::json(&ServerState {
        status: "ready",
        warnings: Some(warnings),
    })
}
