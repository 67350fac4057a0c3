//! Goal: what those who run the region say of backups, failovers and dead boxes has the effect that the contract tells. Method: the real
//! commands, between exchanges of a real box.

use super::programs::{self, ASKED_BACK, Clinic, LATER, NEWCOMER, OURS, THEIRS, book_there};
use super::region;
use super::region::{Application, Region};
use crate::clinic::{self, Ask, guid, with};
use crate::harness::Client;
use rusqlite::Connection;
use serde_json::{Value, json};

/// Runs a command of the region; status and what it said.
fn run(region: &Region, arguments: &[&str]) -> (Option<i32>, String) {
    let output = region.run(arguments, "");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), said)
}

/// Why the centre does not book a cell.
fn denied(portal: &Application, client: &mut Client, clinic: &Clinic, slot: u32) -> String {
    let wish = clinic.wish(slot, programs::PATIENT_THERE);
    let (status, body) = portal.ask(client, "POST", "visit", &wish);
    assert_eq!(status, 409, "{body}");
    body["reason"].as_str().unwrap().to_owned()
}

/// Up to which record the box may purge.
fn safe(clinic: &Clinic) -> u64 {
    let database = Connection::open(clinic.site.path("infomat.db")).unwrap();
    let memory: String = database
        .query_row("SELECT memory FROM exchange", [], |row| row.get(0))
        .unwrap();
    let memory: Value = serde_json::from_str(&memory).unwrap();
    memory["safe"].as_u64().unwrap()
}

#[test]
fn what_the_backups_hold_is_safe_for_the_box() {
    let Some(region) = region() else { return };
    let (clinic, _server, _) = programs::enrolled(&region);
    let here = clinic.site.serve();
    let mark = region.run_well(&["mark-safe", "begin"], "").trim().to_owned();
    let held = clinic.journal().lines().count() as u64;
    Ask::new(1, 4, OURS).book(&mut here.client());
    clinic.exchange_well();
    assert_eq!(safe(&clinic), 0, "no backup was finished");
    let (status, said) = run(&region, &["mark-safe", &mark]);
    assert!(
        status == Some(0) && said.contains("boxes whose records are safe: 1"),
        "{said}"
    );
    clinic.exchange_well();
    assert_eq!(safe(&clinic), held, "what came behind the mark is in no backup");
    for (wrong, expected) in [
        ("tomorrow", "MARK: begin, or what it printed"),
        (
            "00000000-0000-4000-8000-000000000001",
            "this database knows no such mark",
        ),
    ] {
        let (status, said) = run(&region, &["mark-safe", wrong]);
        assert!(status == Some(1) && said.contains(expected), "{said}");
    }
    // A mark from before a restore says nothing of what is there now.
    let mark = region.run_well(&["mark-safe", "begin"], "").trim().to_owned();
    region.run_well(&["mark-restored"], "");
    let (status, said) = run(&region, &["mark-safe", &mark]);
    assert!(
        status == Some(1) && said.contains("restored after it: 1"),
        "{said}"
    );
    clinic.exchange_well();
    assert_eq!(safe(&clinic), held);
}

#[test]
fn a_restored_centre_books_nothing_before_the_box_has_reported() {
    let Some(region) = region() else { return };
    let (clinic, server, portal) = programs::enrolled(&region);
    let mut there = server.client();
    let (status, said) = run(&region, &["mark-promoted"]);
    assert!(status == Some(0) && said.contains("no failover"), "{said}");
    let theirs = book_there(&portal, &mut there, &clinic, THEIRS);
    clinic.exchange_well();
    region.run_well(&["mark-restored"], "");
    assert_eq!(
        denied(&portal, &mut there, &clinic, LATER),
        "notHeardSinceRestore"
    );
    let (status, said) = portal.ask(&mut there, "DELETE", &format!("visit/{theirs}"), &Value::Null);
    assert_eq!((status, said), (409, json!({"reason": "notHeardSinceRestore"})));
    // No promotion brings back what a restore has lost.
    let (status, said) = run(&region, &["mark-promoted"]);
    assert!(status == Some(0) && said.contains("no failover"), "{said}");
    assert_eq!(
        denied(&portal, &mut there, &clinic, LATER),
        "notHeardSinceRestore"
    );
    clinic.exchange_well();
    book_there(&portal, &mut there, &clinic, LATER);
}

