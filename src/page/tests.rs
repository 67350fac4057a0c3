//! What the page promises about itself, read off its files.

use super::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Everything that one page loads, together.
const PAGE_BYTES_MAX: usize = 250_000;
/// A screen is read at one sitting.
const SCREEN_LINES_MAX: usize = 200;

fn text(file: &File) -> &'static str {
    std::str::from_utf8(file.body).expect("the page's files are text")
}

/// The files that are read as text: all but fonts and their licence, which others wrote.
fn texts() -> impl Iterator<Item = &'static File> {
    FILES.iter().filter(|file| !file.path.contains("/fonts/"))
}

/// Each font is one, with the licence under which it is handed on.
#[test]
fn fonts_come_with_their_licence() {
    let fonts: Vec<_> = FILES
        .iter()
        .filter(|file| file.content_type == "font/woff2")
        .collect();
    assert_eq!(fonts.len(), 2);
    for font in fonts {
        assert!(font.body.starts_with(b"wOF2"), "{}", font.path);
    }
    let licence = text(file("/page/shared/fonts/OFL.txt").unwrap());
    assert!(licence.contains("SIL OPEN FONT LICENSE") && licence.contains("The Inter Project Authors"));
}

/// Every file of the folders is served, and nothing else.
#[test]
fn the_list_is_the_folders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    let mut folders = vec![
        root.join("page/terminal"),
        root.join("page/desk"),
        root.join("page/shared"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("desk/index.html") {
                found.insert("/desk".to_owned());
            } else if path.ends_with("index.html") {
                found.insert("/".to_owned());
            } else {
                found.insert(format!("/{}", path.strip_prefix(&root).unwrap().display()));
            }
        }
    }
    let listed: BTreeSet<String> = FILES.iter().map(|file| file.path.to_owned()).collect();
    assert_eq!(listed, found);
}

#[test]
fn the_page_is_small() {
    for (path, folder) in DOCUMENTS {
        let own = |file: &&File| file.path == path || file.path.starts_with(folder);
        let own = FILES
            .iter()
            .filter(|file| own(file) || file.path.starts_with("/page/shared/"));
        let total: usize = own.map(|file| file.body.len()).sum();
        assert!(total < PAGE_BYTES_MAX, "{path}: {total} bytes");
    }
    let is_screen = |file: &&File| file.path.contains("/screens/") || file.path.contains("/views/");
    for file in FILES.iter().filter(is_screen) {
        let lines = text(file).lines().count();
        assert!(lines < SCREEN_LINES_MAX, "{}: {lines} lines", file.path);
    }
}

/// The document names its modules, so that the browser fetches them side by side: all of them, and no others.
#[test]
fn the_document_announces_every_module() {
    let document = text(file("/").unwrap());
    // A sign for start scripts of older terminals, in a comment; the newer one is a module of the page.
    let signs = ["src=\"/page/app.js\"", "src=\"/page/terminal/app.js\""];
    assert!(signs.iter().all(|sign| document.contains(sign)));
    let document = document.replace(signs[0], "");
    let named: BTreeSet<&str> = document
        .split('"')
        .filter(|part| part.starts_with("/page/"))
        .collect();
    let wanted: BTreeSet<&str> = FILES
        .iter()
        .map(|file| file.path)
        .filter(|path| path.starts_with("/page/") && !path.starts_with("/page/desk/"))
        .filter(|path| *path != "/page/terminal/backdrop.svg" && !path.contains("/fonts/"))
        .collect();
    assert_eq!(named, wanted);
    let document = text(file("/desk").unwrap());
    for file in FILES.iter().filter(|file| file.path.starts_with("/page/desk/")) {
        assert!(document.contains(&format!("\"{}\"", file.path)), "{}", file.path);
    }
}

/// Strict from the inside as well: nothing that the policy would have to be loosened for, and nothing kept.
#[test]
fn nothing_needs_an_exception() {
    for file in texts() {
        let text = text(file);
        for word in [
            "innerHTML",
            "eval(",
            "style=\"",
            "localStorage",
            "sessionStorage",
            "indexedDB",
            "document.cookie",
            "pushState",
            "location.hash",
        ] {
            assert!(!text.contains(word), "{}: {word}", file.path);
        }
        let foreign = text.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !foreign.contains("http://") && !foreign.contains("https://"),
            "{}",
            file.path
        );
    }
}

#[test]
fn a_file_is_known_by_its_tag() {
    let file = file("/page/terminal/app.js").unwrap();
    assert!(file.is_known_by(&file.etag));
    assert!(file.is_known_by(&format!("\"0\", W/{}", file.etag)));
    assert!(file.is_known_by("*"));
    assert!(!file.is_known_by("\"0\""));
    assert!(!file.is_known_by(""));
}

/// The document names the version that its `ETag` gives, and each other file has a part in it.
#[test]
fn the_document_says_its_version() {
    let document = file("/").unwrap();
    let version = document.etag.trim_matches('"');
    assert!(text(document).contains(&format!("data-version=\"{version}\"")));
    let changed = |path: &'static str| {
        let body: &'static [u8] = b"another";
        let copy = |file: &File| File {
            path: file.path,
            content_type: file.content_type,
            body: if file.path == path { body } else { file.body },
            etag: if file.path == path {
                etag(body)
            } else {
                file.etag.clone()
            },
        };
        with_versions(FILES.iter().map(copy).collect())
    };
    let etag_of = |files: Vec<File>| files.into_iter().find(|file| file.path == "/").unwrap().etag;
    assert_ne!(
        etag_of(changed("/page/terminal/app.js")),
        etag_of(changed("/page/terminal/style.css"))
    );
}

#[test]
fn only_the_document_is_never_kept() {
    let caching = |path: &str| {
        let headers = file(path).unwrap().headers();
        headers
            .into_iter()
            .find(|(name, _)| *name == "Cache-Control")
            .map(|(_, value)| value)
    };
    assert_eq!(caching("/").as_deref(), Some("no-store"));
    assert_eq!(caching("/page/terminal/style.css").as_deref(), Some("no-cache"));
}
