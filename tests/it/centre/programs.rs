//! Goal: the box's own program and the region's own come to agree, by network, by stick and while the exchange goes on; what a
//! stick brings wrongly changes nothing on either side. Method: the real `infomat` beside the real `infomat-centre`.

use super::region;
use super::region::{Application, Region};
use crate::clinic::{self, Ask, guid, with};
use crate::harness::{Beside, Client, Server, Site, wait_until};
use infomat::exchange::stick::{Direction, NONCE_BYTES, StickKey, StickName};
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use uuid::Uuid;

/// The cell of the box, and others of the same doctor.
pub const OURS: u32 = 3;
pub const THEIRS: u32 = 30;
pub const ASKED_BACK: u32 = 31;
pub const LATER: u32 = 32;

/// A patient whom the centre books.
pub const PATIENT_THERE: u32 = 40;

/// A patient who has no visit yet.
pub const NEWCOMER: u32 = 41;

/// A clinic of the region: the box's program over a database of its own, which the centre has filled.
pub struct Clinic {
    pub site: Site,
    pub guid: Uuid,
    pub secret: String,
    lpu: u32,
}

impl Clinic {
    /// Makes a clinic known to the region, and its empty database.
    pub fn admitted(region: &Region, lpu: u32) -> Clinic {
        let (guid, secret) = region.admit(clinic::guid(lpu).parse().unwrap());
        let clinic = Clinic {
            site: Site::new(""),
            guid,
            secret,
            lpu,
        };
        clinic.configure("http://127.0.0.1:9", &clinic.secret);
        clinic
    }

    /// Returns another machine for the same clinic, on which nothing is yet but the configuration.
    pub fn replacement(&self, url: &str, more: &str) -> Clinic {
        let clinic = Clinic {
            site: Site::new(""),
            guid: self.guid,
            secret: self.secret.clone(),
            lpu: self.lpu,
        };
        fs::remove_file(clinic.site.path("infomat.db")).unwrap();
        clinic.configure_with(url, &clinic.secret, more);
        clinic
    }

    /// Names the centre's address and the box's secret in the configuration.
    pub fn configure(&self, url: &str, secret: &str) {
        self.configure_with(url, secret, "");
    }

    /// The same with more sections.
    pub fn configure_with(&self, url: &str, secret: &str, more: &str) {
        let path = self.site.path("centre.secret");
        fs::write(&path, format!("{secret}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        self.site.configure(&format!(
            "[centre]\nurl = \"{url}\"\nbox = \"{}\"\n{more}",
            self.guid
        ));
    }

    /// Runs a command; status and what it said.
    pub fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.site.run(arguments, "");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.contains(&self.secret), "{said}");
        (output.status.code(), said)
    }

    pub fn exchange_well(&self) {
        let (status, said) = self.run(&["exchange"]);
        assert!(
            status == Some(0) && said.contains("the exchange is complete"),
            "{said}"
        );
    }

    pub fn journal(&self) -> String {
        self.site.run_well(&["journal"], "")
    }

    /// The active visits of its database, with their numbers.
    pub fn visits(&self) -> BTreeSet<(Uuid, i64)> {
        let database = Connection::open(self.site.path("infomat.db")).unwrap();
        let mut active = database
            .prepare("SELECT guid, num FROM visit WHERE status = 'active'")
            .unwrap();
        let rows = active
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// What a program of the region wants booked.
    pub fn wish(&self, slot: u32, patient: u32) -> Value {
        json!({"lpu": guid(self.lpu), "slot": guid(slot), "patient": guid(patient), "source": "Callcenter"})
    }
}

/// The small clinic, whose cell is the box's, with cells of the centre and one more patient.
pub fn lines() -> Vec<Value> {
    lines_of(1)
}

/// A cell of this owner.
pub fn own(line: Value, owner: &str) -> Value {
    with(line, &json!({"owner": owner}))
}

