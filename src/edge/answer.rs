//! An answer as the bytes of an HTTP/1.1 response. The engine's thread writes all that it knows; the client's thread adds
//! the request's number and the fate of the connection.

use super::head::AnswerParts;
use super::record::{ID_FIELD, RequestId, RequestOutcome};
use crate::refusal::HttpError;
use crate::wire::message::Answer;
use std::fmt;
use std::io::Write;

/// HeadFields of every answer without a value of its own: take the content type at its word, keep nothing.
const USUAL_FIELDS: [(&str, &str); 2] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
];

/// Bytes of a [`Prefix`].
pub const PREFIX_BYTES: usize = 8;

/// The beginning of an answer on an upstream connection. The response without its first line follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    pub outcome: RequestOutcome,
    pub rest_bytes: usize,
}

impl Prefix {
    pub fn from_bytes([s0, s1, c0, c1, r0, r1, r2, r3]: [u8; PREFIX_BYTES]) -> Prefix {
        let code = u16::from_ne_bytes([c0, c1]);
        Prefix {
            outcome: RequestOutcome {
                status: u16::from_ne_bytes([s0, s1]),
                code: (code != 0).then_some(code),
            },
            rest_bytes: u32::from_ne_bytes([r0, r1, r2, r3]) as usize,
        }
    }

    pub fn to_bytes(self) -> [u8; PREFIX_BYTES] {
        let [s0, s1] = self.outcome.status.to_ne_bytes();
        let [c0, c1] = self.outcome.code.unwrap_or(0).to_ne_bytes();
        let rest_bytes = u32::try_from(self.rest_bytes).expect("an answer is far smaller");
        let [r0, r1, r2, r3] = rest_bytes.to_ne_bytes();
        [s0, s1, c0, c1, r0, r1, r2, r3]
    }
}

/// The `Date` of responses, written anew only when a second has passed.
#[derive(Debug, Default)]
pub struct Date {
    second: i64,
    text: String,
}

impl Date {
    fn now(&mut self) -> &str {
        let now = chrono::Utc::now();
        if self.text.is_empty() || self.second != now.timestamp() {
            self.second = now.timestamp();
            self.text = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        }
        &self.text
    }
}

/// Returns the answer for an upstream connection: a [`Prefix`] and the rest.
pub fn for_upstream(answer: &Answer, parts: AnswerParts, date: &mut Date) -> Vec<u8> {
    const HEAD_BYTES_ABOUT: usize = 512;
    let mut out = Vec::with_capacity(HEAD_BYTES_ABOUT + answer.body.len());
    out.resize(PREFIX_BYTES, 0);
    write_rest(answer, parts, date, &mut out);
    let prefix = Prefix {
        outcome: RequestOutcome::from(answer),
        rest_bytes: out.len() - PREFIX_BYTES,
    };
    out[..PREFIX_BYTES].copy_from_slice(&prefix.to_bytes());
    out
}

/// Writes the response to a client in place of the content of `out`. `connection` is the value of that field, if the answer
/// needs one.
pub fn write_response(
    answer: &Answer,
    parts: AnswerParts,
    id: Option<RequestId>,
    connection: Option<&str>,
    out: &mut Vec<u8>,
) {
    write_begin(answer.status, id, connection, answer.body.len(), out);
    write_rest(answer, parts, &mut Date::default(), out);
}

/// Returns the response to a request that goes no further; the connection ends with it. `id` is the request's, if known.
pub fn refused(http_error: HttpError, parts: AnswerParts, id: Option<RequestId>) -> Vec<u8> {
    let mut out = Vec::new();
    write_response(&Answer::from(http_error), parts, id, Some("close"), &mut out);
    out
}

/// Writes the first line of a response and the fields that the engine does not know, in place of the content of `out`.
/// Reserves space for `rest_bytes`.
pub fn write_begin(
    status: u16,
    id: Option<RequestId>,
    connection: Option<&str>,
    rest_bytes: usize,
    out: &mut Vec<u8>,
) {
    const BEGIN_BYTES_MAX: usize = 160;
    out.clear();
    out.reserve(BEGIN_BYTES_MAX + rest_bytes);
    write_line(out, format_args!("HTTP/1.1 {status} {}", reason(status)));
    if let Some(id) = id {
        write_line(out, format_args!("{ID_FIELD}: {id}"));
    }
    if let Some(connection) = connection {
        write_line(out, format_args!("Connection: {connection}"));
    }
}

