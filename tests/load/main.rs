//! How fast booking is, on the real binary in its release build: `cargo bench --bench load`.
//!
//! One keep-alive client, its median held against one 4 KiB `fdatasync` in the same folder; then 32 clients, with shared
//! commits and with one commit a request in turn, so that a drift of the machine meets both alike. `TMPDIR` chooses the disk.

#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on says so and ends"
)]
#![allow(
    dead_code,
    unused_imports,
    reason = "the modules of the tests are used in part"
)]

#[path = "../it/harness.rs"]
mod harness;
#[path = "../it/large.rs"]
mod large;

use harness::{KEY, Server, Site, claims, sign};
use infomat::model::Zone;
use large::Size;
use std::fs::File;
use std::io::{Seek, Write};
use std::thread;
use std::time::{Duration, Instant};

/// The clinic: room for every booking that is made on one database.
const SIZE: Size = Size {
    doctors: 100,
    days: 14,
    cells_a_day: 32,
    patients: 40_000,
};
/// Bookings of the one client.
const ALONE: usize = 4_000;
/// Clients that book at once.
const CLIENTS: usize = 32;
/// Bookings of each of them in a round.
const EACH: usize = 150;
/// Rounds with shared commits and with commits of one.
const ROUNDS: usize = 3;
/// Flushes that are timed.
const FLUSHES: usize = 1_000;

fn main() {
    let site = Site::new("");
    let zone = Zone::Fixed(*harness::now().offset());
    let tomorrow = harness::now().date_naive().succ_opt().unwrap();
    let lines: Vec<_> = large::lines(SIZE, tomorrow, zone).collect();
    site.run_well(&["import", "-"], &lines.join("\n"));
    let mut next = 0..usize::try_from(SIZE.patients).unwrap();

    let [in_place, appended] = [true, false].map(|in_place| flush_time(&site, in_place));
    println!(
        "one 4 KiB fdatasync: median {:.0} us in place, {:.0} us at the end of a growing file",
        micros(in_place),
        micros(appended)
    );

    let server = site.serve();
    let mut alone = book(&server, take(&mut next, ALONE));
    drop(server);
    alone.sort_unstable();
    let median = alone[alone.len() / 2];
    println!(
        "1 client: median {:.0} us, 99th percentile {:.0} us: {:.2} flushes in place, {:.2} of a growing file",
        micros(median),
        micros(alone[alone.len() * 99 / 100]),
        median.as_secs_f64() / in_place.as_secs_f64(),
        median.as_secs_f64() / appended.as_secs_f64()
    );

    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (batch_requests, rates) in ["64", "1"].iter().zip(&mut rates) {
            let server = site.serve_with(&["--batch-requests", batch_requests]);
            rates.push(together(&server, &take(&mut next, CLIENTS * EACH)));
        }
    }
    let [shared, single] = rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    });
    println!("{CLIENTS} clients, shared commits: {shared:.0} bookings a second");
    println!("{CLIENTS} clients, a commit each: {single:.0} bookings a second");
    println!("shared commits are worth {:.2} times", shared / single);
}

/// The next `count` requests: each patient books once, each cell is booked once.
fn take(next: &mut std::ops::Range<usize>, count: usize) -> Vec<Vec<u8>> {
    let numbers: Vec<_> = next.by_ref().take(count).collect();
    assert_eq!(numbers.len(), count, "the clinic is too small for this load");
    numbers
        .into_iter()
        .map(|number| request(u32::try_from(number).unwrap()))
        .collect()
}

/// One booking, ready to send.
fn request(number: u32) -> Vec<u8> {
    let (place, rest) = (number % SIZE.cells_a_day, number / SIZE.cells_a_day);
    let (day, doctor) = (rest % SIZE.days, rest / SIZE.days);
    let lpu = large::lpu();
    let token = sign(
        &claims(&lpu.to_string(), &large::patient(number).to_string(), "Infomat"),
        KEY,
    );
    let cell = large::cell(doctor, day, place);
    format!(
        "POST /api/v2/visit/{lpu}?timeTable={cell} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    )
    .into_bytes()
}

/// Books one after the other on one connection; how long each took.
fn book(server: &Server, requests: Vec<Vec<u8>>) -> Vec<Duration> {
    let mut client = server.client();
    let one = |request: Vec<u8>| {
        let start = Instant::now();
        client.send(&request).unwrap();
        let answer = client.read(false).unwrap();
        let took = start.elapsed();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        took
    };
    requests.into_iter().map(one).collect()
}

/// Books with all clients at once; bookings a second.
fn together(server: &Server, requests: &[Vec<u8>]) -> f64 {
    let bookings = requests.len();
    let shares: Vec<Vec<Vec<u8>>> = requests.chunks(EACH).map(<[_]>::to_vec).collect();
    let start = Instant::now();
    thread::scope(|scope| {
        for share in shares {
            scope.spawn(|| book(server, share));
        }
    });
    f64::from(u32::try_from(bookings).unwrap()) / start.elapsed().as_secs_f64()
}

/// Median time of one 4 KiB write with `fdatasync`, on the disk of the database: over what is there, or at the end.
fn flush_time(site: &Site, in_place: bool) -> Duration {
    let mut file = File::create(site.path("flush")).unwrap();
    let page = [7; 4096];
    if in_place {
        file.write_all(&page.repeat(FLUSHES)).unwrap();
        file.sync_all().unwrap();
        file.rewind().unwrap();
    }
    let mut times: Vec<_> = (0..FLUSHES)
        .map(|_| {
            let start = Instant::now();
            file.write_all(&page).unwrap();
            file.sync_data().unwrap();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[FLUSHES / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
