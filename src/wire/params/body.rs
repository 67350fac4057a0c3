//! The kind of a body by its `Content-Type`, and its content.

use super::{bad, header};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::message::Request;

/// The header with the kind of the body.
pub const CONTENT_TYPE: &str = "Content-Type";

/// U+FEFF in UTF-8. Some clients put it before a text (RFC 8259, 8.1: it may be ignored).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub enum Content {
    /// `name=value&...`
    Form,
    Json,
}

/// Returns the kind of the body by its `Content-Type`. `charset=utf8` is no registered name, and often sent.
///
/// # Errors
/// [`Refusal::Parameter`] for any other kind, for no field and for two.
pub fn content(request: &Request) -> Result<Content, Refusal> {
    let field = header(request, CONTENT_TYPE)?.unwrap_or_default();
    let mut parts = field.split(';').map(str::trim_ascii);
    let media_type = parts.next().unwrap_or_default();
    let is_utf_8 = parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .map(|(_, charset)| charset.trim_matches('"'))
        .all(|charset| charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8"));
    if is_utf_8 && media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(Content::Form)
    } else if is_utf_8 && media_type.eq_ignore_ascii_case("application/json") {
        Ok(Content::Json)
    } else {
        Err(bad(CONTENT_TYPE, ParameterFault::ContentType))
    }
}

/// Returns a JSON body without its byte order mark. None: the body has only blanks, or the libraries' word for no body:
/// `null`, an empty array or an empty string.
pub fn json_content(body: &[u8]) -> Option<&[u8]> {
    let json = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let trimmed = json.trim_ascii();
    let listed = trimmed
        .strip_prefix(b"[")
        .and_then(|rest| rest.strip_suffix(b"]"));
    let is_empty = matches!(trimmed, b"" | b"null" | b"\"\"")
        || listed.is_some_and(|listed| listed.trim_ascii().is_empty());
    (!is_empty).then_some(json)
}
