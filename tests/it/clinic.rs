//! Lines of clinic data (contract::clinic_data) with their required fields; a test sets whatever else it is about. All made up.

use crate::harness::{self, Answer, Client, Site};
use chrono::TimeDelta;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::io;

/// A configuration in which one patient may book over and over.
pub const RULES_OFF: &str =
    "[rules]\nrepeat_in_cell = false\none_per_speciality = false\none_per_time = false\n";

/// Lines of a clinic (1) with a doctor (2), a cell (3) of tomorrow and a patient (4).
pub fn small() -> Vec<Value> {
    vec![
        lpu(1),
        speciality("27"),
        doctor(2, 1, "27", "Врачова"),
        slot(3, 2, 1, "10:00"),
        patient(4, 1),
    ]
}

/// A site with the small clinic, whose cell has so many places and whose patient, with this policy, may book over and over.
pub fn roomy_site(places: u32, policy: &str) -> Site {
    let site = Site::new(RULES_OFF);
    site.import(&small());
    site.import(&[
        with(slot(3, 2, 1, "10:00"), &json!({"planCount": places})),
        with(patient(4, 1), &json!({"policyNumber": policy})),
    ]);
    site
}

/// The `n`-th GUID of the tests.
pub fn guid(n: u32) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

/// `days` after today at `time` (HH:MM), as RFC 3339 has it, on the clinic's clock.
pub fn moment(days: i64, time: &str) -> String {
    let day = (harness::now() + TimeDelta::days(days)).date_naive();
    format!("{day}T{time}:00+{:02}:00", harness::OFFSET_HOURS)
}

/// The same as a refusal's text shows it.
pub fn shown(days: i64, time: &str) -> String {
    let day = (harness::now() + TimeDelta::days(days)).date_naive();
    format!("{} {time}", day.format("%d.%m.%Y"))
}

/// A request to book. The right one first, then a test spoils what it is about.
#[derive(Clone)]
pub struct Ask {
    /// The path up to the clinic.
    pub base: &'static str,
    /// The clinic in the path.
    pub lpu: String,
    /// The header `Authorization`.
    pub authorization: Option<String>,
    /// The query: names and values, in order.
    pub parameters: Vec<(&'static str, String)>,
    /// The header `Idempotency-Key`.
    pub key: Option<String>,
}

impl Ask {
    /// Asks the kiosk for a cell of a clinic, for the patient with a card in it.
    pub fn new(lpu: u32, patient: u32, slot: u32) -> Ask {
        let ask = Ask {
            base: "/api/v2/visit/",
            lpu: guid(lpu),
            authorization: None,
            parameters: vec![("timeTable", guid(slot))],
            key: None,
        };
        ask.claiming(&harness::claims(&guid(lpu), &guid(patient), "Infomat"))
    }

    /// The same with a token of these claims.
    pub fn claiming(self, claims: &Value) -> Ask {
        self.authorized(&format!("Bearer {}", harness::sign(claims, harness::KEY)))
    }

    /// The same with this `Authorization`.
    pub fn authorized(mut self, authorization: &str) -> Ask {
        self.authorization = Some(authorization.to_owned());
        self
    }

    /// The same with one more parameter.
    pub fn and(mut self, name: &'static str, value: &str) -> Ask {
        self.parameters.push((name, value.to_owned()));
        self
    }

    /// The same without a parameter.
    pub fn without(mut self, name: &str) -> Ask {
        self.parameters.retain(|(known, _)| *known != name);
        self
    }

    /// Sends it.
    pub fn send(&self, client: &mut Client) -> Answer {
        self.try_send(client).unwrap()
    }

    /// The same where the server may die meanwhile.
    pub fn try_send(&self, client: &mut Client) -> io::Result<Answer> {
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let pairs = self.parameters.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let target = format!("{}{}?{}", self.base, self.lpu, pairs.join("&"));
        let authorization = self
            .authorization
            .as_deref()
            .map(|value| ("Authorization", value));
        let key = self.key.as_deref().map(|value| ("Idempotency-Key", value));
        let headers: Vec<_> = authorization.into_iter().chain(key).collect();
        client.try_ask("POST", &target, &headers, &[])
    }

    /// Sends it and sees that it books; the ticket.
    pub fn book(&self, client: &mut Client) -> Value {
        let answer = self.send(client);
        let ticket = answer.json();
        assert_eq!(answer.status, 200, "{ticket}");
        ticket
    }
}

/// A line with more fields, or other values of those it has.
pub fn with(mut line: Value, more: &Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        line[field] = value.clone();
    }
    line
}

pub fn lpu(n: u32) -> Value {
    json!({"kind": "lpu", "guid": guid(n), "name": "Поликлиника"})
}

pub fn speciality(code: &str) -> Value {
    json!({"kind": "speciality", "code": code, "name": code})
}

pub fn doctor(n: u32, lpu: u32, speciality: &str, family: &str) -> Value {
    json!({"kind": "resource", "guid": guid(n), "lpu": guid(lpu), "family": family, "name": "Анна",
           "patronymic": "Борисовна", "speciality": speciality})
}

/// A cell of a quarter of an hour that begins at `time` (HH:M0 or HH:M5, not in the last quarter).
pub fn slot(n: u32, resource: u32, days: i64, time: &str) -> Value {
    json!({"kind": "slot", "guid": guid(n), "resource": guid(resource), "begin": moment(days, time),
           "end": moment(days, &quarter_after(time))})
}

pub fn patient(n: u32, lpu: u32) -> Value {
    json!({"kind": "patient", "guid": guid(n), "lpu": guid(lpu), "family": "Петров", "name": "Петр",
           "birthDate": "1980-06-15"})
}

pub fn referral(number: &str, kind: &str, patient: u32) -> Value {
    json!({"kind": "referral", "number": number, "type": kind, "patient": guid(patient)})
}

pub fn exam(n: u32, patient: u32) -> Value {
    json!({"kind": "exam", "guid": guid(n), "patient": guid(patient), "name": "Флюорография"})
}

pub fn registration(patient: u32, resource: u32) -> Value {
    json!({"kind": "dispensaryRegistration", "patient": guid(patient), "resource": guid(resource)})
}

fn quarter_after(time: &str) -> String {
    let (hour, minute) = time.split_once(':').unwrap();
    let minutes = hour.parse::<u32>().unwrap() * 60 + minute.parse::<u32>().unwrap() + 15;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
