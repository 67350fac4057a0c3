//! Goal: however far the clock jumps, forward and back, while the server serves or is started, no token that was over before the
//! last booking holds again, a place that is held stays held, and the file is in order. Method: jumps of minutes, days and years,
//! drawn from a seed; before and after each, patients book with new tokens and try old ones. Then a night of each kind in which
//! clocks are changed, minute by minute, with cells in the hour that comes twice or is missing.

use super::FakeClock;
use crate::clinic::{self, Ask, guid, patient, with};
use crate::harness::{self, Client, Server, Site, lacks, tried};
use crate::model::Dice;
use chrono::{DateTime, FixedOffset, TimeDelta};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::env;
use std::fs;
use std::path::Path;

/// Rounds, unless `INFOMAT_CLOCK_ROUNDS` says how many. Each jumps forward, back, and forward again.
const ROUNDS: u32 = 12;

/// The rules that depend on the day are off: what is tried is the time of tokens.
const RULES: &str = "[rules]\npast = false\nmax_period = false\nschedule_days = false\nrepeat_in_cell = false\n\
                     one_per_speciality = false\none_per_time = false\n";

const LPU: u32 = 1;
const DOCTOR: u32 = 2;
/// Two patients.
const PATIENTS: [u32; 2] = [4, 5];
/// The first of the cells with one place.
const CELLS: u32 = 1_000;
/// Old tokens that are tried at a time.
const TRIED: usize = 3;

/// Jumps in seconds: some around the minute for which a clock that is behind counts as the last booking's.
const JUMPS: [i64; 10] = [
    30,
    90,
    600,
    3_600,
    6 * 3_600,
    86_400,
    3 * 86_400,
    40 * 86_400,
    366 * 86_400,
    1_461 * 86_400,
];

/// A token's text and the moment at which it is over.
type Token = (String, DateTime<FixedOffset>);

/// A token of a patient from a minute before to nine minutes behind a moment.
fn token(patient: u32, at: DateTime<FixedOffset>) -> Token {
    let end = at + TimeDelta::minutes(9);
    let times = json!({
        "TokenBeginLifeTime": (at - TimeDelta::minutes(1)).to_rfc3339(),
        "TokenEndLifeTime": end.to_rfc3339(),
    });
    let claims = with(harness::claims(&guid(LPU), &guid(patient), "Infomat"), &times);
    (harness::sign(&claims, harness::KEY), end)
}

/// What the server says: status and code.
fn said(answer: &harness::Answer) -> (u16, String) {
    let code = answer.json()["message_code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status, code)
}

fn book(client: &mut Client, token: &str, cell: u32) -> (u16, String) {
    let ask = Ask::new(LPU, PATIENTS[0], cell).authorized(&format!("Bearer {token}"));
    said(&ask.send(client))
}

fn hold(client: &mut Client, token: &str, cell: u32) -> u16 {
    let path = format!("/visit/{}/hold?timeTable={}", guid(LPU), guid(cell));
    let bearer = format!("Bearer {token}");
    client
        .ask("POST", &path, &[("Authorization", &bearer)], b"")
        .status
}

fn site(rounds: u32) -> Site {
    let site = Site::new(RULES);
    let mut lines = clinic::small();
    lines.push(patient(PATIENTS[1], LPU));
    lines.extend((0..=2 * rounds).map(|cell| {
        let (day, place) = (1 + i64::from(cell / 32), cell % 32);
        let time = format!("{:02}:{:02}", 8 + place / 4, place % 4 * 15);
        clinic::slot(CELLS + cell, DOCTOR, day, &time)
    }));
    site.import(&lines);
    site
}

/// What was done and seen.
#[derive(Debug, Default)]
struct Count {
    forward: u32,
    back: u32,
    starts: u32,
    booked: u32,
    old: u32,
    alive: Vec<String>,
}

/// A server, its clock, and what is known of both.
struct Play<'a> {
    clock: &'a FakeClock<'a>,
    server: Option<Server>,
    client: Client,
    /// How far the clock is ahead.
    ahead: i64,
    /// The moment of the last booking.
    last: DateTime<FixedOffset>,
    tokens: Vec<Token>,
    count: Count,
}

