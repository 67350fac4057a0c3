//! Goal: every method of the document is there, and every answer to it is described: success, refusals, the HTTP layer's.
//! Method: requests are made from the document's own paths. What belongs to a success is told to each; refusals come from
//! spoiling the same thing in every request.

use super::{Document, Operation};
use crate::clinic::{self, guid, with};
use crate::harness::{self, Answer, Client, KEY, Server, Site};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const LPU: u32 = 1;
const DOCTOR: u32 = 11;
const PATIENT: u32 = 31;
const TODAY: u32 = 100;
const TOMORROW: u32 = 101;
const SHORT: u32 = 102;

/// An outside account, and the login of the token.
const ACCOUNT: &str = "account-7";

/// Rules off as far as one patient is to book again and again, today too.
const CONFIGURATION: &str = "[rules]
past = false
one_per_speciality = false
one_per_time = false";

/// The document, a client, and what stands in the paths of its requests.
struct Asking {
    document: Document,
    client: Client,
    authorization: String,
    arguments: BTreeMap<&'static str, String>,
    /// Operations that were answered with success.
    succeeded: BTreeSet<String>,
}

fn serve() -> (Site, Server) {
    let site = Site::new(CONFIGURATION);
    site.import(&[
        clinic::lpu(LPU),
        clinic::speciality("27"),
        clinic::doctor(DOCTOR, LPU, "27", "Ежова"),
        clinic::slot(TODAY, DOCTOR, 0, "00:00"),
        clinic::slot(TOMORROW, DOCTOR, 1, "10:00"),
        clinic::slot(SHORT, DOCTOR, 1, "11:00"),
        with(clinic::patient(PATIENT, LPU), &json!({"policyNumber": "123456"})),
    ]);
    let server = site.serve();
    (site, server)
}

impl Asking {
    fn of(server: &Server) -> Asking {
        let mut client = server.client();
        let claims = harness::claims(&guid(LPU), &guid(PATIENT), "Infomat");
        let token = harness::sign(&with(claims, &json!({"login": ACCOUNT})), KEY);
        let day = |days| clinic::moment(days, "00:00")[..10].to_owned();
        Asking {
            document: Document::of(&mut client),
            client,
            authorization: format!("Bearer {token}"),
            arguments: BTreeMap::from([
                ("lpuGuid", guid(LPU)),
                ("docGuid", guid(DOCTOR)),
                ("speciality", "27".to_owned()),
                ("segment", "anything".to_owned()),
                ("date", day(1)),
                ("dateFrom", day(0)),
                ("dateTo", day(2)),
                ("guid", guid(0)),
                ("login", "ivanova".to_owned()),
                ("mkab", guid(PATIENT)),
                ("ticketGuid", guid(0)),
                ("closureGuid", guid(0)),
                ("entryGuid", guid(0)),
                ("jobGuid", guid(0)),
                ("issueId", "1".to_owned()),
                ("offset", "0".to_owned()),
                ("folder", "terminal".to_owned()),
                ("file", "app.js".to_owned()),
            ]),
            succeeded: BTreeSet::new(),
        }
    }

    fn operation(&self, id: &str) -> Operation {
        let mut operations = self.document.operations().into_iter();
        operations.find(|operation| operation.id == id).unwrap()
    }

    /// The path that leads to a success.
    fn good_path(&self, operation: &Operation) -> String {
        operation.path_with(|name| self.arguments[name].clone())
    }

    /// Sends a request with the token and a query, or a JSON body; the answer has to be described.
    fn ask(&mut self, id: &str, query: &str, body: &Value) -> Answer {
        let operation = self.operation(id);
        let path = self.good_path(&operation);
        let mut headers = vec![("Authorization", &*self.authorization)];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        if !body.is_empty() {
            headers.push(("Content-Type", "application/json"));
        }
        let target = format!("{path}{query}");
        let answer = self
            .client
            .ask(&operation.method, &target, &headers, body.as_bytes());
        self.document.describes(&operation, &answer);
        answer
    }

    /// The same where success is meant.
    fn succeed(&mut self, id: &str, query: &str, body: &Value) -> Answer {
        let answer = self.ask(id, query, body);
        let said = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, 200, "{id}: {said}");
        self.succeeded.insert(id.to_owned());
        answer
    }

    /// Books, and keeps the ticket for the paths that follow.
    fn book(&mut self, query: &str, body: &Value) {
        let ticket = self.succeed("book", query, body).json();
        let guid = ticket["ticketGuid"].as_str().unwrap().to_owned();
        self.arguments.insert("ticketGuid", guid);
    }
}

