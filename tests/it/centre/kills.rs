//! Goal: whoever is killed at whatever moment, each booking that was answered is at both sides once, and no cell has more than its places.
//! Method: the real box, its exchange, the real centre and its PostgreSQL, of which one is killed at random while both sides book more
//! than there is room for; who got no answer asks again with the same key. The control of the comparison is a visit taken out by hand.

use super::own::Own;
use super::programs::{self, Clinic, PATIENT_THERE, own};
use super::region::{Application, Region};
use crate::clinic::{self, Ask, RULES_OFF, with};
use crate::harness::{Beside, Client, PATIENCE, Server, lacks, tried};
use crate::model::Dice;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Kills of the short form; `INFOMAT_CENTRE_KILLS` asks for others.
const KILLS: usize = 12;

/// Places of each cell, which one booking more is tried for.
const PLACES: usize = 3;

/// Cells of the box and of the centre, one of each for a kill, and the doctors who have them.
const OURS: u32 = 10_000;
const THEIRS: u32 = 20_000;
const DOCTOR_THERE: u32 = 6;

/// Within which a kill falls, behind the first booking of its round.
const MOMENT_MICROS: usize = 120_000;

/// The clinic's lines: for each round a cell of either side.
pub fn lines(rounds: usize) -> Vec<Value> {
    let mut lines = vec![
        clinic::lpu(1),
        clinic::speciality("27"),
        clinic::doctor(2, 1, "27", "Врачова"),
        clinic::doctor(DOCTOR_THERE, 1, "27", "Лекарева"),
        clinic::patient(4, 1),
        clinic::patient(PATIENT_THERE, 1),
    ];
    for (number, round) in (0..).zip(0..rounds) {
        let (day, time) = (1 + round / 12, format!("{:02}:00", 8 + round % 12));
        for (first, doctor, owner) in [(OURS, 2, "box"), (THEIRS, DOCTOR_THERE, "centre")] {
            let cell = clinic::slot(first + number, doctor, i64::try_from(day).unwrap(), &time);
            lines.push(own(with(cell, &json!({"planCount": PLACES})), owner));
        }
    }
    lines
}

/// Tries until somebody answers.
pub fn insist<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(done) = attempt() {
            return done;
        }
        assert!(Instant::now() < until, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Books a cell of the box. Returns the visit; nothing where it is full.
pub fn book_here(address: impl Fn() -> SocketAddr, round: u32, press: usize) -> Option<Uuid> {
    let mut ask = Ask::new(1, 4, OURS + round);
    ask.key = Some(format!("here-{round}-{press}"));
    insist("the box answers", || {
        let answer = ask.try_send(&mut Client::try_connect(address()).ok()?).ok()?;
        let said = answer.json();
        match answer.status {
            200 => Some(Some(said["ticketGuid"].as_str().unwrap().parse().unwrap())),
            400 => Some(None),
            _ => None,
        }
    })
}

/// Books a cell of the centre. Returns the visit; nothing where it is full.
pub fn book_there(
    portal: &Application,
    clinic: &Clinic,
    address: SocketAddr,
    round: u32,
    press: usize,
) -> Option<Uuid> {
    let mut wish = clinic.wish(THEIRS + round, PATIENT_THERE);
    wish["idempotencyKey"] = json!(format!("there-{round}-{press}"));
    insist("the centre answers", || {
        let mut client = Client::try_connect(address).ok()?;
        let (status, said) = portal.try_ask(&mut client, "POST", "visit", &wish).ok()?;
        match (status, said["reason"].as_str()) {
            (200, _) => Some(Some(said["guid"].as_str().unwrap().parse().unwrap())),
            (409, Some("full")) => Some(None),
            _ => None,
        }
    })
}

/// What of the promised visits is missing at either side, and what is there that nobody promised.
pub fn differences(region: &Region, clinic: &Clinic, promised: &BTreeSet<Uuid>) -> BTreeSet<String> {
    let here: BTreeSet<Uuid> = clinic.visits().into_iter().map(|(guid, _)| guid).collect();
    let active = "SELECT visit FROM infomat.visit WHERE status = 'active'";
    let rows = region.sql().query(active, &[]).unwrap();
    let there: BTreeSet<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let side = |name: &'static str, known: BTreeSet<Uuid>| {
        let differing: Vec<Uuid> = known.symmetric_difference(promised).copied().collect();
        differing.into_iter().map(move |visit| {
            let how = if promised.contains(&visit) {
                "lacks"
            } else {
                "has not promised"
            };
            format!("the {name} {how} {visit}")
        })
    };
    side("box", here).chain(side("centre", there)).collect()
}

