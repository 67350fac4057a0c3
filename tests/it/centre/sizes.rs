//! Goal: figures of a region: what many boxes cost the centre, how long a month by stick takes, what the exchange costs a box. Method: the
//! real programs over a PostgreSQL that flushes. One box's real requests are sent for every other box too, under its GUID. All of it is
//! ignored by default, prints and bounds no time; `tests/load/README.md` has what came out.

use super::own::Own;
use super::programs::{self, Clinic};
use super::region::{Region, post};
use crate::clinic::{self, Ask, RULES_OFF, with};
use crate::harness::{Beside, Server, lacks};
use crate::region::database::Database;
use crate::region::real::Real;
use crate::region::town::{LPU, clinic_lines, slot_line};
use infomat::exchange::site::Taken;
use infomat::exchange::wire::Answer;
use rustix::process::Signal;
use serde_json::json;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// As a region's database would run.
const SETTINGS: &str =
    "fsync = on\nsynchronous_commit = on\nshared_buffers = 1GB\nmax_wal_size = 8GB\nmax_connections = 100";

/// Connections that send at once.
const CLIENTS: usize = 4;

/// Cells in a message, which has to be small enough.
const CELLS_TOLD_AT_ONCE: usize = 1_500;

fn figure(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |figure| figure.parse().unwrap())
}

fn durable() -> Option<Own> {
    let own = Own::make();
    if lacks("PostgreSQL 15 (initdb, postgres)", own.is_some()) {
        return None;
    }
    let mut own = own.unwrap();
    own.set(SETTINGS);
    own.start();
    Some(own)
}

/// The value below which this part of the sorted ones is.
fn quantile(sorted: &[Duration], part: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let place = ((sorted.len() - 1) as f64 * part) as usize;
    sorted[place].as_secs_f64() * 1e3
}

fn told(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let [median, late, last] = [0.5, 0.99, 1.0].map(|part| quantile(&times, part));
    format!("p50 {median:.1} ms, p99 {late:.1} ms, longest {last:.1} ms")
}

/// A box that has booked so many cells: all requests until both sides have said all, and what it was told.
struct Model {
    guid: Uuid,
    requests: Vec<Vec<u8>>,
    messages: Vec<String>,
}

impl Model {
    fn of(region: &Region, server: &Server, records: usize) -> Model {
        let (guid, secret) = region.admit(LPU);
        let mut db = Real::make(guid, Uuid::now_v7());
        let cells: Vec<Uuid> = (0..records).map(|_| Uuid::now_v7()).collect();
        let slots: Vec<_> = (0..)
            .zip(&cells)
            .map(|(place, cell)| slot_line(*cell, place, "box", 1))
            .collect();
        let mut messages = vec![clinic_lines()];
        messages.extend(slots.chunks(CELLS_TOLD_AT_ONCE).map(|slots| slots.join("\n")));
        for lines in &messages {
            region.tell(guid, lines);
        }
        let (mut requests, mut client) = (Vec::new(), server.client());
        let mut exchange = |db: &mut Real| {
            loop {
                let request = db.request(&Uuid::now_v7().to_string()).print().unwrap();
                let (status, body) = post(&mut client, &secret, &request);
                assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
                requests.push(request);
                if db.take(Answer::parse(&body).unwrap(), None, || true).unwrap() == Taken::Complete {
                    return;
                }
            }
        };
        exchange(&mut db);
        for cell in cells {
            assert!(db.book(Uuid::now_v7(), cell, || true));
        }
        exchange(&mut db);
        Model {
            guid,
            requests,
            messages,
        }
    }

    /// The same of another box: only the header names it.
    fn requests_of(&self, other: Uuid) -> impl Iterator<Item = Vec<u8>> {
        self.requests.iter().map(move |request| {
            let end = request.iter().position(|byte| *byte == b'\n').unwrap();
            let header = String::from_utf8(request[..end].to_vec()).unwrap();
            let header = header.replace(&self.guid.to_string(), &other.to_string());
            [header.as_bytes(), &request[end..]].concat()
        })
    }
}

/// Kilobytes of memory that a process had at most.
fn memory(server: &Server) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}

/// Admits boxes and tells them what the model was told. Returns GUID and secret of each.
fn admitted(region: &Region, server: &Server, model: &Model, count: usize) -> Vec<(Uuid, String)> {
    let portal = region.application();
    let (began, boxes) = (Instant::now(), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (boxes, portal, region) = (&boxes, &portal, region);
            scope.spawn(move || {
                let mut there = server.client();
                for _ in (client..count).step_by(CLIENTS) {
                    let (guid, secret) = region.admit(Uuid::now_v7());
                    for lines in &model.messages {
                        let (status, said) = portal.ask(
                            &mut there,
                            "POST",
                            "message",
                            &json!({"box": guid, "lines": lines}),
                        );
                        assert_eq!(status, 200, "{said}");
                    }
                    boxes.lock().unwrap().push((guid, secret));
                }
            });
        }
    });
    println!(
        "{count} boxes admitted and told their cells in {:.0} s",
        began.elapsed().as_secs_f64()
    );
    boxes.into_inner().unwrap()
}