/// Whether a method is the reception's: it needs somebody who has signed in (`tests/it/desk.rs`).
fn is_of_desk(id: &str) -> bool {
    id.starts_with("desk")
}

/// Every method succeeds as described: a list with something in it, a ticket long and short, a history of each kind.
#[test]
fn every_method_succeeds_as_described() {
    let (_site, server) = serve();
    let mut asking = Asking::of(&server);
    let none = Value::Null;
    for id in [
        "page",
        "health",
        "ready",
        "metrics",
        "openapi",
        "terminal",
        "lpus",
        "lpu",
        "specialities",
        "doctors",
        "doctor",
        "scheduleOfDay",
        "scheduleOfDays",
        "scheduleOfDayBySpeciality",
        "scheduleOfDaysBySpeciality",
        "scheduleOfDayByPosition",
        "scheduleOfDaysByPosition",
        "scheduleOfSpeciality",
        "pageFile",
    ] {
        let answer = asking.succeed(id, "", &none);
        assert!(answer.body.len() > 10, "{id} is empty");
    }
    asking.arguments.insert("file", "welcome.js".to_owned());
    asking.succeed("pageScreen", "", &none);
    asking
        .arguments
        .insert("guid", "00000000-0000-0000-0000-000000000000".to_owned());
    asking.succeed("clientApplications", "", &none);

    asking.book(
        &format!("?timeTable={}&externalUserID={ACCOUNT}", guid(TODAY)),
        &none,
    );
    asking.succeed("checkIn", "", &none);
    let ticket = asking.succeed("ticket", "", &none).json();
    let number = ticket["num"].as_str().unwrap();
    asking.succeed("reprint", &format!("?num={number}&Birthday=1980-06-15"), &none);
    asking.book(
        "",
        &json!({"timeTable": guid(SHORT), "fullResponse": false, "email_confirm_agree": 1}),
    );
    asking.book(
        &format!("?timeTable={}&externalUserID={ACCOUNT}&phone=12", guid(TOMORROW)),
        &none,
    );
    let booked = asking.succeed("scheduleOfDay", "", &none).json();
    assert_eq!(booked[0]["status"], "Booked");
    asking.succeed("ticketsOfOther", &format!("?externalUserID={ACCOUNT}"), &none);
    asking.succeed("cancel", "", &none);
    let dates = format!(
        "?dateFrom={}&dateTo={}",
        asking.arguments["dateFrom"], asking.arguments["dateTo"]
    );
    let tickets = asking.succeed("tickets", &dates, &none).json();
    assert_eq!(tickets.as_array().unwrap().len(), 3);

    let held = asking
        .succeed("hold", &format!("?timeTable={}", guid(TOMORROW)), &none)
        .json();
    asking
        .arguments
        .insert("guid", held["hold"].as_str().unwrap().to_owned());
    asking.succeed("giveBack", "", &none);

    let wish = json!({"lpuGuid": guid(LPU), "specialityCode": "27", "doctorGuid": guid(DOCTOR), "isAgree": 1,
                      "dateStart": asking.arguments["date"]});
    let entry = asking.succeed("wait", "", &wish).json();
    asking
        .arguments
        .insert("guid", entry["guid"].as_str().unwrap().to_owned());
    let entries = asking.succeed("waitingList", "", &none).json();
    assert_eq!(entries[0], entry);
    asking.succeed("stopWaiting", "", &none);

    asking.succeed("tellPrinter", "", &json!({"state": "ok"}));
    asking.succeed("identify", "?n_pol=123456&Birthday=1980-06-15", &none);

    let all = asking
        .document
        .operations()
        .into_iter()
        .map(|operation| operation.id)
        .filter(|id| !is_of_desk(id));
    assert_eq!(asking.succeeded, all.collect());
}

/// A token that is none, an argument that is none, a clinic that is not there: each refused as described, wherever there
/// is a token, an argument, a clinic.
#[test]
fn every_method_refuses_as_described() {
    let (_site, server) = serve();
    let mut asking = Asking::of(&server);
    for operation in asking.document.operations() {
        let takes_a_token = operation.description["security"]
            .as_array()
            .unwrap()
            .iter()
            .any(|way| way.get("patient").is_some());
        let good = asking.good_path(&operation);
        let malformed = operation.path_with(|_| "%FF".to_owned());
        let elsewhere = operation.path_with(|name| match name {
            "lpuGuid" | "docGuid" | "ticketGuid" | "guid" => guid(9),
            name => asking.arguments[name].clone(),
        });
        let authorization = asking.authorization.clone();
        let mut send = |path: &str, authorization: &str| {
            let headers = [("Authorization", authorization)];
            let answer = asking.client.ask(&operation.method, path, &headers, b"");
            asking.document.describes(&operation, &answer);
            answer.status
        };
        if takes_a_token {
            assert_eq!(send(&good, "Bearer a.b.c"), 403, "{}", operation.id);
            assert_eq!(send(&good, "Basic YTpi"), 403, "{}", operation.id);
        }
        if is_of_desk(&operation.id) {
            continue;
        }
        if malformed != operation.path {
            let refused = if operation.path.starts_with("/page") {
                404
            } else {
                400
            };
            assert_eq!(send(&malformed, &authorization), refused, "{}", operation.id);
        }
        if elsewhere != good {
            assert_eq!(send(&elsewhere, &authorization), 400, "{}", operation.id);
        }
    }
}

