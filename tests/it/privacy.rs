//! Goal: nothing of a patient gets into the log, into what the server prints, or into its numbers, whatever happens; and each
//! request has its line. Method: everything that could be told bears a mark: cards, and paths, queries, headers and bodies
//! of requests that succeed, are refused, meet a fault, and end the process with a panic. Then all that was written is
//! searched. The fault and the panic are brought about from outside, by a database that another program has changed.

use crate::clinic::{self, Ask, guid, with};
use crate::harness::{self, Client, Server, Site};
use crate::metrics::Numbers;
use crate::tickets::{LPU, PATIENT, THERAPIST, path, ticket_guid};
use rusqlite::Connection;
use serde_json::json;
use std::fs;

const POLICY: &str = "5577889900112233";
const BIRTHDAY: &str = "1931-07-08";

/// What must not be found, in lower case.
const MARKS: [&str; 13] = [
    "меткин",
    "меткович",
    POLICY,
    "5550123",
    "marked",
    "markmail",
    BIRTHDAY,
    "08.07.1931",
    "19310708",
    "5550199",
    "46997733",
    "15577889902",
    "жалоба",
];

fn site() -> Site {
    let site = Site::new("");
    site.import(&[
        clinic::lpu(LPU),
        clinic::speciality("27"),
        clinic::doctor(THERAPIST, LPU, "27", "Ежова"),
        clinic::slot(100, THERAPIST, 1, "08:00"),
        clinic::slot(101, THERAPIST, 1, "09:00"),
        with(
            clinic::patient(PATIENT, LPU),
            &json!({"family": "Меткин", "name": "Меткин", "patronymic": "Меткович", "birthDate": BIRTHDAY,
                    "policyNumber": POLICY, "snils": "15577889902", "passportSeries": "4699",
                    "passportNumber": "46997733", "phone": "+7 999 5550123", "email": "markmail@marked.example"}),
        ),
    ]);
    site
}

/// A token of the patient with marks of its own, and the marks that a token is.
fn token() -> (String, Vec<String>) {
    let claims = with(
        harness::claims(&guid(LPU), &guid(PATIENT), "Infomat"),
        &json!({"login": "marked-login"}),
    );
    let token = harness::sign(&claims, harness::KEY);
    let parts = token.split('.').map(|part| part[..16].to_lowercase()).collect();
    (token, parts)
}

/// What a patient's terminal may ask, each with marks wherever there is room for one; how many requests that were.
fn ask_everything(server: &Server, token: &str) -> usize {
    let mut client = server.client();
    let bearer = format!("Bearer {token}");
    let mut asked = 0;
    let mut ask = |method: &str, target: &str, body: &str, expected: u16| {
        let headers = [
            ("Authorization", &*bearer),
            ("X-Request-Id", "marked-id"),
            ("User-Agent", "marked-agent"),
            ("X-Marked", "marked-header"),
            ("Content-Type", "application/json"),
        ];
        let answer = client.ask(method, target, &headers, body.as_bytes());
        let shown = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, expected, "{method} {target}: {shown}");
        asked += 1;
        answer
    };
    let lpu = guid(LPU);
    let identify = |query: &str| format!("/auth/{lpu}/token?{query}");
    let known = identify(&format!("n_pol={POLICY}&Birthday={BIRTHDAY}"));
    ask("GET", &known, "", 200);
    ask(
        "GET",
        &identify(&format!("snils=15577889902&Birthday={BIRTHDAY}")),
        "",
        200,
    );
    for _ in 0..5 {
        ask(
            "GET",
            &identify(&format!("s_doc=4699&n_doc=46997734&Birthday={BIRTHDAY}")),
            "",
            400,
        );
    }
    ask(
        "GET",
        &identify(&format!("s_doc=4699&n_doc=46997734&Birthday={BIRTHDAY}")),
        "",
        429,
    );
    ask(
        "GET",
        &identify("n_pol=5577889900112233&Birthday=08.07.1931"),
        "",
        400,
    );
    let book = |cell: u32, more: &str| format!("/visit/{lpu}?timeTable={}&{more}", guid(cell));
    let contact = "phone=%2B79995550199&email=markmail2@marked.example&externalUserID=marked-user";
    let ticket = ticket_guid(&ask("POST", &book(100, contact), "", 200).json());
    ask("POST", &book(100, contact), "", 400);
    ask("POST", &book(101, "phone=marked-phone"), "", 400);
    ask(
        "POST",
        &book(101, "email=marked%00mail&directionId=marked"),
        "",
        400,
    );
    ask("GET", &format!("/visit/{lpu}"), "", 200);
    ask("GET", &format!("/visit/{lpu}/marked-ticket"), "", 400);
    ask(
        "GET",
        &format!("/visit/{lpu}/other?externalUserID=marked-user"),
        "",
        403,
    );
    let wish = json!({"lpuGuid": lpu, "specialityCode": "27", "dateStart": clinic::moment(1, "08:00")[..10],
                      "isAgree": 1, "phone": "+79995550123", "complaints": "marked жалоба"});
    ask("POST", "/api/v3/waitinglist", &wish.to_string(), 200);
    ask("POST", "/api/v3/waitinglist", "{\"marked\": жалоба", 400);
    ask("DELETE", &path(&ticket), "", 200);
    ask("DELETE", &path(&ticket), "", 400);
    ask("GET", "/marked/path?marked=query", "", 404);
    ask("PUT", "/lpu?marked", "", 405);
    asked + ask_badly(server)
}

