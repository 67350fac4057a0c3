//! A strict parser of a request's head (RFC 9112): a malformed head is refused, never repaired. Pure: bytes in, verdict out.

use super::chunked;
use super::proxies::{FORWARDED_FOR, Proxies};
use crate::refusal::HttpError;
use crate::route::{Route, route};
use std::io::Write;
use std::net::IpAddr;

/// Most bytes of a head: request line, header fields and the empty line.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
pub const FIELDS_MAX: usize = 64;
/// Most bytes of a body that a terminal or the reception has a reason to send.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// The private header field with the client's address. A client's own is dropped.
pub const CLIENT_FIELD: &str = "Infomat-Client";

/// Fields that are not forwarded: they concern one connection, or tiny_http would act upon them. The gate has done so.
pub(super) const KEPT_BACK: [&str; 11] = [
    "Connection",
    "Content-Length",
    "Expect",
    "Keep-Alive",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    CLIENT_FIELD,
    FORWARDED_FOR,
];

/// A search for the end of a head while it arrives. Each byte is read once, however small the pieces.
#[derive(Debug, Default)]
pub struct Scan {
    seen: usize,
    /// Begin of the current line.
    line: usize,
}

impl Scan {
    /// Returns the length of the head at the begin of `bytes`, or `None` if it goes on. Further calls take the same bytes and
    /// more.
    ///
    /// # Errors
    /// 400 for control characters, bare CR or LF; 431 for a head that is too large.
    pub fn head_end(&mut self, bytes: &[u8]) -> Result<Option<usize>, HttpError> {
        while self.seen < bytes.len().min(HEAD_BYTES_MAX) {
            let at = self.seen;
            let after_cr = at > 0 && bytes[at - 1] == b'\r';
            self.seen += 1;
            match bytes[at] {
                b'\n' if after_cr => {
                    let empty = at - self.line == 1;
                    // One empty line before the request line is skipped (RFC 9112, 2.2).
                    match (empty, self.line) {
                        (true, 2) => return Err(HttpError::Malformed),
                        (true, 0) | (false, _) => self.line = self.seen,
                        (true, _) => return Ok(Some(self.seen)),
                    }
                }
                _ if after_cr => return Err(HttpError::Malformed),
                b'\r' | b'\t' | b' '..=b'~' => {}
                // Bytes over 127 may stand in a field's value only. A TLS hello begins with them, or with controls.
                0x80.. if self.line > 2 => {}
                _ => return Err(HttpError::Malformed),
            }
        }
        if bytes.len() < HEAD_BYTES_MAX {
            Ok(None)
        } else {
            Err(HttpError::HeadTooLarge)
        }
    }
}

pub type HeadFields<'a> = [httparse::Header<'a>; FIELDS_MAX];

pub const NO_FIELDS: HeadFields = [httparse::EMPTY_HEADER; FIELDS_MAX];

/// A well-formed head.
#[derive(Debug)]
pub struct Head<'a> {
    method: &'a str,
    target: &'a str,
    /// The authority of a target in absolute form overrides `Host` (RFC 9112, 3.2.2).
    authority: Option<&'a str>,
    fields: &'a [httparse::Header<'a>],
    bytes_count: usize,
    framing: Framing,
}

/// The facts of a request that the gate acts upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framing {
    pub body: Body,
    /// The client waits for `100 Continue` before it sends the body.
    pub expects_continue: bool,
    pub after: After,
    /// `GET` or `HEAD`: the request only reads.
    pub safe: bool,
    pub parts: AnswerParts,
}

/// The framing of a body (RFC 9112, 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// So many bytes; none when there is no body.
    Plain(usize),
    Chunked,
}

/// The parts of an answer that the client gets (RFC 9110, 9.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerParts {
    Whole,
    /// The length of the body is still stated.
    Head,
}

impl AnswerParts {
    pub fn of(method: &str) -> Self {
        if method == "HEAD" {
            AnswerParts::Head
        } else {
            AnswerParts::Whole
        }
    }
}

/// The fate of a connection after an answer (RFC 9112, 9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    Close,
    /// The default of HTTP/1.1.
    Stay,
    /// An HTTP/1.0 client has to be told so.
    StayAndSay,
}

impl After {
    /// Returns the value of the answer's `Connection` field, if the answer needs one.
    pub fn word(self) -> Option<&'static str> {
        match self {
            After::Close => Some("close"),
            After::Stay => None,
            After::StayAndSay => Some("keep-alive"),
        }
    }
}

