//! Goal: a disk that fails to read, to write or to flush, again and again, costs the requests that need it and no acknowledged
//! booking: what was refused is there whole or not at all, and the server goes on by itself. Method: strace lets every so-manieth
//! call of the running server fail while clients book; then the file is examined by a server without strace.

use crate::clinic;
use crate::crash;
use crate::harness::{Client, PATIENCE, Server, Site, claims, in_english, sign, tried};
use crate::power::lacks_strace;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashMap;
use std::env;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// Calls of each kind that fail, unless `INFOMAT_DISK_ERRORS` says how many.
const ERRORS: usize = 100;
/// What fails: the calls, the error, how many of a thread's go well first, and every so-manieth from then on.
const KINDS: [(&str, &str, u32, u32); 4] = [
    ("fdatasync,fsync", "EIO", 40, 3),
    ("pwrite64", "EIO", 400, 7),
    ("pwrite64", "ENOSPC", 400, 5),
    ("pread64", "EIO", 400, 3),
];
/// Time between two bookings, of which the first was refused.
const PAUSE: Duration = Duration::from_millis(2);
/// Bookings between two counts of what has failed, and the most in all.
const ROUND: usize = 50;
const BOOKINGS_MAX: usize = 300_000;

/// The server of a site, under a strace that lets its calls fail and writes down which.
fn failing(site: &Site, (calls, error, first, step): (&str, &str, u32, u32)) -> Server {
    let server = site.command(&["serve"]);
    let mut strace = in_english("strace");
    strace
        .args(["--follow-forks", "--seccomp-bpf", "--trace", calls])
        .arg("--inject")
        .arg(format!("{calls}:error={error}:when={first}+{step}"))
        .arg("--output")
        .arg(site.path("strace.log"))
        .arg(server.get_program())
        .args(server.get_args());
    site.start(&mut strace)
}

/// How many calls have failed so far.
fn failed(site: &Site) -> usize {
    fs::read_to_string(site.path("strace.log"))
        .unwrap()
        .matches("(INJECTED)")
        .count()
}

/// Presses once under a key: the status, and the ticket of a booking.
fn press(client: &mut Client, token: &str, key: &str, number: usize) -> (u16, Option<String>) {
    let cell = clinic::guid(1_000 + u32::try_from(number % 32).unwrap());
    let target = format!("/visit/{}?timeTable={cell}&fullResponse=false", clinic::guid(1));
    let authorization = format!("Bearer {token}");
    let fields = [("Authorization", &*authorization), ("Idempotency-Key", key)];
    let answer = client.ask("POST", &target, &fields, b"");
    let ticket = answer.json()["ticketGuid"].as_str().map(str::to_owned);
    (answer.status, ticket.filter(|_| answer.status == 200))
}

/// Ends the server below a strace.
fn end(strace: Server) {
    let children = format!("/proc/{0}/task/{0}/children", strace.pid());
    let server = fs::read_to_string(children).unwrap().trim().parse().unwrap();
    kill_process(Pid::from_raw(server).unwrap(), Signal::KILL).unwrap();
    strace.wait_and_read();
}

/// The tickets that were acknowledged and are not there.
fn lost<'a>(acknowledged: &'a HashMap<String, String>, kept: &HashMap<String, String>) -> Vec<&'a String> {
    let is_lost = |(key, ticket): &(&String, &String)| kept.get(*key) != Some(*ticket);
    acknowledged.iter().filter(is_lost).map(|(key, _)| key).collect()
}

#[test]
fn a_disk_that_fails_again_and_again_loses_no_acknowledged_booking() {
    if lacks_strace() {
        return;
    }
    let wanted = env::var("INFOMAT_DISK_ERRORS").map_or(ERRORS, |given| given.parse().unwrap());
    for kind in KINDS {
        let (calls, error, ..) = kind;
        let site = crash::site();
        let token = sign(
            &claims(&clinic::guid(1), &clinic::guid(10_000), "Infomat"),
            crate::harness::KEY,
        );
        let server = failing(&site, kind);
        let mut client = server.client();
        let (mut acknowledged, mut refused) = (HashMap::new(), Vec::new());
        let began = Instant::now();
        for number in 0..BOOKINGS_MAX {
            let key = format!("key-{number}");
            match press(&mut client, &token, &key, number) {
                (200, ticket) => drop(acknowledged.insert(key, ticket.unwrap())),
                (status, _) => {
                    assert!(matches!(status, 500 | 503), "{calls} {error}: {status}");
                    refused.push(key);
                    thread::sleep(PAUSE);
                }
            }
            if number % ROUND == 0 && failed(&site) >= wanted {
                break;
            }
            assert!(
                began.elapsed() < PATIENCE || failed(&site) > 0,
                "{calls} {error}: nothing fails"
            );
        }
        end(server);
        let failures = failed(&site);
        assert!(!acknowledged.is_empty() && failures > 0, "{calls} {error}");
        // Without errors the server books on, and each refused booking once.
        let server = site.serve();
        let mut client = server.client();
        for (number, key) in refused.iter().enumerate() {
            let (status, ticket) = press(&mut client, &token, key, number);
            assert_eq!(status, 200, "{calls} {error}: {key}");
            acknowledged.insert(key.clone(), ticket.unwrap());
        }
        drop(server);
        let mut kept = crash::examine(&site.path("infomat.db"));
        assert_eq!(
            lost(&acknowledged, &kept),
            Vec::<&String>::new(),
            "{calls} {error}"
        );
        assert_eq!(
            kept.len(),
            acknowledged.len(),
            "{calls} {error}: nobody asked for the others"
        );
        site.run_well(&["verify"], "");
        let missing = kept.keys().next().unwrap().clone();
        kept.remove(&missing);
        assert_eq!(lost(&acknowledged, &kept), [&missing]);
        tried(
            &format!("calls of {calls} of the serving program that fail with {error}"),
            failures,
            &format!(
                "{} bookings acknowledged and kept, {} refused, each booked once afterwards; `verify` clean",
                acknowledged.len() - refused.len(),
                refused.len()
            ),
            "a ticket taken out by hand is missed",
        );
    }
}