impl<'a> Play<'a> {
    fn start(clock: &'a FakeClock<'a>) -> Play<'a> {
        clock.show("+0");
        let server = clock.serve();
        let client = server.client();
        Play {
            clock,
            server: Some(server),
            client,
            ahead: 0,
            last: harness::now(),
            tokens: Vec::new(),
            count: Count::default(),
        }
    }

    fn shown(&self) -> DateTime<FixedOffset> {
        harness::now() + TimeDelta::seconds(self.ahead)
    }

    /// The clock jumps.
    fn jump(&mut self, by: i64) {
        self.ahead += by;
        self.clock.show(&format!("{:+}", self.ahead));
        *if by > 0 {
            &mut self.count.forward
        } else {
            &mut self.count.back
        } += 1;
    }

    /// The server is killed, and started on the clock as it is.
    fn restart(&mut self) {
        self.server = None;
        let server = self.clock.serve();
        self.client = server.client();
        self.server = Some(server);
        self.count.starts += 1;
    }

    /// Books with a token of now.
    fn books(&mut self, patient: u32, cell: u32) {
        let (text, end) = token(patient, self.shown().max(self.last));
        assert_eq!(
            book(&mut self.client, &text, cell),
            (200, String::new()),
            "{:?}",
            self.count
        );
        self.tokens.push((text, end));
        // No later than the server's own.
        self.last = self.last.max(self.shown() - TimeDelta::seconds(5));
        self.count.booked += 1;
    }

    /// Tries some of the tokens that were over before the last booking.
    fn tries_old(&mut self, dice: &mut Dice) {
        let over: Vec<Token> = self
            .tokens
            .iter()
            .filter(|(_, end)| *end < self.last)
            .cloned()
            .collect();
        for _ in 0..TRIED.min(over.len()) {
            let (text, end) = &over[dice.roll(over.len())];
            self.count.old += 1;
            let answer = book(&mut self.client, text, 3);
            if answer != (403, "5007".to_owned()) && answer.0 != 503 {
                self.count
                    .alive
                    .push(format!("over since {end}, shown {}: {answer:?}", self.shown()));
            }
        }
    }
}

#[test]
fn however_the_clock_jumps_nothing_that_is_over_holds_again() {
    let rounds = env::var("INFOMAT_CLOCK_ROUNDS").map_or(ROUNDS, |given| given.parse().unwrap());
    let site = site(rounds);
    let Some(clock) = FakeClock::of(&site) else { return };
    let mut play = Play::start(&clock);
    let mut dice = Dice(1);
    play.books(PATIENTS[0], CELLS + 2 * rounds);
    for round in 0..rounds {
        let cells = [CELLS + 2 * round, CELLS + 2 * round + 1];
        // Years are rare, so that the last round is not beyond all tables.
        let forward = JUMPS[dice.roll(if round % 10 == 0 { JUMPS.len() } else { 8 })];
        let holder = token(PATIENTS[0], play.shown()).0;
        assert_eq!(hold(&mut play.client, &holder, cells[0]), 200);
        play.jump(forward);
        let other = token(PATIENTS[1], play.shown()).0;
        let taken = book(&mut play.client, &other, cells[0]);
        assert_eq!(taken.1, "4009", "round {round}: {forward} s do not end a hold");
        play.books(PATIENTS[0], cells[0]);
        play.tries_old(&mut dice);

        let back = JUMPS[dice.roll(JUMPS.len())];
        play.jump(-back);
        if round % 4 == 3 {
            play.restart();
        }
        play.tries_old(&mut dice);
        let (now, _) = token(PATIENTS[1], play.shown().max(play.last));
        let answer = book(&mut play.client, &now, cells[1]);
        // A little behind counts as the last booking's moment; the seconds that a test takes do not matter.
        assert_eq!(
            answer.0,
            if back > 60 { 503 } else { 200 },
            "round {round}: {back} s back: {answer:?}"
        );
        if round % 6 == 5 {
            clock.show("@1970-01-01 00:00:30");
            play.restart();
            assert_eq!(book(&mut play.client, &now, 3).0, 503);
            play.tries_old(&mut dice);
        }
        play.jump(back);
        play.tries_old(&mut dice);
        if back > 60 {
            play.books(PATIENTS[1], cells[1]);
        }
    }
    assert_eq!(play.count.alive, [""; 0]);
    assert!(play.count.old > 3 * rounds, "{:?}", play.count);
    let verified = clock.command(&["verify"]).output().unwrap();
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stdout)
    );

    // The control: somebody takes the record's moments back, and tokens that are over hold again.
    drop(play.server.take());
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database.execute("UPDATE journal SET at = 0", []).unwrap();
    drop(database);
    let (_, end) = play.tokens[0].clone();
    let to = (end - TimeDelta::minutes(5) - harness::now()).num_seconds();
    play.jump(to - play.ahead);
    play.restart();
    let first = vec![play.tokens[0].clone()];
    let kept = std::mem::replace(&mut play.tokens, first);
    play.tries_old(&mut dice);
    assert!(
        !play.count.alive.is_empty(),
        "a token that holds again is not seen: {:?}",
        kept.len()
    );
    let Count {
        forward,
        back,
        starts,
        booked,
        old,
        ..
    } = play.count;
    tried(
        "jumps of the clock by half a minute to four years, forward and back, while the server serves",
        (forward + back) as usize,
        &format!(
            "{starts} starts on a clock that is behind or shows 1970; {booked} bookings, {rounds} of them of a place that was held over a jump; {old} times a token \
             that was over before the last booking was tried and refused; `verify` clean"
        ),
        "with the moments of the records taken back, a token holds again, and is seen",
    );
}

