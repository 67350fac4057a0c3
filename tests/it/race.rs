//! Goal: under load one place goes to one patient, and one patient gets what the rules give, exactly. Method: many clients
//! of the real binary ask at the same moment, over and over; and another program writes to the file beside it.

use crate::clinic;
use crate::harness::{Answer, KEY, Server, Site, claims, sign};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::process::Stdio;
use std::sync::Barrier;
use std::thread;

/// Runs of a race.
const RUNS: u32 = 20;
/// Clients of a race for one place.
const CLIENTS: u32 = 50;
/// Cells of a race for one patient.
const CELLS: u32 = 40;

/// A clinic with one doctor, so many cells of one place from tomorrow on, and so many patients.
fn site(cells: u32, patients: u32) -> Site {
    let site = Site::new("");
    let mut lines = vec![
        clinic::lpu(1),
        clinic::speciality("27"),
        clinic::doctor(2, 1, "27", "Врачова"),
    ];
    lines.extend((0..cells).map(|cell| {
        let (day, place) = (1 + i64::from(cell / 32), cell % 32);
        clinic::slot(
            1_000 + cell,
            2,
            day,
            &format!("{:02}:{:02}", 8 + place / 4, place % 4 * 15),
        )
    }));
    lines.extend((0..patients).map(|patient| clinic::patient(10_000 + patient, 1)));
    site.import(&lines);
    site
}

/// All at once, each on a connection of its own: (patient, cell) and perhaps a key. The answers, in order.
fn at_once(server: &Server, wishes: &[(u32, u32, Option<&str>)]) -> Vec<Answer> {
    let start = Barrier::new(wishes.len());
    thread::scope(|scope| {
        let asked: Vec<_> = wishes
            .iter()
            .map(|&(patient, cell, key)| {
                let start = &start;
                scope.spawn(move || {
                    let mut client = server.client();
                    let lpu = clinic::guid(1);
                    let token = sign(&claims(&lpu, &clinic::guid(10_000 + patient), "Infomat"), KEY);
                    let target = format!("/api/v2/visit/{lpu}?timeTable={}", clinic::guid(1_000 + cell));
                    let authorization = format!("Bearer {token}");
                    let mut headers = vec![("Authorization", &*authorization)];
                    headers.extend(key.map(|key| ("Idempotency-Key", key)));
                    start.wait();
                    client.ask("POST", &target, &headers, b"")
                })
            })
            .collect();
        asked.into_iter().map(|answer| answer.join().unwrap()).collect()
    })
}

/// How many answers had each status and code.
fn counted(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        let code = answer.json()["message_code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        *counts.entry(format!("{} {code}", answer.status)).or_default() += 1;
    }
    counts
}

#[test]
fn one_place_goes_to_one_of_fifty() {
    let site = site(RUNS, RUNS * CLIENTS);
    let server = site.serve();
    for run in 0..RUNS {
        let wishes: Vec<_> = (0..CLIENTS)
            .map(|client| (run * CLIENTS + client, run, None))
            .collect();
        let expected = BTreeMap::from([("200 ".to_owned(), 1), ("400 4009".to_owned(), 49)]);
        assert_eq!(counted(&at_once(&server, &wishes)), expected, "run {run}");
    }
}

#[test]
fn one_patient_gets_one_of_forty_cells_of_a_speciality() {
    let site = site(CELLS, RUNS);
    let server = site.serve();
    for run in 0..RUNS {
        // The cells that earlier runs booked are refused for the speciality first, so every run has forty to lose.
        let wishes: Vec<_> = (0..CELLS).map(|cell| (run, cell, None)).collect();
        let counts = counted(&at_once(&server, &wishes));
        assert_eq!(counts.get("200 "), Some(&1), "run {run}: {counts:?}");
        let refused = counts.iter().filter(|(answer, _)| *answer != "200 ");
        let told: Vec<_> = refused.clone().map(|(answer, _)| &**answer).collect();
        assert!(
            told.iter()
                .all(|answer| ["400 4008", "400 4009", "400 4848"].contains(answer)),
            "{told:?}"
        );
        assert_eq!(refused.map(|(_, count)| count).sum::<usize>(), 39);
    }
}