/// Sends all requests of these boxes, each client a box at a time. Returns how long each request took.
fn send_all(
    servers: &[&Server],
    model: &Model,
    boxes: &[(Uuid, String)],
    each: impl Fn(usize) + Sync,
) -> Vec<Duration> {
    let (next, times) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (next, times, each) = (&next, &times, &each);
            let server = servers[client % servers.len()];
            scope.spawn(move || {
                let mut there = server.client();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((guid, secret)) = boxes.get(number) else {
                        return;
                    };
                    for request in model.requests_of(*guid) {
                        let began = Instant::now();
                        let (status, body) = post(&mut there, secret, &request);
                        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
                        times.lock().unwrap().push(began.elapsed());
                    }
                    each(number + 1);
                }
            });
        }
    });
    times.into_inner().unwrap()
}

#[test]
#[ignore = "a measurement of many minutes"]
#[expect(clippy::cast_precision_loss, reason = "figures are for people")]
fn a_region_of_many_boxes() {
    let (count, records) = (
        figure("INFOMAT_REGION_BOXES", 500),
        figure("INFOMAT_REGION_RECORDS", 3_000),
    );
    let Some(own) = durable() else { return };
    let region = Region::over(own.url("postgres"));
    let server = region.serve();
    let model = Model::of(&region, &server, records);
    let boxes = admitted(&region, &server, &model, count);
    let size = || region.number("SELECT pg_database_size(current_database())") as f64 / f64::from(1 << 20);
    let before = size();
    let (began, last) = (Instant::now(), Mutex::new((0, Instant::now())));
    // How long a transaction, and with it the lock of a row, is open.
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let longest = thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut sql = region.sql();
            let open = "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8 \
                FROM pg_stat_activity WHERE application_name = 'infomat-centre'";
            let mut seen = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let open: f64 = sql.query_one(open, &[]).unwrap().get(0);
                seen.push(Duration::from_secs_f64(open.max(0.0)));
                thread::sleep(Duration::from_millis(5));
            }
            seen
        });
        let each = |sent: usize| {
            let mut last = last.lock().unwrap();
            if sent.is_multiple_of((count / 10).max(1)) && sent > last.0 {
                let seconds = last.1.elapsed().as_secs_f64();
                let rate = ((sent - last.0) * (records + 10)) as f64 / seconds;
                println!("{sent} boxes: {rate:.0} records/s, database {:.0} MiB", size());
                *last = (sent, Instant::now());
            }
        };
        let times = send_all(&[&server], &model, &boxes, each);
        is_over.store(true, Ordering::Relaxed);
        println!("requests: {}", told(times));
        watcher.join().unwrap()
    });
    let (seconds, taken) = (
        began.elapsed().as_secs_f64(),
        region.number("SELECT count(*) FROM infomat.journal"),
    );
    println!(
        "{count} boxes, {taken} records in {seconds:.0} s: {:.0} records/s; transactions seen open: {}; memory of the program {}; \
         database {before:.0} MiB before, {:.0} MiB after, {:.0} bytes a record",
        taken as f64 / seconds,
        told(longest),
        memory(&server),
        size(),
        (size() - before) * f64::from(1 << 20) / taken as f64
    );
    // The same work by one program and by two beside each other.
    let some = figure("INFOMAT_REGION_BESIDE", 40);
    let second = region.serve();
    for servers in [
        vec![&server],
        vec![&server, &second],
        vec![&server],
        vec![&server, &second],
    ] {
        let boxes = admitted(&region, &server, &model, some);
        let began = Instant::now();
        send_all(&servers, &model, &boxes, |_| {});
        let rate = (some * (records + 10)) as f64 / began.elapsed().as_secs_f64();
        println!("{} programs: {rate:.0} records/s", servers.len());
    }
    region.run_well(&["verify"], "");
}

/// Places of a roomy cell.
const PLACES: usize = 500;

/// Patients of a roomy clinic: what one of them has booked is read at each booking, so that one alone would be ever slower.
const PATIENTS: usize = 1_000;

/// The number of a roomy clinic's first patient.
const FIRST_PATIENT: u32 = 10_000;

/// A clinic whose cells hold so many visits, told by the centre.
fn roomy(region: &Region, bookings: usize) -> Clinic {
    const CELLS_A_DAY: usize = 40;
    let clinic = Clinic::admitted(region, 1);
    let mut lines = vec![
        clinic::lpu(1),
        clinic::speciality("27"),
        clinic::doctor(2, 1, "27", "Врачова"),
    ];
    for (number, cell) in (5_000..).zip(0..bookings.div_ceil(PLACES)) {
        let (day, quarter) = (1 + cell / CELLS_A_DAY, cell % CELLS_A_DAY);
        let time = format!("{:02}:{:02}", 8 + quarter / 4, quarter % 4 * 15);
        let line = clinic::slot(number, 2, i64::try_from(day).unwrap(), &time);
        lines.push(programs::own(with(line, &json!({"planCount": PLACES})), "box"));
    }
    programs::tell(region, &clinic, &lines);
    let patients = (FIRST_PATIENT..)
        .take(PATIENTS)
        .map(|number| clinic::patient(number, 1));
    programs::tell(region, &clinic, &patients.collect::<Vec<_>>());
    clinic
}

