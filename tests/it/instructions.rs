//! What a booking and a list cost the thread that decides, in instructions: counted, so that they repeat on any machine and
//! under any load. Method: valgrind counts those of the real binary, with few requests and with many; the difference is
//! theirs alone, not the start's. How long things take is measured by `cargo bench --bench load`.

use crate::harness::{self, Client, Site};
use crate::large::{self, Size};
use std::path::Path;
use std::process::Command;

const SIZE: Size = Size {
    doctors: 20,
    days: 2,
    cells_a_day: 32,
    patients: 200,
};
/// Requests of each kind in the short run and in the long one.
const FEW: u32 = 20;
const MANY: u32 = 120;

/// Bounds, a quarter above what was counted in the build that `cargo test` makes: 478,000 for a booking with its transaction,
/// 276,000 for a list of specialities whose free places are remembered.
const BOOKING_MAX: u64 = 600_000;
const LIST_MAX: u64 = 345_000;

#[test]
fn a_booking_and_a_list_cost_so_many_instructions_at_most() {
    let counts = Command::new("valgrind").arg("--version").output();
    let annotates = Command::new("callgrind_annotate").arg("--version").output();
    if harness::lacks("valgrind", counts.is_ok() && annotates.is_ok()) {
        return;
    }
    let (few, many) = (count(FEW), count(MANY));
    let each = |function: fn(&Counted) -> u64| (function(&many) - function(&few)) / u64::from(MANY - FEW);
    let (booking, list) = (each(|counted| counted.booking), each(|counted| counted.list));
    println!("{booking} instructions a booking, {list} a list");
    assert!(booking <= BOOKING_MAX, "a booking costs {booking} instructions");
    assert!(list <= LIST_MAX, "a list costs {list} instructions");
}

/// Instructions of one run.
struct Counted {
    booking: u64,
    list: u64,
}

/// Counts those of so many bookings and lists.
fn count(requests: u32) -> Counted {
    let site = Site::new("");
    let today = harness::now().date_naive();
    let lines: Vec<_> = large::lines(SIZE, today, large::zone()).collect();
    site.run_well(&["import", "-"], &lines.join("\n"));
    let counts = site.path("callgrind");
    let program = site.command(&["serve"]);
    let mut counted = harness::in_english("valgrind");
    counted
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(program.get_program())
        .args(program.get_args());
    let server = site.start(&mut counted);
    let mut client = server.client();
    for number in 0..requests {
        book(&mut client, number);
        list(&mut client, number);
    }
    drop(client);
    assert!(server.terminate().success());
    Counted {
        booking: instructions(&counts, "Engine>::answer_batch"),
        list: instructions(&counts, "Engine>::read"),
    }
}

/// Books the next cell of tomorrow for another patient.
fn book(client: &mut Client, number: u32) {
    let cell = large::cell(number % SIZE.doctors, 1, number / SIZE.doctors);
    let target = format!("/api/v2/visit/{}?timeTable={cell}", large::lpu());
    ask(client, "POST", &target, number);
}

/// Asks for the specialities, whose free places the booking has changed.
fn list(client: &mut Client, number: u32) {
    let target = format!("/api/v2/lpu/{}/speciality", large::lpu());
    ask(client, "GET", &target, number);
}

/// Asks for a patient.
fn ask(client: &mut Client, method: &str, target: &str, number: u32) {
    let [lpu, patient] = [large::lpu(), large::patient(number)].map(|guid| guid.to_string());
    let token = harness::sign(&harness::claims(&lpu, &patient, "Infomat"), harness::KEY);
    let bearer = format!("Bearer {token}");
    let answer = client.ask(method, target, &[("Authorization", &bearer)], &[]);
    assert_eq!(answer.status, 200, "{}", answer.json());
}

/// Returns the instructions of a function and of all that it called.
fn instructions(counts: &Path, function: &str) -> u64 {
    let annotated = Command::new("callgrind_annotate")
        .args(["--inclusive=yes", "--threshold=100"])
        .arg(counts)
        .output()
        .unwrap();
    let text = String::from_utf8(annotated.stdout).unwrap();
    let line = text
        .lines()
        .find(|line| line.contains(&format!("{function} ")) || line.ends_with(function))
        .unwrap_or_else(|| panic!("nothing was counted of {function}"));
    let count = line.split_whitespace().next().unwrap();
    count.replace(',', "").parse().unwrap()
}