/// The same of a clinic with this number.
pub fn lines_of(lpu: u32) -> Vec<Value> {
    let mut lines = vec![
        clinic::lpu(lpu),
        clinic::speciality("27"),
        clinic::doctor(2, lpu, "27", "Врачова"),
        clinic::slot(OURS, 2, 1, "10:00"),
        clinic::patient(4, lpu),
    ];
    lines.push(clinic::patient(PATIENT_THERE, lpu));
    lines.push(clinic::patient(NEWCOMER, lpu));
    lines.push(own(clinic::slot(THEIRS, 2, 1, "11:00"), "centre"));
    lines.push(own(clinic::slot(ASKED_BACK, 2, 1, "12:00"), "box"));
    lines.push(own(clinic::slot(LATER, 2, 1, "13:00"), "centre"));
    lines
}

pub fn tell(region: &Region, clinic: &Clinic, lines: &[Value]) {
    let lines: Vec<_> = lines.iter().map(Value::to_string).collect();
    region.tell(clinic.guid, &lines.join("\n"));
}

/// Sees that both sides have the same records and the same active visits, and that both can prove their journals.
fn agree(region: &Region, clinic: &Clinic) -> BTreeSet<Uuid> {
    let here: BTreeSet<Uuid> = clinic.visits().into_iter().map(|(guid, _)| guid).collect();
    let of_box = "SELECT visit FROM infomat.visit WHERE status = 'active' AND box = $1";
    let rows = region.sql().query(of_box, &[&clinic.guid]).unwrap();
    assert_eq!(
        rows.iter().map(|row| row.get(0)).collect::<BTreeSet<Uuid>>(),
        here
    );
    let hashes = "SELECT encode(hash, 'hex') FROM infomat.journal WHERE box = $1 ORDER BY seq";
    let rows = region.sql().query(hashes, &[&clinic.guid]).unwrap();
    let there: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let journal = clinic.journal();
    let lines = journal.lines().map(|line| {
        let record: Value = serde_json::from_str(line).unwrap();
        record["hash"].as_str().unwrap().to_owned()
    });
    assert_eq!(lines.collect::<Vec<_>>(), there);
    clinic.site.run_well(&["verify"], "");
    here
}

fn issues(region: &Region) -> i64 {
    region.number("SELECT count(*) FROM infomat.issue")
}

/// A region with the program that answers, a program of the region's own, and a clinic that has heard of its cells.
pub fn enrolled(region: &Region) -> (Clinic, Server, Application) {
    let (clinic, server) = (Clinic::admitted(region, 1), region.serve());
    tell(region, &clinic, &lines());
    clinic.configure(&format!("http://{}", server.address), &clinic.secret);
    clinic.exchange_well();
    (clinic, server, region.application())
}

/// Books at the centre. Returns the visit.
pub fn book_there(portal: &Application, client: &mut Client, clinic: &Clinic, slot: u32) -> Uuid {
    let (status, visit) = portal.ask(client, "POST", "visit", &clinic.wish(slot, PATIENT_THERE));
    assert_eq!(status, 200, "{visit}");
    serde_json::from_value(visit["guid"].clone()).unwrap()
}

