//! Goal: each list holds the tickets it should, in order, each as booking answered it. Method: a clinic without the rules
//! that forbid visits in the past, so that some are over.

use super::{
    OCULIST, OTHER, OTHER_LPU, PATIENT, THERAPIST, ask_as, authorization, lines, listed, path, ticket_guid,
};
use crate::catalogue::Row;
use crate::clinic::{self, Ask, guid};
use crate::harness::{Client, Server, Site, now};
use chrono::TimeDelta;
use serde_json::{Value, json};

const OVER: u32 = 100;
const TOMORROW: u32 = 101;
const DAY_AFTER: u32 = 102;
const CANCELLED: u32 = 103;
const OTHERS: u32 = 104;

struct Scene {
    /// Keeps the folder.
    _site: Site,
    server: Server,
    over: String,
    tomorrow: String,
    day_after: String,
    cancelled: String,
    others: String,
}

fn day(days: i64) -> String {
    (now().date_naive() + TimeDelta::days(days)).to_string()
}

impl Scene {
    fn set() -> Scene {
        let site = Site::new("[rules]\npast = false\none_per_speciality = false");
        let mut all = lines();
        all.extend([
            clinic::slot(OVER, THERAPIST, -2, "10:00"),
            clinic::slot(TOMORROW, OCULIST, 1, "10:00"),
            clinic::slot(DAY_AFTER, THERAPIST, 2, "10:00"),
            clinic::slot(CANCELLED, THERAPIST, 1, "08:00"),
            clinic::slot(OTHERS, THERAPIST, 1, "09:00"),
        ]);
        site.import(&all);
        let server = site.serve();
        let mut client = server.client();
        // The later one first: lists are by begin, not by booking.
        let mut book = |patient, slot, account: &str| {
            ticket_guid(
                &Ask::new(1, patient, slot)
                    .and("externalUserID", account)
                    .book(&mut client),
            )
        };
        let scene = Scene {
            day_after: book(PATIENT, DAY_AFTER, "account"),
            over: book(PATIENT, OVER, "account"),
            tomorrow: book(PATIENT, TOMORROW, ""),
            cancelled: book(PATIENT, CANCELLED, "account"),
            others: book(OTHER, OTHERS, "account"),
            _site: site,
            server,
        };
        let cancelled = ask_as(&mut client, PATIENT, "DELETE", &path(&scene.cancelled));
        assert_eq!(cancelled.status, 200);
        scene
    }

    fn list(&self, query: &str) -> Vec<String> {
        listed(&ask_as(&mut self.server.client(), PATIENT, "GET", &path(query)))
    }
}

#[test]
fn lists_hold_what_they_should_by_begin() {
    let scene = Scene::set();
    let Scene {
        over,
        tomorrow,
        day_after,
        cancelled,
        others,
        ..
    } = &scene;
    assert_eq!(scene.list(""), [tomorrow.clone(), day_after.clone()]);
    let between = |from, to| scene.list(&format!("?dateFrom={}&dateTo={}", day(from), day(to)));
    assert_eq!(
        between(-2, 1),
        [over.clone(), cancelled.clone(), tomorrow.clone()]
    );
    assert_eq!(between(2, 2), [&**day_after]);
    assert_eq!(between(3, 9), Vec::<String>::new());
    assert_eq!(scene.list(&format!("?DATEFROM={}", day(2))), [&**day_after]);
    assert_eq!(scene.list(&format!("?dateTo={}", day(0))), [&**over]);
    let other = listed(&ask_as(&mut scene.server.client(), OTHER, "GET", &path("")));
    assert_eq!(other, [&**others]);
}

#[test]
fn an_account_and_a_trusted_back_end_see_what_was_booked_with_the_account() {
    let scene = Scene::set();
    let mut client = scene.server.client();
    let mut ask = |more: &Value, account: &str| {
        let authorization = authorization(PATIENT, more);
        let path = path(&format!("other?externalUserID={account}"));
        client.ask("GET", &path, &[("Authorization", &authorization)], b"")
    };
    let expected = [scene.others.clone(), scene.day_after.clone()];
    assert_eq!(listed(&ask(&json!({"login": "account"}), "account")), expected);
    assert_eq!(listed(&ask(&json!({"privilege": true}), "account")), expected);
    assert_eq!(
        listed(&ask(&json!({"privilege": true}), "nobody")),
        Vec::<String>::new()
    );
    for (claims, account) in [
        (json!({}), "account"),
        (json!({"login": "account"}), "another"),
        (json!({"login": "ACCOUNT"}), "account"),
    ] {
        Row::of("other account").expect(&ask(&claims, account), &[]);
    }
    Row::of("parameter").expect(&ask(&json!({"privilege": true}), ""), &[]);
}

#[test]
fn a_ticket_is_shown_as_booking_answered_it() {
    let site = Site::new("");
    let mut all = lines();
    all.push(clinic::slot(TOMORROW, THERAPIST, 1, "10:00"));
    site.import(&all);
    let server = site.serve();
    let mut client = server.client();
    let booked = Ask::new(1, PATIENT, TOMORROW).send(&mut client);
    let ticket = ticket_guid(&booked.json());
    for base in ["/api/v2", "", "/API/V2"] {
        let path = format!(
            "{base}/Visit/{}/{}",
            guid(1).to_uppercase(),
            ticket.to_uppercase()
        );
        let shown = ask_as(&mut client, PATIENT, "GET", &path);
        assert_eq!(
            String::from_utf8(shown.body),
            String::from_utf8(booked.body.clone())
        );
    }
    assert_eq!(
        ask_as(&mut client, PATIENT, "GET", &path("")).json(),
        json!([booked.json()])
    );
}

/// Goal: nobody can fill a list so that it cannot be read; what is left out is what nobody needs. Method: more tickets of a
/// day than a list holds, an active one among them that was booked first, and one cancelled last.
#[test]
fn of_too_many_tickets_the_oldest_cancelled_are_left_out() {
    const CANCELLED_TOO: u32 = 500;
    let site = Site::new("[rules]\none_per_speciality = false");
    let mut all = lines();
    all.push(clinic::slot(TOMORROW, OCULIST, 1, "12:00"));
    all.push(clinic::slot(OVER, THERAPIST, 1, "10:00"));
    site.import(&all);
    let server = site.serve();
    let mut client = server.client();
    let active = ticket_guid(&Ask::new(1, PATIENT, TOMORROW).book(&mut client));
    let mut rebook = || {
        let ticket = ticket_guid(&Ask::new(1, PATIENT, OVER).book(&mut client));
        ask_as(&mut client, PATIENT, "DELETE", &path(&ticket));
        ticket
    };
    let cancelled: Vec<_> = (0..CANCELLED_TOO).map(|_| rebook()).collect();
    let all_of_day = path(&format!("?dateFrom={}&dateTo={}", day(1), day(1)));
    let mut other: Client = server.client();
    let shown = listed(&ask_as(&mut other, PATIENT, "GET", &all_of_day));
    let expected = [&cancelled[1..], std::slice::from_ref(&active)].concat();
    assert_eq!(shown, expected);
    assert_eq!(listed(&ask_as(&mut other, PATIENT, "GET", &path(""))), [active]);
}

#[test]
fn a_token_of_one_clinic_lists_nothing_of_another() {
    let scene = Scene::set();
    let path = format!("/visit/{}", guid(OTHER_LPU));
    let answer = ask_as(&mut scene.server.client(), PATIENT, "GET", &path);
    Row::of("card").expect(&answer, &[&guid(PATIENT), &guid(OTHER_LPU)]);
}
