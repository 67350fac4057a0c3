//! Goal: behind nginx with the site of `packaging/nginx` the server does what it does without, for clients over TLS: each
//! counts with its own address, and is told what infomat would tell, also by nginx itself. Nothing about a person comes to
//! lie in nginx's files. Method: the real nginx, curl from several loopback addresses, and a server that is killed.

mod nginx;

use crate::clinic::{self, guid, with};
use crate::harness::{Answer, Client, Site};
use crate::tickets::{self, LPU, PATIENT, THERAPIST, authorization};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use infomat::refusal::HttpError;
use nginx::Nginx;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs;
use std::net::Ipv4Addr;

/// A network client of nginx, and another.
const NEIGHBOUR: &str = "127.0.0.7";
const OTHER_NEIGHBOUR: &str = "127.0.0.8";
/// A terminal on nginx's own machine.
const TERMINAL: &str = "127.0.0.1";

const POLICY: &str = "7774441115558882";
const BORN: &str = "1980-06-15";
const PHONE: &str = "89005550123";
/// Does not stand in the clinic's data.
const FOREIGN_POLICY: &str = "9998887776665554";

const FIRST_SLOT: u32 = 100;

/// A clinic of one patient.
fn site() -> Site {
    let site = Site::new("");
    configure(&site, "127.0.0.1:0");
    let mut lines = tickets::lines();
    let card = json!({"policyNumber": POLICY, "phone": PHONE, "family": "Проксин"});
    lines.push(with(clinic::patient(PATIENT, LPU), &card));
    for (number, time) in (FIRST_SLOT..).zip(["08:00", "08:30", "09:00"]) {
        lines.push(clinic::slot(number, THERAPIST, 1, time));
    }
    site.import(&lines);
    site
}

/// Writes the configuration: this address, nginx before it.
fn configure(site: &Site, listen: &str) {
    site.configure("[rules]\none_per_speciality = false");
    let written = fs::read_to_string(site.path("infomat.toml")).unwrap();
    let written = written.replace("'127.0.0.1:0'", &format!("'{listen}'"));
    let ours = format!("trusted_proxies = ['127.0.0.1']\nhosts = ['{}']\n", nginx::NAME);
    fs::write(site.path("infomat.toml"), ours + &written).unwrap();
}

/// An address of the loopback network that no other process uses, by this one's number of 22 bits: a port that was free
/// there once is free again after the server's end.
fn own_address() -> Ipv4Addr {
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 64 | high, middle, low)
}

fn identification(policy: &str, born: &str) -> String {
    format!("/api/v2/auth/{}/token?n_pol={policy}&Birthday={born}", guid(LPU))
}

fn booking(slot: u32) -> String {
    format!(
        "/api/v2/visit/{}?timeTable={}&phone={PHONE}",
        guid(LPU),
        guid(slot)
    )
}

/// Books over TLS with this `Authorization`.
fn book(nginx: &Nginx, slot: u32, authorization: &str) -> Answer {
    let authorization = format!("Authorization: {authorization}");
    nginx.ask(NEIGHBOUR, &booking(slot), &["-X", "POST", "-H", &authorization])
}

/// Guesses from an address with `claimed` as what the client says of itself; the status.
fn guess(nginx: &Nginx, from: &str, claimed: &str) -> u16 {
    let claimed = format!("X-Forwarded-For: {claimed}");
    let target = identification(FOREIGN_POLICY, "1900-01-01");
    nginx.ask(from, &target, &["-H", &claimed]).status
}