#[test]
fn a_box_and_the_centre_agree_by_network() {
    let Some(region) = region() else { return };
    let (clinic, server, portal) = enrolled(&region);
    let (mut there, here) = (server.client(), clinic.site.serve());
    let mut terminal = here.client();
    let own = Ask::new(1, 4, OURS).book(&mut terminal);
    // The centre's cell is not the box's to book.
    let foreign = Ask::new(1, NEWCOMER, THEIRS).send(&mut terminal);
    assert_eq!(
        (foreign.status, foreign.json()["message_code"].as_str()),
        (400, Some("5000"))
    );
    let theirs = book_there(&portal, &mut there, &clinic, THEIRS);
    tell(
        &region,
        &clinic,
        &[json!({"kind": "recall", "slot": guid(ASKED_BACK)})],
    );
    clinic.exchange_well();
    let own: Uuid = own["ticketGuid"].as_str().unwrap().parse().unwrap();
    assert_eq!(agree(&region, &clinic), BTreeSet::from([own, theirs]));
    // What was recalled is the centre's now, and the box's no longer.
    let recalled = book_there(&portal, &mut there, &clinic, ASKED_BACK);
    assert_eq!(Ask::new(1, NEWCOMER, ASKED_BACK).send(&mut terminal).status, 400);
    // The centre's own is cancelled at once; of the box's it asks the box.
    for visit in [own, theirs] {
        let (status, _) = portal.ask(&mut there, "DELETE", &format!("visit/{visit}"), &Value::Null);
        assert_eq!(status, 200);
    }
    clinic.exchange_well();
    assert_eq!(agree(&region, &clinic), BTreeSet::from([recalled]));
    assert_eq!(issues(&region), 0);
    // The place that the centre freed at the box is booked there.
    Ask::new(1, 4, OURS).book(&mut terminal);

    // What happens on either side arrives by itself.
    let mut following = Beside::start(&mut clinic.site.command(&["exchange", "--follow"]));
    let later = book_there(&portal, &mut there, &clinic, LATER);
    wait_until("the centre's visit came to the box", || {
        clinic.visits().iter().any(|(guid, _)| *guid == later)
    });
    wait_until("the centre heard of all", || {
        region.number("SELECT count(*) FROM infomat.visit WHERE status = 'active'") == 3
            && region.number("SELECT behind FROM infomat.box") == 0
    });
    assert!(following.end(Signal::TERM).success());
    assert_eq!(agree(&region, &clinic).len(), 3);
    assert_eq!(
        (server.terminate().code(), here.terminate().code()),
        (Some(0), Some(0))
    );
}

/// The files of one way in a folder, in their order.
fn files(folder: &Path, way: Direction) -> Vec<PathBuf> {
    let names = fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter_map(|name| StickName::parse(&name)).collect();
    names.retain(|name| name.direction == way);
    names.sort_unstable();
    names.iter().map(|name| folder.join(name.to_string())).collect()
}

/// Runs `infomat-centre carry`; status and what it said.
fn carry(region: &Region, folder: &Path) -> (Option<i32>, String) {
    let output = region.run(&["carry", folder.to_str().unwrap()], "");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), said)
}

/// There and back until the box says that nothing is left to say.
fn journeys(region: &Region, clinic: &Clinic, folder: &Path) {
    const JOURNEYS_MAX: usize = 6;
    let stick = folder.to_str().unwrap();
    for _ in 0..JOURNEYS_MAX {
        let (status, said) = clinic.run(&["exchange", "--out", stick]);
        assert_eq!(status, Some(0), "{said}");
        let (status, said) = carry(region, folder);
        assert!(status == Some(0) && said.contains("records taken in"), "{said}");
        let (status, said) = clinic.run(&["exchange", "--in", stick]);
        assert_eq!(status, Some(0), "{said}");
        if said.contains("the exchange is complete") {
            return;
        }
    }
    panic!("not complete after {JOURNEYS_MAX} journeys");
}

#[test]
fn a_box_and_the_centre_agree_by_stick() {
    let Some(region) = region() else { return };
    let clinic = Clinic::admitted(&region, 1);
    tell(&region, &clinic, &lines());
    let folder = TempDir::new().unwrap();
    journeys(&region, &clinic, folder.path());
    let (portal, there, here) = (region.application(), region.serve(), clinic.site.serve());
    let mut client = there.client();
    Ask::new(1, 4, OURS).book(&mut here.client());
    book_there(&portal, &mut client, &clinic, THEIRS);
    journeys(&region, &clinic, folder.path());
    assert_eq!(agree(&region, &clinic).len(), 2);
    // Twice, late and mixed with exchanges by network.
    clinic.configure(&format!("http://{}", there.address), &clinic.secret);
    book_there(&portal, &mut client, &clinic, LATER);
    let stick = folder.path().to_str().unwrap();
    assert_eq!(clinic.run(&["exchange", "--out", stick]).0, Some(0));
    clinic.exchange_well();
    for _ in 0..2 {
        let (status, said) = carry(&region, folder.path());
        assert_eq!(status, Some(0), "{said}");
        let (status, said) = clinic.run(&["exchange", "--in", stick]);
        assert!(status == Some(0) && said.contains("no longer waits"), "{said}");
    }
    clinic.exchange_well();
    assert_eq!(agree(&region, &clinic).len(), 3);
    assert_eq!(issues(&region), 0);
}

