//! Goal: a disk that fails to read, to write or to flush, again and again, costs the requests that need it and no acknowledged
//! booking: what was refused is there whole or not at all, and the server goes on by itself. Method: strace lets every so-manieth
//! call of the running server fail while clients book, or a small disk becomes full again and again, at whose end writes are cut
//! short; then the file is examined by a server without strace.

use crate::crash;
use crate::full_disk::SmallDisk;
use crate::harness::{Client, PATIENCE, Server, Site, in_english, tried};
use crate::power::lacks_strace;
use crate::tickets::ticket_guid;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashMap;
use std::env;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Calls of each kind that fail, unless `INFOMAT_DISK_ERRORS` says how many.
const ERRORS: usize = 100;
/// What fails: the calls, the error, how many of a thread's go well first, and every so-manieth from then on.
const KINDS: [(&str, &str, u32, u32); 5] = [
    ("fdatasync,fsync", "EIO", 40, 3),
    ("pwrite64", "EIO", 400, 7),
    ("pwrite64", "ENOSPC", 400, 5),
    ("pwrite64", "EROFS", 400, 6),
    ("pread64", "EIO", 400, 3),
];
/// MiB of a disk that has no room to stretch the log, and bookings between two times that it is full.
const SMALL_DISK: u32 = 40;
const BOOKED_BETWEEN: usize = 5;
/// Time between two bookings, of which the first was refused.
const PAUSE: Duration = Duration::from_millis(2);
/// Bookings between two counts of what has failed, also those that a full disk is asked for; and the most in all.
const ROUND: usize = 50;
const BOOKINGS_MAX: usize = 300_000;

/// A server under a strace that writes down its calls of a kind, and does what else it is told to.
fn traced(site: &Site, server: &Command, calls: &str, further: &[&str]) -> Server {
    let mut strace = in_english("strace");
    strace
        .args(["--follow-forks", "--seccomp-bpf", "--trace", calls])
        .args(further)
        .arg("--output")
        .arg(site.path("strace.log"))
        .arg(server.get_program())
        .args(server.get_args());
    site.start(&mut strace)
}

fn trace(site: &Site) -> String {
    fs::read_to_string(site.path("strace.log")).unwrap()
}

/// How many calls have failed so far.
fn failed(site: &Site) -> usize {
    trace(site).matches("(INJECTED)").count()
}

/// How many writes were cut short so far: lines such as `7 pwrite64(5, "..."..., 4096, 8192) = 1024`.
fn cut_short(site: &Site) -> usize {
    let is_short = |line: &str| {
        let (call, written) = line.rsplit_once(") = ")?;
        let asked: u64 = call.rsplit(", ").nth(1)?.parse().ok()?;
        Some(written.parse::<u64>().ok()? < asked)
    };
    let trace = trace(site);
    trace.lines().filter(|line| is_short(line) == Some(true)).count()
}

fn wanted() -> usize {
    env::var("INFOMAT_DISK_ERRORS").map_or(ERRORS, |given| given.parse().unwrap())
}

/// What clients asked for: the tickets, by the keys they were booked under, and the numbers of the presses that were refused.
#[derive(Default)]
struct Asked {
    acknowledged: HashMap<String, String>,
    refused: Vec<usize>,
}

impl Asked {
    fn number(&self) -> usize {
        self.acknowledged.len() + self.refused.len()
    }

    /// Presses once under a new key. Returns whether it was booked; otherwise it was refused for the disk's sake.
    fn press(&mut self, client: &mut Client) -> bool {
        let number = self.number();
        match press(client, number) {
            (200, ticket) => {
                self.acknowledged.insert(key(number), ticket.unwrap());
                true
            }
            (500 | 503, _) => {
                self.refused.push(number);
                false
            }
            (status, _) => panic!("{status}"),
        }
    }