#[test]
fn a_patient_books_over_tls() {
    if nginx::is_missing() {
        return;
    }
    let site = site();
    let server = site.serve();
    let nginx = Nginx::start(server.address);
    let known = nginx.ask(NEIGHBOUR, &identification(POLICY, BORN), &[]);
    assert_eq!(known.status, 200, "{}", known.json());
    let token = known.json()["token"].as_str().unwrap().to_owned();
    let ticket = book(&nginx, FIRST_SLOT, &format!("Bearer {token}"));
    assert_eq!(ticket.status, 200, "{}", ticket.json());
    assert_eq!(ticket.header("cache-control"), Some("no-store"));
    let again = book(&nginx, FIRST_SLOT, &format!("Bearer {token}"));
    assert_eq!(
        (again.status, &again.json()["message_code"]),
        (400, &json!("4848"))
    );

    let page = nginx.ask(NEIGHBOUR, "/", &["--compressed"]);
    let own = server.client().ask("GET", "/", &[], &[]);
    assert_eq!(page.body, own.body);
    for field in [
        "content-security-policy",
        "etag",
        "content-encoding",
        "strict-transport-security",
    ] {
        assert_eq!(page.header(field), own.header(field), "{field}");
    }
    let foreign = nginx.ask(NEIGHBOUR, "/", &["-H", "Host: evil.example"]);
    assert_eq!(foreign.status, 421);
}

/// Goal: the limit on guessing counts whom nginx sees, whatever the client says of itself; the terminal on this machine has
/// its own.
#[test]
fn guessing_counts_for_the_clients_own_address() {
    if nginx::is_missing() {
        return;
    }
    let site = site();
    let server = site.serve();
    let nginx = Nginx::start(server.address);
    // Another document each time would do too; one alone would meet its own limit first.
    for number in 0..10 {
        let target = identification(&format!("{number:016}"), "1900-01-01");
        let spoofed = format!("X-Forwarded-For: 198.51.100.{number}");
        let answer = nginx.ask(
            NEIGHBOUR,
            &target,
            &["-H", &spoofed, "-H", "Forwarded: for=198.51.100.1"],
        );
        assert_eq!(answer.status, 400, "{number}");
    }
    for claimed in [
        "198.51.100.99",
        TERMINAL,
        OTHER_NEIGHBOUR,
        "nonsense",
        "127.0.0.1, 127.0.0.1",
    ] {
        assert_eq!(guess(&nginx, NEIGHBOUR, claimed), 429, "{claimed}");
    }
    assert_eq!(guess(&nginx, OTHER_NEIGHBOUR, NEIGHBOUR), 400);
    assert_eq!(
        nginx.ask(TERMINAL, &identification(POLICY, BORN), &[]).status,
        200
    );
    let database = rusqlite::Connection::open(site.path("infomat.db")).unwrap();
    let counted: Vec<(String, u32)> = database
        .prepare("SELECT address, count(*) FROM failed_identification GROUP BY address ORDER BY address")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(
        counted,
        [(NEIGHBOUR.to_owned(), 10), (OTHER_NEIGHBOUR.to_owned(), 1)]
    );
}

/// Goal: while infomat is away its clients are told so in its own form, and when it is back they book again.
#[test]
fn a_server_that_is_away_is_a_standard_answer() {
    if nginx::is_missing() {
        return;
    }
    let site = site();
    configure(&site, &format!("{}:0", own_address()));
    let server = site.serve();
    let address = server.address;
    let nginx = Nginx::start(address);
    let token = authorization(PATIENT, &json!({}));
    assert_eq!(book(&nginx, FIRST_SLOT, &token).status, 200);
    server.pull_the_plug();
    drop(server);
    for target in ["/lpu", &identification(POLICY, BORN)] {
        let away = nginx.ask(NEIGHBOUR, target, &[]);
        let unavailable = HttpError::Unavailable(2);
        let expected = json!({"code": 503, "message": unavailable.text(), "message_code": "5000"});
        assert_eq!(away.json().to_string(), expected.to_string(), "{target}");
        assert_eq!(away.status, 503, "{target}");
        assert_eq!(away.header("retry-after"), Some("2"), "{target}");
        assert_eq!(away.header("cache-control"), Some("no-store"), "{target}");
        assert_eq!(
            away.header("content-type"),
            Some("application/json; charset=utf-8"),
            "{target}"
        );
    }
    waits_for_the_page(&nginx);
    assert_eq!(book(&nginx, FIRST_SLOT + 1, &token).status, 503);
    configure(&site, &address.to_string());
    let _server = site.serve();
    assert_eq!(book(&nginx, FIRST_SLOT + 1, &token).status, 200);
    assert_eq!(nginx.ask(NEIGHBOUR, "/lpu", &[]).status, 200);
}