/// Writes all that follows [`write_begin`].
fn write_rest(answer: &Answer, parts: AnswerParts, date: &mut Date, out: &mut Vec<u8>) {
    write_line(out, format_args!("Date: {}", date.now()));
    // These have no body, and no description of one (RFC 9110, 8.6 and 15.4.5).
    let bodiless = matches!(answer.status, 204 | 304);
    if !bodiless {
        write_line(out, format_args!("Content-Type: {}", answer.content_type));
        write_line(out, format_args!("Content-Length: {}", answer.body.len()));
    }
    let own = |usual: &str| {
        answer
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(usual))
    };
    for (name, value) in USUAL_FIELDS.into_iter().filter(|(name, _)| !own(name)) {
        write_line(out, format_args!("{name}: {value}"));
    }
    for (name, value) in &answer.headers {
        assert!(
            !value.contains(|c: char| c.is_control()),
            "the value of {name} holds a control character"
        );
        write_line(out, format_args!("{name}: {value}"));
    }
    out.extend_from_slice(b"\r\n");
    if parts == AnswerParts::Whole && !bodiless {
        out.extend_from_slice(&answer.body);
    }
}

fn write_line(out: &mut Vec<u8>, line: fmt::Arguments) {
    write!(out, "{line}\r\n").expect("a vector takes every write");
}

/// Returns the usual words beside a status (RFC 9110, 15). No client depends on them.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        431 => "Request Header HeadFields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::message::JSON;
    use AnswerParts::{Head, Whole};

    fn answer(status: u16, headers: Vec<(&'static str, String)>) -> Answer {
        Answer {
            status,
            content_type: JSON,
            headers,
            body: b"{}".to_vec(),
            code: None,
        }
    }

    fn response(
        answer: &Answer,
        parts: AnswerParts,
        id: Option<RequestId>,
        connection: Option<&str>,
    ) -> String {
        let mut out = b"what was here before".to_vec();
        write_response(answer, parts, id, connection, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn text(answer: &Answer, parts: AnswerParts) -> String {
        let text = response(answer, parts, None, None);
        let (line, rest) = text.split_once("\r\n").unwrap();
        let (date, rest) = rest.split_once("\r\n").unwrap();
        let date = date.strip_prefix("Date: ").unwrap();
        assert!(chrono::DateTime::parse_from_rfc2822(date).is_ok(), "{date}");
        format!("{line}\r\n{rest}")
    }

    /// Goal: an answer's bytes are what RFC 9112 has, with its own fields, and without a body where there is none.
    #[test]
    fn answers_are_written_out() {
        let own = "Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\nX-Content-Type-Options: nosniff\r\n";
        let plain = format!("HTTP/1.1 200 OK\r\n{own}Cache-Control: no-store\r\n\r\n");
        assert_eq!(text(&answer(200, vec![]), Whole), format!("{plain}{{}}"));
        assert_eq!(text(&answer(200, vec![]), Head), plain);
        let cached = vec![
            ("Cache-Control", "max-age=5".to_owned()),
            ("ETag", "\"x\"".to_owned()),
        ];
        let tagged = format!("HTTP/1.1 200 OK\r\n{own}Cache-Control: max-age=5\r\nETag: \"x\"\r\n\r\n{{}}");
        assert_eq!(text(&answer(200, cached), Whole), tagged);
        let unchanged =
            "HTTP/1.1 304 Not Modified\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n";
        assert_eq!(text(&answer(304, vec![]), Whole), unchanged);
    }

    /// Goal: the client gets the number of its request and no internal code, the rest as it is. Method: a refusal, and a
    /// success, which has no internal code, over an upstream connection.
    #[test]
    fn a_client_gets_its_number_and_no_private_field() {
        let id = RequestId {
            opened: 0x6543_210f,
            connection: 7,
            request: 2,
        };
        for (code, connection, fields) in [
            (Some(4009), None, ""),
            (None, Some("close"), "Connection: close\r\n"),
        ] {
            let answer = Answer {
                code,
                ..answer(200, vec![])
            };
            let expected = response(&answer, Whole, None, None).replace(
                "200 OK\r\n",
                &format!("200 OK\r\nX-Request-Id: 6543210f-7-2\r\n{fields}"),
            );
            assert!(!expected.contains("4009"));
            assert_eq!(response(&answer, Whole, Some(id), connection), expected);
            let bytes = for_upstream(&answer, Whole, &mut Date::default());
            let (prefix, rest) = bytes.split_first_chunk().unwrap();
            let Prefix { outcome, rest_bytes } = Prefix::from_bytes(*prefix);
            assert_eq!(outcome, RequestOutcome { status: 200, code });
            assert_eq!(rest_bytes, rest.len());
            let mut out = Vec::new();
            write_begin(outcome.status, Some(id), connection, rest_bytes, &mut out);
            out.extend_from_slice(rest);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    /// Goal: no value can begin another field: that is our mistake, and it ends the process instead.
    #[test]
    #[should_panic(expected = "holds a control character")]
    fn a_value_stays_in_its_line() {
        text(&answer(200, vec![("X", "a\r\nY: b".to_owned())]), Whole);
    }
}