    /// Without errors the server books on, and each refused booking once. Then all of them are there and no others. Prints the
    /// row about what was done so often.
    fn assert_kept(mut self, site: &Site, done: &str, times: usize) {
        assert!(!self.acknowledged.is_empty() && times > 0, "{done}: {times}");
        let (before, refused) = (self.acknowledged.len(), self.refused.len());
        let server = site.serve();
        let mut client = server.client();
        for number in self.refused.drain(..) {
            let (status, ticket) = press(&mut client, number);
            assert_eq!(status, 200, "{done}: {}", key(number));
            self.acknowledged.insert(key(number), ticket.unwrap());
        }
        drop(server);
        let mut kept = crash::examine(&site.path("infomat.db"));
        assert_eq!(self.lost(&kept), Vec::<&String>::new(), "{done}");
        assert_eq!(
            kept.len(),
            self.acknowledged.len(),
            "{done}: nobody asked for the others"
        );
        site.run_well(&["verify"], "");
        let missing = kept.keys().next().unwrap().clone();
        kept.remove(&missing);
        assert_eq!(self.lost(&kept), [&missing]);
        tried(
            done,
            times,
            &format!(
                "{before} bookings acknowledged and kept, {refused} refused, each booked once afterwards; `verify` clean"
            ),
            "a ticket taken out by hand is missed",
        );
    }

    /// The tickets that were acknowledged and are not there.
    fn lost(&self, kept: &HashMap<String, String>) -> Vec<&String> {
        let is_lost = |(key, ticket): &(&String, &String)| kept.get(*key) != Some(*ticket);
        let lost = self.acknowledged.iter().filter(is_lost);
        lost.map(|(key, _)| key).collect()
    }
}

/// The key of a press.
fn key(number: usize) -> String {
    format!("key-{number}")
}

/// Presses once, for one patient and in one cell after the other: the status, and the ticket of a booking.
fn press(client: &mut Client, number: usize) -> (u16, Option<String>) {
    let answer = crash::ask(&key(number), number).send(client);
    let ticket = (answer.status == 200).then(|| ticket_guid(&answer.json()));
    (answer.status, ticket)
}

/// Ends the server below a strace.
fn end(strace: Server) {
    let children = format!("/proc/{0}/task/{0}/children", strace.pid());
    let server = fs::read_to_string(children).unwrap().trim().parse().unwrap();
    kill_process(Pid::from_raw(server).unwrap(), Signal::KILL).unwrap();
    strace.wait_and_read();
}

#[test]
fn a_disk_that_fails_again_and_again_loses_no_acknowledged_booking() {
    if lacks_strace() {
        return;
    }
    let wanted = wanted();
    for (calls, error, first, step) in KINDS {
        let site = crash::site();
        let fault = format!("{calls}:error={error}:when={first}+{step}");
        let server = traced(&site, &site.command(&["serve"]), calls, &["--inject", &fault]);
        let mut client = server.client();
        let mut asked = Asked::default();
        let began = Instant::now();
        while asked.number() < BOOKINGS_MAX {
            if !asked.press(&mut client) {
                thread::sleep(PAUSE);
            }
            if asked.number() % ROUND == 0 && failed(&site) >= wanted {
                break;
            }
            assert!(began.elapsed() < PATIENCE || failed(&site) > 0, "{fault}");
        }
        end(server);
        let done = format!("calls of {calls} of the serving program that fail with {error}");
        asked.assert_kept(&site, &done, failed(&site));
    }
}

#[test]
fn writes_that_are_cut_short_lose_no_acknowledged_booking() {
    if lacks_strace() {
        return;
    }
    let site = crash::site();
    let Some(disk) = SmallDisk::over(&site, SMALL_DISK) else {
        return;
    };
    let server = traced(&site, &disk.command(&["serve"]), "pwrite64", &[]);
    let mut client = server.client();
    let mut asked = Asked::default();
    while cut_short(&site) < wanted() {
        assert!(asked.number() < BOOKINGS_MAX, "{} cut short", cut_short(&site));
        disk.fill();
        for _ in 0..ROUND {
            asked.press(&mut client);
        }
        disk.empty();
        let mut booked = 0;
        while booked < BOOKED_BETWEEN {
            booked += usize::from(asked.press(&mut client));
        }
    }
    end(server);
    for name in ["infomat.db", "infomat.db-wal"] {
        fs::copy(disk.path(name), site.path(name)).unwrap();
    }
    drop(disk);
    let done = "writes of the serving program that a full disk cuts short";
    asked.assert_kept(&site, done, cut_short(&site));
}
