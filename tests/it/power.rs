//! Goal: a power cut at any moment leaves what was acknowledged, whole: bookings, imports, purges, restores, keys, exchanges,
//! migrations; and what was refused because its flush failed does not come back. Method: strace writes down what the real
//! binary does to its files, and when it answers; from that a disk is made as a cut at any moment would leave it: of what was not
//! flushed, each sector may be there or not. After a cut each file has to be as it was at some moment since the last answer. And
//! it lets flushes of a running server fail.

mod disk;
mod past;
mod runs;
mod shell;
mod trace;

use crate::clinic::Ask;
use crate::crash;
use crate::harness::{Site, lacks, tried};
use crate::model::Dice;
use disk::{Disk, Image, Luck};
use past::{Commits, Past};
use runs::{Control, RUNS, Run};
use rustix::process::{Pid, Signal, kill_process};
use sha2::{Digest, Sha256};
use shell::{SUCCEEDED, Shell};
use std::collections::HashSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use trace::Event;

/// Images of a run that are looked at, unless `INFOMAT_POWER_IMAGES` says how many.
const IMAGES: usize = 40;
/// The same of a control, most: the first that loses ends it.
const CONTROL_IMAGES: usize = 400;
/// What a server that takes requests writes.
const LISTENS: &str = "listening on";

#[test]
fn power_cuts_leave_what_was_acknowledged() {
    if lacks_strace() {
        return;
    }
    let images = env::var("INFOMAT_POWER_IMAGES").map_or(IMAGES, |given| given.parse().unwrap());
    let (mut seen, mut looked, mut caught) = (HashSet::new(), 0, 0);
    for run in &RUNS {
        let site = (run.site)();
        let before = Disk::of(site.path(past::DATABASE).parent().unwrap());
        let mut shell = Shell::start(&site);
        (run.act)(&site, &mut shell);
        let events = shell.cut();
        let left = play(run, &events, before.clone(), images, None, &mut |image| {
            looked += 1;
            seen.insert(digest(image));
        });
        let left = left.unwrap_or_else(|found| panic!("{}: {found}", run.name));
        for control in run.controls {
            let lost = play(
                run,
                &events,
                before.clone(),
                CONTROL_IMAGES,
                Some(*control),
                &mut |_| (),
            );
            let lost = lost.expect_err(&format!("{}: nobody saw that {control:?}", run.name));
            println!("{}, {control:?}: {lost}", run.name);
            caught += 1;
        }
        goes_on(&site, &left);
    }
    assert!(seen.len() > looked / 3, "{} different of {looked}", seen.len());
    tried(
        "power cuts: what is left of writes that were not flushed, by sectors",
        seen.len(),
        &format!(
            "{} runs ({}): after each cut every file as it was at a moment since the last answer",
            RUNS.len(),
            RUNS.map(|run| run.name).join("; ")
        ),
        &format!(
            "{caught} of {caught} runs lost: the log or the folder was not flushed, or the answer came first"
        ),
    );
}

/// Looks at what cuts would leave while the run goes on. Returns what the last one left, or what is wrong.
fn play(
    run: &Run,
    events: &[Event],
    mut disk: Disk,
    images: usize,
    control: Option<Control>,
    seen: &mut dyn FnMut(&Image),
) -> Result<Image, String> {
    let mut past = Past::new();
    past.see(&disk.now())?;
    past.acknowledge();
    let (mut dice, mut commits) = (Dice(1), Commits::default());
    let mut acknowledged = acknowledgements(run, events, control).into_iter().peekable();
    for (number, event) in events.iter().enumerate() {
        let folder = disk.folder.clone();
        disk.see(number, event, |file| is_flushed(file, &folder, control));
        if commits.may_follow(event) {
            past.see(&disk.now())?;
        }
        while let Some((_, told)) = acknowledged.next_if(|(at, _)| *at <= number) {
            match told {
                Some(ticket) => past.acknowledge_ticket(&ticket)?,
                None => past.acknowledge(),
            }
        }
        // So many at each event that it is `images` in all.
        let most = images * (number + 1) / events.len() - images * number / events.len();
        for _ in 0..most {
            let image = disk.cut(&mut luck(&mut dice));
            seen(&image);
            past.check(&image)
                .map_err(|found| format!("event {number} of {}: {found}", events.len()))?;
        }
    }
    Ok(disk.cut(&mut Luck::Mixed(&mut dice, 4)))
}

fn luck(dice: &mut Dice) -> Luck<'_> {
    match dice.roll(12) {
        0 => Luck::Bad,
        1 => Luck::Good,
        roll => Luck::Mixed(dice, [1, 4, 7][roll % 3]),
    }
}

fn is_flushed(file: &str, folder: &str, control: Option<Control>) -> bool {
    match control {
        Some(Control::LogIsNotFlushed) => !file.ends_with("-wal"),
        Some(Control::FolderIsNotFlushed) => file != folder,
        _ => true,
    }
}

/// What was acknowledged and with which event: a ticket, or all that is there by then.
fn acknowledgements(run: &Run, events: &[Event], control: Option<Control>) -> Vec<(usize, Option<String>)> {
    let mut told = Vec::new();
    let mut written = 0;
    for (number, event) in events.iter().enumerate() {
        match event {
            Event::Wrote { file, .. } if file.ends_with("-wal") => written = number,
            Event::Sent(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                let at = if control == Some(Control::AnswerComesFirst) {
                    written.saturating_sub(1)
                } else {
                    number
                };
                if let Some(ticket) = ticket(&text) {
                    told.push((at, Some(ticket)));
                }
                let is_done = text == SUCCEEDED || text.contains(LISTENS) || text.starts_with("HTTP/1.1 200");
                if run.is_alone && is_done {
                    told.push((at, None));
                }
            }
            _ => {}
        }
    }
    told
}

/// The ticket that is told.
fn ticket(text: &str) -> Option<String> {
    let (_, ticket) = text.split_once("\"ticketGuid\":\"")?;
    Some(ticket.split('"').next().unwrap().to_owned())
}

/// The program goes on with what a cut has left.
fn goes_on(site: &Site, left: &Image) {
    let folder = site.path("");
    for entry in fs::read_dir(&folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    for (path, bytes) in left {
        fs::write(path, bytes).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    drop(site.serve());
    site.run_well(&["verify"], "");
}

fn digest(image: &Image) -> [u8; 32] {
    let mut all = Sha256::new();
    for (name, bytes) in image {
        all.update(format!("{name} {}:", bytes.len()));
        all.update(bytes);
    }
    all.finalize().into()
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

/// Whether strace cannot be used here, of which a word is said.
pub fn lacks_strace() -> bool {
    let traces = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    lacks("strace", traces.is_ok_and(|status| status.success()))
}