/// What no well-behaved client sends.
fn ask_badly(server: &Server) -> usize {
    let malformed: [&[u8]; 5] = [
        b"GET /marked HTTP/1.1\r\nHost: marked host\r\n\r\n",
        b"GET /marked HTTP/2.0\r\nHost: marked\r\n\r\n",
        b"POST /marked HTTP/1.1\r\nHost: a\r\nContent-Length: marked\r\n\r\n",
        b"GET /lpu?marked HTTP/1.1\r\nHost: marked.example\r\n\r\n",
        b"MARKED /marked\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    ];
    for bytes in malformed {
        let mut client = server.client();
        client.send(bytes).unwrap();
        assert!(client.read(false).unwrap().status >= 400);
    }
    malformed.len()
}

/// Nothing of the marks is in a text.
fn sees_no_mark(what: &str, text: &str, token: &[String]) {
    let text = text.to_lowercase();
    let marks = MARKS.iter().copied().chain(token.iter().map(String::as_str));
    for mark in marks {
        let around = text.lines().find(|line| line.contains(mark));
        assert_eq!(around, None, "{mark} is in {what}");
    }
}

/// The fields of each request's line.
fn request_lines(log: &str) -> Vec<Vec<(&str, &str)>> {
    let lines = log.lines().filter_map(|line| line.split_once(" request] "));
    lines
        .map(|(_, line)| {
            line.split(' ')
                .map(|field| field.split_once('=').unwrap())
                .collect()
        })
        .collect()
}

#[test]
fn nothing_of_a_patient_is_told() {
    let site = site();
    let (token, parts) = token();
    let server = site.serve();
    let asked = ask_everything(&server, &token);
    let numbers = Numbers::of(&mut server.client()).text;
    let (status, printed) = server.terminate_and_read();
    assert!(status.success());
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    sees_no_mark("the log", &log, &parts);
    sees_no_mark("what is printed", &printed, &parts);
    sees_no_mark("the numbers", &numbers, &parts);
    let lines = request_lines(&log);
    assert_eq!(lines.len(), asked + 1, "{log}");
    for fields in &lines {
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["id", "route", "status", "code", "us", "client"], "{log}");
        assert_eq!(fields[5].1, "127.0.0.1");
        assert!(fields[4].1.parse::<u64>().is_ok());
    }
    let told = |route, status, code| {
        let fields = [("route", route), ("status", status), ("code", code)];
        assert!(
            lines.iter().any(|line| line[1..4] == fields),
            "{fields:?} in {log}"
        );
    };
    told("identify", "429", "5000");
    told("book", "200", "-");
    told("book", "400", "4848");
    told("cancel", "200", "2000");
    told("cancel", "400", "4022");
    told("lpus", "421", "5000");
    told("unknown", "505", "5000");
}

/// Goal: the number in an answer finds its line, and no client chooses it.
#[test]
fn an_answer_tells_the_number_of_its_line() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let mut numbers: Vec<String> = Vec::new();
    for target in ["/lpu", "/healthz", "/none"] {
        let answer = client.ask("GET", target, &[("X-Request-Id", "chosen")], b"");
        numbers.push(answer.header("x-request-id").unwrap().to_owned());
    }
    assert!(server.terminate_and_read().0.success());
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    let lines = request_lines(&log);
    let told: Vec<_> = lines.iter().map(|line| line[0].1).collect();
    assert_eq!(told, numbers);
    assert!(numbers[0] != numbers[1] && !log.contains("chosen"), "{log}");
}

fn list(client: &mut Client, token: &str) -> std::io::Result<harness::Answer> {
    let request = format!(
        "GET /visit/{}?marked=query HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n",
        guid(LPU)
    );
    client.send(request.as_bytes())?;
    client.read(false)
}

/// Goal: no fault's line tells whom it was about, and a damaged value is told by its place alone. Method: another program takes
/// a table away, and then gives a visit a time that no clock shows.
#[test]
fn faults_and_damaged_values_tell_nothing_either() {
    let site = site();
    let (token, parts) = token();
    let server = site.serve();
    let mut client = server.client();
    let ask = Ask::new(LPU, PATIENT, 100)
        .authorized(&format!("Bearer {token}"))
        .and("phone", "+7 999 5550199")
        .and("externalUserID", "marked-user");
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute_batch("ALTER TABLE journal RENAME TO hidden")
        .unwrap();
    assert_eq!(ask.send(&mut client).status, 500);
    database
        .execute_batch("ALTER TABLE hidden RENAME TO journal")
        .unwrap();
    ask.book(&mut client);
    database
        .execute_batch("UPDATE visit SET begin_at = 9000000000000000000, end_at = 9000000000000000001")
        .unwrap();
    assert_eq!(list(&mut client, &token).unwrap().status, 500);
    let (status, printed) = server.terminate_and_read();
    assert!(status.success());
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    sees_no_mark("the log", &log, &parts);
    sees_no_mark("what is printed", &printed, &parts);
    assert!(log.contains("no such table"), "{log}");
    assert!(log.contains("table visit, row id 1, column"), "{log}");
    assert!(!log.contains("9000000000000000"), "a value is told: {log}");
}