/// Every method is there under each of its base addresses: the same request has the same answer.
#[test]
fn every_method_is_served_under_each_base() {
    let (_site, server) = serve();
    let mut asking = Asking::of(&server);
    for operation in asking.document.operations() {
        let path = asking.good_path(&operation);
        let headers = [("Authorization", &*asking.authorization)];
        let statuses: BTreeSet<_> = operation
            .bases
            .iter()
            .map(|base| {
                let target = format!("{base}{path}");
                let answer = asking.client.ask(&operation.method, &target, &headers, b"");
                asking.document.describes(&operation, &answer);
                answer.status
            })
            .collect();
        assert_eq!(statuses.len(), 1, "{}: {statuses:?}", operation.id);
        assert_eq!(
            operation.bases.len() > 1,
            !operation.id.starts_with("page") && !is_of_desk(&operation.id),
            "{}",
            operation.id
        );
    }
}

/// What the HTTP layer says, to every method: a foreign `Host`, another HTTP method, requests that are none.
#[test]
fn the_transport_refuses_as_described() {
    let (_site, server) = serve();
    let mut asking = Asking::of(&server);
    let operations = asking.document.operations();
    for operation in &operations {
        let path = asking.good_path(operation);
        let mut client = server.client();
        let head = format!("{} {path} HTTP/1.1\r\n", operation.method);
        let foreign = format!("{head}Host: elsewhere.example\r\nContent-Length: 0\r\n\r\n");
        client.send(foreign.as_bytes()).unwrap();
        let answer = client.read(false).unwrap();
        asking.document.describes(operation, &answer);
        let status = match &*operation.id {
            // A booking needs a token, which a foreign page cannot get.
            "book" => 403,
            // The gate tells anybody that the process lives.
            "health" => 200,
            _ => 421,
        };
        assert_eq!(answer.status, status, "{}", operation.id);
        let long = "a".repeat(100_000);
        for (field, refused) in [
            ("Content-Length: x", 400),
            ("Transfer-Encoding: gzip", 501),
            ("Content-Length: 999999999", 413),
            ("Expect: the-best", 417),
            (&*format!("X: {long}"), 431),
        ] {
            let mut client = server.client();
            let request = format!("{head}Host: localhost\r\n{field}\r\n\r\n");
            client.send(request.as_bytes()).unwrap();
            let answer = client.read(false).unwrap();
            asking.document.describes(operation, &answer);
            assert_eq!(answer.status, refused, "{}", operation.id);
        }

        let methods = operations.iter().filter(|other| other.path == operation.path);
        let mut described: BTreeSet<_> = methods.map(|other| &*other.method).collect();
        if described.contains("GET") {
            described.insert("HEAD");
            let authorization = asking.authorization.clone();
            let headers = [("Authorization", &*authorization)];
            let head = asking.client.ask("HEAD", &path, &headers, b"");
            let get = asking.client.ask("GET", &path, &headers, b"");
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        }
        let answer = asking.client.ask("PATCH", &path, &[], b"");
        asking
            .document
            .response_describes(asking.document.at("#/components/responses/405"), &answer, &path);
        let allowed: BTreeSet<_> = answer.header("allow").unwrap().split(", ").collect();
        assert_eq!((answer.status, allowed), (405, described), "{path}");
    }
    let answer = asking.client.ask("GET", "/nowhere", &[], b"");
    asking.document.response_describes(
        asking.document.at("#/components/responses/404"),
        &answer,
        "/nowhere",
    );
    assert_eq!(answer.status, 404);
}

/// Who guesses is told when to come again.
#[test]
fn guessing_is_refused_as_described() {
    let (_site, server) = serve();
    let mut asking = Asking::of(&server);
    let mut guess = || {
        asking
            .ask("identify", "?n_pol=123456&Birthday=1980-06-16", &Value::Null)
            .status
    };
    let statuses: Vec<_> = (0..6).map(|_| guess()).collect();
    assert_eq!(statuses, [400, 400, 400, 400, 400, 429]);
}
