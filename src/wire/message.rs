//! A request and an answer as plain structs, without sockets: the input and the output of the engine.

use crate::language::Language;
use crate::refusal::{CANCELLED, DeskRefusal, HttpError, Refusal};
use serde::Serialize;
use std::net::IpAddr;

/// Content type of every JSON answer ([crate::contract::conventions]).
pub const JSON: &str = "application/json; charset=utf-8";

/// A whole, well-formed, bounded request, as the gate admits it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, as sent.
    pub method: String,
    /// Path and query, still percent-encoded: printable ASCII that begins with `/`.
    pub target: String,
    /// Header fields in order: name as sent, value trimmed. Values are visible ASCII, blanks and bytes over 127
    /// read as Latin-1.
    pub headers: Vec<(String, String)>,
    /// The body; empty without one.
    pub body: Vec<u8>,
    /// The client's address.
    pub client: IpAddr,
}

impl Request {
    /// Returns the values of all header fields with this name, in order.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }

    /// Returns the language of what the administrator is told: English where `Accept-Language` begins with it.
    pub fn language(&self) -> Language {
        let wanted = self.headers("Accept-Language").next();
        wanted.and_then(Language::of_tag).unwrap_or(Language::Russian)
    }

    /// Returns the target's path, without the query.
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&*self.target, |(path, _)| path)
    }

    /// Returns the target's query, without `?`; empty without a query.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// Further header fields. No value holds a control character.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Internal code, for the log: `message_code` of a standard answer.
    pub code: Option<u16>,
}

/// The standard answer ([crate::contract::conventions]).
#[derive(Serialize)]
struct Standard<'a> {
    code: u16,
    message: &'a str,
    message_code: String,
    /// Only after a cancellation ([crate::contract::tickets]).
    #[serde(rename = "statusDelete", skip_serializing_if = "Option::is_none")]
    status_delete: Option<u8>,
}

impl Answer {
    /// Returns a success with a JSON body.
    pub fn json(body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("models have string keys and no failing serializer");
        Answer::ok(JSON, body)
    }

    /// Returns a success with a body of this content type.
    pub fn ok(content_type: &'static str, body: Vec<u8>) -> Self {
        Answer {
            status: 200,
            content_type,
            headers: Vec::new(),
            body,
            code: None,
        }
    }

    /// Returns the success of a cancellation ([crate::contract::tickets]).
    pub fn cancelled() -> Self {
        const CODE: u16 = 2000;
        Answer::standard(200, CODE, CANCELLED, Some(1), None)
    }

    fn standard(
        status: u16,
        code: u16,
        message: &str,
        status_delete: Option<u8>,
        header: Option<(&'static str, String)>,
    ) -> Self {
        let body = Standard {
            code: status,
            message,
            message_code: code.to_string(),
            status_delete,
        };
        Answer {
            status,
            code: Some(code),
            headers: header.into_iter().collect(),
            ..Answer::json(&body)
        }
    }
}

impl From<&Refusal> for Answer {
    fn from(refusal: &Refusal) -> Self {
        let (status, code) = (refusal.status(), refusal.code());
        Answer::standard(status, code, &refusal.text(), None, refusal.header())
    }
}

impl From<&DeskRefusal> for Answer {
    fn from(refusal: &DeskRefusal) -> Self {
        let (status, code) = (refusal.status(), refusal.code());
        Answer::standard(status, code, &refusal.text(), None, refusal.header())
    }
}

impl From<HttpError> for Answer {
    fn from(error: HttpError) -> Self {
        let mut answer = Answer::standard(error.status(), error.code(), &error.text(), None, error.header());
        // The browser of a terminal that opens its page shows such an answer, and then tries again by itself.
        let wait = answer.headers.iter().find(|(name, _)| *name == "Retry-After");
        let refresh = wait.map(|(_, seconds)| ("Refresh", seconds.clone()));
        answer.headers.extend(refresh);
        answer
    }
}
