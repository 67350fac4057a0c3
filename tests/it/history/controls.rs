//! Goal: each check finds what it is for, and nothing in a record that is right. Method: a small record and its file, made by hand,
//! and the same with one thing wrong.

use super::call::{Asked, Call, Came};
use super::check;
use super::file::{File, Hold, Visit};
use crate::harness::tried;
use std::collections::HashMap;
use std::time::Duration;

/// What happens at so many milliseconds takes one.
fn call(at: u64, patient: u32, asked: Asked, came: Came) -> Call {
    Call {
        begin: Duration::from_millis(at),
        end: Duration::from_millis(at + 1),
        patient,
        at_desk: false,
        asked,
        came,
    }
}

fn book(at: u64, patient: u32, cell: u32, key: &str, ticket: &str) -> Call {
    let (key, guid, phone) = (key.to_owned(), ticket.to_owned(), format!("of {key}"));
    call(
        at,
        patient,
        Asked::Book { cell, key, phone },
        Came::Ticket {
            guid,
            cell,
            num: cell,
        },
    )
}

fn refused(at: u64, patient: u32, cell: u32, code: &str) -> Call {
    let (key, phone) = (format!("refused {at}"), format!("refused {at}"));
    let refusal = Came::Refused(400, code.to_owned());
    call(at, patient, Asked::Book { cell, key, phone }, refusal)
}

fn cancel(at: u64, patient: u32, ticket: &str) -> Call {
    let ticket = ticket.to_owned();
    call(at, patient, Asked::Cancel { ticket }, Came::Done)
}

fn read(at: u64, patient: u32, listed: &[(&str, u32)]) -> Call {
    let listed = listed.iter().map(|(ticket, cell)| ((*ticket).to_owned(), *cell));
    call(at, patient, Asked::Read, Came::List(listed.collect()))
}

/// A visit booked and seen, one booked and cancelled, one moved, and a place held: at each full cell somebody is refused.
fn record() -> Vec<Call> {
    let hold = call(70, 1_004, Asked::Hold { cell: 122 }, Came::Hold("h".to_owned()));
    let (ticket, to) = ("c".to_owned(), 121);
    vec![
        book(0, 1_000, 100, "k1", "a"),
        read(10, 1_000, &[("a", 100)]),
        refused(12, 1_001, 100, "4009"),
        refused(14, 1_000, 111, "4008"),
        refused(16, 1_000, 120, "4011"),
        book(20, 1_001, 130, "k2", "b"),
        cancel(30, 1_001, "b"),
        read(40, 1_001, &[]),
        book(50, 1_002, 120, "k3", "c"),
        call(60, 1_002, Asked::Move { ticket, to }, Came::Done),
        read(65, 1_002, &[("c", 121)]),
        hold,
        refused(75, 1_005, 122, "4009"),
    ]
}

fn visit(guid: &str, patient: u32, cell: u32, num: u32, key: &str) -> Visit {
    Visit {
        guid: guid.to_owned(),
        patient,
        cell,
        key: key.to_owned(),
        num,
        numbered: (cell / 10, "2026-11-24".to_owned()),
        is_active: guid != "b",
        has_come: false,
        is_in_place: true,
    }
}

/// The file after [`record`].
fn kept() -> File {
    let mut counts: HashMap<u32, (usize, usize)> = super::town::CELLS
        .iter()
        .map(|cell| (cell.number, (0, 0)))
        .collect();
    counts.extend([(100, (1, 0)), (121, (1, 0)), (122, (0, 1))]);
    File {
        visits: vec![
            visit("a", 1_000, 100, 100, "k1"),
            visit("b", 1_001, 130, 130, "k2"),
            visit("c", 1_002, 121, 120, "k3"),
        ],
        holds: vec![Hold {
            guid: "h".to_owned(),
            patient: 1_004,
            cell: 122,
        }],
        counts,
        phones: HashMap::from([(1_000, "of k1".to_owned()), (1_003, String::new())]),
    }
}

/// One thing that is wrong in a file.
type Spoil = fn(&mut File);

