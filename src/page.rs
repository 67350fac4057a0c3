//! The kiosk page's files, embedded, with content type, `ETag` and the headers that keep the page to itself; and the
//! check of `Host` that keeps other sites' names away from it.
//!
//! The page is plain ES modules and two style sheets in `src/page/`, served as they are. `/` is its document,
//! everything else lies under `/page/`.

use sha2::{Digest, Sha256};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

/// Nothing but the server's own files and methods, no exceptions: no inline script or style, no frame, no form, no
/// text that becomes markup.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// Headers of the document and of every other file of the page.
const HEADERS: &[(&str, &str)] = &[
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
];

/// The document is never kept, so that "back" shows nothing of the person before.
const NO_STORE: &str = "no-store";

/// Scripts, styles and pictures hold nothing personal: they may be kept, but are asked for each time (`ETag`), so
/// that a new version of the server never meets an old module.
const NO_CACHE: &str = "no-cache";

/// Stands in the document for the version of the whole page.
const VERSION_PLACE: &str = "{version}";

/// Where a name of RFC 1035 ends.
const HOST_BYTES_MAX: usize = 255;

/// One file of the page.
#[derive(Debug)]
pub struct File {
    /// Path in the URL space.
    pub path: &'static str,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// What is sent.
    pub body: &'static [u8],
    /// `ETag`, quotes included.
    pub etag: String,
}

impl File {
    /// Header fields of the answer beside `Content-Type`, for 200 and 304 alike.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let caching = if self.path == "/" { NO_STORE } else { NO_CACHE };
        let fixed = HEADERS.iter().map(|&(name, value)| (name, value.to_owned()));
        fixed
            .chain([("Cache-Control", caching.to_owned()), ("ETag", self.etag.clone())])
            .collect()
    }

    /// Whether the client has this very file: the value of its `If-None-Match` names it (RFC 9110, 13.1.2: a list of
    /// tags compared weakly, or `*`). Then 304 without a body answers.
    pub fn is_known_by(&self, if_none_match: &str) -> bool {
        if_none_match
            .split(',')
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.etag)
    }
}

/// The file at this path, which is matched exactly.
pub fn file(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

/// All files, in the order of the list below.
pub fn files() -> &'static [File] {
    &FILES
}

/// Whether a request with this `Host` is meant for this server. A foreign site can make its own name point here (DNS
/// rebinding), but then its name stands in `Host`: so an address is fine, `localhost` is, and of other names only
/// those in `names` (compared without regard to case). A port may follow; which one does not matter.
pub fn host_is_ours(host: &str, names: &[String]) -> bool {
    if host.len() > HOST_BYTES_MAX {
        return false;
    }
    if let Some(rest) = host.strip_prefix('[') {
        return rest
            .split_once(']')
            .is_some_and(|(address, port)| address.parse::<Ipv6Addr>().is_ok() && is_port_or_nothing(port));
    }
    let name_end = host.find(':').unwrap_or(host.len());
    let (name, port) = host.split_at(name_end);
    if !is_port_or_nothing(port) {
        return false;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    name.parse::<Ipv4Addr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

fn is_port_or_nothing(rest: &str) -> bool {
    rest.is_empty()
        || rest
            .strip_prefix(':')
            .is_some_and(|port| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Content type by the end of the file's name.
fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => unreachable!("the list below has no other files"),
    }
}

/// First eight bytes of the body's SHA-256: enough to tell versions apart.
fn etag(body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    let head: [u8; 8] = hash[..8].try_into().expect("SHA-256 has 32 bytes");
    format!("\"{:016x}\"", u64::from_be_bytes(head))
}

macro_rules! embed {
    ($($path:literal => $name:literal,)*) => {
        LazyLock::new(|| name_version(vec![$({
            let body: &'static [u8] = include_bytes!(concat!("page/", $name));
            File { path: $path, content_type: content_type($name), body, etag: etag(body) }
        },)*]))
    };
}

/// Makes the document say which version of the page it begins, and its `ETag` stand for all files: so an open page
/// learns that another has come.
fn name_version(mut files: Vec<File>) -> Vec<File> {
    let tags: String = files.iter().map(|file| file.etag.as_str()).collect();
    let version = etag(tags.as_bytes());
    for document in files.iter_mut().filter(|file| file.path == "/") {
        let template = std::str::from_utf8(document.body).expect("the document is text");
        let body = template.replace(VERSION_PLACE, version.trim_matches('"'));
        document.body = body.leak().as_bytes();
        document.etag.clone_from(&version);
    }
    files
}

static FILES: LazyLock<Vec<File>> = embed! {
    "/" => "index.html",
    "/page/again.js" => "again.js",
    "/page/api.js" => "api.js",
    "/page/app.js" => "app.js",
    "/page/backdrop.svg" => "backdrop.svg",
    "/page/changes.js" => "changes.js",
    "/page/clinic.js" => "clinic.js",
    "/page/dom.js" => "dom.js",
    "/page/format.js" => "format.js",
    "/page/frame.js" => "frame.js",
    "/page/icon.svg" => "icon.svg",
    "/page/idle.js" => "idle.js",
    "/page/keys.js" => "keys.js",
    "/page/machine.js" => "machine.js",
    "/page/outlook.js" => "outlook.js",
    "/page/pad.js" => "pad.js",
    "/page/paper.css" => "paper.css",
    "/page/paper.js" => "paper.js",
    "/page/parts.js" => "parts.js",
    "/page/qr.js" => "qr.js",
    "/page/renew.js" => "renew.js",
    "/page/screens/arrival.js" => "screens/arrival.js",
    "/page/screens/birth.js" => "screens/birth.js",
    "/page/screens/choice.js" => "screens/choice.js",
    "/page/screens/confirm.js" => "screens/confirm.js",
    "/page/screens/doctor.js" => "screens/doctor.js",
    "/page/screens/menu.js" => "screens/menu.js",
    "/page/screens/number.js" => "screens/number.js",
    "/page/screens/refusal.js" => "screens/refusal.js",
    "/page/screens/speciality.js" => "screens/speciality.js",
    "/page/screens/ticket.js" => "screens/ticket.js",
    "/page/screens/tickets.js" => "screens/tickets.js",
    "/page/screens/time.js" => "screens/time.js",
    "/page/screens/waiting.js" => "screens/waiting.js",
    "/page/screens/welcome.js" => "screens/welcome.js",
    "/page/session.js" => "session.js",
    "/page/style.css" => "style.css",
    "/page/texts.js" => "texts.js",
    "/page/touch.js" => "touch.js",
};

#[cfg(test)]
mod tests;