/// Books until `enough` says so, which may wait for the booking's moment, over so many connections. Returns the time of each.
fn book(
    server: &Server,
    clients: usize,
    cells: usize,
    enough: impl Fn(usize) -> bool + Sync,
) -> Vec<Duration> {
    let (made, times) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let mut client = server.client();
                loop {
                    let number = made.fetch_add(1, Ordering::Relaxed);
                    if enough(number) {
                        return;
                    }
                    let [patient, cell] =
                        [number % PATIENTS, number % cells].map(|n| u32::try_from(n).unwrap());
                    let ask = Ask::new(1, FIRST_PATIENT + patient, 5_000 + cell);
                    let began = Instant::now();
                    ask.book(&mut client);
                    times.lock().unwrap().push(began.elapsed());
                }
            });
        }
    });
    times.into_inner().unwrap()
}

#[test]
#[ignore = "a measurement of some minutes"]
fn a_month_on_a_stick() {
    const JOURNEYS_MAX: usize = 100;
    let bookings = figure("INFOMAT_STICK_BOOKINGS", 30_000);
    let Some(own) = durable() else { return };
    let region = Region::over(own.url("postgres"));
    let clinic = roomy(&region, bookings + 1_000);
    clinic.configure_with("http://127.0.0.1:9", &clinic.secret, RULES_OFF);
    let folder = tempfile::TempDir::new().unwrap();
    let stick = folder.path().to_str().unwrap();
    let journey = || {
        let mut seconds = [0.0; 3];
        let mut step = |number: usize, run: &dyn Fn() -> String| {
            let began = Instant::now();
            let said = run();
            seconds[number] = began.elapsed().as_secs_f64();
            said
        };
        step(0, &|| clinic.site.run_well(&["exchange", "--out", stick], ""));
        let bytes: u64 = fs::read_dir(stick)
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum();
        step(1, &|| region.run_well(&["carry", stick], ""));
        let said = step(2, &|| clinic.run(&["exchange", "--in", stick]).1);
        let [out, carried, back] = seconds;
        println!("journey: out {out:.1} s, {bytes} bytes; at the centre {carried:.1} s; back {back:.1} s");
        said.contains("the exchange is complete")
    };
    let all = |what: &str| {
        let began = Instant::now();
        let journeys = (1..JOURNEYS_MAX).find(|_| journey()).unwrap();
        println!(
            "{what}: {journeys} journeys, {:.1} s",
            began.elapsed().as_secs_f64()
        );
    };
    all("the timetable");
    let (server, began) = (clinic.site.serve(), Instant::now());
    book(&server, 8, bookings.div_ceil(PLACES), |number| number >= bookings);
    println!("{bookings} bookings in {:.0} s", began.elapsed().as_secs_f64());
    drop(server);
    all("the month");
    assert_eq!(
        region.number("SELECT count(*) FROM infomat.visit WHERE status = 'active'"),
        i64::try_from(bookings).unwrap()
    );
}

#[test]
#[ignore = "a measurement"]
fn a_box_that_exchanges_answers_as_fast() {
    // Bookings a second: more than any clinic has, and what two cores do besides the centre and its PostgreSQL.
    const A_SECOND: u32 = 300;
    let (rounds, seconds) = (figure("INFOMAT_BESIDE_ROUNDS", 5), 8);
    let Some(own) = durable() else { return };
    let region = Region::over(own.url("postgres"));
    let (centre, clinic) = (region.serve(), roomy(&region, 100_000));
    clinic.configure_with(&format!("http://{}", centre.address), &clinic.secret, RULES_OFF);
    clinic.exchange_well();
    let server = clinic.site.serve();
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let measured = || {
            let began = Instant::now();
            let mut times = book(&server, 8, 200, |number| {
                let moment = began + Duration::from_secs(1) * u32::try_from(number).unwrap() / A_SECOND;
                thread::sleep(moment.saturating_duration_since(Instant::now()));
                began.elapsed() > Duration::from_secs(seconds)
            });
            times.sort_unstable();
            (times.len(), quantile(&times, 0.99))
        };
        // Before it begins, the exchange says what it has not said yet.
        let alone = measured();
        clinic.exchange_well();
        let mut following = Beside::start(&mut clinic.site.command(&["exchange", "--follow"]));
        let beside = measured();
        following.end(Signal::TERM);
        clinic.exchange_well();
        ratios.push(beside.1 / alone.1);
        println!(
            "round {round}: alone {} bookings, p99 {:.2} ms; beside the exchange {}, {:.2} ms",
            alone.0, alone.1, beside.0, beside.1
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "p99 beside the exchange, in parts of p99 alone: median {:.2} of {ratios:.2?}",
        ratios[rounds / 2]
    );
}