/// All that the centre keeps of boxes, in one text.
fn kept(region: &Region) -> String {
    let all = "SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM ( \
        SELECT j::text FROM infomat.journal j UNION ALL SELECT v::text FROM infomat.visit v \
        UNION ALL SELECT c::text FROM infomat.cell c UNION ALL SELECT l::text FROM infomat.life l \
        UNION ALL SELECT b::text FROM infomat.box b UNION ALL SELECT i::text FROM infomat.issue i) t";
    region.sql().query_one(all, &[]).unwrap().get(0)
}

/// Each spoilt stick with what is said of it. The others of its folder are taken all the same.
#[test]
fn a_bad_stick_changes_nothing_at_the_centre_or_at_the_box() {
    let Some(region) = region() else { return };
    let (clinic, other) = (Clinic::admitted(&region, 1), Clinic::admitted(&region, 2));
    tell(&region, &clinic, &lines());
    let folder = TempDir::new().unwrap();
    let stick = folder.path().to_str().unwrap();
    let (status, said) = carry(&region, folder.path());
    assert!(
        status == Some(1) && said.contains("there is no file out-"),
        "{said}"
    );
    assert_eq!(clinic.run(&["exchange", "--out", stick]).0, Some(0));
    let path = files(folder.path(), Direction::Out).remove(0);
    let good = fs::read(&path).unwrap();
    let (key, foreign) = (key_of(&clinic.secret), key_of(&other.secret));
    let seal =
        |key: &StickKey, of: Uuid, way: Direction, text: &[u8]| key.seal(way, of, [1; NONCE_BYTES], text);
    let strange = Uuid::now_v7();
    let before = kept(&region);
    for (bytes, expected) in [
        (good[..good.len() / 2].to_vec(), "it is cut".to_owned()),
        (changed(&good), "its seal is wrong".to_owned()),
        (b"holiday pictures".to_vec(), "no file of an exchange".to_owned()),
        (
            seal(&foreign, other.guid, Direction::Out, b"{}\n"),
            format!("of the box {}", other.guid),
        ),
        (
            seal(&foreign, clinic.guid, Direction::Out, b"{}\n"),
            "its seal is wrong".to_owned(),
        ),
        (
            seal(&key, clinic.guid, Direction::In, b"{}\n"),
            "goes the other way".to_owned(),
        ),
        (
            seal(&key, clinic.guid, Direction::Out, b"{}\n"),
            "no header".to_owned(),
        ),
        (
            seal(&key, strange, Direction::Out, b"{}\n"),
            format!("there is no box {strange}"),
        ),
    ] {
        fs::write(&path, bytes).unwrap();
        let (status, said) = carry(&region, folder.path());
        assert!(
            status == Some(1) && said.contains(&expected),
            "{expected}: {said}"
        );
        let lines: Vec<_> = said.lines().collect();
        assert_eq!(lines.len(), 2, "{said}");
        assert!(lines[1].contains("not taken in: 1 of 1"), "{said}");
        assert!(!said.contains(&clinic.secret), "{said}");
        assert_eq!(kept(&region), before, "{expected}");
        assert!(files(folder.path(), Direction::In).is_empty(), "{expected}");
    }
    fs::write(&path, &good).unwrap();
    // A folder in which one clinic's file is good and the other's is cut: the first goes in.
    assert_eq!(other.run(&["exchange", "--out", stick]).0, Some(0));
    let cut = files(folder.path(), Direction::Out)
        .into_iter()
        .find(|file| *file != path);
    let cut = cut.unwrap();
    let whole = fs::read(&cut).unwrap();
    fs::write(&cut, &whole[..whole.len() - 1]).unwrap();
    let (status, said) = carry(&region, folder.path());
    assert!(
        status == Some(1) && said.contains("records taken in: ") && said.contains("1 of 2"),
        "{said}"
    );
    let answer = files(folder.path(), Direction::In).remove(0);
    let good = fs::read(&answer).unwrap();

    // At the box: a file of another clinic is passed over, and none of the bad ones takes effect.
    let (status, said) = other.run(&["exchange", "--in", stick]);
    assert!(
        status == Some(1) && said.contains("no answer of the centre to this clinic"),
        "{said}"
    );
    let journal = clinic.journal();
    for (bytes, expected) in [
        (good[..good.len() / 2].to_vec(), "it is cut"),
        (changed(&good), "its seal is wrong"),
        (
            seal(&foreign, clinic.guid, Direction::In, b"{}"),
            "its seal is wrong",
        ),
    ] {
        fs::write(&answer, bytes).unwrap();
        let (status, said) = clinic.run(&["exchange", "--in", stick]);
        assert!(status == Some(1) && said.contains(expected), "{expected}: {said}");
        assert_eq!(clinic.journal(), journal);
    }
    // The box has another secret than the centre knows: its seal is refused there.
    let wrong = "another-secret-of-some-forty-bytes-at-all";
    clinic.configure("http://127.0.0.1:9", wrong);
    fs::write(&answer, &good).unwrap();
    let (status, said) = clinic.run(&["exchange", "--in", stick]);
    assert!(status == Some(1) && said.contains("its seal is wrong"), "{said}");
    clinic.configure("http://127.0.0.1:9", &clinic.secret);
    fs::write(&cut, &whole).unwrap();
    journeys(&region, &clinic, folder.path());
    assert_eq!(agree(&region, &clinic), BTreeSet::new());
}

