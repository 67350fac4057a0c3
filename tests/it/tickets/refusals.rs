//! Goal: what is asked wrongly about tickets is refused, each with what would be right, and nothing changes. Method: on
//! the real binary, each request is right in everything but one thing.

use super::{
    LPU, OTHER, OTHER_LPU, PATIENT, THERAPIST, UNKNOWN, ask_as, authorization, lines, path, ticket_guid,
};
use crate::catalogue::Row;
use crate::clinic::{self, Ask, guid, with};
use crate::harness::{Site, now};
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;

const CELL: u32 = 100;
const CLOSED: u32 = 33;

#[test]
fn what_needs_a_token_says_so_and_a_foreign_ticket_is_unknown() {
    let site = Site::new("");
    let mut all = lines();
    all.extend([
        clinic::slot(CELL, THERAPIST, 1, "10:00"),
        with(clinic::patient(CLOSED, LPU), &json!({"closed": true})),
    ]);
    site.import(&all);
    let server = site.serve();
    let mut client = server.client();
    let ticket = ticket_guid(&Ask::new(LPU, PATIENT, CELL).book(&mut client));
    let arrival = format!("{ticket}/checkin");
    let methods = [
        ("GET", ""),
        ("GET", &*ticket),
        ("GET", "other?externalUserID=a"),
        ("DELETE", &*ticket),
        ("POST", &*arrival),
    ];
    for (method, rest) in methods {
        let own = path(rest);
        Row::of("no bearer").expect(&client.ask(method, &own, &[], b""), &[]);
        let forged = [("Authorization", "Bearer a.b.c")];
        Row::of("bad token").expect(&client.ask(method, &own, &forged, b""), &[]);
        let trusted = authorization(PATIENT, &json!({"privilege": true}));
        let mut elsewhere = |lpu: &str| {
            let path = format!("/visit/{lpu}/{rest}");
            client.ask(method, &path, &[("Authorization", &trusted)], b"")
        };
        Row::of("parameter").expect(&elsewhere("42"), &[]);
        Row::of("lpu").expect(&elsewhere(&guid(UNKNOWN)), &[]);
        let filled = [guid(PATIENT), guid(OTHER_LPU)];
        Row::of("card").expect(&elsewhere(&guid(OTHER_LPU)), &[&filled[0], &filled[1]]);
        let closed = authorization(CLOSED, &json!({"privilege": true}));
        let answer = client.ask(method, &own, &[("Authorization", &closed)], b"");
        Row::of("card").expect(&answer, &[&guid(CLOSED), &guid(LPU)]);
    }
    for (method, rest) in [("GET", ""), ("DELETE", ""), ("POST", "/checkin")] {
        let mut ask =
            |patient, ticket: &str| ask_as(&mut client, patient, method, &path(&format!("{ticket}{rest}")));
        Row::of("parameter").expect(&ask(PATIENT, "42"), &[]);
        Row::of("ticket").expect(&ask(PATIENT, &guid(UNKNOWN)), &[]);
        let foreign = ask(OTHER, &ticket);
        Row::of("ticket").expect(&foreign, &[]);
        assert_eq!(foreign.body, ask(OTHER, &guid(UNKNOWN)).body);
    }
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let changed: i64 = database
        .query_row(
            "SELECT count(*) FROM visit WHERE status <> 'active' OR checked_in_at IS NOT NULL",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(changed, 0);
}

#[test]
fn dates_and_accounts_are_looked_at() {
    let site = Site::new("");
    site.import(&lines());
    let server = site.serve();
    let mut client = server.client();
    let mut ask = |query: &str| ask_as(&mut client, PATIENT, "GET", &path(query));
    let day = |days| (now().date_naive() + TimeDelta::days(days)).to_string();
    let (today, yesterday) = (day(0), day(-1));
    let date = "нужна дата вида ГГГГ-ММ-ДД";
    for (query, text) in [
        ("?dateFrom=1".to_owned(), format!("Параметр dateFrom: {date}")),
        (
            "?dateFrom=2026-02-29&dateTo=x".to_owned(),
            format!("Параметр dateFrom: {date}"),
        ),
        (
            format!("?dateFrom={today}&dateTo=01.01.2026"),
            format!("Параметр dateTo: {date}"),
        ),
        (
            format!("?dateFrom={today}&dateTo={yesterday}"),
            "Параметр dateTo: дата не должна быть раньше dateFrom".to_owned(),
        ),
        (
            format!("?dateFrom={today}&datefrom={today}"),
            "Параметр dateFrom указан более одного раза".to_owned(),
        ),
        (
            "other".to_owned(),
            "Параметр externalUserID обязателен".to_owned(),
        ),
        (
            format!("other?externalUserID={}", "1".repeat(129)),
            "Параметр externalUserID: не более 128 символов".to_owned(),
        ),
    ] {
        let answer = ask(&query);
        Row::of("parameter").expect(&answer, &[]);
        assert_eq!(answer.json()["message"], text, "{query}");
    }
    let long = ask(&format!("?dateFrom={today}&dateTo={}", day(367)));
    Row::of("period").expect(&long, &["366"]);
    for query in [
        format!("?dateFrom={today}&dateTo={}", day(366)),
        "?dateFrom=9999-12-31".to_owned(),
        "?dateTo=0000-01-01".to_owned(),
        "?dateFrom=&dateTo=".to_owned(),
    ] {
        assert_eq!(ask(&query).status, 200, "{query}");
    }
}

#[test]
fn other_methods_are_told_which_are_right() {
    let site = Site::new("");
    let server = site.serve();
    let mut client = server.client();
    for (method, rest, allow) in [
        ("DELETE", String::new(), "POST, GET, HEAD"),
        ("DELETE", "other".to_owned(), "GET, HEAD"),
        ("POST", guid(1), "GET, HEAD, DELETE"),
        ("GET", format!("{}/checkin", guid(1)), "POST"),
    ] {
        let answer = client.ask(method, &path(&rest), &[], b"");
        assert_eq!(answer.status, 405, "{method} {rest}");
        assert_eq!(answer.header("allow"), Some(allow));
    }
}