#[test]
fn a_cell_that_is_gone_is_closed() {
    let Some(region) = region() else { return };
    let (clinic, server, portal) = programs::enrolled(&region);
    let mut there = server.client();
    let gone = with(clinic::slot(LATER, 2, 1, "13:00"), &json!({"deleted": true}));
    programs::tell(&region, &clinic, &[gone]);
    assert_eq!(denied(&portal, &mut there, &clinic, LATER), "closed");
    clinic.exchange_well();
    assert_eq!(denied(&portal, &mut there, &clinic, LATER), "closed");
    let database = Connection::open(clinic.site.path("infomat.db")).unwrap();
    let left = format!(
        "SELECT count(*) FROM slot WHERE guid = x'{}'",
        guid(LATER).replace('-', "")
    );
    assert_eq!(
        database.query_row(&left, [], |row| row.get::<_, i64>(0)).unwrap(),
        0
    );
}

/// The cells of a box that was given up are nobody's until it has stopped: then they are the centre's.
#[test]
fn the_free_cells_of_a_dead_box_are_the_centres_when_it_has_stopped() {
    let Some(region) = region() else { return };
    let (clinic, server, portal) = programs::enrolled(&region);
    let mut there = server.client();
    let here = clinic.site.serve();
    Ask::new(1, 4, OURS).book(&mut here.client());
    clinic.exchange_well();
    region.run_well(&["retire", "--box", &clinic.guid.to_string()], "");
    let (_, listed) = run(&region, &["boxes"]);
    assert!(listed.contains("retired"), "{listed}");
    assert_eq!(denied(&portal, &mut there, &clinic, ASKED_BACK), "nobody");
    assert_eq!(denied(&portal, &mut there, &clinic, OURS), "owner");
    let (status, said) = clinic.run(&["exchange"]);
    assert!(
        status == Some(1) && said.contains("the database has stopped"),
        "{said}"
    );
    assert_eq!(
        Ask::new(1, NEWCOMER, ASKED_BACK).send(&mut here.client()).status,
        503
    );
    book_there(&portal, &mut there, &clinic, ASKED_BACK);
    let nowhere = "00000000-0000-4000-8000-000000000009";
    let (status, said) = run(&region, &["retire", "--box", nowhere]);
    assert!(
        status == Some(1) && said.contains("there is no such box"),
        "{said}"
    );
}

/// A new life of the box takes them back before that.
#[test]
fn the_free_cells_of_a_dead_box_are_its_next_lifes() {
    let Some(region) = region() else { return };
    let (clinic, server, portal) = programs::enrolled(&region);
    let mut there = server.client();
    region.run_well(&["retire", "--box", &clinic.guid.to_string()], "");
    assert_eq!(denied(&portal, &mut there, &clinic, OURS), "nobody");
    let replacement = clinic.replacement(&format!("http://{}", server.address), "");
    let (status, said) = replacement.run(&["restore", "--from-centre"]);
    assert!(status == Some(0), "{said}");
    replacement.exchange_well();
    assert_eq!(denied(&portal, &mut there, &clinic, OURS), "owner");
    Ask::new(1, 4, OURS).book(&mut replacement.site.serve().client());
    replacement.exchange_well();
    let (_, listed) = run(&region, &["boxes"]);
    assert!(listed.contains("serve"), "{listed}");
}

#[test]
fn an_issue_is_listed_until_somebody_has_seen_it() {
    let Some(region) = region() else { return };
    let (clinic, server, _) = programs::enrolled(&region);
    let other = Clinic::admitted(&region, 2);
    let (_, listed) = run(&region, &["issues"]);
    assert_eq!(listed.lines().count(), 1, "{listed}");
    // Two machines say that they are the box: one is told to stop.
    let replacement = clinic.replacement(&format!("http://{}", server.address), "");
    let (status, said) = replacement.run(&["restore", "--from-centre"]);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(clinic.run(&["exchange"]).0, Some(1));
    let (own, foreign) = (clinic.guid.to_string(), other.guid.to_string());
    let (status, listed) = run(&region, &["issues", "--box", &own]);
    let line = listed.lines().nth(1).unwrap();
    let (_, issue) = line.split_once(&own).unwrap();
    let issue = issue.trim();
    assert!(
        status == Some(0) && listed.lines().count() == 2 && issue.starts_with("toldToStop "),
        "{listed}"
    );
    assert_eq!(run(&region, &["issues"]).1, listed);
    assert_eq!(run(&region, &["issues", "--box", &foreign]).1.lines().count(), 1);
    for (site, seen, expected) in [
        (&*own, "toldToStop", "no such issue"),
        (&foreign, issue, "no such issue"),
        (
            "00000000-0000-4000-8000-000000000009",
            issue,
            "there is no such box",
        ),
    ] {
        let (status, said) = run(&region, &["issues", "--box", site, "--seen", seen]);
        assert!(status == Some(1) && said.contains(expected), "{said}");
    }
    assert_eq!(run(&region, &["issues", "--seen", issue]).0, Some(2));
    let see = ["issues", "--box", &own, "--seen", issue];
    assert_eq!(run(&region, &see), (Some(0), "marked as seen\n".to_owned()));
    assert_eq!(run(&region, &see).0, Some(1));
    // It stays seen when it is found again.
    assert_eq!(clinic.run(&["exchange"]).0, Some(1));
    assert_eq!(run(&region, &["issues"]).1.lines().count(), 1);
    assert_eq!(region.number("SELECT count(*) FROM infomat.issue"), 1);
}

