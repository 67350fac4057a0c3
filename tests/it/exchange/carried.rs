//! Goal: the real binary and the centre's rules come to agree, by network, by stick and while the exchange goes on; what a stick
//! brings wrongly changes nothing. Method: the centre's rules over a simple store, behind a listener and beside a folder.

use super::http;
use super::peer::{BOX, Peer, SECRET, exchange, region_site};
use crate::clinic::{self, Ask, guid, with};
use crate::harness::{Site, wait_until};
use crate::messages;
use crate::region::office::Office;
use crate::tickets::OTHER;
use infomat::exchange::centre;
use infomat::exchange::site::BoxRead;
use infomat::exchange::stick::{Direction, NONCE_BYTES, StickKey, StickName};
use infomat::exchange::wire::Request;
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

/// How long what has to happen may take.
const PATIENCE: Duration = Duration::from_secs(30);

type Shared = Arc<Mutex<Office>>;

pub fn office() -> Shared {
    Arc::new(Mutex::new(Office::new("first")))
}

fn answered(office: &Shared, request: &[u8]) -> Vec<u8> {
    let request = Request::parse(request).unwrap();
    let answer = centre::answer(&mut *office.lock().unwrap(), &request).unwrap();
    answer.print().unwrap()
}

/// The rules behind a listener.
pub fn listening(office: &Shared) -> Peer {
    let office = Arc::clone(office);
    Peer::start(move |stream, request| {
        let body = request.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        let answer = answered(&office, &request[body..]);
        let _ = stream.write_all(&http("200 OK", "", str::from_utf8(&answer).unwrap()));
    })
}

/// Tells a new cell of the small clinic's doctor.
pub fn tell_cell(office: &Shared, n: u32) {
    let line = with(clinic::slot(n, 2, 1, "12:00"), &json!({"owner": "box"}));
    centre::tell(&mut *office.lock().unwrap(), &line.to_string())
        .unwrap()
        .unwrap();
}

/// The lines of the journal, here and at the centre.
fn agree(site: &Site, office: &Shared) -> bool {
    let journal = site.run_well(&["journal"], "");
    let office = office.lock().unwrap();
    let rows: Vec<_> = office.rows.iter().map(|row| row.sent.text.as_str()).collect();
    journal.lines().collect::<Vec<_>>() == rows
}

#[test]
fn box_and_centre_agree_by_network() {
    let office = office();
    let centre = listening(&office);
    let site = region_site(&centre.url(), "");
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    let said = exchange(&site);
    assert!(said.said.contains("the exchange is complete: "), "{}", said.said);
    assert_eq!(said.status, Some(0));
    assert!(agree(&site, &office) && office.lock().unwrap().rows.len() > 1);
    tell_cell(&office, 30);
    assert!(exchange(&site).said.contains("1 messages of the centre taken"));
    assert!(agree(&site, &office));
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let told = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let by_message = format!(
        "SELECT count(*) FROM slot WHERE guid = x'{}'",
        guid(30).replace('-', "")
    );
    assert_eq!(told(&by_message), 1);
    // With nothing to say, nothing is written.
    let version = told("PRAGMA data_version");
    assert_eq!(exchange(&site).status, Some(0));
    assert_eq!(told("PRAGMA data_version"), version);
}

/// A backup from before the first exchange knows nothing of the centre; the configuration does.
#[test]
fn a_restored_box_books_when_the_centre_has_told_what_it_lacks() {
    let office = office();
    let centre = listening(&office);
    let site = region_site(&centre.url(), "");
    let backup = site.path("before.db");
    let backup = backup.to_str().unwrap();
    site.run_well(&["backup", backup], "");
    Ask::new(1, 4, 3).book(&mut site.serve().client());
    assert_eq!(exchange(&site).status, Some(0));
    site.run_well(&["restore", backup], "");
    let server = site.serve();
    let early = Ask::new(1, 4, 3).send(&mut server.client());
    assert_eq!(early.status, 503);
    let said = exchange(&site);
    assert_eq!(said.status, Some(0), "{}", said.said);
    let journal = site.run_well(&["journal"], "");
    assert!(journal.contains("\"kind\":\"recovered\""), "{journal}");
    // The booking that the backup lacked is back: its patient cannot have the place twice.
    let late = Ask::new(1, 4, 3).send(&mut server.client());
    assert!(late.status != 503 && late.status != 200, "{}", late.json());
}

/// What somebody carries: the files of one side are taken in by the other.
pub fn carry(folder: &Path, office: &Shared) -> Vec<StickName> {
    let key = StickKey::of_secret(SECRET.as_bytes());
    let site: Uuid = BOX.parse().unwrap();
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names
        .filter_map(|name| StickName::parse(name.to_str().unwrap()))
        .collect();
    names.retain(|name| name.direction == Direction::Out);
    names.sort_unstable();
    for name in &mut names {
        let request = key
            .open(
                Direction::Out,
                site,
                &fs::read(folder.join(name.to_string())).unwrap(),
            )
            .unwrap();
        name.direction = Direction::In;
        let sealed = key.seal(Direction::In, site, [7; NONCE_BYTES], &answered(office, &request));
        fs::write(folder.join(name.to_string()), sealed).unwrap();
    }
    names
}

