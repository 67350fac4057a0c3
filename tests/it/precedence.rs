//! Goal: where several rows of the contract's table apply, the first is the answer.
//!
//! Method: a request and a clinic in which everything is wrong at once (what excludes each other, as a cell in the past
//! and one too far ahead, comes one after the other). Then one thing at a time is put right, by a better request or an
//! import beside the serving server, and the answers read the table from top to bottom, to the ticket.

use crate::catalogue::{Row, TABLE};
use crate::clinic::{self, Ask, guid, with};
use crate::closures::{reopen, shut};
use crate::harness::{self, Client, Server, Site};
use crate::owners::give_away;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::{Value, json};

const LPU: u32 = 1;
const OTHER_LPU: u32 = 2;
const UNKNOWN: u32 = 9;
const DOCTOR: u32 = 11;
const OTHER_DOCTOR: u32 = 12;
const OCULIST: u32 = 13;
/// Has a visit in the wanted cell, another with the same speciality and a third at the same time.
const FIRST: u32 = 31;
/// Has the latter two.
const SECOND: u32 = 32;
/// Has the last.
const THIRD: u32 = 33;
const STRANGER: u32 = 34;
const EXAM: u32 = 51;
const WANTED: u32 = 100;
const SAME_SPECIALITY: u32 = 101;
const SAME_TIME: u32 = 102;
const STRANGERS: u32 = 103;

/// The rules without the part that is switched off in the configuration while the scene is set.
const RULES_OFF: &str = "[rules]
children_clinic = false
self_booking_ban = false
dispensary_only = false
repeat_in_cell = false
one_per_speciality = false
age_bounds = false
access = false
past = false
max_period = false
schedule_days = false
one_per_time = false";

/// The scene: the server, what it is asked, and the lines of the clinic that get better.
struct Scene {
    site: Site,
    _server: Server,
    client: Client,
    ask: Ask,
    patient: u32,
    wanted: Value,
}

impl Scene {
    fn set() -> Scene {
        let wanted = with(
            clinic::slot(WANTED, DOCTOR, -1, "10:00"),
            &json!({"ageTo": 17, "flagAccess": 1, "busyType": {"type": 0, "code": "", "name": ""}}),
        );
        let shared = json!({"planCount": 3});
        let banned = json!({"selfBookingBanned": true});
        let site = Site::new(RULES_OFF);
        site.import(&[
            with(clinic::lpu(LPU), &json!({"isChildrenPoliclinic": true})),
            clinic::lpu(OTHER_LPU),
            clinic::speciality("терапия"),
            clinic::speciality("глаза"),
            with(
                clinic::doctor(DOCTOR, LPU, "терапия", "Ежова"),
                &json!({"dispensaryOnly": true, "ageFrom": 60}),
            ),
            clinic::doctor(OTHER_DOCTOR, LPU, "терапия", "Зимина"),
            clinic::doctor(OCULIST, LPU, "глаза", "Орлова"),
            with(clinic::patient(FIRST, LPU), &banned),
            with(clinic::patient(SECOND, LPU), &banned),
            with(clinic::patient(THIRD, LPU), &banned),
            clinic::patient(STRANGER, LPU),
            clinic::referral("Н-1", "diagnostic", STRANGER),
            clinic::exam(EXAM, STRANGER),
            wanted.clone(),
            with(clinic::slot(SAME_SPECIALITY, OTHER_DOCTOR, 5, "09:00"), &shared),
            with(clinic::slot(SAME_TIME, OCULIST, 3, "10:10"), &shared),
            clinic::slot(STRANGERS, OCULIST, 3, "15:00"),
        ]);
        {
            let server = site.serve();
            let mut client = server.client();
            Ask::new(LPU, FIRST, WANTED).book(&mut client);
            for patient in [FIRST, SECOND] {
                Ask::new(LPU, patient, SAME_SPECIALITY).book(&mut client);
            }
            for patient in [FIRST, SECOND, THIRD] {
                Ask::new(LPU, patient, SAME_TIME).book(&mut client);
            }
            let press = Ask {
                key: Some("press".to_owned()),
                ..Ask::new(LPU, STRANGER, STRANGERS)
            };
            press.book(&mut client);
        }
        site.configure("[limits]\nbookings_a_day = 3");
        let server = site.serve();
        let nothing_right = Ask {
            base: "/api/v2/visit/",
            lpu: guid(UNKNOWN),
            authorization: None,
            parameters: vec![
                ("docGuid", guid(DOCTOR)),
                ("directionId", "Н-1".to_owned()),
                ("examGuid", "42".to_owned()),
            ],
            key: Some("press".to_owned()),
        };
        Scene {
            client: server.client(),
            _server: server,
            site,
            ask: nothing_right,
            patient: FIRST,
            wanted,
        }
    }