impl<'a> Head<'a> {
    /// Parses a whole head, as [`Scan`] found it. A body may have at most `body_bytes_max` bytes.
    pub fn parse(
        bytes: &'a [u8],
        body_bytes_max: usize,
        fields: &'a mut HeadFields<'a>,
    ) -> Result<Self, HttpError> {
        let mut request = httparse::Request::new(fields);
        match request.parse(bytes) {
            Ok(status) if status.is_complete() => {}
            Err(httparse::Error::TooManyHeaders) => return Err(HttpError::HeadTooLarge),
            Err(httparse::Error::Version) if names_a_version(bytes) => return Err(HttpError::Version),
            Ok(_) | Err(_) => return Err(HttpError::Malformed),
        }
        let whole = "a complete head has method, target and version";
        let method = request.method.expect(whole);
        let old = request.version.expect(whole) == 0;
        let (target, authority) = origin_form(request.path.expect(whole))?;
        let fields = &*request.headers;
        let framing = Framing::read(method, old, body_bytes_max, fields)?;
        Ok(Head {
            method,
            target,
            authority,
            fields,
            bytes_count: bytes.len(),
            framing,
        })
    }

    /// Returns the route, if the server has one for the request.
    pub fn route(&self) -> Option<Route> {
        let path = self.target.split('?').next().unwrap_or_default();
        route(self.method, path).ok()
    }

    pub fn framing(&self) -> Framing {
        self.framing
    }

    pub fn client(&self, peer: IpAddr, proxies: &Proxies) -> Result<IpAddr, HttpError> {
        proxies.client(peer, values(self.fields, FORWARDED_FOR))
    }

    /// Writes the head for tiny_http in place of the content of `out`, and reserves space for the body. The head has the
    /// client's address and one plain length, and no field that tiny_http would act upon. Bytes over 127 and percent signs of
    /// values are percent-encoded: tiny_http takes ASCII alone. The length of a chunked body is unknown yet: [`end_head`]
    /// then ends the head.
    pub fn forward(&self, client: IpAddr, out: &mut Vec<u8>) {
        out.clear();
        out.reserve(self.message_bytes());
        let written = "a vector takes every write";
        write!(out, "{} {} HTTP/1.1\r\n", self.method, self.target).expect(written);
        if let Some(authority) = self.authority {
            push_field(out, "Host", authority.as_bytes());
        }
        for field in self.fields {
            let overridden = self.authority.is_some() && field.name.eq_ignore_ascii_case("Host");
            if !overridden && !KEPT_BACK.iter().any(|name| name.eq_ignore_ascii_case(field.name)) {
                push_field(out, field.name, field.value);
            }
        }
        write!(out, "{CLIENT_FIELD}: {client}\r\n").expect(written);
        if let Body::Plain(bytes) = self.framing.body {
            let head_bytes = out.len();
            end_head(out, head_bytes, bytes);
        }
    }

    /// Returns an upper bound of the bytes of the whole message.
    pub fn message_bytes(&self) -> usize {
        const OWN_BYTES: usize = 160;
        let body_bytes = match self.framing.body {
            Body::Plain(bytes) => bytes,
            Body::Chunked => 0,
        };
        self.bytes_count + OWN_BYTES + body_bytes
    }
}

/// Ends a head of [`Head::forward`] with the body's plain length. The body may follow the head already.
pub fn end_head(message: &mut Vec<u8>, head_bytes: usize, body_bytes: usize) {
    let end = if body_bytes > 0 {
        format!("Content-Length: {body_bytes}\r\n\r\n")
    } else {
        "\r\n".to_owned()
    };
    message.splice(head_bytes..head_bytes, end.into_bytes());
}