#[test]
fn a_file_that_is_right_has_no_finding_and_a_wrong_one_has_its_own() {
    assert_eq!(check::file(&record(), &kept()), [""; 0]);
    let spoils: [(&str, &str, Spoil); 15] = [
        ("lost", "a visit is gone", |file| drop(file.visits.remove(0))),
        ("lost", "a number changed", |file| file.visits[0].num = 7),
        ("lost", "a cancelled visit is active", |file| {
            file.visits[1].is_active = true;
        }),
        ("unasked", "a visit of nobody", |file| {
            file.visits.push(visit("z", 1_007, 131, 1, "k9"));
        }),
        ("unasked", "a visit was cancelled", |file| {
            file.visits[0].is_active = false;
        }),
        ("unasked", "a patient came", |file| file.visits[0].has_come = true),
        ("times", "a visit is not at its cell's time", |file| {
            file.visits[0].is_in_place = false;
        }),
        ("place", "a move was undone", |file| file.visits[2].cell = 120),
        ("card", "a refused booking's telephone", |file| {
            file.phones.insert(1_001, "refused 12".to_owned());
        }),
        ("places", "a place is not given back", |file| {
            file.counts.insert(130, (1, 0));
        }),
        ("places", "a hold is not counted", |file| {
            file.counts.insert(122, (0, 0));
        }),
        ("places", "more than planned", |file| {
            file.holds[0].cell = 100;
            file.counts.extend([(100, (1, 1)), (122, (0, 0))]);
        }),
        ("speciality", "two of one speciality", |file| {
            file.visits.push(visit("z", 1_000, 112, 1, "k9"));
        }),
        ("overlap", "two at one time", |file| {
            file.visits.push(visit("z", 1_000, 130, 1, "k9"));
        }),
        ("number", "one number twice", |file| {
            file.visits[1].numbered = file.visits[0].numbered.clone();
            file.visits[1].num = 100;
        }),
    ];
    for (check, what, spoil) in spoils {
        let mut file = kept();
        spoil(&mut file);
        finds(check, what, &check::file(&record(), &file));
    }
    let mut file = kept();
    file.visits[2].key = "k1".to_owned();
    finds("key", "two visits of one key", &check::file(&record(), &file));
    tried(
        "files with one thing wrong, beside a record of calls",
        spoils.len() + 1,
        "each found by its own check",
        "the right file has no finding",
    );
}

#[test]
fn a_record_that_is_right_has_no_finding_and_a_wrong_one_has_its_own() {
    assert_eq!(check::record(&record()), [""; 0]);
    let again = |at, key: &str| {
        let mut again = book(at, 1_000, 100, "k1", "a");
        again.asked = Asked::Book {
            cell: 100,
            key: key.to_owned(),
            phone: String::new(),
        };
        again
    };
    let moved = Asked::Move {
        ticket: "b".to_owned(),
        to: 131,
    };
    let wrong = [
        ("seats", "a place goes twice", book(80, 1_006, 100, "k9", "z")),
        ("seats", "a held place is booked", book(80, 1_006, 122, "k9", "z")),
        ("refusal", "a free place is full", refused(80, 1_006, 130, "4009")),
        (
            "refusal",
            "a cell that a visit only touches",
            refused(80, 1_000, 121, "4008"),
        ),
        (
            "refusal",
            "cells that touch overlap",
            refused(80, 1_000, 131, "4011"),
        ),
        ("refusal", "nobody had this key", refused(80, 1_000, 131, "5000")),
        (
            "refusal",
            "a fault",
            call(80, 1_000, Asked::Read, Came::Refused(500, String::new())),
        ),
        ("refusal", "a visit is refused its end", {
            let ticket = "a".to_owned();
            call(
                80,
                1_000,
                Asked::Cancel { ticket },
                Came::Refused(400, "4022".to_owned()),
            )
        }),
        ("list", "a visit is not shown", read(80, 1_000, &[])),
        (
            "list",
            "a cancelled visit is shown",
            read(80, 1_001, &[("b", 130)]),
        ),
        (
            "list",
            "a visit is shown where it was",
            read(80, 1_002, &[("c", 120)]),
        ),
        (
            "cancelled",
            "a cancelled visit is moved",
            call(80, 1_001, moved, Came::Done),
        ),
        ("cancelled", "a visit is cancelled twice", cancel(80, 1_001, "b")),
        (
            "speciality",
            "two of one speciality",
            book(80, 1_000, 112, "k9", "z"),
        ),
        ("overlap", "two at one time", book(80, 1_000, 130, "k9", "z")),
        ("place", "another cell", {
            let mut elsewhere = again(80, "k1");
            elsewhere.came = Came::Ticket {
                guid: "a".to_owned(),
                cell: 101,
                num: 100,
            };
            elsewhere
        }),
        ("key", "a visit is refused to who asks again", {
            let mut asked = again(80, "k1");
            asked.came = Came::Refused(400, "4848".to_owned());
            asked
        }),
        ("key", "two tickets for one key", book(80, 1_000, 100, "k1", "z")),
    ];
    assert_eq!(
        check::record(&[record(), vec![again(80, "k1")]].concat()),
        [""; 0]
    );
    let count = wrong.len();
    for (check, what, call) in wrong {
        finds(check, what, &check::record(&[record(), vec![call]].concat()));
    }
    tried(
        "records of calls with one thing wrong",
        count,
        "each found by its own check",
        "the right record has no finding",
    );
}

fn finds(check: &str, what: &str, findings: &[String]) {
    let is_found = findings
        .iter()
        .any(|finding| finding.starts_with(&format!("{check}:")));
    assert!(is_found, "{what}: {check} is not in {findings:?}");
}
