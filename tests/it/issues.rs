//! Goal: what an exchange cannot settle is listed with telephones until a person has seen it. Method: messages are applied to
//! the database of a real site; the real command lists, marks and purges.

use crate::clinic::{self, Ask, guid, with};
use crate::desk::{Person, code};
use crate::harness::{Client, Site};
use crate::messages::{
    LATER, OURS, SECOND, THEIRS, VISIT, cancellation, exchange, place, records, site, tell, theirs, visit,
};
use crate::metrics::Numbers;
use crate::tickets::{LPU, OCULIST, OTHER, PATIENT, ticket_guid};
use infomat::exchange::Message;
use infomat::exchange::site::{BoxRead, BoxStore};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

const NOWHERE: u32 = 999;

fn listed(site: &Site) -> Vec<Value> {
    serde_json::from_str(&site.run_well(&["issues", "--format", "json"], "")).unwrap()
}

fn kinds(site: &Site) -> Vec<String> {
    let kind = |issue: &Value| issue["kind"].as_str().unwrap().to_owned();
    listed(site).iter().map(kind).collect()
}

fn database(site: &Site) -> Connection {
    Connection::open(site.path("infomat.db")).unwrap()
}

fn count(site: &Site, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    database(site).query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// A cell of the centre at the oculist's.
fn at_oculist(time: &str) -> Value {
    with(clinic::slot(LATER, OCULIST, 1, time), &json!({"owner": "centre"}))
}

#[test]
fn what_an_exchange_cannot_settle_is_listed_until_somebody_has_seen_it() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let own = ticket_guid(&Ask::new(LPU, PATIENT, OURS).book(&mut client));
    assert_eq!(listed(&site), Vec::<Value>::new());
    tell(&site, &[visit(VISIT, THEIRS, PATIENT)]);
    tell(&site, &[at_oculist("10:00"), visit(SECOND, LATER, PATIENT)]);
    tell(&site, &[visit(203, NOWHERE, OTHER)]);
    tell(&site, &[json!({"kind": "doctor"})]);
    tell(&site, &[at_oculist("12:00")]);
    // As the reception marks who has come.
    let came = "UPDATE visit SET checked_in_at = made_at WHERE guid = ?";
    database(&site)
        .execute(came, [guid(VISIT).parse::<Uuid>().unwrap()])
        .unwrap();
    tell(&site, &[cancellation(VISIT)]);
    let all = listed(&site);
    let pairs = ["sameSpeciality", "sameTime"];
    let kinds_now = ["displaced", "refusedMessage", "moved", "arrived"];
    assert_eq!(kinds(&site), [&pairs[..], &kinds_now].concat());
    let at = |time: &str| clinic::moment(1, time);
    for (issue, visit, begin, other) in [
        (0, VISIT, Some("08:00"), Some("10:00")),
        (1, SECOND, Some("12:00"), Some("10:00")),
        (2, 203, None, None),
        (4, SECOND, Some("12:00"), None),
        (5, VISIT, Some("08:00"), None),
    ] {
        let told = &all[issue];
        assert_eq!(told["visit"], guid(visit), "{told}");
        assert_eq!(told["begin"], json!(begin.map(at)), "{told}");
        assert_eq!(told["otherBegin"], json!(other.map(at)), "{told}");
        assert_eq!(told["phone"], "+7 900 5550003", "{told}");
        assert_ne!(told["patient"], "", "{told}");
    }
    assert_eq!(all[5]["reason"], "sold twice");
    assert!(
        all[3]["reason"].as_str().unwrap().starts_with("line 1: kind"),
        "{}",
        all[3]
    );
    assert_ne!(own, guid(VISIT));
    let table = site.run_well(&["issues"], "");
    for text in [
        "two visits at one time",
        "has no place",
        "+7 900 5550003",
        "OTHER VISIT",
    ] {
        assert!(table.contains(text), "{text}: {table}");
    }
    let checked = String::from_utf8(site.run(&["check"], "").stdout).unwrap();
    assert!(checked.contains("6: `infomat issues` lists them"), "{checked}");

    let id = all[2]["id"].to_string();
    let last = place(&site).last.0;
    site.run_well(&["issues", "--seen", &id], "");
    let [(kind, subject, content)] = &records(&site, last + 1)[..] else {
        panic!("one record");
    };
    assert_eq!((&**kind, &**subject), ("issueSeen", &*guid(203)));
    assert_eq!(*content, json!({"kind": "issue", "what": "displaced"}));
    assert_eq!(kinds(&site), [&pairs[..], &kinds_now[1..]].concat());
    for unknown in [&*id, "77", "0"] {
        let again = site.run(&["issues", "--seen", unknown], "");
        assert_eq!(again.status.code(), Some(1), "{unknown}");
        let said = String::from_utf8(again.stderr).unwrap();
        assert!(
            said.contains(&format!("--seen {unknown}: there is no such issue")),
            "{said}"
        );
    }
}