#[test]
fn one_key_makes_one_ticket() {
    let site = site(1, 1);
    let server = site.serve();
    let answers = at_once(&server, &[(0, 0, Some("one-press")); 32]);
    let tickets: Vec<_> = answers
        .iter()
        .map(|answer| answer.json()["ticketGuid"].clone())
        .collect();
    assert!(tickets[0].is_string(), "{:?}", answers[0].json());
    assert!(tickets.iter().all(|ticket| *ticket == tickets[0]));
}

#[test]
fn a_second_server_on_the_file_says_so_and_ends() {
    let site = site(1, 1);
    let _server = site.serve();
    ends_as_second(&site);
}

/// By whatever name: a link leads to the same file.
#[test]
fn a_second_server_by_a_link_says_so_too() {
    let site = site(1, 1);
    let _server = site.serve();
    let other = Site::new("");
    fs::remove_file(other.path("infomat.db")).unwrap();
    symlink(site.path("infomat.db"), other.path("infomat.db")).unwrap();
    ends_as_second(&other);
}

fn ends_as_second(site: &Site) {
    let mut command = site.command(&["serve"]);
    let mut second = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut word = [0];
    if second.stdout.take().unwrap().read(&mut word).unwrap() > 0 {
        second.kill().unwrap();
        panic!("a second server took the file");
    }
    let second = second.wait_with_output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("another server has the database"), "{said}");
}

#[test]
fn another_program_cannot_overfill_a_cell() {
    let site = site(1, 2);
    let server = site.serve();
    let booked = at_once(&server, &[(0, 0, None)]);
    assert_eq!(booked[0].status, 200);
    let database = rusqlite::Connection::open(site.path("infomat.db")).unwrap();
    let copy = "INSERT INTO visit (guid, patient_id, slot_id, resource_id, num_resource_id, num_day, num, begin_at, end_at, made_at,
                                   client_application_id, login)
                SELECT randomblob(16), (SELECT max(id) FROM patient), slot_id, resource_id, num_resource_id, num_day, num + 1, begin_at, end_at,
                       made_at, client_application_id, login
                FROM visit";
    let refused = database.execute(copy, []).unwrap_err().to_string();
    assert!(refused.contains("no_more_than_planned"), "{refused}");
    database
        .execute("UPDATE visit SET status = 'cancelled'", [])
        .unwrap();
    assert_eq!(
        database.execute(copy, []).unwrap(),
        1,
        "the same row fits when the place is free"
    );
}

/// A fault that concerns one request, whatever it is: the file itself refuses one patient. Batches that many share hold it too.
#[test]
fn a_mistake_over_one_request_touches_no_other() {
    let site = site(CLIENTS, CLIENTS);
    let server = site.serve();
    let refused = CLIENTS / 2;
    let guid = clinic::guid(10_000 + refused).replace('-', "");
    let trigger = format!(
        "CREATE TRIGGER mistake BEFORE INSERT ON visit
         WHEN NEW.patient_id = (SELECT id FROM patient WHERE guid = x'{guid}')
         BEGIN SELECT RAISE(ABORT, 'a mistake'); END"
    );
    let database = rusqlite::Connection::open(site.path("infomat.db")).unwrap();
    database.execute_batch(&trigger).unwrap();
    let wishes: Vec<_> = (0..CLIENTS).map(|number| (number, number, None)).collect();
    for (number, answer) in (0..).zip(at_once(&server, &wishes)) {
        let expected = if number == refused { 500 } else { 200 };
        assert_eq!(answer.status, expected, "patient {number}");
    }
    assert!(server.terminate().success());
}
