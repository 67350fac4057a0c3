//! An answer as the bytes of an HTTP/1.1 response.

use crate::refusal::Transport;
use crate::wire::message::Answer;
use std::io::Write;

/// Most header fields of an answer, our own included.
pub const ANSWER_FIELDS_MAX: usize = 32;

/// The whole response but for its `Connection` field, which [`with_connection`] adds where one is wanted. `head_only`
/// leaves out the body and keeps its length (RFC 9110, 9.3.2).
pub fn rendered(answer: &Answer, head_only: bool) -> Vec<u8> {
    const HEAD_BYTES_ABOUT: usize = 512;
    let mut out = Vec::with_capacity(HEAD_BYTES_ABOUT + answer.body.len());
    let status = answer.status;
    let now = chrono::Utc::now().format("%a, %d %b %Y %H:%M:%S GMT");
    let written = "a vector takes every write";
    write!(out, "HTTP/1.1 {status} {}\r\nDate: {now}\r\n", reason(status)).expect(written);
    // Neither describes a body that there is none of (RFC 9110, 8.6 and 15.4.5).
    if !matches!(status, 204 | 304) {
        let length = answer.body.len();
        write!(
            out,
            "Content-Type: {}\r\nContent-Length: {length}\r\n",
            answer.content_type
        )
        .expect(written);
    }
    out.extend_from_slice(b"X-Content-Type-Options: nosniff\r\n");
    let named = |name: &str| {
        answer
            .headers
            .iter()
            .any(|(field, _)| field.eq_ignore_ascii_case(name))
    };
    if !named("Cache-Control") {
        out.extend_from_slice(b"Cache-Control: no-store\r\n");
    }
    for (name, value) in &answer.headers {
        assert!(
            !value.contains(|c: char| c.is_control()),
            "the value of {name} holds a control character"
        );
        write!(out, "{name}: {value}\r\n").expect(written);
    }
    out.extend_from_slice(b"\r\n");
    if !head_only {
        out.extend_from_slice(&answer.body);
    }
    out
}

/// The response to a request that goes no further; the connection ends with it.
pub fn refused(transport: Transport, head_only: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let response = rendered(&Answer::from(transport), head_only);
    with_connection(&response, Some("close"), 0, &mut out);
    out
}

/// Writes the response, or its beginning, with a `Connection` field behind the status line, in the place of what `out`
/// holds; reserves space for `more_bytes`.
pub fn with_connection(response: &[u8], word: Option<&str>, more_bytes: usize, out: &mut Vec<u8>) {
    const FIELD_BYTES_MAX: usize = 32;
    let line_end = response
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let (line, rest) = response.split_at(line_end);
    out.clear();
    out.reserve(response.len() + FIELD_BYTES_MAX + more_bytes);
    out.extend_from_slice(line);
    if let Some(word) = word {
        for part in ["Connection: ", word, "\r\n"] {
            out.extend_from_slice(part.as_bytes());
        }
    }
    out.extend_from_slice(rest);
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
        411 => "Length Required",
        413 => "Content Too Large",
        417 => "Expectation Failed",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}