    /// The claims of a token that is wrong in all that a token can be wrong in, but for what `better` sets right.
    fn claim(&mut self, key: &[u8], better: &Value) {
        let long_ago = (harness::now() - TimeDelta::hours(1)).to_rfc3339();
        let wrong = json!({"tokenType": "FerToken", "TokenEndLifeTime": long_ago});
        let claims = with(harness::claims(&guid(OTHER_LPU), &guid(FIRST), "Infomat"), &wrong);
        let token = harness::sign(&with(claims, better), key);
        self.ask = self.ask.clone().authorized(&format!("Bearer {token}"));
    }

    /// Puts parameters right.
    fn name(&mut self, name: &'static str, value: &str) {
        self.ask = self.ask.clone().without(name).and(name, value);
    }

    /// Imports a better line.
    fn import(&self, line: Value) {
        self.site.import(&[line]);
    }

    /// Imports the wanted cell with other values.
    fn change_wanted(&mut self, more: &Value) {
        self.wanted = with(self.wanted.clone(), more);
        self.import(self.wanted.clone());
    }

    /// Gives the wanted cell another owner, as a message of the centre would.
    fn own_wanted(&self, owner: &str) {
        give_away(&self.site, WANTED, owner);
    }

    fn move_wanted(&mut self, days: i64) {
        let there = clinic::slot(WANTED, DOCTOR, days, "10:00");
        self.change_wanted(&json!({"begin": there["begin"], "end": there["end"]}));
    }

    /// Lets another patient ask, whose papers are as good.
    fn stand_in(&mut self, patient: u32) {
        self.patient = patient;
        self.give_referral();
        self.give_exam();
        let claims = harness::claims(&guid(LPU), &guid(patient), "Infomat");
        self.ask = self.ask.clone().claiming(&claims);
    }

    fn give_referral(&self) {
        self.import(clinic::referral("Н-1", "consultation", self.patient));
    }

    fn give_exam(&self) {
        self.import(clinic::exam(EXAM, self.patient));
    }

    /// Makes all bookings a day older.
    fn call_it_yesterday(&self) {
        let database = Connection::open(self.site.path("infomat.db")).unwrap();
        database
            .execute("UPDATE visit SET made_at = made_at - 86400", [])
            .unwrap();
    }

    /// What the next row is filled with.
    fn filled(row: &str) -> Vec<String> {
        let same_time = clinic::shown(3, "10:10");
        match row {
            "bookings of today" => vec!["3".to_owned()],
            "card" => vec![guid(FIRST), guid(LPU)],
            "speciality" => vec!["Зимина А. Б.".to_owned(), clinic::shown(5, "09:00")],
            "period" => vec!["60".to_owned()],
            "schedule days" => vec!["14".to_owned()],
            "time" => vec![same_time],
            _ => Vec::new(),
        }
    }
}

