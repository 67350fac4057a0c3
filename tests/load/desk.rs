//! What the reception waits for while bookings go on: patients found by the first three letters of the surname, which all of them
//! share, or by those and a name that as many as are looked through do not have, and a day of 100 doctors on which every cell is booked.

use crate::clinic::{Clinic, book_all, booking, tomorrow};
use crate::contender::{Contender, Stage};
use crate::harness::{Client, Site};
use crate::machine::{Counters, Noise};
use crate::paced::book;
use crate::report::Times;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Pause between two questions of a person.
const PAUSE: Duration = Duration::from_millis(20);

/// Questions of each kind, at least.
const QUESTIONS_MIN: usize = 20;

/// `ПАЦ`, percent-encoded.
const THREE_LETTERS: &str = "%D0%9F%D0%90%D0%A6";

/// `ПАЦ Ю`: nobody.
const NOBODY: &str = "%D0%9F%D0%90%D0%A6%20%D0%AE";

/// Measures the reception's questions beside so many bookings a second.
pub fn measure(clinic: &Clinic, contenders: &[(Contender, PathBuf)], rate: usize, seconds: usize) {
    println!(
        "\nthe reception beside {rate} bookings a second | {}",
        Times::TITLE
    );
    let mut noise = Noise::default();
    for (contender, kept) in contenders {
        let stage = contender.stage(kept);
        let is_of_day = |day: u32, pair: &crate::clinic::Pair| pair.cell.day == day && pair.cell.doctor < 100;
        let first: Vec<_> = clinic
            .pairs(0)
            .filter(|pair| is_of_day(0, pair))
            .map(|pair| booking(&pair))
            .collect();
        book_all(&stage.server, &first);
        let beside: Vec<_> = clinic
            .pairs(0)
            .filter(|pair| !is_of_day(0, pair))
            .take(rate * seconds)
            .map(|pair| booking(&pair))
            .collect();
        let cookie = signed_in(&stage);
        let questions = [
            ("three letters", format!("/desk/api/patients?q={THREE_LETTERS}")),
            ("nobody", format!("/desk/api/patients?q={NOBODY}")),
            ("a day", format!("/desk/api/day?date={}", tomorrow())),
        ];
        let folder = stage.site.path("");
        let then = Counters::of(&stage.server, &folder);
        let is_over = AtomicBool::new(false);
        let (times, booked) = thread::scope(|scope| {
            let asking = scope.spawn(|| {
                ask(
                    &stage,
                    &cookie,
                    &questions.clone().map(|(_, path)| path),
                    &is_over,
                )
            });
            let booked = book(&stage, &beside, rate);
            is_over.store(true, Ordering::Relaxed);
            (asking.join().unwrap(), booked)
        });
        noise.note(&Counters::of(&stage.server, &folder).since(then), None);
        for ((what, _), times) in questions.iter().zip(times) {
            println!(
                "{} {:6} {what} | {}",
                clinic.scale.name(),
                contender.name(),
                Times::new(times).told()
            );
        }
        println!(
            "{} {:6} bookings beside | {}",
            clinic.scale.name(),
            contender.name(),
            booked.told()
        );
        println!(
            "{} {:6} {} visits on the day",
            clinic.scale.name(),
            contender.name(),
            first.len()
        );
    }
    println!("{} reception: {}", clinic.scale.name(), noise.verdict());
}

/// Adds a registrar and signs in; the cookie.
fn signed_in(stage: &Stage) -> String {
    let password = password(&stage.site);
    let body = serde_json::json!({"login": "load", "password": password}).to_string();
    let origin = format!("http://{}", stage.server.address);
    let headers = [("Origin", &*origin), ("Content-Type", "application/json")];
    let answer = stage
        .server
        .client()
        .ask("POST", "/desk/api/session", &headers, body.as_bytes());
    assert_eq!(answer.status, 200);
    let cookie = answer.header("set-cookie").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn password(site: &Site) -> String {
    let added = ["staff", "add", "load", "--name", "Load", "--role", "registrar"];
    let printed = site.run_well(&added, "");
    printed.trim().strip_prefix("password: ").unwrap().to_owned()
}

/// Asks the questions in turn until it is over. Returns how long each took.
fn ask(stage: &Stage, cookie: &str, questions: &[String; 3], is_over: &AtomicBool) -> [Vec<Duration>; 3] {
    let mut client = Client::connect(stage.server.address);
    let mut times = [const { Vec::new() }; 3];
    while !is_over.load(Ordering::Relaxed) || times[0].len() < QUESTIONS_MIN {
        for (path, times) in questions.iter().zip(&mut times) {
            let began = Instant::now();
            let answer = client.ask("GET", path, &[("Cookie", cookie)], b"");
            times.push(began.elapsed());
            assert_eq!(answer.status, 200, "{path}");
            thread::sleep(PAUSE);
        }
    }
    times
}
