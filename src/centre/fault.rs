//! What may go wrong with the database.

use super::tls;
use crate::command::Failure;
use std::error::Error;
use thiserror::Error;

/// The database failed, or holds what it cannot hold. The text names nothing of what is in it.
#[derive(Debug, Error)]
pub enum Fault {
    /// PostgreSQL refused, or cannot be reached.
    #[error("{}", told(.0))]
    Database(#[from] postgres::Error),
    /// A row is not what this program writes.
    #[error("the database holds a wrong value: {0}")]
    Damaged(&'static str),
    /// The schema is not there, or of another version than this one.
    #[error("{0}")]
    Schema(String),
    /// What is printed or read as JSON is not what it should be.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Returns the text of an error with its causes. PostgreSQL's details are left out: they quote rows.
fn told(error: &postgres::Error) -> String {
    if let Some(refused) = error.as_db_error() {
        return format!("PostgreSQL: {} ({})", refused.message(), refused.code().code());
    }
    if let Some(reason) = tls::refused_certificate(error) {
        return format!(
            "PostgreSQL: its certificate was not accepted ({reason}): `sslrootcert` names the one that signs it, and the URL the \
             host that it is for"
        );
    }
    let mut text = format!("PostgreSQL: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        // Some causes are told by the error above them already.
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Schema(text) => Failure::Misconfigured(text),
            fault => Failure::Failed(fault.to_string()),
        }
    }
}
