//! Bookings that come whether earlier ones are answered or not (open loop), alone and beside what else is done to a clinic's
//! data while it is open. A booking's time runs from when it was due.

use crate::clinic::{Clinic, guid, tomorrow};
use crate::contender::{Contender, Stage};
use crate::harness::Client;
use crate::large;
use crate::machine::{Counters, Noise};
use crate::report::Times;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Connections on which due bookings are sent. One that is not answered holds up none but its own.
const CONNECTIONS: usize = 24;

/// What runs beside.
#[derive(Clone, Copy)]
enum Beside {
    Nothing,
    /// A timetable of a fortnight of 100 doctors, with other rooms: each cell changes.
    Import,
    Backup,
    /// Nothing is old enough to be purged from a clinic of today: it reads all there is.
    Purge,
}

impl fmt::Display for Beside {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Beside::Nothing => "alone",
            Beside::Import => "beside import",
            Beside::Backup => "beside backup",
            Beside::Purge => "beside purge",
        })
    }
}

/// What is measured by [`measure`].
pub struct Plan {
    /// Bookings a second.
    pub rate: usize,
    pub rounds: usize,
    /// Of a round.
    pub seconds: usize,
}

/// Measures paced bookings; the contenders take turns.
pub fn measure(clinic: &Clinic, contenders: &[(Contender, PathBuf)], plan: &Plan) {
    println!(
        "\n{} bookings a second, whatever is unanswered | {}",
        plan.rate,
        Times::TITLE
    );
    let requests = clinic.bookings(0, plan.rate * plan.seconds);
    for beside in [Beside::Nothing, Beside::Import, Beside::Backup, Beside::Purge] {
        let mut noise = Noise::default();
        for _ in 0..plan.rounds {
            for (contender, kept) in contenders {
                let stage = contender.stage(kept);
                let folder = stage.site.path("");
                if let Beside::Import = beside {
                    write_timetable_with_other_rooms(clinic, &stage.site.path("other_rooms.ndjson"));
                }
                let then = Counters::of(&stage.server, &folder);
                let (times, took) = thread::scope(|scope| {
                    let work = scope.spawn(|| work(contender, &stage, beside));
                    let times = book(&stage, &requests, plan.rate);
                    (times, work.join().unwrap())
                });
                noise.note(&Counters::of(&stage.server, &folder).since(then), None);
                println!(
                    "{} {:6} {beside} | {}{}",
                    clinic.scale.name(),
                    contender.name(),
                    times.told(),
                    took.map_or(String::new(), |took| format!(" | it took {took:.1} s"))
                );
            }
        }
        // What runs beside counts as somebody else's: only without it can a round be called quiet.
        if let Beside::Nothing = beside {
            println!("{} paced: {}", clinic.scale.name(), noise.verdict());
        }
    }
}

/// Sends each booking when it is due. Returns how long after that each was answered.
pub fn book(stage: &Stage, requests: &[Vec<u8>], rate: usize) -> Times {
    let next = AtomicUsize::new(0);
    let times = Mutex::new(Vec::with_capacity(requests.len()));
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut client = Client::connect(stage.server.address);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(request) = requests.get(number) else {
                        break;
                    };
                    let due = began
                        + Duration::from_secs(1) * number.try_into().unwrap() / rate.try_into().unwrap();
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    client.send(request).unwrap();
                    assert_eq!(client.read(false).unwrap().status, 200, "a booking was refused");
                    times.lock().unwrap().push(due.elapsed());
                }
            });
        }
    });
    Times::new(times.into_inner().unwrap())
}

/// Does what runs beside, from a second after the first booking on. Returns the seconds that it took.
fn work(contender: &Contender, stage: &Stage, beside: Beside) -> Option<f64> {
    let file = stage.site.path("other_rooms.ndjson");
    let arguments = match beside {
        Beside::Nothing => return None,
        Beside::Import => vec!["import", file.to_str().unwrap()],
        Beside::Backup => vec!["backup"],
        Beside::Purge => vec!["purge", "--older-than", "30"],
    };
    thread::sleep(Duration::from_secs(1));
    let began = Instant::now();
    let done = contender
        .command(&stage.site, &arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{beside}: {}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    Some(began.elapsed().as_secs_f64())
}

/// Writes a fortnight of 100 doctors, each cell with another room.
fn write_timetable_with_other_rooms(clinic: &Clinic, path: &Path) {
    let mut size = clinic.scale.size();
    size.doctors = 100;
    let text: String = large::timetable(size, tomorrow(), large::zone(), guid)
        .map(|line| line.replacen("\"kind\"", "\"room\":\"new\",\"kind\"", 1) + "\n")
        .collect();
    fs::write(path, text).unwrap();
}
