//! Pages of the database that were damaged while nobody looked. The server refuses to start, or answers as before, or with 500:
//! it shows no visit other than its last record says, and gives no place twice.

use crate::clinic::{self, guid, with};
use crate::harness::{Client, Server, Site, started, tried};
use crate::model::Dice;
use crate::tickets::{LPU, OCULIST, THERAPIST, ask_as, ticket_guid};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};

/// Copies that are damaged, unless `INFOMAT_DAMAGED_COPIES` says how many.
const COPIES: usize = 60;
const PATIENTS: u32 = 12;
const FIRST_PATIENT: u32 = 500;
/// Who tries to get what others have.
const STRANGER: u32 = 600;
const FIRST_CELL: u32 = 100;
const PAGE_BYTES: usize = 4096;
const SECTOR_BYTES: usize = 512;
/// What makes a visit this visit.
const FACTS: [&str; 5] = ["ticketGuid", "timeTableGuid", "docGuid", "beginTime", "num"];

/// Of each patient, what is listed.
type Lists = BTreeMap<u32, Value>;

/// A clinic in which each patient has a visit to each doctor, and every third has cancelled one. The database is one file.
fn site() -> Site {
    let site = Site::new(clinic::RULES_OFF);
    let mut lines = crate::tickets::lines();
    for n in 0..PATIENTS {
        let time = format!("{:02}:{:02}", 8 + n / 4, n % 4 * 15);
        lines.push(clinic::patient(FIRST_PATIENT + n, LPU));
        lines.push(clinic::slot(FIRST_CELL + n, THERAPIST, 1, &time));
        lines.push(clinic::slot(FIRST_CELL + PATIENTS + n, OCULIST, 2, &time));
    }
    lines.push(with(clinic::patient(STRANGER, LPU), &json!({"family": "Чужой"})));
    site.import(&lines);
    let server = site.serve();
    let mut client = server.client();
    for n in 0..PATIENTS {
        book(&mut client, FIRST_PATIENT + n, FIRST_CELL + n);
        let second = book(&mut client, FIRST_PATIENT + n, FIRST_CELL + PATIENTS + n);
        if n % 3 == 0 {
            let path = crate::tickets::path(&ticket_guid(&second.unwrap()));
            ask_as(&mut client, FIRST_PATIENT + n, "DELETE", &path);
        }
    }
    drop(client);
    assert!(server.terminate().success());
    site
}

/// The ticket, if the place was given.
fn book(client: &mut Client, patient: u32, cell: u32) -> Option<Value> {
    let path = format!("/visit/{}?timeTable={}", guid(LPU), guid(cell));
    let answer = ask_as(client, patient, "POST", &path);
    (answer.status == 200).then(|| answer.json())
}

/// What the server lists, of whom it lists anything.
fn lists(client: &mut Client) -> Lists {
    let path = format!("/visit/{}", guid(LPU));
    let patients = (FIRST_PATIENT..FIRST_PATIENT + PATIENTS).filter_map(|patient| {
        let answer = ask_as(client, patient, "GET", &path);
        assert!(
            matches!(answer.status, 200 | 400..=499 | 500 | 503),
            "{}",
            answer.status
        );
        let mut list = (answer.status == 200).then(|| answer.json())?;
        for visit in list.as_array_mut().unwrap() {
            // When the clinic was last seen, which is now.
            visit["lpu"]["status"].take();
        }
        Some((patient, list))
    });
    patients.collect()
}

/// Compares what is listed with what was. Returns how many other values differ.
fn compare(before: &Lists, now: &Lists) -> Result<usize, String> {
    let facts = |list: &Value| -> Vec<Vec<Value>> {
        let visits = list.as_array().unwrap().iter();
        visits
            .map(|visit| FACTS.map(|fact| visit[fact].clone()).to_vec())
            .collect()
    };
    for (patient, list) in now {
        let (was, is) = (facts(&before[patient]), facts(list));
        if was != is {
            return Err(format!("patient {patient} had {was:?}, and has {is:?}"));
        }
    }
    Ok(now
        .iter()
        .filter(|(patient, list)| before[*patient] != **list)
        .count())
}

