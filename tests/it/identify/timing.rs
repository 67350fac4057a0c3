//! Goal: an unknown policy and a wrong birth date take the same time. Method: both are asked in turn, in changing order,
//! many times; the medians of the two may differ by less than a part of either. What was measured is printed:
//! `cargo test --release --test it identify::timing -- --nocapture`.

use super::{ask, site};
use crate::harness::{Client, Site};
use rusqlite::Connection;
use std::time::{Duration, Instant};

/// Pairs that are measured.
const PAIRS: usize = 400;

/// Pairs before the counters are cleared, so that no limit is met.
const PAIRS_BETWEEN_CLEARINGS: usize = 4;

/// How far apart the medians may be, in percent of the lower one. Other tests share the disk: flushes vary.
const APART_PERCENT_MAX: u128 = 50;

const UNKNOWN: &str = "n_pol=1234567890123450&Birthday=1980-06-15";
const WRONG_DATE: &str = "n_pol=1234567890123456&Birthday=1980-06-16";

fn clear(site: &Site) {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database.busy_timeout(Duration::from_secs(5)).unwrap();
    database.execute("DELETE FROM failed_identification", []).unwrap();
}

fn time(client: &mut Client, query: &str) -> Duration {
    let began = Instant::now();
    let answer = ask(client, query);
    let took = began.elapsed();
    assert_eq!(answer.status, 400);
    took
}

/// The value below which so many percent lie.
fn quantile(sorted: &[Duration], percent: usize) -> u128 {
    sorted[(sorted.len() - 1) * percent / 100].as_micros()
}

#[test]
fn unknown_policies_and_wrong_dates_take_the_same_time() {
    let site = site("['127.0.0.1']");
    let server = site.serve();
    let mut client = server.client();
    let (mut unknown, mut wrong_date) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        if pair % PAIRS_BETWEEN_CLEARINGS == 0 {
            clear(&site);
            // The first answer after another program's write reads pages anew.
            assert_eq!(ask(&mut client, "n_pol=1&Birthday=1980-06-15").status, 400);
        }
        if pair % 2 == 0 {
            unknown.push(time(&mut client, UNKNOWN));
            wrong_date.push(time(&mut client, WRONG_DATE));
        } else {
            wrong_date.push(time(&mut client, WRONG_DATE));
            unknown.push(time(&mut client, UNKNOWN));
        }
    }
    for (name, times) in [("unknown policy", &mut unknown), ("wrong date", &mut wrong_date)] {
        times.sort_unstable();
        let quantiles = [5, 25, 50, 75, 95, 99].map(|percent| quantile(times, percent));
        println!("{name}: 5, 25, 50, 75, 95, 99 percent below {quantiles:?} us");
    }
    let (one, other) = (quantile(&unknown, 50), quantile(&wrong_date, 50));
    assert!(
        one.abs_diff(other) * 100 <= one.min(other) * APART_PERCENT_MAX,
        "medians: {one} and {other} us"
    );
}
