//! Guessing is slowed down: by document, by address, across restarts and jumps of the clock.

use super::{BORN, POLICY, ask, ask_with, site, verdict};
use crate::harness::{Answer, Client, Site};
use chrono::Utc;
use rusqlite::{Connection, named_params};
use std::time::Instant;

/// The kiosks' limit counts for the tests' own address.
const KIOSK: &str = "['127.0.0.1']";

/// The field by which proxies speak of their clients.
const FORWARDED_FOR: &str = "X-Forwarded-For";

/// The failures that the database holds.
pub fn failures(site: &Site) -> i64 {
    let count = database(site).query_row("SELECT count(*) FROM failed_identification", [], |row| row.get(0));
    count.unwrap()
}

fn database(site: &Site) -> Connection {
    Connection::open(site.path("infomat.db")).unwrap()
}

/// Moves all failures in time, as if the clock had gone on or back since.
fn shift(site: &Site, seconds: i64) {
    database(site)
        .execute(
            "UPDATE failed_identification SET at = at + :seconds",
            named_params! { ":seconds": seconds },
        )
        .unwrap();
}

/// Guesses a birth date that is wrong.
fn guess(client: &mut Client, document: &str) -> Answer {
    ask(client, &format!("{document}&Birthday=1900-01-01"))
}

/// A policy that nobody has, another one for each number.
fn unknown(number: u32) -> String {
    format!("n_pol={number:09}")
}

fn is_unknown(answer: &Answer) -> bool {
    verdict(answer) == (400, "5000".to_owned())
}

/// Sees that it is refused for so many seconds, less at most what has passed since the test began, and two for rounding.
fn assert_blocked(answer: &Answer, seconds: i64, began: Instant) {
    assert_eq!(verdict(answer), (429, "5000".to_owned()));
    let after: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    let passed = i64::try_from(began.elapsed().as_secs()).unwrap();
    assert!(
        (seconds - passed - 2..=seconds).contains(&after),
        "{after} instead of {seconds}"
    );
}

/// Sees that the right document and birth date are taken.
fn assert_open(client: &mut Client) {
    let answer = ask(client, &format!("{POLICY}&{BORN}"));
    assert_eq!(answer.status, 200, "{}", answer.json());
}

#[test]
fn a_document_may_fail_five_times_in_a_quarter_of_an_hour() {
    let began = Instant::now();
    let site = site(KIOSK);
    let server = site.serve();
    let mut client = server.client();
    for _ in 0..4 {
        assert!(is_unknown(&guess(&mut client, POLICY)));
    }
    assert_open(&mut client);
    shift(&site, -100);
    assert!(is_unknown(&guess(&mut client, "n_pol=1234-5678-9012-3456")));
    assert_eq!(failures(&site), 5, "a success writes nothing");

    // The right date is not looked at any more; other documents are.
    let right = format!("{POLICY}&{BORN}");
    assert_blocked(&ask(&mut client, &right), 800, began);
    assert_eq!(failures(&site), 5, "what is not looked at is no failure");
    let snils = ask(&mut client, &format!("snils=11223344595&{BORN}"));
    assert_eq!(snils.status, 200);

    // Series vary, the document stays.
    for series in 1..=5 {
        assert!(is_unknown(&guess(
            &mut client,
            &format!("n_pol=77&s_pol={series}")
        )));
    }
    assert_blocked(&guess(&mut client, "n_pol=77&s_pol=6"), 900, began);

    // Another process counts on, and answers as this one did.
    assert!(server.terminate().success());
    let server = site.serve();
    let mut client = server.client();
    assert_blocked(&ask(&mut client, &right), 800, began);

    // The four oldest leave the window, one stays.
    shift(&site, -803);
    assert_open(&mut client);
    for _ in 0..4 {
        assert!(is_unknown(&guess(&mut client, POLICY)));
    }
    assert_blocked(&guess(&mut client, POLICY), 97, began);
}

#[test]
fn an_address_may_fail_ten_times_in_five_minutes() {
    let began = Instant::now();
    let site = site("['192.0.2.7']");
    let server = site.serve();
    let mut client = server.client();
    for number in 0..10 {
        assert!(is_unknown(&guess(&mut client, &unknown(number))), "{number}");
    }
    shift(&site, -60);
    assert_blocked(&ask(&mut client, &format!("{POLICY}&{BORN}")), 240, began);
    server.pull_the_plug();
    drop(server);
    let server = site.serve();
    let mut client = server.client();
    assert_blocked(&ask(&mut client, &format!("{POLICY}&{BORN}")), 240, began);
    shift(&site, -241);
    assert_open(&mut client);
}