#[test]
fn the_administrator_sees_them_at_the_reception_and_marks_one() {
    let site = site();
    let server = site.serve();
    tell(&site, &[visit(203, NOWHERE, OTHER), visit(204, NOWHERE, PATIENT)]);
    let mut person = Person::of(&site, &server, "administrator");
    let path = "/desk/api/status/issues";
    let shown = person.see(path);
    assert_eq!(
        (&shown["issues"], &shown["more"]),
        (&json!(listed(&site)), &json!(false))
    );
    assert_eq!(shown["issues"][0]["visit"], guid(203), "{shown}");
    let seen = format!("{path}/{}/seen", shown["issues"][0]["id"]);
    let mut registrar = Person::of(&site, &server, "registrar");
    assert_eq!(code(&registrar.read(path)), (403, "5402".to_owned()));
    assert_eq!(
        code(&registrar.change("POST", &seen, &json!({}))),
        (403, "5402".to_owned())
    );
    assert_eq!(listed(&site).len(), 2);
    person.do_well("POST", &seen, &json!({}));
    assert_eq!(kinds(&site), ["displaced"]);
    assert_eq!(person.see(path)["issues"], json!(listed(&site)));
    let (kind, subject, _) = records(&site, place(&site).last.0).remove(0);
    assert_eq!((&*kind, &*subject), ("issueSeen", &*guid(203)));
    for gone in [&*seen, &format!("{path}/none/seen")] {
        let answer = person.change("POST", gone, &json!({}));
        assert_eq!(code(&answer), (400, "5000".to_owned()), "{gone}");
    }
}

/// What a lost centre told, and the end of a life; a life that has ended writes no record of it.
#[test]
fn the_end_of_a_life_is_an_issue_too() {
    let site = site();
    let lost = Message::behind(place(&site).applied, "{\"kind\":\"recall\"}".to_owned());
    for _ in 0..2 {
        exchange(&site, |tx| tx.list_stranger(&lost).unwrap());
    }
    exchange(&site, |tx| tx.stop("it is an old copy").unwrap());
    assert_eq!(kinds(&site), ["lostCentre", "stopped"], "each once");
    let issues = listed(&site);
    assert_eq!(issues[1]["reason"], "it is an old copy");
    let before = place(&site).last;
    for issue in issues {
        site.run_well(&["issues", "--seen", &issue["id"].to_string()], "");
    }
    assert_eq!(place(&site).last, before);
    assert_eq!(listed(&site), Vec::<Value>::new());
}