/// Who can be killed.
struct World {
    own: Mutex<Own>,
    region: Region,
    clinic: Clinic,
    centre: Mutex<Option<Server>>,
    here: Mutex<Option<Server>>,
    following: Mutex<Option<Beside>>,
    there_at: SocketAddr,
    here_at: Mutex<SocketAddr>,
}

impl World {
    fn new(own: Own, rounds: usize) -> World {
        let region = Region::over(own.url("postgres"));
        let clinic = Clinic::admitted(&region, 1);
        let there_at = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        clinic.configure_with(&format!("http://{there_at}"), &clinic.secret, RULES_OFF);
        let world = World {
            own: Mutex::new(own),
            centre: Mutex::new(Some(region.serve_at(there_at))),
            here: Mutex::new(None),
            following: Mutex::new(None),
            here_at: Mutex::new(there_at),
            there_at,
            region,
            clinic,
        };
        programs::tell(&world.region, &world.clinic, &lines(rounds));
        world.clinic.exchange_well();
        world.start_box();
        world.follow();
        world
    }

    fn start_box(&self) {
        let mut here = self.here.lock().unwrap();
        // The dead one gives its files back first.
        *here = None;
        let server = self.clinic.site.serve();
        *self.here_at.lock().unwrap() = server.address;
        *here = Some(server);
    }

    fn follow(&self) {
        let mut command = self.clinic.site.command(&["exchange", "--follow"]);
        *self.following.lock().unwrap() = Some(Beside::start(&mut command));
    }

    /// Kills one, and starts it again.
    fn kill(&self, victim: usize) {
        match victim {
            0 => {
                self.here.lock().unwrap().as_ref().unwrap().pull_the_plug();
                self.start_box();
            }
            1 => {
                self.following.lock().unwrap().as_mut().unwrap().end(Signal::KILL);
                self.follow();
            }
            2 => {
                let mut centre = self.centre.lock().unwrap();
                *centre = None;
                *centre = Some(self.region.serve_at(self.there_at));
            }
            _ => {
                let mut own = self.own.lock().unwrap();
                own.kill();
                own.start();
            }
        }
    }
}

#[test]
fn whoever_is_killed_each_booking_is_at_both_sides_once() {
    let own = Own::make();
    if lacks("PostgreSQL 15 (initdb, postgres)", own.is_some()) {
        return;
    }
    let kills = std::env::var("INFOMAT_CENTRE_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let mut own = own.unwrap();
    own.start();
    let world = World::new(own, kills);
    let portal = world.region.application();
    let (mut promised, mut dice, mut killed) = (BTreeSet::new(), Dice(kills as u64), [0; 4]);
    for round in 0..u32::try_from(kills).unwrap() {
        let victim = dice.roll(killed.len());
        let moment = Duration::from_micros(dice.roll(MOMENT_MICROS) as u64);
        killed[victim] += 1;
        let booked: Vec<Uuid> = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(moment);
                world.kill(victim);
            });
            let here = scope.spawn(|| {
                let address = || *world.here_at.lock().unwrap();
                (0..=PLACES)
                    .filter_map(|press| book_here(address, round, press))
                    .collect::<Vec<_>>()
            });
            let there = (0..=PLACES)
                .filter_map(|press| book_there(&portal, &world.clinic, world.there_at, round, press));
            let there: Vec<Uuid> = there.collect();
            [there, here.join().unwrap()].concat()
        });
        assert_eq!(booked.len(), 2 * PLACES, "round {round}");
        promised.extend(booked);
    }
    world
        .following
        .lock()
        .unwrap()
        .as_mut()
        .unwrap()
        .end(Signal::TERM);
    world.clinic.exchange_well();
    let found = differences(&world.region, &world.clinic, &promised);
    assert_eq!(found, BTreeSet::new());
    assert_eq!(promised.len(), kills * 2 * PLACES);
    world.clinic.site.run_well(&["verify"], "");
    world.region.run_well(&["verify"], "");
    assert_eq!(world.region.number("SELECT count(*) FROM infomat.issue"), 0);
    // The control: the same look at a centre that has lost one.
    let lose = "DELETE FROM infomat.visit WHERE visit = (SELECT min(visit::text)::uuid FROM infomat.visit)";
    world.region.sql().batch_execute(lose).unwrap();
    assert_eq!(differences(&world.region, &world.clinic, &promised).len(), 1);
    tried(
        "kill -9 of the box, its exchange, the centre or its PostgreSQL while both sides book and exchange",
        kills,
        &format!(
            "box {}, exchange {}, centre {}, database {}: {} bookings acknowledged, each at both sides once; both journals prove \
             themselves",
            killed[0],
            killed[1],
            killed[2],
            killed[3],
            promised.len()
        ),
        "a visit taken out of the centre by hand is missed",
    );
}