#[test]
fn a_kiosk_may_fail_sixty_times() {
    let began = Instant::now();
    let site = site(KIOSK);
    let server = site.serve();
    let mut client = server.client();
    for number in 0..60 {
        assert!(is_unknown(&guess(&mut client, &unknown(number))), "{number}");
    }
    assert_blocked(&guess(&mut client, &unknown(60)), 300, began);
}

/// A site whose proxies are at these addresses; the tests' own is a kiosk's too.
fn behind(proxies: &str) -> Site {
    let site = site(KIOSK);
    let configured = std::fs::read_to_string(site.path("infomat.toml")).unwrap();
    let configured = format!("trusted_proxies = {proxies}\n{configured}");
    std::fs::write(site.path("infomat.toml"), configured).unwrap();
    site
}

/// Guesses with an unknown policy, forwarded for an address; its status.
fn forwarded(client: &mut Client, address: &str, number: u32) -> u16 {
    let document = format!("{}&{BORN}", unknown(number));
    ask_with(client, &document, &[(FORWARDED_FOR, address)]).status
}

/// Goal: behind a trusted proxy each client has its own limit, that of a network client and not the proxy's as a kiosk;
/// what the client itself writes into the field neither frees it nor blocks another.
#[test]
fn clients_of_a_trusted_proxy_count_by_themselves() {
    let site = behind("['127.0.0.1']");
    let server = site.serve();
    let mut client = server.client();
    for number in 0..10 {
        let claimed = format!("198.51.100.{number}, 192.0.2.7");
        assert_eq!(forwarded(&mut client, &claimed, number), 400, "{number}");
    }
    assert_eq!(forwarded(&mut client, "192.0.2.7", 10), 429);
    assert_eq!(forwarded(&mut client, "127.0.0.1, 192.0.2.7", 11), 429);
    assert_eq!(forwarded(&mut client, "192.0.2.8", 12), 400);
    assert_open(&mut client);
    for broken in ["unknown", "_hidden", "192.0.2.8, ", "192.0.2.8:", ":80"] {
        let answer = ask_with(
            &mut client,
            &format!("{POLICY}&{BORN}"),
            &[(FORWARDED_FOR, broken)],
        );
        assert_eq!(verdict(&answer), (400, "5000".to_owned()));
        let text = answer.json()["message"].to_string();
        assert!(text.contains(FORWARDED_FOR), "{broken}: {text}");
        assert_eq!(
            answer.header("connection"),
            Some("close"),
            "the gate refuses {broken}"
        );
    }
    assert_eq!(failures(&site), 11);
}

/// Goal: from anybody else the field has no effect.
#[test]
fn nobody_else_is_believed_about_an_address() {
    let began = Instant::now();
    for proxies in ["[]", "['192.0.2.1', '::1']"] {
        let site = behind(proxies);
        let server = site.serve();
        let mut client = server.client();
        for number in 0..60 {
            let claimed = format!("198.51.100.{number}");
            assert_eq!(forwarded(&mut client, &claimed, number), 400, "{number}");
        }
        assert_eq!(forwarded(&mut client, "nonsense", 60), 429);
        assert_blocked(&guess(&mut client, POLICY), 300, began);
    }
}

#[test]
fn a_clock_that_goes_back_neither_frees_nor_blocks_for_ever() {
    const DECADE: i64 = 10 * 365 * 24 * 3600;
    let began = Instant::now();
    let site = site(KIOSK);
    let server = site.serve();
    let mut client = server.client();
    for _ in 0..5 {
        assert!(is_unknown(&guess(&mut client, POLICY)));
    }
    shift(&site, DECADE);
    assert_blocked(&guess(&mut client, POLICY), 900, began);
    let latest: i64 = database(&site)
        .query_row("SELECT max(at) FROM failed_identification", [], |row| row.get(0))
        .unwrap();
    assert!(latest <= Utc::now().timestamp(), "they count as now");
    shift(&site, -900);
    assert_open(&mut client);
}

#[test]
fn failures_that_count_no_more_are_forgotten() {
    let site = site(KIOSK);
    let server = site.serve();
    let mut client = server.client();
    for number in 0..20 {
        guess(&mut client, &unknown(number));
    }
    shift(&site, -900);
    guess(&mut client, &unknown(20));
    assert_eq!(failures(&site), 1);
}