/// A night in which clocks are changed: the zone, when its cells begin, and the moments of the change.
const NIGHTS: [(&str, &str); 3] = [
    // An hour comes twice.
    ("Europe/Berlin", "2037-10-24T23:00:00+00:00"),
    // An hour is missing.
    ("Europe/Berlin", "2037-03-28T23:00:00+00:00"),
    // Half an hour comes twice.
    ("Australia/Lord_Howe", "2037-04-04T14:00:00+00:00"),
];
/// Cells of a night, each of ten minutes.
const NIGHT_CELLS: u32 = 18;

fn night(zone: &str, begin: &str) -> (Site, DateTime<FixedOffset>) {
    let rules = "[rules]\nmax_period = false\nschedule_days = false\nrepeat_in_cell = false\n\
                 one_per_speciality = false\none_per_time = false\n";
    let site = Site::new(rules);
    let configuration = fs::read_to_string(site.path("infomat.toml")).unwrap();
    let lines: Vec<_> = configuration
        .lines()
        .filter(|line| !line.starts_with("utc_offset"))
        .collect();
    fs::write(site.path("infomat.toml"), lines.join("\n")).unwrap();
    let begin = DateTime::parse_from_rfc3339(begin).unwrap();
    let mut lines = clinic::small();
    lines.extend((0..NIGHT_CELLS).map(|cell| {
        let at = begin + TimeDelta::minutes(10) * cell.cast_signed();
        json!({"kind": "slot", "guid": guid(CELLS + cell), "resource": guid(DOCTOR), "planCount": 100,
               "begin": at.to_rfc3339(), "end": (at + TimeDelta::minutes(10)).to_rfc3339()})
    }));
    let mut import = site.command(&["import", "-"]);
    import.env("TZ", zone).stdin(std::process::Stdio::piped());
    let mut child = import.stdout(std::process::Stdio::null()).spawn().unwrap();
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), lines.join("\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    (site, begin)
}

/// Each cell is booked before it begins and refused after it, whatever the clock on the wall shows.
#[test]
fn a_night_with_another_hour_has_each_cell_once() {
    if lacks(
        "tzdata",
        Path::new("/usr/share/zoneinfo").join(NIGHTS[2].0).exists(),
    ) {
        return;
    }
    let (mut asked, mut booked) = (0, 0);
    for (zone, begin) in NIGHTS {
        let (site, begin) = night(zone, begin);
        let Some(clock) = FakeClock::of(&site) else { return };
        let show =
            |at: DateTime<FixedOffset>| clock.show(&format!("{:+}", (at - harness::now()).num_seconds()));
        show(begin - TimeDelta::minutes(5));
        let server = site.start(clock.command(&["serve"]).env("TZ", zone));
        let mut client = server.client();
        for step in 0..NIGHT_CELLS {
            let now = begin + TimeDelta::minutes(10) * step.cast_signed() - TimeDelta::minutes(5);
            show(now);
            let (text, _) = token(PATIENTS[0], now);
            for cell in [step.checked_sub(1), Some(step), Some(NIGHT_CELLS - 1)]
                .into_iter()
                .flatten()
            {
                let answer = book(&mut client, &text, CELLS + cell);
                asked += 1;
                booked += u32::from(answer.0 == 200);
                assert_eq!(
                    answer.0 == 200,
                    cell >= step,
                    "{zone}, {now}, cell {cell}: {answer:?}"
                );
            }
        }
        // The times of tickets go up with the cells, each in its own offset.
        let (text, _) = token(PATIENTS[0], begin + TimeDelta::minutes(165));
        let bearer = format!("Bearer {text}");
        let path = format!("/visit/{}", guid(LPU));
        let tickets = client
            .ask("GET", &path, &[("Authorization", &bearer)], b"")
            .json();
        for ticket in tickets.as_array().unwrap() {
            let shown = DateTime::parse_from_rfc3339(ticket["beginTime"].as_str().unwrap()).unwrap();
            let minutes = (shown - begin).num_minutes();
            assert!(minutes % 10 == 0 && (0..180).contains(&minutes), "{ticket}");
        }
        assert!(server.terminate().success());
        let verified = clock.command(&["verify"]).env("TZ", zone).output().unwrap();
        assert!(
            verified.status.success(),
            "{}",
            String::from_utf8_lossy(&verified.stdout)
        );
    }
    assert!(booked > asked / 3 && booked < asked);
    tried(
        "bookings around cells in nights with an hour twice, an hour missing and half an hour twice (Berlin, Lord Howe)",
        asked as usize,
        &format!("{booked} booked before the cell's begin, the others refused behind it; `verify` clean"),
        "the cell before is refused each time",
    );
}