/// Goal: whoever has to call a patient is told the name and a telephone: the visit's, or else the card's.
#[test]
fn an_issue_about_a_visit_tells_whom_to_call() {
    let Some(region) = region() else { return };
    let (clinic, _server, _) = programs::enrolled(&region);
    let card = with(
        clinic::patient(4, 1),
        &json!({"patronymic": "Петрович", "phone": "65-43-21"}),
    );
    programs::tell(&region, &clinic, &[card]);
    clinic.exchange_well();
    let here = clinic.site.serve();
    Ask::new(1, 4, OURS)
        .and("phone", "12-34-56")
        .book(&mut here.client());
    clinic.exchange_well();
    // Only a copied box, or one that books on, makes such an issue.
    let overfull = "INSERT INTO infomat.issue (box, issue, kind, visit) \
        SELECT box, 'overfull ' || visit, 'overfull', visit FROM infomat.visit WHERE box = $1";
    region.sql().execute(overfull, &[&clinic.guid]).unwrap();
    let line = || run(&region, &["issues"]).1.lines().nth(1).unwrap().to_owned();
    let content = |told: &str| {
        let sql = format!("UPDATE infomat.journal SET content = {told} WHERE kind = 'booked'");
        region.sql().execute(&sql, &[]).unwrap();
    };
    assert!(
        line().contains("Петров Петр Петрович  12-34-56  overfull "),
        "{}",
        line()
    );
    content("replace(content, '12-34-56', '')");
    assert!(
        line().contains("Петров Петр Петрович  65-43-21  overfull "),
        "{}",
        line()
    );
    // Of a card that was removed the visit's own telephone is left.
    content(
        "regexp_replace(replace(content, '\"phone\":\"\"', '\"phone\":\"12-34-56\"'), '\"patient\":\"[^\"]*\",', '')",
    );
    assert!(
        line().contains(" 12-34-56  overfull ") && !line().contains("Петров"),
        "{}",
        line()
    );
    // A record that cannot be read keeps nobody from the list.
    content("'x'");
    assert!(
        line().contains(" overfull ") && !line().contains("Петров"),
        "{}",
        line()
    );
}

#[test]
fn the_numbers_tell_how_each_box_stands() {
    let Some(region) = region() else { return };
    let (clinic, server, portal) = programs::enrolled(&region);
    let mut there = server.client();
    denied(&portal, &mut there, &clinic, OURS);
    there.ask("GET", "/api/centre/v1/no-such-path", &[], b"");
    let told = there.ask("GET", "/metrics", &[], b"");
    let text = String::from_utf8(told.body).unwrap();
    for line in [
        format!("infomat_centre_box_behind_records{{box=\"{}\"}} 0", clinic.guid),
        format!(
            "infomat_centre_box_state{{box=\"{}\",state=\"serve\"}} 1",
            clinic.guid
        ),
        format!("infomat_centre_box_issues{{box=\"{}\"}} 0", clinic.guid),
        "infomat_centre_requests_total{route=\"visit\",status=\"409\"} 1".to_owned(),
        "infomat_centre_requests_total{route=\"other\",status=\"404\"} 1".to_owned(),
    ] {
        assert!(text.lines().any(|told| told == line), "{line}: {text}");
    }
    assert!(
        text.contains("infomat_centre_requests_total{route=\"exchange\",status=\"200\"} "),
        "{text}"
    );
    assert_eq!(there.ask("POST", "/metrics", &[], b"").status, 405);
}