#[test]
fn a_purge_removes_what_was_seen_and_is_over_and_what_is_safe() {
    let site = site();
    let made = |n, days: i64| {
        with(
            visit(n, NOWHERE, OTHER),
            &json!({"made": clinic::moment(-days, "12:00")}),
        )
    };
    tell(
        &site,
        &[
            made(301, 400),
            made(302, 100),
            made(303, 100),
            theirs(LATER, "09:00"),
        ],
    );
    tell(&site, &[cancellation(303)]);
    let lost = Message::behind(place(&site).applied, "promised".to_owned());
    exchange(&site, |tx| tx.list_stranger(&lost).unwrap());
    assert_eq!(listed(&site).len(), 4);
    site.run_well(&["verify"], "");
    for issue in &listed(&site)[..2] {
        site.run_well(&["issues", "--seen", &issue["id"].to_string()], "");
    }
    site.run_well(&["purge", "--older-than", "30"], "");
    site.run_well(&["verify"], "");
    // The first message, one of the two that were seen, and what the lost centre told are two months old.
    database(&site)
        .execute_batch(
            "UPDATE journal SET at = at - 60 * 86400 WHERE seq = 2;
             UPDATE issue SET seen_at = seen_at - 60 * 86400 WHERE id = 1;
             UPDATE strange_message SET at = at - 60 * 86400;",
        )
        .unwrap();
    let has_content = || -> bool {
        let sql = "SELECT content IS NOT NULL FROM journal WHERE seq = 2 AND kind = 'applied'";
        database(&site).query_row(sql, [], |row| row.get(0)).unwrap()
    };
    site.run_well(&["purge", "--older-than", "30"], "");
    assert_eq!(count(&site, "issue"), 3);
    assert_eq!(count(&site, "strange_message"), 0);
    let left: Vec<Uuid> = {
        let database = database(&site);
        let mut left = database.prepare("SELECT guid FROM displaced_visit").unwrap();
        let rows = left.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(left, [guid(302).parse::<Uuid>().unwrap()]);
    assert!(has_content(), "the centre's backups do not have it yet");
    exchange(&site, |tx| {
        let mut memory = tx.memory().unwrap();
        memory.safe = 2;
        tx.remember(&memory).unwrap();
    });
    site.run_well(&["purge", "--older-than", "30"], "");
    assert!(!has_content());
}

/// Returns what `infomat check` says of the exchange.
fn checked(site: &Site) -> Vec<String> {
    let output = site.run(&["check", "--format", "json"], "");
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = findings.as_array().unwrap().iter();
    let ours = findings.filter(|finding| finding["what"] == "exchange");
    ours.map(|finding| finding["found"].as_str().unwrap().to_owned())
        .collect()
}

/// Returns the warnings of a server of its own: an answer holds for a second.
fn warnings(client: &mut Client) -> String {
    let english = [("Accept-Language", "en")];
    client.ask("GET", "/readyz", &english, b"").json()["warnings"].to_string()
}

/// Goal: what the exchange leaves to a person, and records that nobody has fetched for a day, are told wherever somebody looks.
#[test]
fn the_state_of_the_exchange_is_told_wherever_somebody_looks() {
    let alone = Site::new("");
    assert_eq!(checked(&alone), Vec::<String>::new());
    let health = |client: &mut Client| Numbers::of(client).get("infomat_health{check=\"exchange\"}");
    let site = site();
    exchange(&site, |tx| {
        let (last, mut memory) = (tx.site().unwrap().last.0, tx.memory().unwrap());
        (memory.received, memory.safe) = (Some(last), last);
        tx.remember(&memory).unwrap();
    });
    assert_eq!(
        checked(&site),
        ["2 records, 2 of them at the centre; 1 messages of the centre taken"]
    );
    assert!(health(&mut site.serve().client()) < 1.0);
    tell(&site, &[visit(VISIT, NOWHERE, OTHER)]);
    let told = "1: `infomat issues` lists them";
    assert!(checked(&site)[0].starts_with(told), "{:?}", checked(&site));
    let server = site.serve();
    let mut client = server.client();
    assert!(warnings(&mut client).contains(told));
    assert!(health(&mut client) > 0.0);
    drop((client, server));
    let id = listed(&site)[0]["id"].to_string();
    site.run_well(&["issues", "--seen", &id], "");
    // A record that has waited since the day before yesterday, and is in no backup of the centre for two months.
    let age = |days: i64| {
        let sql = format!("UPDATE journal SET at = at - {days} * 86400 WHERE seq = 3");
        database(&site).execute(&sql, []).unwrap();
    };
    age(2);
    let [waits] = &checked(&site)[..] else {
        panic!("{:?}", checked(&site))
    };
    assert!(
        waits.starts_with("3 records wait for the centre, the first for 2 days"),
        "{waits}"
    );
    age(58);
    let server = site.serve();
    let told = warnings(&mut server.client());
    for part in [
        "the first for 60 days",
        "for 60 days nothing new is in the centre's backups",
    ] {
        assert!(told.contains(part), "{told}");
    }
}