/// Goal: neither the numbers nor the dates that are guessed come to lie in the table.
#[test]
fn the_table_holds_no_number() {
    let site = site(KIOSK);
    let server = site.serve();
    guess(&mut server.client(), POLICY);
    let row: (String, Vec<u8>) = database(&site)
        .query_row("SELECT address, document FROM failed_identification", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(row.0, "127.0.0.1");
    assert_eq!(row.1.len(), 32);
    assert!(!String::from_utf8_lossy(&row.1).contains("1234"));
}

/// Goal: whoever tries policies one after the other gets no more look-ups than the limit allows. Method: 10,000 guesses
/// from one address on several connections at once; those that were looked up are the ones not answered with 429.
#[test]
fn ten_thousand_guesses() {
    const GUESSES: u32 = 10_000;
    const CLIENTS: u32 = 8;
    for (kiosks, allowed) in [("[]", 10), (KIOSK, 60)] {
        let site = site(kiosks);
        let server = site.serve();
        let looked_up: usize = std::thread::scope(|scope| {
            let guessers: Vec<_> = (0..CLIENTS)
                .map(|guesser| {
                    let mut client = server.client();
                    scope.spawn(move || {
                        let mine = (guesser..GUESSES).step_by(CLIENTS as usize);
                        let statuses = mine.map(|number| guess(&mut client, &unknown(number)).status);
                        statuses.filter(|status| *status != 429).count()
                    })
                })
                .collect();
            guessers.into_iter().map(|guesser| guesser.join().unwrap()).sum()
        });
        assert_eq!(looked_up, allowed);
        assert_eq!(failures(&site), i64::try_from(allowed).unwrap());
    }
}

/// Goal: who guesses elsewhere locks nobody out of the clinic's terminals, but elsewhere; a terminal still locks what was
/// guessed at one. Method: a proxy that speaks for the terminal (this test's own address) and for others; a restart between.
#[test]
fn guesses_elsewhere_lock_no_document_at_a_kiosk() {
    let began = Instant::now();
    let site = behind("['127.0.0.1']");
    let server = site.serve();
    let mut client = server.client();
    let wrong = format!("{POLICY}&Birthday=1900-01-01");
    let right = format!("{POLICY}&{BORN}");
    let from = |client: &mut Client, address: &str, document: &str| {
        ask_with(client, document, &[(FORWARDED_FOR, address)])
    };
    for number in 0..9 {
        let answer = from(&mut client, &format!("192.0.2.{number}"), &wrong);
        let expected = if number < 5 { 400 } else { 429 };
        assert_eq!(answer.status, expected, "{number}");
    }
    server.pull_the_plug();
    drop(server);
    let server = site.serve();
    let mut client = server.client();
    assert_open(&mut client);
    assert_blocked(&from(&mut client, "192.0.2.9", &right), 900, began);
    for _ in 0..5 {
        assert!(is_unknown(&guess(&mut client, POLICY)));
    }
    assert_blocked(&ask(&mut client, &right), 900, began);

    // What fails at terminals counts elsewhere too.
    for _ in 0..5 {
        assert!(is_unknown(&guess(&mut client, &unknown(1))));
    }
    assert_blocked(
        &from(&mut client, "192.0.2.10", &format!("{}&{BORN}", unknown(1))),
        900,
        began,
    );
}

/// Goal: an address of IPv6 counts by its /64 network, one of IPv4 by itself in whichever form.
#[test]
fn a_network_of_ipv6_counts_as_one_address() {
    let site = behind("['127.0.0.1']");
    let server = site.serve();
    let mut client = server.client();
    for number in 0..10 {
        let address = format!("[2001:db8:0:7:{number:x}::{number}]:{}", 1000 + number);
        assert_eq!(forwarded(&mut client, &address, number), 400, "{number}");
    }
    assert_eq!(forwarded(&mut client, "2001:db8:0:7::ffff", 10), 429);
    assert_eq!(forwarded(&mut client, "2001:db8:0:8::1", 11), 400);
    for number in 12..22 {
        let address = ["192.0.2.7", "::ffff:192.0.2.7", "192.0.2.7:80"][number as usize % 3];
        assert_eq!(forwarded(&mut client, address, number), 400, "{number}");
    }
    assert_eq!(forwarded(&mut client, "::ffff:192.0.2.7", 22), 429);
    assert_eq!(forwarded(&mut client, "::ffff:192.0.2.8", 23), 400);
}
