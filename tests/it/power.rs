//! Goal: a power cut loses no acknowledged booking, doubles none, and leaves a whole file, however often it happens; and
//! what was refused because its flush failed does not come back. Method: strace writes down what the real binary does to
//! its files, and when it answers, while clients book; from that a disk is made as a cut at any moment would leave it: of
//! what was not flushed, each sector may be there or not. And it lets flushes of a running server fail.

mod disk;
mod trace;

use crate::clinic::Ask;
use crate::crash;
use crate::harness::{Server, Site, lacks};
use crate::model::Dice;
use disk::{Disk, Luck};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use trace::Event;

/// Times that the power goes and comes back; the server goes on with what is left.
const CUTS: usize = 3;
/// Of so many events since the first answer, one is a moment at which it might have gone.
const EVENTS_A_MOMENT: usize = 20;
/// Clients that book meanwhile: how often in a row, and in how many rows.
const CLIENTS: usize = 3;
const IN_A_ROW: usize = 8;
const ROWS: usize = 4;
/// How long an idle server may take to copy its log into the database.
const COPIED_MAX: Duration = Duration::from_mins(1);
/// The files that matter. The third, `-shm`, is memory.
const FILES: [&str; 2] = ["infomat.db", "infomat.db-wal"];

#[test]
fn power_cuts_lose_nothing() {
    if lacks_strace() {
        return;
    }
    let site = crash::site();
    let mut promised = HashSet::new();
    for cut in 0..CUTS {
        let before = Disk::of(site.path(FILES[0]).parent().unwrap(), &FILES);
        let log = site.path("trace");
        let server = site.start(&mut trace::traced(&site.command(&["serve"]), &log));
        for row in 0..ROWS {
            if row > 0 {
                wait_until_copied(&server);
            }
            thread::scope(|scope| {
                for client in 0..CLIENTS {
                    let server = &server;
                    scope.spawn(move || book(server, &format!("{cut}-{client}"), row));
                }
            });
        }
        pull_the_plug(server);
        lose_power(&site, before, trace::events(&log), &mut promised);
    }
    site.run_well(&["verify"], "");
    let server = site.serve();
    book(&server, "after", 0);
}

/// How long the server may take to write over what failed.
const SETTLED_MAX: Duration = Duration::from_secs(20);

#[test]
fn a_booking_whose_flush_failed_does_not_come_back() {
    if lacks_strace() {
        return;
    }
    let site = crash::site();
    let server = site.serve();
    let mut client = server.client();
    let kept = crash::book(&mut client, "kept", 0).unwrap();
    let mut strace = Command::new("strace")
        .args([
            "--follow-forks",
            "--trace",
            "fdatasync,fsync",
            "--inject",
            "fdatasync,fsync:error=EIO",
        ])
        .args(["--output", "/dev/null", "--attach", &server.pid().to_string()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(strace.stderr.take().unwrap()).lines();
    assert!(
        said.any(|line| line.unwrap().contains("attached")),
        "strace does not hold the server"
    );
    assert_eq!(Ask::new(1, 10_000, 1_000).send(&mut client).status, 503);
    kill_process(Pid::from_child(&strace), Signal::TERM).unwrap();
    strace.wait().unwrap();

    let until = Instant::now() + SETTLED_MAX;
    while !fs::read_to_string(site.path("server.log"))
        .unwrap()
        .contains("written over")
    {
        assert!(Instant::now() < until, "the failed commit still lies in the log");
        thread::yield_now();
    }
    server.pull_the_plug();
    drop(server);
    let tickets: Vec<_> = crash::examine(&site.path("infomat.db")).into_values().collect();
    assert_eq!(tickets, [kept]);
}

fn lacks_strace() -> bool {
    let traces = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    lacks("strace", traces.is_ok_and(|status| status.success()))
}

/// Books in a row.
fn book(server: &Server, name: &str, row: usize) {
    let mut client = server.client();
    for place in 0..IN_A_ROW {
        crash::book(
            &mut client,
            &format!("{name}-{row}-{place}"),
            row * IN_A_ROW + place,
        )
        .unwrap();
    }
}

/// Waits until the server has copied its log into the database. Asks seldom: a server that is asked is not idle.
fn wait_until_copied(server: &Server) {
    let mut client = server.client();
    let until = Instant::now() + COPIED_MAX;
    loop {
        thread::sleep(Duration::from_millis(100));
        let metrics = client.ask("GET", "/metrics", &[], b"").body;
        if String::from_utf8(metrics)
            .unwrap()
            .contains("\ninfomat_wal_waiting_pages 0\n")
        {
            return;
        }
        assert!(Instant::now() < until, "the log was not copied into the database");
    }
}

/// Ends the server, and then strace with its log.
fn pull_the_plug(strace: Server) {
    let children = format!("/proc/{0}/task/{0}/children", strace.pid());
    let server = fs::read_to_string(children).unwrap().trim().parse().unwrap();
    kill_process(Pid::from_raw(server).unwrap(), Signal::KILL).unwrap();
    strace.wait_and_read();
}

/// Looks at what cuts at many moments would have left, and leaves at the site what the last of them does. What was
/// answered until then is promised.
fn lose_power(site: &Site, mut disk: Disk, events: Vec<Event>, promised: &mut HashSet<String>) {
    let left = site.path("left");
    fs::create_dir_all(&left).unwrap();
    let mut dice = Dice(1);
    let first_answer = events.iter().position(|event| ticket(event).is_some()).unwrap();
    let last_moment = events.len() - EVENTS_A_MOMENT;
    let mut moments = 0;
    for (number, event) in events.into_iter().enumerate().take(last_moment) {
        promised.extend(ticket(&event));
        disk.see(number, event);
        if number < first_answer || dice.roll(EVENTS_A_MOMENT) > 0 {
            continue;
        }
        let mut luck = match dice.roll(4) {
            0 => Luck::Bad,
            1 => Luck::Good,
            _ => Luck::Mixed(&mut dice),
        };
        moments += 1;
        disk.cut(&mut luck, &left);
        let kept: HashSet<_> = crash::examine(&left.join(FILES[0])).into_values().collect();
        let lost: Vec<_> = promised.difference(&kept).collect();
        assert!(lost.is_empty(), "{} promised, lost: {lost:?}", promised.len());
    }
    assert!(
        disk.flushes().iter().all(|flushes| *flushes > 1),
        "not copied into the database"
    );
    println!(
        "{moments} moments, {} tickets promised by the last, none lost",
        promised.len()
    );
    disk.cut(&mut Luck::Mixed(&mut dice), &site.path(""));
    let _ = fs::remove_file(site.path("infomat.db-shm"));
}

/// The ticket that is told.
fn ticket(event: &Event) -> Option<String> {
    let Event::Sent(bytes) = event else { return None };
    let text = String::from_utf8_lossy(bytes);
    let (_, ticket) = text.split_once("\"ticketGuid\":\"")?;
    Some(ticket.split('"').next().unwrap().to_owned())
}