impl Framing {
    fn read(
        method: &str,
        old: bool,
        body_bytes_max: usize,
        fields: &[httparse::Header],
    ) -> Result<Self, HttpError> {
        let all = |name| values(fields, name);
        check_host(all("Host"), old)?;
        let body = match all("Transfer-Encoding").next() {
            None => Body::Plain(body_bytes(all("Content-Length"), body_bytes_max)?),
            // With two framings, two servers could disagree on the length. HTTP/1.0 has no codings.
            Some(_) if old || all("Content-Length").next().is_some() => return Err(HttpError::Malformed),
            Some(_) => {
                chunked::sole_coding(all("Transfer-Encoding"))?;
                Body::Chunked
            }
        };
        // An HTTP/1.0 client cannot mean its Expect (RFC 9110, 10.1.1).
        let expects_continue = !old && expects_continue(all("Expect"))?;
        let says = |word: &str| {
            let mut words = all("Connection").flat_map(|value| value.split(|byte| *byte == b','));
            words.any(|said| said.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
        };
        let after = match (old, says("close")) {
            (false, false) => After::Stay,
            (true, false) if says("keep-alive") => After::StayAndSay,
            _ => After::Close,
        };
        Ok(Framing {
            body,
            expects_continue,
            after,
            safe: matches!(method, "GET" | "HEAD"),
            parts: AnswerParts::of(method),
        })
    }
}

/// Returns the values of all fields of this name, in order.
fn values<'a>(
    fields: &[httparse::Header<'a>],
    name: &'static str,
) -> impl DoubleEndedIterator<Item = &'a [u8]> {
    let named = fields
        .iter()
        .filter(move |field| field.name.eq_ignore_ascii_case(name));
    named.map(|field| field.value)
}

/// Decodes a value of [`Head::forward`]. Bytes over 127 are Latin-1.
pub fn decoded(value: &str) -> String {
    percent_encoding::percent_decode_str(value)
        .map(char::from)
        .collect()
}

/// Whether the request line has three words, and the third is `HTTP/` and a version.
fn names_a_version(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let mut words = line.split(|byte| *byte == b' ');
    let version = words.nth(2).unwrap_or_default();
    words.next().is_none()
        && matches!(
            version,
            [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9']
        )
}

/// Returns path and query, and the authority of a target in absolute form. Only printable ASCII is accepted.
fn origin_form(target: &str) -> Result<(&str, Option<&str>), HttpError> {
    const SCHEME: &str = "http://";
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(HttpError::Malformed);
    }
    if target.starts_with('/') {
        return Ok((target, None));
    }
    let (scheme, rest) = target
        .split_at_checked(SCHEME.len())
        .ok_or(HttpError::Malformed)?;
    let (authority, path) = rest.split_at(rest.find('/').ok_or(HttpError::Malformed)?);
    if scheme.eq_ignore_ascii_case(SCHEME) && is_authority(authority.as_bytes()) {
        Ok((path, Some(authority)))
    } else {
        Err(HttpError::Malformed)
    }
}

/// Checks for exactly one `Host` (RFC 9112, 3.2). An HTTP/1.0 client may leave it out.
fn check_host<'a>(mut hosts: impl Iterator<Item = &'a [u8]>, old: bool) -> Result<(), HttpError> {
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_authority(host) => Ok(()),
        (None, None) if old => Ok(()),
        _ => Err(HttpError::Malformed),
    }
}

/// Whether the value has the alphabet of a host with an optional port: no user, path or list.
fn is_authority(value: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%[]:".contains(byte);
    !value.is_empty() && value.iter().all(allowed)
}

/// Parses at most one plain decimal length. Without one there is no body (RFC 9112, 6.3).
fn body_bytes<'a>(mut lengths: impl Iterator<Item = &'a [u8]>, most: usize) -> Result<usize, HttpError> {
    let length = match (lengths.next(), lengths.next()) {
        (Some(_), Some(_)) => return Err(HttpError::Malformed),
        (None, _) => return Ok(0),
        (Some(length), None) => length,
    };
    if length.is_empty() || !length.iter().all(u8::is_ascii_digit) {
        return Err(HttpError::Malformed);
    }
    let digits = str::from_utf8(length).expect("digits are ASCII");
    let bytes: u64 = digits.parse().map_err(|_| HttpError::Malformed)?;
    match usize::try_from(bytes) {
        Ok(bytes) if bytes <= most => Ok(bytes),
        _ => Err(HttpError::BodyTooLarge),
    }
}

fn expects_continue<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> Result<bool, HttpError> {
    match (values.next(), values.next()) {
        (None, _) => Ok(false),
        (Some(value), None) if value.eq_ignore_ascii_case(b"100-continue") => Ok(true),
        _ => Err(HttpError::Expectation),
    }
}

fn push_field(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    for &byte in value {
        if byte == b'%' || !byte.is_ascii() {
            let escaped = percent_encoding::percent_encode_byte(byte);
            out.extend_from_slice(escaped.as_bytes());
        } else {
            out.push(byte);
        }
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests;
