//! Goal: whatever clients saw happen, the file says too, across crashes: nothing acknowledged is lost, nothing is there that
//! nobody asked for, and every answer was right at a moment between question and answer. Method: terminals and registrars share
//! patients and fight for few cells on the real binary, which is killed over and over. Each call is recorded with its begin, end and
//! outcome. After each crash the record and the file are compared, and at the end the record with itself.
//!
//! [`controls`] holds every check against a record or a file that is wrong in one thing; `tests/faults/run` against programs that
//! are.

mod beside;
mod call;
mod check;
mod client;
mod controls;
mod file;
mod stays;
mod town;

use crate::harness::{PATIENCE, tried};
use call::{Call, settle};
use client::Crowd;
use file::File;
use std::collections::BTreeMap;
use std::env;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use town::Town;

/// Worlds that are played unless `INFOMAT_HISTORY_SEEDS` (`FROM..TO`) says which.
const SEEDS: Range<u64> = 1..4;
/// Times that the server is killed in one world.
const KILLS: usize = 6;
/// Most findings of a world that are shown.
const SHOWN_MAX: usize = 20;
/// What has to happen in the worlds that are played.
const KINDS: [&str; 8] = [
    "book done",
    "book refused",
    "book lost",
    "cancel done",
    "move done",
    "hold done",
    "arrive done",
    "read done",
];
/// Calls of a life before the server is killed; some more are under way then.
const LIFE_CALLS: usize = 250;

fn seeds() -> Range<u64> {
    let Ok(given) = env::var("INFOMAT_HISTORY_SEEDS") else {
        return SEEDS;
    };
    let (from, to) = given.split_once("..").expect("INFOMAT_HISTORY_SEEDS is FROM..TO");
    from.parse().unwrap()..to.parse().unwrap()
}

/// Plays a world. Returns its record and what is wrong.
fn play(seed: u64) -> (Vec<Call>, Vec<String>) {
    let town = Town::build();
    let since = Instant::now();
    let mut calls: Vec<Call> = Vec::new();
    let mut findings = Vec::new();
    for life in 0..=KILLS {
        let server = town.site.serve();
        let crowd = Crowd::of(&town, &server, seed * 1_000 + life as u64, since);
        let (record, made) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
        thread::scope(|scope| {
            for number in 0..client::CLIENTS {
                let (crowd, record, made, earlier) = (&crowd, &record, &made, &calls);
                scope.spawn(move || {
                    let own = crowd.play(number, earlier, made);
                    record.lock().unwrap().extend(own);
                });
            }
            let alive = Instant::now();
            while made.load(Ordering::Relaxed) < LIFE_CALLS {
                assert!(alive.elapsed() < PATIENCE, "seed {seed}: nobody is answered");
                thread::sleep(Duration::from_micros(200));
            }
            server.pull_the_plug();
        });
        drop(server);
        let file = File::read(&town.site);
        let mut record = record.into_inner().unwrap();
        settle(&mut record, &calls, &file);
        calls.extend(record);
        calls.sort_by_key(|call| call.begin);
        findings.extend(check::file(&calls, &file));
        findings.extend(check::verified(&town.site));
    }
    findings.extend(check::record(&calls));
    (calls, findings)
}

#[test]
fn what_clients_saw_is_what_the_file_says() {
    let (mut worlds, mut all) = (0, BTreeMap::<String, usize>::new());
    for seed in seeds() {
        let (calls, findings) = play(seed);
        for finding in findings.iter().take(SHOWN_MAX) {
            println!("seed {seed}: {finding}");
        }
        assert!(findings.is_empty(), "seed {seed}: {}", findings[0]);
        worlds += 1;
        for (kind, count) in call::counted(&calls) {
            *all.entry(kind).or_default() += count;
        }
    }
    println!("calls: {all:?}");
    let count = |kind: &str| {
        all.iter()
            .filter(|(told, _)| told.ends_with(kind))
            .map(|(_, count)| count)
            .sum::<usize>()
    };
    tried(
        "kill -9 of the server while eight clients fight for 18 places: they book, cancel, move, hold, give back, come, repeat",
        worlds * KILLS,
        &format!(
            "{worlds} worlds, {} changes acknowledged, {} refused, {} unanswered: record and file agree",
            count(" done") - all.get("read done").copied().unwrap_or_default(),
            count(" refused"),
            count(" lost")
        ),
        "the two rows below",
    );
    for kind in KINDS {
        assert!(all.contains_key(kind), "no {kind} in {all:?}");
    }
}
