//! Goal: whatever answers in the place of the region's centre, `infomat exchange` says one clear sentence, changes nothing, sends its
//! secret nowhere else, and bookings go on. Method: the real binary calls peers of the test's own that answer wrongly.

pub mod carried;
pub mod peer;

use crate::clinic::Ask;
use crate::harness::{Site, lacks};
use peer::{Certificate, Peer, SECRET, exchange, region_site};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// An answer with this status line, header and body.
fn http(status: &str, header: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\n{header}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// What the box says in its own header line, and an answer that fits it.
fn answer(request: &[u8], more: bool) -> Value {
    let text = String::from_utf8_lossy(request);
    let header: Value = text
        .lines()
        .find_map(|line| serde_json::from_str(line).ok())
        .unwrap();
    json!({
        "v": 1, "request": header["request"], "incarnation": header["incarnation"], "lastSeq": 0, "generation": "g",
        "received": null, "safe": null, "state": "serve", "reason": "", "messages": [], "lostTail": [], "tailNext": null,
        "more": more,
    })
}

/// Each peer with what is said of it.
#[test]
fn a_centre_that_answers_wrongly_changes_nothing() {
    let elsewhere = Peer::start(|_, _| panic!("nobody goes where a centre sends them"));
    let to = format!("Location: {}/api/centre/v1/exchange\r\n", elsewhere.url());
    let (redirected, kept) = (
        http("302 Found", &to, ""),
        http("307 Temporary Redirect", &to, ""),
    );
    let cases: Vec<(Peer, &str)> = vec![
        (
            Peer::answering(http("200 OK", "", "hello")),
            "answer cannot be read",
        ),
        (Peer::answering(http("200 OK", "", "{}")), "answer cannot be read"),
        (Peer::answering(http("200 OK", "", "")), "answer cannot be read"),
        (
            Peer::answering(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
            "answers in no HTTP",
        ),
        (Peer::answering(Vec::new()), "cannot be reached"),
        (
            Peer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".to_vec()),
            "cannot be reached",
        ),
        (Peer::answering(redirected), "answered 302, to go elsewhere"),
        (Peer::answering(kept), "answered 307, to go elsewhere"),
        (
            Peer::answering(http("401 Unauthorized", "", "{}")),
            "does not know this box by its secret",
        ),
        (
            Peer::answering(http("403 Forbidden", "", SECRET)),
            "does not know this box by its secret",
        ),
        (
            Peer::answering(http("500 Internal Server Error", "", SECRET)),
            "the centre answered 500",
        ),
        (
            Peer::answering(http("413 Content Too Large", "", "")),
            "the centre answered 413",
        ),
        (
            Peer::start(|stream, _| {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
                while stream.write_all(&[b' '; 1 << 16]).is_ok() {}
            }),
            "longer than 33554432 bytes",
        ),
        (
            Peer::start(|stream, _| {
                let _ = stream.read(&mut [0]);
            }),
            "takes too long",
        ),
        (
            Peer::start(|stream, _| {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                while stream.write_all(b" ").is_ok() {
                    std::thread::sleep(Duration::from_millis(20));
                }
            }),
            "takes too long",
        ),
        (
            Peer::start(|stream, request| {
                let mut other = answer(request, false);
                other["request"] = json!("another");
                let _ = stream.write_all(&http("200 OK", "", &other.to_string()));
            }),
            "answered another request",
        ),
    ];
    let site = region_site(&cases[0].0.url(), "");
    let server = site.serve();
    let before = site.run_well(&["journal"], "");
    for (peer, expected) in &cases {
        peer::configure(&site, &peer.url(), "");
        let refused = exchange(&site);
        assert_eq!(refused.status, Some(1), "{expected}: {}", refused.said);
        assert!(refused.said.contains(expected), "{expected}: {}", refused.said);
        assert_eq!(refused.said.lines().count(), 1, "{}", refused.said);
        assert!(!refused.said.contains(SECRET), "{}", refused.said);
        let requests = peer.requests();
        assert!(!requests.is_empty(), "{expected}");
        for request in requests {
            let text = String::from_utf8_lossy(&request).to_lowercase();
            assert!(
                text.contains(&format!("authorization: bearer {SECRET}")),
                "{text}"
            );
        }
    }
    assert!(elsewhere.requests().is_empty());
    assert_eq!(site.run_well(&["journal"], ""), before);
    Ask::new(1, 4, 3).book(&mut server.client());
}

/// It is asked as often as there may be something new, and no more.
#[test]
fn a_centre_that_always_says_the_same_is_left() {
    let peer = Peer::start(|stream, request| {
        let told = answer(request, true).to_string();
        let _ = stream.write_all(&http("200 OK", "", &told));
    });
    let site = region_site(&peer.url(), "");
    let refused = exchange(&site);
    assert!(refused.said.contains("again and again"), "{}", refused.said);
    let asked = peer.requests().len();
    assert!((8..40).contains(&asked), "{asked}");
}

#[test]
fn what_is_not_configured_is_said() {
    let site = Site::new("");
    let refused = site.run(&["exchange"], "");
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("no section [centre]"), "{said}");

    let site = region_site("http://127.0.0.1:9", "");
    let refused = exchange(&site);
    assert_eq!(refused.status, Some(1));
    assert!(
        refused.said.contains("http://127.0.0.1:9 cannot be reached"),
        "{}",
        refused.said
    );
    let russian = site.run(&["exchange", "--lang", "ru"], "");
    assert_eq!(
        String::from_utf8_lossy(&russian.stderr),
        "infomat: до http://127.0.0.1:9 не достучаться: по этому адресу никто не отвечает\n"
    );

    fs::write(site.path("centre.secret"), "short\n").unwrap();
    let refused = exchange(&site);
    assert_eq!(refused.status, Some(78));
    assert!(
        refused.said.contains("at least 32 visible ASCII"),
        "{}",
        refused.said
    );
    fs::remove_file(site.path("centre.secret")).unwrap();
    let refused = exchange(&site);
    assert_eq!(refused.status, Some(78));
    assert!(
        refused.said.contains("the secret of [centre] cannot be read"),
        "{}",
        refused.said
    );
}

/// The certificate has to be of the authority that the configuration names, and for the centre's name.
#[test]
fn a_centre_has_to_prove_itself() {
    if lacks("openssl (Debian's package openssl)", peer::has_openssl()) {
        return;
    }
    let (ours, other) = (
        Certificate::of("localhost"),
        Certificate::of("centre.region.example"),
    );
    let nonsense = || http("200 OK", "", "hello");
    let (good, foreign) = (
        Peer::with_tls(&ours, nonsense()),
        Peer::with_tls(&other, nonsense()),
    );
    let plain = Peer::answering(nonsense());
    let site = region_site(&good.url(), "");
    let told = |peer: &Peer, ca: &Certificate| {
        fs::copy(ca.path(), site.path("region-ca.pem")).unwrap();
        peer::configure(&site, &peer.url(), "ca = \"region-ca.pem\"\n");
        exchange(&site)
    };
    // With the right one the answer is read.
    let read = told(&good, &ours);
    assert!(read.said.contains("answer cannot be read"), "{}", read.said);
    assert_eq!(good.requests().len(), 1);
    for (peer, ca) in [(&good, &other), (&foreign, &ours), (&foreign, &other)] {
        let refused = told(peer, ca);
        assert_eq!(refused.status, Some(1));
        assert!(refused.said.contains("was not accepted"), "{}", refused.said);
        assert_eq!(refused.said.lines().count(), 1, "{}", refused.said);
    }
    assert_eq!((good.requests().len(), foreign.requests().len()), (1, 0));
    // The system's authorities know nothing of it.
    peer::configure(&site, &good.url(), "");
    let refused = exchange(&site);
    assert!(
        refused.said.contains("was not accepted") || refused.said.contains("the certificates for [centre]"),
        "{}",
        refused.said
    );
    // Nobody speaks in the clear where https stands.
    peer::configure(
        &site,
        &plain.url().replace("http://127.0.0.1", "https://localhost"),
        "ca = \"region-ca.pem\"\n",
    );
    let refused = exchange(&site);
    assert!(refused.said.contains("no TLS with"), "{}", refused.said);
    assert!(
        plain
            .requests()
            .iter()
            .all(|request| !String::from_utf8_lossy(request).contains("Bearer"))
    );
    fs::write(site.path("region-ca.pem"), "no certificate\n").unwrap();
    let refused = exchange(&site);
    assert_eq!(refused.status, Some(78));
    assert!(
        refused.said.contains("no certificate in the file"),
        "{}",
        refused.said
    );
}

/// Through the clinic's proxy, which hears where to and nothing else; and through none that the environment names.
#[test]
fn the_clinics_proxy_hears_no_secret() {
    if lacks("openssl (Debian's package openssl)", peer::has_openssl()) {
        return;
    }
    let ours = Certificate::of("localhost");
    let centre = Peer::with_tls(&ours, http("200 OK", "", "hello"));
    let proxy = Peer::tunnelling();
    let site = region_site(&centre.url(), "");
    fs::copy(ours.path(), site.path("region-ca.pem")).unwrap();
    let through = |proxy: &str| {
        peer::configure(
            &site,
            &centre.url(),
            &format!("ca = \"region-ca.pem\"\nproxy = \"{proxy}\"\n"),
        );
        exchange(&site)
    };
    let read = through(&proxy.url());
    assert!(read.said.contains("answer cannot be read"), "{}", read.said);
    let heard = String::from_utf8_lossy(&proxy.requests()[0]).into_owned();
    assert!(heard.starts_with("CONNECT localhost:"), "{heard}");
    assert!(!heard.contains(SECRET), "{heard}");
    let closed = Peer::answering(http("403 Forbidden", "", ""));
    let refused = through(&closed.url());
    assert!(refused.said.contains("the proxy in [centre]"), "{}", refused.said);
    assert_eq!(centre.requests().len(), 1);
    // A proxy of the environment is none of ours.
    let read = through("");
    assert!(read.said.contains("answer cannot be read"), "{}", read.said);
    assert_eq!(centre.requests().len(), 2);
}
