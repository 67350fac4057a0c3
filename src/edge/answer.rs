//! An answer as the bytes of an HTTP/1.1 response.

use super::record::{ID_FIELD, RequestId};
use crate::refusal::HttpError;
use crate::wire::message::Answer;
use std::io::Write;

/// Most header fields of an answer, our own included.
pub const ANSWER_FIELDS_MAX: usize = 32;

/// The private field, first of an answer's head, with its internal code for log and numbers: kept from the client.
pub const CODE_FIELD: &str = "Infomat-Code";

/// What an answer says unless it says otherwise: take the content type at its word, keep nothing.
const USUAL_FIELDS: [(&str, &str); 2] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
];

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

/// The whole response as it goes over a private connection; [`for_client`] makes it the client's. `head_only` leaves out
/// the body and keeps its length (RFC 9110, 9.3.2).
pub fn rendered(answer: &Answer, head_only: bool, date: &mut Date) -> Vec<u8> {
    const HEAD_BYTES_ABOUT: usize = 512;
    let mut out = Vec::with_capacity(HEAD_BYTES_ABOUT + answer.body.len());
    let status = answer.status;
    let now = date.now();
    let written = "a vector takes every write";
    write!(out, "HTTP/1.1 {status} {}\r\n", reason(status)).expect(written);
    if let Some(code) = answer.code {
        write!(out, "{CODE_FIELD}: {code}\r\n").expect(written);
    }
    write!(out, "Date: {now}\r\n").expect(written);
    // These have no body, and nothing that describes one (RFC 9110, 8.6 and 15.4.5).
    let bodiless = matches!(status, 204 | 304);
    if !bodiless {
        let length = answer.body.len();
        write!(
            out,
            "Content-Type: {}\r\nContent-Length: {length}\r\n",
            answer.content_type
        )
        .expect(written);
    }
    for (name, value) in USUAL_FIELDS {
        if !answer
            .headers
            .iter()
            .any(|(own, _)| own.eq_ignore_ascii_case(name))
        {
            write!(out, "{name}: {value}\r\n").expect(written);
        }
    }
    for (name, value) in &answer.headers {
        assert!(
            !value.contains(|c: char| c.is_control()),
            "the value of {name} holds a control character"
        );
        write!(out, "{name}: {value}\r\n").expect(written);
    }
    out.extend_from_slice(b"\r\n");
    if !head_only && !bodiless {
        out.extend_from_slice(&answer.body);
    }
    out
}

/// The response to a request that goes no further; the connection ends with it. `id` is the request's, where it has one.
pub fn refused(http_error: HttpError, head_only: bool, id: Option<RequestId>) -> Vec<u8> {
    let mut out = Vec::new();
    let response = rendered(&Answer::from(http_error), head_only, &mut Date::default());
    for_client(&response, Some("close"), id, 0, &mut out);
    out
}

/// Writes the response, or its beginning, as the client gets it, in the place of what `out` holds: without the private
/// field, with the request's number and, where a word is given, with a `Connection` field. Reserves space for `more_bytes`.
pub fn for_client(
    response: &[u8],
    connection: Option<&str>,
    id: Option<RequestId>,
    more_bytes: usize,
    out: &mut Vec<u8>,
) {
    const FIELDS_BYTES_MAX: usize = 96;
    let (status_line, rest) = response.split_at(line_end(response));
    let rest = if rest.starts_with(CODE_FIELD.as_bytes()) {
        &rest[line_end(rest)..]
    } else {
        rest
    };
    out.clear();
    out.reserve(response.len() + FIELDS_BYTES_MAX + more_bytes);
    out.extend_from_slice(status_line);
    let written = "a vector takes every write";
    if let Some(id) = id {
        write!(out, "{ID_FIELD}: {id}\r\n").expect(written);
    }
    if let Some(word) = connection {
        write!(out, "Connection: {word}\r\n").expect(written);
    }
    out.extend_from_slice(rest);
}

/// Where the line ends that `bytes` begin with.
fn line_end(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1)
}

/// The usual words beside a status (RFC 9110, 15); nobody depends on them.
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
        431 => "Request Header Fields Too Large",
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

    fn answer(status: u16, headers: Vec<(&'static str, String)>) -> Answer {
        Answer {
            status,
            content_type: JSON,
            headers,
            body: b"{}".to_vec(),
            code: None,
        }
    }

    fn text(answer: &Answer, head_only: bool) -> String {
        let text = String::from_utf8(rendered(answer, head_only, &mut Date::default())).unwrap();
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
        assert_eq!(text(&answer(200, vec![]), false), format!("{plain}{{}}"));
        assert_eq!(text(&answer(200, vec![]), true), plain);
        let cached = vec![
            ("Cache-Control", "max-age=5".to_owned()),
            ("ETag", "\"x\"".to_owned()),
        ];
        let tagged = format!("HTTP/1.1 200 OK\r\n{own}Cache-Control: max-age=5\r\nETag: \"x\"\r\n\r\n{{}}");
        assert_eq!(text(&answer(200, cached), false), tagged);
        let unchanged =
            "HTTP/1.1 304 Not Modified\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n";
        assert_eq!(text(&answer(304, vec![]), false), unchanged);
    }

    /// Goal: the client gets the number of its request and no private field, the rest as it is. Method: a refusal, and a
    /// success, which has no internal code.
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
            let response = rendered(&answer, false, &mut Date::default());
            let text = str::from_utf8(&response).unwrap();
            assert_eq!(text.contains("Infomat-Code: 4009\r\n"), code.is_some(), "{text}");
            let plain = text.replace("Infomat-Code: 4009\r\n", "");
            let expected = plain.replace(
                "200 OK\r\n",
                &format!("200 OK\r\nX-Request-Id: 6543210f-7-2\r\n{fields}"),
            );
            let mut out = b"what was here before".to_vec();
            for_client(&response, connection, Some(id), 0, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    /// Goal: no value can begin another field: that is our mistake, and it ends the process instead.
    #[test]
    #[should_panic(expected = "holds a control character")]
    fn a_value_stays_in_its_line() {
        rendered(
            &answer(200, vec![("X", "a\r\nY: b".to_owned())]),
            false,
            &mut Date::default(),
        );
    }
}
