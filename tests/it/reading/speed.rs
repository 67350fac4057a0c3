//! Goal: in a clinic of 100 doctors, 14 days, 32 cells a day and 50,000 patients, the list of specialities costs less than
//! 2 ms and a fortnight of one doctor less than 5 ms of a processor's time, and bookings go on beside such lists. Method:
//! the system tells what the real binary, warm, has used for a hundred answers; time that others have the processor does not
//! count. What `/metrics` counts in the timetable is measured in the library: once read, it is remembered.
//! Those bounds are the release build's (`cargo test --release`); a debug build gets three times as long.

use crate::clinic::Ask;
use crate::harness::{Client, KEY, Server, Site, claims, now, sign};
use crate::large::{self, Size};
use crate::probe::{processor_time_of, processor_time_of_this_thread};
use crate::reading::demo;
use chrono::TimeDelta;
use infomat::model::Zone;
use infomat::rules::Reach;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

const SIZE: Size = Size {
    doctors: 100,
    days: 14,
    cells_a_day: 32,
    patients: 50_000,
};
const SPECIALITIES_MAX: Duration = Duration::from_millis(2);
const FORTNIGHT_MAX: Duration = Duration::from_millis(5);
/// How much quicker a count is that remembers the timetable than one that reads it.
const REMEMBERING_TIMES_MIN: u32 = 5;
/// How much longer a build for debugging may take.
const DEBUG_FACTOR: u32 = if cfg!(debug_assertions) { 3 } else { 1 };
/// Requests that are measured.
const MEASURED: u32 = 100;
/// Requests before, which warm the caches.
const WARMING: u32 = 10;
/// Fewest bookings that have to go on meanwhile.
const BOOKINGS_MIN: u32 = 20;

/// Asks so often for a list.
fn ask_times(times: u32, client: &mut Client, target: &str, authorization: &str) {
    for _ in 0..times {
        let answer = client.ask("GET", target, &[("Authorization", authorization)], b"");
        assert_eq!(answer.status, 200);
    }
}

/// Returns what an answer costs the server.
fn cost(server: &Server, target: &str, authorization: &str) -> Duration {
    let mut client = server.client();
    ask_times(WARMING, &mut client, target, authorization);
    let before = processor_time_of(server.pid());
    ask_times(MEASURED, &mut client, target, authorization);
    processor_time_of(server.pid()).saturating_sub(before) / MEASURED
}

/// Times of this thread, not of others that run meanwhile, in counting what a terminal can book, for all clinics and
/// specialities: the first, which reads the timetable, and the median of those that remember it.
fn times_of_counting(site: &Site) -> (Duration, Duration) {
    let store = demo::store(site);
    let terminals = store.find_application("Infomat").unwrap();
    let reach = Reach::of(&terminals, &demo::policy(), now().date_naive());
    let mut times: Vec<_> = (0..=MEASURED)
        .map(|_| {
            let start = processor_time_of_this_thread();
            let _snapshot = store.snapshot().unwrap();
            let supplies = store.supplies(&reach, now()).unwrap();
            assert_eq!(supplies.len(), SIZE.doctors.div_ceil(5) as usize);
            processor_time_of_this_thread().saturating_sub(start)
        })
        .collect();
    let first = times.remove(0);
    times.sort_unstable();
    (first, times[times.len() / 2])
}

/// Each patient in turn books a cell of their own, of tomorrow or later.
fn ask(number: u32) -> Ask {
    let (day, place) = (
        1 + number % (SIZE.days - 1),
        number / SIZE.days % SIZE.cells_a_day,
    );
    let cell = large::cell(number / 400 % SIZE.doctors, day, place);
    let lpu = large::lpu().to_string();
    let ask = Ask {
        base: "/api/v2/visit/",
        lpu: lpu.clone(),
        authorization: None,
        parameters: vec![("timeTable", cell.to_string())],
        key: None,
    };
    ask.claiming(&claims(&lpu, &large::patient(number).to_string(), "Infomat"))
}

#[test]
fn lists_are_quick_in_a_large_clinic_while_bookings_go_on() {
    let site = Site::new("");
    let zone = Zone::Fixed(*now().offset());
    let today = now().date_naive();
    let lines: Vec<_> = large::lines(SIZE, today, zone).collect();
    site.run_well(&["import", "-"], &lines.join("\n"));
    let server = site.serve();
    let mut client = server.client();
    let lpu = large::lpu();
    let reader = claims(
        &lpu.to_string(),
        &large::patient(SIZE.patients - 1).to_string(),
        "Infomat",
    );
    let authorization = format!("Bearer {}", sign(&reader, KEY));
    let last = today + TimeDelta::days(i64::from(SIZE.days) - 1);
    let fortnight = format!("/lpu/{lpu}/doctor/{}/schedule/{today}/{last}", large::doctor(1));
    let specialities = format!("/lpu/{lpu}/speciality");
    let (done, booked) = (AtomicBool::new(false), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut client = server.client();
            for number in 0..SIZE.patients {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                if ask(number).send(&mut client).status == 200 {
                    booked.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        for target in [&specialities, &fortnight] {
            ask_times(MEASURED, &mut client, target, &authorization);
        }
        done.store(true, Ordering::Relaxed);
    });
    let specialities = cost(&server, &specialities, &authorization);
    let fortnight = cost(&server, &fortnight, &authorization);
    let booked = booked.into_inner();
    let (reading, counting) = times_of_counting(&site);
    println!(
        "specialities {specialities:?}, a fortnight {fortnight:?}, counting {reading:?} and {counting:?}, {booked} bookings meanwhile"
    );
    assert!(
        counting * REMEMBERING_TIMES_MIN < reading,
        "{counting:?} after {reading:?}"
    );
    assert!(booked >= BOOKINGS_MIN, "{booked} bookings");
    assert!(specialities < SPECIALITIES_MAX * DEBUG_FACTOR, "{specialities:?}");
    assert!(fortnight < FORTNIGHT_MAX * DEBUG_FACTOR, "{fortnight:?}");
}
