//! The kiosk page's files, embedded, with content type, `ETag` and the headers that keep the page to itself.
//!
//! The page is plain ES modules and style sheets, served as they are: `src/page/terminal`, and in `src/page/shared` what
//! another page of the clinic would need too. `/` is its document; each other file has its path in `src` as its URL.

use sha2::{Digest, Sha256};
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
    "/" => "terminal/index.html",
    "/page/shared/again.js" => "shared/again.js",
    "/page/shared/api.js" => "shared/api.js",
    "/page/shared/base.css" => "shared/base.css",
    "/page/shared/dom.js" => "shared/dom.js",
    "/page/shared/format.js" => "shared/format.js",
    "/page/shared/icon.svg" => "shared/icon.svg",
    "/page/shared/qr.js" => "shared/qr.js",
    "/page/shared/touch.js" => "shared/touch.js",
    "/page/shared/words.js" => "shared/words.js",
    "/page/terminal/app.js" => "terminal/app.js",
    "/page/terminal/backdrop.svg" => "terminal/backdrop.svg",
    "/page/terminal/changes.js" => "terminal/changes.js",
    "/page/terminal/clinic.js" => "terminal/clinic.js",
    "/page/terminal/format.js" => "terminal/format.js",
    "/page/terminal/frame.js" => "terminal/frame.js",
    "/page/terminal/idle.js" => "terminal/idle.js",
    "/page/terminal/keys.js" => "terminal/keys.js",
    "/page/terminal/machine.js" => "terminal/machine.js",
    "/page/terminal/outlook.js" => "terminal/outlook.js",
    "/page/terminal/pad.js" => "terminal/pad.js",
    "/page/terminal/paper.css" => "terminal/paper.css",
    "/page/terminal/paper.js" => "terminal/paper.js",
    "/page/terminal/parts.js" => "terminal/parts.js",
    "/page/terminal/renew.js" => "terminal/renew.js",
    "/page/terminal/screens/arrival.js" => "terminal/screens/arrival.js",
    "/page/terminal/screens/birth.js" => "terminal/screens/birth.js",
    "/page/terminal/screens/choice.js" => "terminal/screens/choice.js",
    "/page/terminal/screens/confirm.js" => "terminal/screens/confirm.js",
    "/page/terminal/screens/doctor.js" => "terminal/screens/doctor.js",
    "/page/terminal/screens/menu.js" => "terminal/screens/menu.js",
    "/page/terminal/screens/number.js" => "terminal/screens/number.js",
    "/page/terminal/screens/refusal.js" => "terminal/screens/refusal.js",
    "/page/terminal/screens/speciality.js" => "terminal/screens/speciality.js",
    "/page/terminal/screens/ticket.js" => "terminal/screens/ticket.js",
    "/page/terminal/screens/tickets.js" => "terminal/screens/tickets.js",
    "/page/terminal/screens/time.js" => "terminal/screens/time.js",
    "/page/terminal/screens/waiting.js" => "terminal/screens/waiting.js",
    "/page/terminal/screens/welcome.js" => "terminal/screens/welcome.js",
    "/page/terminal/session.js" => "terminal/session.js",
    "/page/terminal/style.css" => "terminal/style.css",
    "/page/terminal/texts.js" => "terminal/texts.js",
};

#[cfg(test)]
mod tests;