fn key_of(secret: &str) -> StickKey {
    StickKey::of_secret(secret.as_bytes())
}

/// The same with another last byte.
fn changed(bytes: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    *changed.last_mut().unwrap() ^= 1;
    changed
}

/// Goal: who is not known is told so in one sentence, nothing is changed, and bookings go on.
#[test]
fn a_wrong_secret_is_told_and_changes_nothing() {
    let Some(region) = region() else { return };
    let (clinic, server, _) = enrolled(&region);
    let other = Clinic::admitted(&region, 2);
    let url = format!("http://{}", server.address);
    let here = clinic.site.serve();
    let (before, journal) = (kept(&region), clinic.journal());
    for secret in ["another-secret-of-some-forty-bytes-at-all", &other.secret] {
        clinic.configure(&url, secret);
        let (status, said) = clinic.run(&["exchange"]);
        assert_eq!(status, Some(1));
        assert!(
            said.lines().count() == 1 && said.contains("does not know this box by its secret"),
            "{said}"
        );
        assert_eq!(
            (kept(&region), clinic.journal()),
            (before.clone(), journal.clone())
        );
    }
    Ask::new(1, 4, OURS).book(&mut here.client());
    // A new secret, which the box is given while the old one still holds.
    clinic.configure(&url, &clinic.secret);
    let printed = region.run_well(&["secret", "--box", &clinic.guid.to_string()], "");
    clinic.exchange_well();
    clinic.configure(&url, printed.trim().strip_prefix("secret: ").unwrap());
    clinic.exchange_well();
    clinic.configure(&url, &clinic.secret);
    assert!(
        clinic
            .run(&["exchange"])
            .1
            .contains("does not know this box by its secret")
    );
    assert_eq!(agree(&region, &clinic).len(), 1);
}