#[test]
fn box_and_centre_agree_by_stick_and_a_bad_stick_changes_nothing() {
    let office = office();
    let site = region_site("http://127.0.0.1:9", "");
    Ask::new(1, 4, 3).book(&mut site.serve().client());
    let folder = TempDir::new().unwrap();
    let stick = folder.path().to_str().unwrap();
    let run = |way: &str| {
        let output = site.run(&["exchange", way, stick], "");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code(), said)
    };
    let (status, said) = run("--in");
    assert!(
        status == Some(1) && said.contains("no answer of the centre to this clinic"),
        "{said}"
    );
    assert_eq!(run("--out").0, Some(0));
    let names = carry(folder.path(), &office);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(8).any(|piece| piece == b"\"booked\""));
    }
    let path = folder.path().join(names[0].to_string());
    let good = fs::read(&path).unwrap();
    let before = site.run_well(&["journal"], "");
    let key = StickKey::of_secret(SECRET.as_bytes());
    let seal = |key: &StickKey, of: Uuid, text: &[u8]| key.seal(Direction::In, of, [1; NONCE_BYTES], text);
    let site_guid: Uuid = BOX.parse().unwrap();
    let mut changed = good.clone();
    *changed.last_mut().unwrap() ^= 1;
    for (bytes, expected) in [
        (good[..good.len() / 2].to_vec(), "it is cut"),
        (changed, "its seal is wrong"),
        (b"holiday pictures".to_vec(), "no file of an exchange"),
        (
            seal(&key, Uuid::from_u128(9), b"{}"),
            "of the box 00000000-0000-0000-0000-000000000009",
        ),
        (
            seal(&StickKey::of_bytes([1; 32]), site_guid, b"{}"),
            "its seal is wrong",
        ),
        (
            key.seal(Direction::Out, site_guid, [1; NONCE_BYTES], b"{}"),
            "goes the other way",
        ),
        (seal(&key, site_guid, b"{}"), "cannot be read"),
    ] {
        fs::write(&path, bytes).unwrap();
        let (status, said) = run("--in");
        assert!(status == Some(1) && said.contains(expected), "{expected}: {said}");
        assert!(!said.contains(SECRET), "{said}");
    }
    assert_eq!(site.run_well(&["journal"], ""), before);
    fs::write(&path, &good).unwrap();
    let (status, said) = run("--in");
    assert!(status == Some(0) && said.contains(": taken"), "{said}");
    // The generation of the centre was new: once more, and once again twice.
    tell_cell(&office, 30);
    assert_eq!(run("--out").0, Some(0));
    carry(folder.path(), &office);
    let (status, said) = run("--in");
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(run("--out").0, Some(0));
    carry(folder.path(), &office);
    let (status, said) = run("--in");
    assert!(
        status == Some(0) && said.contains("the exchange is complete"),
        "{said}"
    );
    assert!(agree(&site, &office));
    let (status, said) = run("--in");
    assert!(status == Some(0) && said.contains("no longer waits"), "{said}");
    assert!(agree(&site, &office));
}

/// A request is as large as the centre takes in before anybody waits for the box's row.
#[test]
fn a_long_journal_goes_in_small_requests() {
    const VISITS: u32 = 600;
    let site = messages::site();
    let roomy = with(
        messages::theirs(messages::LATER, "09:00"),
        &json!({"planCount": 10_000}),
    );
    messages::tell(&site, &[roomy]);
    let visits: Vec<_> = (10_000..10_000 + VISITS)
        .map(|visit| messages::visit(visit, messages::LATER, OTHER))
        .collect();
    // Told again, they change nothing but the chain: records of messages alone.
    for _ in 0..10 {
        messages::tell(&site, &visits);
    }
    let last = messages::place(&site).last.0;
    let (mut next, mut counts, mut sizes) = (1, Vec::new(), Vec::new());
    while next <= last {
        let sent = messages::exchange(&site, |tx| tx.records(next).unwrap());
        counts.push(sent.len());
        sizes.push(sent.iter().map(|record| record.text.len() + 1).sum::<usize>());
        next += sent.len() as u64;
    }
    assert!(counts.iter().all(|count| *count <= 500), "{counts:?}");
    assert!(sizes.iter().all(|size| *size <= 1 << 20), "{sizes:?}");
    assert!(counts.contains(&500), "{counts:?}");
    // Records of messages: the size counts before their number does.
    assert!(
        counts
            .iter()
            .zip(&sizes)
            .any(|(count, size)| *count < 10 && *size > 1 << 19),
        "{counts:?} {sizes:?}"
    );
}

/// What is booked arrives by itself, and SIGTERM ends it, also while the centre says nothing.
#[test]
fn it_follows_the_bookings_until_it_is_ended() {
    let office = office();
    let centre = listening(&office);
    let site = region_site(&centre.url(), "");
    let server = site.serve();
    let start = || {
        site.command(&["exchange", "--follow"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut following = start();
    wait_until("the journal came", || agree(&site, &office));
    Ask::new(1, 4, 3).book(&mut server.client());
    wait_until("the booking came", || agree(&site, &office));
    let end = |following: &mut std::process::Child| {
        kill_process(Pid::from_child(following), Signal::TERM).unwrap();
        let began = Instant::now();
        let status = following.wait().unwrap();
        assert!(status.success() && began.elapsed() < PATIENCE, "{status}");
        let mut said = String::new();
        following
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert!(!said.contains(SECRET), "{said}");
        said
    };
    let said = end(&mut following);
    assert_eq!(said.matches("the exchange is complete").count(), 1, "{said}");

    let silent = Peer::start(|stream, _| {
        let _ = stream.read(&mut [0]);
    });
    super::peer::configure(&site, &silent.url(), "");
    let mut following = start();
    wait_until("it called", || !silent.requests().is_empty());
    end(&mut following);

    let alone = Site::new("");
    let said = alone.run_well(&["exchange", "--follow"], "");
    assert!(said.contains("nobody to exchange with"), "{said}");
}
