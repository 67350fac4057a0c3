//! The files of the terminal's page and of the reception's, embedded, with content type, `ETag` and the headers that keep each
//! page to itself.
//!
//! The pages are plain ES modules and style sheets, served as they are: `src/page/terminal`, `src/page/desk`, and in
//! `src/page/shared` what both need. `/` and `/desk` are the documents; each other file has its path in `src` as its URL.

pub mod languages;

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The browser may load nothing but the server's own files and methods: no inline script or style, no frame, no form. No text
/// becomes markup.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// Headers of every file.
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

/// `Cache-Control` of the document: "back" must show nothing of the person before.
const NO_STORE: &str = "no-store";

/// `Cache-Control` of scripts, styles and pictures, which hold nothing personal. The browser may keep them, but asks each time
/// (`ETag`): a new version of the server never meets an old module.
const NO_CACHE: &str = "no-cache";

/// The documents, each with the folder of its other files.
const DOCUMENTS: [(&str, &str); 2] = [("/", "/page/terminal/"), ("/desk", "/page/desk/")];

/// The page's own languages.
const RU: &str = include_str!("page/terminal/texts/ru.js");
#[cfg(test)]
const EN: &str = include_str!("page/terminal/texts/en.js");

/// Stands in the document for the version of the whole page.
const VERSION_PLACE: &str = "{version}";

/// One file of the page.
#[derive(Clone, Debug)]
pub struct File {
    path: &'static str,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// Body of an answer with status 200.
    pub body: &'static [u8],
    etag: String,
}

impl File {
    fn new(path: &'static str, body: &'static [u8]) -> File {
        let content_type = match path.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "js")) => "text/javascript; charset=utf-8",
            Some((_, "json")) => "application/json; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            Some((_, "txt")) => "text/plain; charset=utf-8",
            Some((_, "woff2")) => "font/woff2",
            _ => "text/html; charset=utf-8",
        };
        File {
            path,
            content_type,
            body,
            etag: etag(body),
        }
    }

    /// Returns header fields beside `Content-Type`, for 200 and 304 alike.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let is_document = DOCUMENTS.iter().any(|(path, _)| *path == self.path);
        let caching = if is_document { NO_STORE } else { NO_CACHE };
        let fixed = HEADERS.iter().map(|&(name, value)| (name, value.to_owned()));
        fixed
            .chain([("Cache-Control", caching.to_owned()), ("ETag", self.etag.clone())])
            .collect()
    }

    /// Returns whether the client has this very file, by the value of its `If-None-Match`.
    pub fn is_known_by(&self, if_none_match: &str) -> bool {
        is_named(if_none_match, &self.etag)
    }
}

/// Returns whether the value of an `If-None-Match` names this tag: a list of tags compared weakly, or `*` (RFC 9110, 13.1.2).
pub fn is_named(if_none_match: &str, etag: &str) -> bool {
    if_none_match
        .split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Returns the file at this path of a URL, which is matched exactly.
pub fn file(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

/// Returns the first eight bytes of the body's SHA-256: enough to tell versions apart.
pub fn etag(body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    let head: [u8; 8] = hash[..8].try_into().expect("SHA-256 has 32 bytes");
    format!("\"{:016x}\"", u64::from_be_bytes(head))
}

/// Makes a list of the document and of the other files, each by its path from `src/page`.
macro_rules! embed {
    ($path:literal, $document:literal, $($name:literal,)*) => {
        vec![
            File::new($path, include_bytes!(concat!("page/", $document))),
            $(File::new(concat!("/page/", $name), include_bytes!(concat!("page/", $name))),)*
        ]
    };
}

/// Writes the version of each page into its document, and lets the document's `ETag` stand for all files of the page: so an
/// open page learns of another version. A page's files are those of its folder, and the shared ones.
fn with_versions(mut files: Vec<File>) -> Vec<File> {
    for (path, folder) in DOCUMENTS {
        let is_part = |file: &&File| {
            file.path == path || file.path.starts_with(folder) || file.path.starts_with("/page/shared/")
        };
        let tags: String = files
            .iter()
            .filter(is_part)
            .map(|file| file.etag.as_str())
            .collect();
        let version = etag(tags.as_bytes());
        let Some(document) = files.iter_mut().find(|file| file.path == path) else {
            continue;
        };
        let template = std::str::from_utf8(document.body).expect("the document is text");
        let body = template.replace(VERSION_PLACE, version.trim_matches('"'));
        document.body = body.leak().as_bytes();
        document.etag = version;
    }
    files
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let mut files = embed! {
        "/", "terminal/index.html",
        "shared/again.js",
        "shared/api.js",
        "shared/base.css",
        "shared/code128.js",
        "shared/dom.js",
        "shared/fonts/OFL.txt",
        "shared/fonts/inter-regular.woff2",
        "shared/fonts/inter-semibold.woff2",
        "shared/format.js",
        "shared/icon.svg",
        "shared/paper.css",
        "shared/paper.js",
        "shared/qr.js",
        "shared/renew.js",
        "shared/touch.js",
        "shared/words.js",
        "terminal/app.js",
        "terminal/backdrop.svg",
        "terminal/changes.js",
        "terminal/clinic.js",
        "terminal/format.js",
        "terminal/frame.js",
        "terminal/help.js",
        "terminal/idle.js",
        "terminal/keys.js",
        "terminal/likely.js",
        "terminal/machine.js",
        "terminal/outlook.js",
        "terminal/own.js",
        "terminal/pad.js",
        "terminal/paper.css",
        "terminal/paper.js",
        "terminal/parts.js",
        "terminal/phone.css",
        "terminal/printer.js",
        "terminal/screens/arrival.js",
        "terminal/screens/birth.js",
        "terminal/screens/choice.js",
        "terminal/screens/confirm.js",
        "terminal/screens/doctor.js",
        "terminal/screens/menu.js",
        "terminal/screens/number.js",
        "terminal/screens/refusal.js",
        "terminal/screens/speciality.js",
        "terminal/screens/ticket.js",
        "terminal/screens/tickets.js",
        "terminal/screens/time.js",
        "terminal/screens/waiting.js",
        "terminal/screens/welcome.js",
        "terminal/session.js",
        "terminal/style.css",
        "terminal/texts.js",
        "terminal/texts/en.js",
        "terminal/texts/ru.js",
        "terminal/voice.js",
    };
    files.extend(embed! {
        "/desk", "desk/index.html",
        "desk/api.js",
        "desk/app.js",
        "desk/dates.js",
        "desk/paper.css",
        "desk/paper.js",
        "desk/parts.js",
        "desk/plots.js",
        "desk/sending.js",
        "desk/sheet.js",
        "desk/signin.js",
        "desk/style.css",
        "desk/ticket.js",
        "desk/views/booking.js",
        "desk/views/card.js",
        "desk/views/closure.js",
        "desk/views/closures.js",
        "desk/views/day.js",
        "desk/views/import.js",
        "desk/views/issues.js",
        "desk/views/newcard.js",
        "desk/views/patients.js",
        "desk/views/staff.js",
        "desk/views/status.js",
        "desk/views/waiting.js",
    });
    with_versions(files)
});

#[cfg(test)]
mod tests;