/// A browser that opens the page gets another one, which tries again by itself and needs nothing else.
fn waits_for_the_page(nginx: &Nginx) {
    for target in ["/", "/?lpu=1"] {
        let away = nginx.ask(NEIGHBOUR, target, &[]);
        assert_eq!(away.status, 503);
        assert_eq!(away.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(away.header("cache-control"), Some("no-store"));
        let page = String::from_utf8(away.body.clone()).unwrap();
        assert!(page.contains(r#"http-equiv="refresh" content="5""#), "{page}");
        assert!(!page.contains("src=") && !page.contains("href="), "{page}");
        let (_, rest) = page.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        let digest = STANDARD.encode(Sha256::digest(style));
        let policy = away.header("content-security-policy").unwrap();
        assert!(
            policy.contains(&format!("style-src 'sha256-{digest}'")),
            "{digest}"
        );
    }
}

/// Goal: what nginx refuses by itself is answered as infomat does, byte for byte. Method: the same requests to both.
#[test]
fn nginx_refuses_as_infomat_does() {
    if nginx::is_missing() {
        return;
    }
    let site = site();
    let server = site.serve();
    let nginx = Nginx::start(server.address);
    let long = "a".repeat(20_000);
    let end = "Host: localhost\r\n";
    for (status, request) in [
        (400, format!("GE(T /lpu HTTP/1.1\r\n{end}\r\n")),
        (400, format!("GET /lpu HTTP/1.1\r\n{end}{end}\r\n")),
        (400, "GET /lpu HTTP/1.1\r\n\r\n".to_owned()),
        (404, format!("GET /nginx-refuses HTTP/1.1\r\n{end}\r\n")),
        (405, format!("TRACE /lpu HTTP/1.1\r\n{end}\r\n")),
        (
            405,
            format!("POST /lpu HTTP/1.1\r\n{end}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ),
        (
            501,
            format!("POST /lpu HTTP/1.1\r\n{end}Transfer-Encoding: gzip\r\n\r\n"),
        ),
        (
            413,
            format!("POST /lpu HTTP/1.1\r\n{end}Content-Length: 65537\r\n\r\n"),
        ),
        (431, format!("GET /lpu HTTP/1.1\r\n{end}X: {long}\r\n\r\n")),
        (431, format!("GET /{long} HTTP/1.1\r\n{end}\r\n")),
        (505, format!("GET /lpu HTTP/3.0\r\n{end}\r\n")),
    ] {
        let mut client = server.client();
        client.send(request.as_bytes()).unwrap();
        let own = client.read(false).unwrap();
        let other = nginx.send(&request);
        let shown = &request[..request.len().min(60)];
        assert_eq!((own.status, other.status), (status, status), "{shown:?}");
        let [own_body, body] =
            [&own, &other].map(|answer| String::from_utf8_lossy(&answer.body).into_owned());
        assert_eq!(body, own_body, "{shown:?}");
        for field in ["content-type", "cache-control", "x-content-type-options"] {
            assert_eq!(other.header(field), own.header(field), "{shown:?}: {field}");
        }
    }
    // Who forgets TLS is told in the same form.
    let mut plain = Client::connect(([127, 0, 0, 1], nginx.port()).into());
    plain
        .send(b"GET /lpu?x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let answer = plain.read(false).unwrap();
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!(400)));
}

/// Goal: the site's table has infomat's texts, those too that no test provokes.
#[test]
fn the_site_has_the_texts_of_infomat() {
    let site = nginx::site();
    let all = [
        HttpError::Malformed,
        HttpError::UnknownPath,
        HttpError::Method(""),
        HttpError::TooSlow,
        HttpError::Coding,
        HttpError::BodyTooLarge,
        HttpError::TooMany(5),
        HttpError::HeadTooLarge,
        HttpError::Unavailable(2),
        HttpError::Version,
    ];
    for http_error in all {
        let line = format!("\n    {}     \"{}\";\n", http_error.status(), http_error.text());
        assert!(site.contains(&line), "{line}");
    }
    assert!(site.contains(&format!("\n    default \"{}\";\n", HttpError::Fault.text())));
    let quoted = site
        .lines()
        .filter(|line| line.ends_with("\";") && line.contains("     \""));
    assert_eq!(quoted.count(), all.len(), "the table has no other line");
}

/// Goal: neither nginx's logs nor its folders for large requests and answers get anything about a person. Method: requests
/// that succeed, that infomat refuses, that nginx refuses, and that find nobody, each with a marked query; then its logs
/// are read. And where it may not make files, a body of the largest size passes all the same.
#[test]
fn nothing_about_a_person_comes_to_lie_in_nginx() {
    if nginx::is_missing() {
        return;
    }
    let site = site();
    let server = site.serve();
    let address = server.address;
    let nginx = Nginx::start(address);
    let token = authorization(PATIENT, &json!({}));
    assert_eq!(
        nginx.ask(NEIGHBOUR, &identification(POLICY, BORN), &[]).status,
        200
    );
    assert_eq!(
        nginx
            .ask(NEIGHBOUR, &identification(POLICY, "1900-01-01"), &[])
            .status,
        400
    );
    assert_eq!(book(&nginx, FIRST_SLOT, &token).status, 200);
    let target = identification(POLICY, BORN);
    assert_eq!(nginx.ask(NEIGHBOUR, &target, &["-X", "TRACE"]).status, 405);
    assert_eq!(
        nginx
            .ask(
                NEIGHBOUR,
                &target,
                &["-H", "Transfer-Encoding: chunked", "-d", "x"]
            )
            .status,
        405
    );
    nginx.send(&format!("GET {target} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));

    // Its workers can make no file there any more, whoever they run as.
    for folder in ["temp_body", "temp_proxy"] {
        fs::remove_dir(nginx.path(folder)).unwrap();
        fs::write(nginx.path(folder), "").unwrap();
    }
    let body = format!("phone={PHONE}&email={}", "a".repeat(64 * 1024 - 24));
    fs::write(nginx.path("body"), &body[..64 * 1024]).unwrap();
    let sent = format!("@{}", nginx.path("body").display());
    let authorized = format!("Authorization: {token}");
    let answer = nginx.ask(
        NEIGHBOUR,
        &booking(FIRST_SLOT + 1),
        &["-H", &authorized, "-H", "Expect:", "-d", &sent],
    );
    assert_eq!(
        (answer.status, &answer.json()["message_code"]),
        (400, &json!("5000"))
    );

    drop(server);
    assert_eq!(nginx.ask(NEIGHBOUR, &target, &[]).status, 503);
    assert_eq!(book(&nginx, FIRST_SLOT + 1, &token).status, 503);
    let secret = token.strip_prefix("Bearer ").unwrap();
    let logs = nginx.logs();
    let lines: usize = logs.iter().map(|(_, text)| text.lines().count()).sum();
    assert!(lines >= 9, "{logs:?}");
    assert!(
        logs.iter()
            .any(|(_, text)| text.contains(&format!(" {NEIGHBOUR} GET 503 "))),
        "{logs:?}"
    );
    for (path, text) in &logs {
        for mark in [POLICY, BORN, PHONE, secret, "Проксин", "n_pol", &guid(LPU)] {
            assert!(!text.contains(mark), "{} has {mark}: {text}", path.display());
        }
    }
}