/// An answer, and what is then put right.
type Step = (&'static str, fn(&mut Scene));

const REQUEST: &[Step] = &[
    ("no bearer", |scene| {
        scene.ask = scene.ask.clone().authorized("Basic kiosk");
    }),
    ("no bearer", |scene| {
        scene.ask = scene.ask.clone().authorized("Bearer kiosk");
    }),
    ("bad token", |scene| {
        scene.claim(b"the key of somebody else", &json!({}));
    }),
    ("bad signature", |scene| scene.claim(harness::KEY, &json!({}))),
    ("bad token", |scene| {
        scene.claim(harness::KEY, &json!({"tokenType": "LpuToken"}));
    }),
    ("expired", |scene| {
        let token = harness::claims(&guid(OTHER_LPU), &guid(FIRST), "Infomat");
        scene.ask = scene.ask.clone().claiming(&token);
    }),
    ("parameter", |scene| scene.name("examGuid", &guid(EXAM))),
    ("direction", |scene| scene.name("directionType", "consultation")),
    ("no cell named", |scene| scene.name("timeTable", &guid(UNKNOWN))),
    ("lpu", |scene| scene.ask.lpu = guid(LPU)),
    ("card", |scene| {
        let token = harness::claims(&guid(LPU), &guid(FIRST), "Infomat");
        scene.ask = scene.ask.clone().claiming(&token);
    }),
    ("bookings of today", |scene| scene.call_it_yesterday()),
    ("cell", |scene| scene.name("timeTable", &guid(WANTED))),
    ("key", |scene| scene.ask.key = None),
    ("referral", |scene| scene.give_referral()),
    ("exam", |scene| scene.give_exam()),
];

const RULES: &[Step] = &[
    ("children", |scene| scene.import(clinic::lpu(LPU))),
    ("ban", |scene| {
        for patient in [FIRST, SECOND, THIRD] {
            scene.import(clinic::patient(patient, LPU));
        }
    }),
    ("dispensary", |scene| {
        for patient in [FIRST, SECOND, THIRD] {
            scene.import(clinic::registration(patient, DOCTOR));
        }
    }),
    ("this cell", |scene| scene.stand_in(SECOND)),
    ("speciality", |scene| scene.stand_in(THIRD)),
    ("age", |scene| scene.change_wanted(&json!({"ageTo": null}))),
    ("age", |scene| {
        let open_to_all_ages = clinic::doctor(DOCTOR, LPU, "терапия", "Ежова");
        scene.import(with(open_to_all_ages, &json!({"dispensaryOnly": true})));
        // No import changes a cell of the centre: until now it was the server's.
        scene.own_wanted("centre");
        shut(&scene.site, WANTED);
    }),
    ("of the centre", |scene| scene.own_wanted("nobody")),
    ("set aside", |scene| scene.own_wanted("box")),
    ("closed time", |scene| reopen(&scene.site)),
    ("access", |scene| scene.change_wanted(&json!({"flagAccess": 127}))),
    ("reception", |scene| {
        scene.change_wanted(&json!({"busyType": {"type": 1, "code": "", "name": ""}}));
    }),
    ("begun", |scene| scene.move_wanted(70)),
    ("period", |scene| scene.move_wanted(20)),
    ("schedule days", |scene| scene.move_wanted(3)),
    ("full", |scene| scene.change_wanted(&json!({"planCount": 2}))),
    ("time", |scene| {
        scene.import(with(
            clinic::slot(SAME_TIME, OCULIST, 3, "10:15"),
            &json!({"planCount": 3}),
        ));
    }),
];

#[test]
fn what_is_put_right_from_top_to_bottom_reads_the_table() {
    let mut scene = Scene::set();
    let mut read: Vec<&str> = Vec::new();
    for (row, put_right) in REQUEST.iter().chain(RULES) {
        let answer = scene.ask.send(&mut scene.client);
        let filled = Scene::filled(row);
        let filled: Vec<_> = filled.iter().map(String::as_str).collect();
        Row::of(row).expect(&answer, &filled);
        if !read.contains(row) {
            read.push(row);
        }
        put_right(&mut scene);
    }
    let table: Vec<_> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(read, table);
    let ticket = scene.ask.book(&mut scene.client);
    assert_eq!(ticket["usedCount"], 2);
    assert_eq!(ticket["docGuid"], guid(DOCTOR));
}