/// Damages a copy in one place. Returns what was done.
fn damage(bytes: &mut [u8], dice: &mut Dice) -> String {
    let pages = bytes.len() / PAGE_BYTES;
    let page = dice.roll(pages) * PAGE_BYTES;
    let at = page + dice.roll(PAGE_BYTES);
    let sector = at - at % SECTOR_BYTES;
    let what = match dice.roll(6) {
        0 => {
            bytes[at] ^= 1 << dice.roll(8);
            "a bit"
        }
        1 => {
            bytes[at] = u8::try_from(dice.roll(256)).unwrap();
            "a byte"
        }
        2 => {
            bytes[sector..sector + SECTOR_BYTES].fill(0);
            "a sector of zeros"
        }
        3 => {
            let noise = bytes[sector..sector + SECTOR_BYTES].iter_mut();
            noise.for_each(|byte| *byte = u8::try_from(dice.roll(256)).unwrap());
            "a sector of noise"
        }
        4 => {
            let other = dice.roll(pages) * PAGE_BYTES;
            bytes.copy_within(other..other + PAGE_BYTES, page);
            "another page"
        }
        _ => {
            bytes[page..page + PAGE_BYTES].fill(0);
            "a page of zeros"
        }
    };
    format!("{what} at {at}")
}

/// Tries to get each place that somebody has. Returns whose place was given.
fn gives_again(client: &mut Client, before: &Lists) -> Option<u32> {
    let places = before.iter().flat_map(|(patient, list)| {
        let visits = list.as_array().unwrap().iter();
        visits.map(|visit| (*patient, visit["timeTableGuid"].as_str().unwrap()))
    });
    let mut gives = |cell: &str| {
        let path = format!("/visit/{}?timeTable={cell}", guid(LPU));
        ask_as(client, STRANGER, "POST", &path).status == 200
    };
    places
        .into_iter()
        .find(|(_, cell)| gives(cell))
        .map(|(patient, _)| patient)
}

/// Looks at a server that has started on a damaged file.
fn look(server: &Server, before: &Lists) -> Result<usize, String> {
    let mut client = server.client();
    let differ = compare(before, &lists(&mut client))?;
    if let Some(patient) = gives_again(&mut client, before) {
        return Err(format!("the place of patient {patient} was given twice"));
    }
    let alive = client.ask("GET", "/healthz", &[], b"").status;
    (alive == 200).then_some(differ).ok_or("it ended".to_owned())
}

/// The control: a visit that is cancelled, and a place that is free, are seen.
fn see_what_is_wrong(site: &Site, before: &Lists) {
    let server = site.serve();
    let ticket = before[&FIRST_PATIENT][0]["ticketGuid"].as_str().unwrap();
    let path = crate::tickets::path(ticket);
    ask_as(&mut server.client(), FIRST_PATIENT, "DELETE", &path);
    assert!(look(&server, before).unwrap_err().contains("and has []"));
    assert!(gives_again(&mut server.client(), before).is_some());
    assert!(server.terminate().success());
}

#[test]
fn a_page_that_was_damaged_at_rest_is_no_other_visit() {
    let copies = env::var("INFOMAT_DAMAGED_COPIES").map_or(COPIES, |given| given.parse().unwrap());
    let site = site();
    let whole = fs::read(site.path("infomat.db")).unwrap();
    let before = lists(&mut site.serve().client());
    assert_eq!(before.len(), PATIENTS as usize);
    see_what_is_wrong(&site, &before);
    let mut dice = Dice(1);
    let (mut refused, mut as_before, mut partly, mut values) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for copy in 0..copies {
        let mut bytes = whole.clone();
        let what = damage(&mut bytes, &mut dice);
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(site.path(&format!("infomat.db{suffix}")));
        }
        fs::write(site.path("infomat.db"), &bytes).unwrap();
        let log = File::create(site.path("damaged.log")).unwrap();
        match started(&mut site.command(&["serve"]), log.into()) {
            Err(_) => refused += 1,
            Ok(server) => {
                let mut client = server.client();
                let told = lists(&mut client).len();
                match look(&server, &before) {
                    Ok(differ) => {
                        values += differ;
                        *if told == before.len() {
                            &mut as_before
                        } else {
                            &mut partly
                        } += 1;
                    }
                    Err(found) => wrong.push(format!("copy {copy}, {what}: {found}")),
                }
            }
        }
        let said = fs::read_to_string(site.path("damaged.log")).unwrap();
        assert!(!said.contains("panicked"), "copy {copy}, {what}: {said}");
    }
    assert!(wrong.is_empty(), "{} of {copies}: {wrong:#?}", wrong.len());
    assert!(refused > 0 && as_before > 0, "{refused}, {as_before}");
    tried(
        "copies of the database with a bit, byte, sector or page damaged at rest",
        copies,
        &format!(
            "{refused} refused at the start, {as_before} answered as before, {partly} partly with 500; no other visit, no place \
             given twice, no end of the process; {values} lists had another value, such as a name"
        ),
        "a visit that is gone and a place that is free are seen",
    );
}
