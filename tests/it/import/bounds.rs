//! A large file takes little memory, and its last step little time.

use super::count;
use crate::harness::{self, Site};
use crate::large::{self, Size};
use crate::probe::processor_time_of_this_thread;
use infomat::import::{self, Notice, Wanted};
use infomat::store::Store;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Memory that an import may ask for, however large its file is: the kernel gives it no more.
const MEMORY_BYTES_MAX: u64 = 32 << 20;

/// Past this a waiting booking gets 503 (contract::clinic_data). The processor's time counts, which no other program can use up.
const LAST_STEP_MAX: Duration = Duration::from_secs(5);

/// Imports a clinic of this size with bounded memory.
fn import_in_bounded_memory(large: Size) {
    let site = Site::new("");
    let mut import = site
        .command(&["import", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let limit = Rlimit {
        current: Some(MEMORY_BYTES_MAX),
        maximum: Some(MEMORY_BYTES_MAX),
    };
    prlimit(Some(Pid::from_child(&import)), Resource::Data, limit).unwrap();
    let begin = Instant::now();
    let mut bytes = 0;
    let mut stdin = std::io::BufWriter::new(import.stdin.take().unwrap());
    for line in large::lines(large, harness::now().date_naive(), large::zone()) {
        bytes += line.len() as u64 + 1;
        writeln!(stdin, "{line}").unwrap();
    }
    drop(stdin);
    assert!(import.wait().unwrap().success());
    println!("{bytes} bytes in {:?}", begin.elapsed());
    let cells = i64::from(large.doctors * large.days * large.cells_a_day);
    assert_eq!(count(&site, "slot"), cells);
    assert_eq!(count(&site, "patient"), i64::from(large.patients));
}

#[test]
fn a_hundred_thousand_lines_take_no_more_memory_than_a_few() {
    import_in_bounded_memory(Size {
        doctors: 100,
        days: 14,
        cells_a_day: 32,
        patients: 100_000,
    });
}

#[test]
#[ignore = "for changes to import: it takes a while, and half a gigabyte of disk"]
fn a_million_lines_take_no_more_memory_than_a_few() {
    import_in_bounded_memory(Size {
        doctors: 200,
        days: 60,
        cells_a_day: 64,
        patients: 250_000,
    });
}

#[test]
fn a_fortnight_of_a_hundred_doctors_is_put_in_place_in_moments() {
    let site = Site::new("");
    let now = harness::now();
    let fortnight = Size {
        doctors: 100,
        days: 14,
        cells_a_day: 32,
        patients: 0,
    };
    let text: String = large::lines(fortnight, now.date_naive(), large::zone())
        .map(|line| line + "\n")
        .collect();
    let mut store = Store::open(&site.path("infomat.db"), large::zone()).unwrap();
    for run in ["new", "replaced"] {
        let mut last_step = processor_time_of_this_thread();
        import::import(&mut store, text.as_bytes(), &Wanted::at(now), &mut |notice| {
            if matches!(notice, Notice::PuttingInPlace) {
                last_step = processor_time_of_this_thread();
            }
        })
        .unwrap();
        let took = processor_time_of_this_thread().saturating_sub(last_step);
        println!("44,800 {run} cells in place: {took:?}");
        assert!(took < LAST_STEP_MAX, "{run}: {took:?}");
    }
    assert_eq!(count(&site, "slot"), 44_800);
}
