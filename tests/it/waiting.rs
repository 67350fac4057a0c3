//! Goal: the waiting list (contract::waiting_list) takes what is right, names what is wrong, and holds a patient once for one
//! speciality. Method: the real binary; the expired entry is one of the file's, set back by another hand.

use crate::catalogue::Row;
use crate::clinic::{self, guid, with};
use crate::harness::{self, Answer, Client, Server, Site, now};
use crate::limits::assert_until_midnight;
use crate::tickets::{LPU, OCULIST, OTHER, OTHER_LPU, PATIENT, THERAPIST, UNKNOWN, authorization, lines};
use chrono::{DateTime, TimeDelta};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;

const PATH: &str = "/api/v3/waitinglist";
const OF_OTHER_LPU: u32 = 13;
const RIVALS: usize = 24;

fn serve() -> (Site, Server, Client) {
    let site = Site::new("");
    let mut all = lines();
    all.push(clinic::doctor(OF_OTHER_LPU, OTHER_LPU, "27", "Орлова"));
    site.import(&all);
    let server = site.serve();
    let client = server.client();
    (site, server, client)
}

fn day(days: i64) -> String {
    (now().date_naive() + TimeDelta::days(days)).to_string()
}

/// A body with what is required.
fn body() -> Value {
    json!({"lpuGuid": guid(LPU), "specialityCode": "27", "dateStart": day(1), "isAgree": 1})
}

fn send(client: &mut Client, patient: u32, method: &str, path: &str, body: &[u8]) -> Answer {
    let authorization = authorization(patient, &json!({}));
    let mut headers = vec![("Authorization", &*authorization)];
    if !body.is_empty() {
        headers.push(("Content-Type", "application/json"));
    }
    client.ask(method, path, &headers, body)
}

fn wait(client: &mut Client, body: &Value) -> Answer {
    send(client, PATIENT, "POST", PATH, body.to_string().as_bytes())
}

fn success(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

fn list(client: &mut Client, patient: u32) -> Value {
    success(&send(client, patient, "GET", PATH, b""))
}

#[test]
fn an_entry_is_made_listed_and_ended() {
    let (_site, _server, mut client) = serve();
    let whole = with(
        body(),
        &json!({"doctorGuid": guid(THERAPIST).to_uppercase(), "phone": "+7 900 000-00-00", "complaints": "Болит\nголова",
                "dateEnd": day(9), "timeStart": "09:00", "timeEnd": "12:30", "unheardOf": [1]}),
    );
    let made = success(&wait(&mut client, &whole));
    let created = made["created"].as_str().unwrap();
    assert!((now() - DateTime::parse_from_rfc3339(created).unwrap()).num_minutes() == 0);
    let expected = json!({
        "guid": made["guid"], "lpuGuid": guid(LPU), "specialityCode": "27", "doctorGuid": guid(THERAPIST),
        "dateStart": day(1), "dateEnd": day(9), "timeStart": "09:00", "timeEnd": "12:30", "status": "Active",
        "created": created
    });
    assert_eq!(made, expected);
    let sparse = success(&wait(&mut client, &with(body(), &json!({"specialityCode": "7"}))));
    let defaults = json!({
        "guid": sparse["guid"], "lpuGuid": guid(LPU), "specialityCode": "7", "doctorGuid": null, "dateStart": day(1),
        "dateEnd": day(31), "timeStart": "00:00", "timeEnd": "00:00", "status": "Active", "created": sparse["created"]
    });
    assert_eq!(sparse, defaults);
    assert_eq!(list(&mut client, PATIENT), json!([sparse, made]));
    assert_eq!(list(&mut client, OTHER), json!([]));

    let ended = with(made.clone(), &json!({"status": "Ended"}));
    let path = format!("/waitinglist/{}", made["guid"].as_str().unwrap());
    Row::of("waiting entry").expect(&send(&mut client, OTHER, "DELETE", &path, b""), &[]);
    for _ in 0..2 {
        assert_eq!(success(&send(&mut client, PATIENT, "DELETE", &path, b"")), ended);
    }
    assert_eq!(list(&mut client, PATIENT), json!([sparse, ended]));
}

#[test]
fn a_patient_waits_once_for_a_speciality_and_again_after_the_end() {
    let (site, _server, mut client) = serve();
    let first = success(&wait(&mut client, &body()));
    Row::of("waiting already").expect(&wait(&mut client, &body()), &[]);
    success(&send(
        &mut client,
        OTHER,
        "POST",
        "/waitinglist",
        body().to_string().as_bytes(),
    ));
    let path = format!("{PATH}/{}", first["guid"].as_str().unwrap());
    success(&send(&mut client, PATIENT, "DELETE", &path, b""));
    let second = success(&wait(&mut client, &body()));
    assert_ne!(first["guid"], second["guid"]);

    let database = Connection::open(site.path("infomat.db")).unwrap();
    let set_end = |days| {
        database
            .execute(
                "UPDATE waiting_entry SET date_end = ? WHERE status = 'active'",
                [day(days)],
            )
            .unwrap()
    };
    assert_eq!(set_end(0), 2);
    assert_eq!(
        list(&mut client, PATIENT)[0]["status"],
        "Active",
        "its last day is today"
    );
    Row::of("waiting already").expect(&wait(&mut client, &body()), &[]);
    set_end(-1);
    assert_eq!(list(&mut client, PATIENT)[0]["status"], "Ended");
    let third = success(&wait(&mut client, &body()));
    let statuses: Vec<_> = list(&mut client, PATIENT)
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["guid"].clone(), entry["status"].clone()))
        .collect();
    assert_eq!(statuses[0], (third["guid"].clone(), json!("Active")));
    assert_eq!(statuses.len(), 3);
    assert!(statuses[1..].iter().all(|(_, status)| status == "Ended"));
}

#[test]
fn of_many_at_once_one_gets_on_the_list() {
    let (_site, server, mut client) = serve();
    let start = Barrier::new(RIVALS);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let asked: Vec<_> = (0..RIVALS)
            .map(|_| {
                scope.spawn(|| {
                    let mut client = server.client();
                    start.wait();
                    wait(&mut client, &body()).status
                })
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    let counts = [200, 400].map(|status| statuses.iter().filter(|one| **one == status).count());
    assert_eq!(counts, [1, RIVALS - 1], "{statuses:?}");
    assert_eq!(list(&mut client, PATIENT).as_array().unwrap().len(), 1);
}

/// Members of the body, a wrong value, and what the refusal says.
fn wrong_members() -> Vec<(&'static str, Value, String)> {
    let guid_needed = "нужен GUID".to_owned();
    let date = "нужна дата вида ГГГГ-ММ-ДД".to_owned();
    let time = "нужно время вида ЧЧ:ММ".to_owned();
    let text = "нужна строка JSON".to_owned();
    let mut wrong = vec![
        ("lpuGuid", json!("42"), guid_needed.clone()),
        ("doctorGuid", json!("42"), guid_needed),
        (
            "specialityCode",
            json!("2".repeat(65)),
            "не более 64 символов".to_owned(),
        ),
        ("phone", json!("нет"), "нужен номер телефона".to_owned()),
        ("phone", json!("1".repeat(33)), "не более 32 символов".to_owned()),
        (
            "complaints",
            json!("б".repeat(2_001)),
            "не более 2000 символов".to_owned(),
        ),
        ("complaints", json!("a\u{0}b"), "управляющие символы".to_owned()),
        ("specialityCode", json!("2\n7"), "управляющие символы".to_owned()),
        ("dateStart", json!("01.01.2026"), date.clone()),
        (
            "dateStart",
            json!(day(367)),
            "не позже чем через 366 дней".to_owned(),
        ),
        ("dateStart", json!(day(-31)), "уже прошла".to_owned()),
        ("dateEnd", json!("2026-02-30"), date),
        (
            "dateEnd",
            json!(day(0)),
            "не должна быть раньше dateStart".to_owned(),
        ),
        (
            "dateEnd",
            json!(day(367)),
            "не позже чем через 366 дней".to_owned(),
        ),
        (
            "dateEnd",
            json!("9999-12-31"),
            "не позже чем через 366 дней".to_owned(),
        ),
        ("isAgree", json!(0), "допустимые значения: 1".to_owned()),
        ("isAgree", json!(false), "допустимые значения: 1".to_owned()),
        ("isAgree", json!([1]), "нужна строка".to_owned()),
    ];
    for name in ["timeStart", "timeEnd"] {
        for value in ["9:00", "24:00", "09:60", "09:00:00", "+9:00", "утром"] {
            wrong.push((name, json!(value), time.clone()));
        }
    }
    for name in [
        "lpuGuid",
        "specialityCode",
        "doctorGuid",
        "phone",
        "complaints",
        "dateStart",
        "dateEnd",
        "timeStart",
    ] {
        for value in [json!(27), json!(true), json!(["27"]), json!({"a": "27"})] {
            wrong.push((name, value, text.clone()));
        }
    }
    for name in ["lpuGuid", "specialityCode", "dateStart", "isAgree"] {
        for value in [json!(null), json!("")] {
            wrong.push((name, value, "обязателен".to_owned()));
        }
    }
    wrong
}

#[test]
fn each_wrong_member_is_named() {
    let (site, _server, mut client) = serve();
    for (name, value, text) in wrong_members() {
        let answer = wait(&mut client, &with(body(), &json!({ name: value })));
        Row::of("parameter").expect(&answer, &[]);
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        let named = format!("Параметр {name}");
        assert!(
            message.starts_with(&named) && message.contains(&text),
            "{name} {value}: {message}"
        );
    }
    let narrow = json!({"timeStart": "12:00", "timeEnd": "12:00"});
    let answer = wait(&mut client, &with(body(), &narrow));
    assert_eq!(
        answer.json()["message"],
        "Параметр timeEnd: время должно быть позже timeStart"
    );
    let over = json!({"dateStart": day(-9), "dateEnd": day(-1)});
    let answer = wait(&mut client, &with(body(), &over));
    assert_eq!(answer.json()["message"], "Параметр dateEnd: эта дата уже прошла");
    assert_eq!(entries(&site), 0);
    let open_ended = json!({"dateStart": day(-9), "timeStart": "23:59", "complaints": "б".repeat(2_000)});
    success(&wait(&mut client, &with(body(), &open_ended)));
}

fn entries(site: &Site) -> i64 {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let count = database.query_row("SELECT count(*) FROM waiting_entry", [], |row| row.get(0));
    count.unwrap()
}

#[test]
fn what_is_no_json_object_is_refused() {
    let (site, _server, mut client) = serve();
    let body = body().to_string();
    let doubled = body.replacen('{', "{\"LPUGUID\":\"\",", 1);
    let authorization = authorization(PATIENT, &json!({}));
    let form = [
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/json; charset=koi8-r",
    ];
    for kind in form {
        let headers = [("Authorization", &*authorization), ("Content-Type", kind)];
        let answer = client.ask("POST", PATH, &headers, body.as_bytes());
        assert_eq!(
            answer.json()["message"],
            "Параметр Content-Type: нужен application/json в UTF-8",
            "{kind}"
        );
    }
    for (bytes, text) in [
        (&b"{"[..], "Параметр body: нужен один объект JSON"),
        (b"[]", "Параметр body: нужен один объект JSON"),
        (b"null", "Параметр body: нужен один объект JSON"),
        (b"{} {}", "Параметр body: нужен один объект JSON"),
        (
            b"{\"lpuGuid\": \"\xff\"}",
            "Параметр body: нужен один объект JSON",
        ),
        (b"{}", "Параметр lpuGuid обязателен"),
        (doubled.as_bytes(), "Параметр lpuGuid указан более одного раза"),
        (
            b"{\"lpuGuid\": \"\\ud800\"}",
            "Параметр lpuGuid: нужна строка в UTF-8, в адресе и форме - с кодами %XX",
        ),
    ] {
        let answer = send(&mut client, PATIENT, "POST", PATH, bytes);
        Row::of("parameter").expect(&answer, &[]);
        assert_eq!(answer.json()["message"], text);
    }
    assert_eq!(entries(&site), 0);
}

#[test]
fn what_is_not_there_or_somebody_elses_is_refused() {
    let (site, _server, mut client) = serve();
    let mut refused = |row: &str, more: Value, filled: &[&str]| {
        Row::of(row).expect(&wait(&mut client, &with(body(), &more)), filled);
    };
    refused("lpu", json!({"lpuGuid": guid(UNKNOWN)}), &[]);
    let foreign = [guid(PATIENT), guid(OTHER_LPU)];
    refused(
        "card",
        json!({"lpuGuid": guid(OTHER_LPU)}),
        &[&foreign[0], &foreign[1]],
    );
    refused("unknown speciality", json!({"specialityCode": "99"}), &[]);
    refused("resource", json!({"doctorGuid": guid(UNKNOWN)}), &[]);
    refused("resource", json!({"doctorGuid": guid(OF_OTHER_LPU)}), &[]);
    refused("other speciality", json!({"doctorGuid": guid(OCULIST)}), &[]);
    assert_eq!(entries(&site), 0);

    let unknown = format!("{PATH}/{}", guid(UNKNOWN));
    Row::of("waiting entry").expect(&send(&mut client, PATIENT, "DELETE", &unknown, b""), &[]);
    let malformed = format!("{PATH}/42");
    Row::of("parameter").expect(&send(&mut client, PATIENT, "DELETE", &malformed, b""), &[]);
    for (method, path) in [("GET", PATH), ("POST", PATH), ("DELETE", &*unknown)] {
        Row::of("no bearer").expect(&client.ask(method, path, &[], b""), &[]);
        let claims = harness::claims(&guid(LPU), &guid(UNKNOWN), "Infomat");
        let stranger = format!("Bearer {}", harness::sign(&claims, harness::KEY));
        let headers = [
            ("Authorization", &*stranger),
            ("Content-Type", "application/json"),
        ];
        let content = if method == "POST" {
            body().to_string()
        } else {
            String::new()
        };
        let answer = client.ask(method, path, &headers, content.as_bytes());
        Row::of("card").expect(&answer, &[&guid(UNKNOWN), &guid(LPU)]);
    }
    for (method, path, status) in [
        ("DELETE", PATH, 405),
        ("GET", &*unknown, 405),
        ("GET", "/api/v2/waitinglist", 404),
        ("GET", "/api/v3/visit", 404),
    ] {
        assert_eq!(
            client.ask(method, path, &[], b"").status,
            status,
            "{method} {path}"
        );
    }
}

/// Goal: what somebody waited for has come, so nobody calls any more. Method: bookings of the speciality and of another one,
/// under the card that waits and under another card of the same person; the entry's text is gone from the file too.
#[test]
fn a_booking_of_the_speciality_ends_the_entry() {
    const FIRST: u32 = 800;
    const SECOND: u32 = 801;
    let (site, _server, mut client) = serve();
    let person = json!({"personGuid": guid(99)});
    site.import(&[
        with(clinic::patient(PATIENT, LPU), &person),
        with(clinic::patient(OTHER, LPU), &person),
        clinic::slot(FIRST, OCULIST, 1, "09:00"),
        clinic::slot(SECOND, THERAPIST, 1, "10:00"),
    ]);
    let whole = with(
        body(),
        &json!({"phone": "8 900 000-00-77", "complaints": "Болит голова"}),
    );
    success(&wait(&mut client, &whole));
    let status = |client: &mut Client| list(client, PATIENT)[0]["status"].clone();
    clinic::Ask::new(LPU, PATIENT, FIRST).book(&mut client);
    assert_eq!(status(&mut client), "Active", "it is another speciality");
    let refused = clinic::Ask::new(LPU, OTHER, 999).send(&mut client);
    assert_eq!((refused.status, status(&mut client)), (400, json!("Active")));
    clinic::Ask::new(LPU, OTHER, SECOND).book(&mut client);
    assert_eq!(status(&mut client), "Ended");
    let kept: String = Connection::open(site.path("infomat.db"))
        .unwrap()
        .query_row("SELECT phone || complaints FROM waiting_entry", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(kept, "");
    assert_eq!(site.run_well(&["waiting", "--format", "json"], ""), "[]\n");
}

/// Goal: what a patient wrote goes with the end of the entry, whoever ends it, and is not shown in its place.
#[test]
fn an_ended_entry_loses_its_text() {
    let (site, _server, mut client) = serve();
    let text = json!({"phone": "+7 900 000-00-00", "complaints": "Болит голова"});
    let made = success(&wait(&mut client, &with(body(), &text)));
    success(&wait(
        &mut client,
        &with(with(body(), &text), &json!({"specialityCode": "7"})),
    ));
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let texts = || -> Vec<(String, String, String)> {
        let mut rows = database
            .prepare("SELECT status, phone, complaints FROM waiting_entry ORDER BY id")
            .unwrap();
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.unwrap().map(Result::unwrap).collect()
    };
    let whole = |status: &str| {
        (
            status.to_owned(),
            "+7 900 000-00-00".to_owned(),
            "Болит голова".to_owned(),
        )
    };
    let bare = || ("ended".to_owned(), String::new(), String::new());
    assert_eq!(texts(), [whole("active"), whole("active")]);
    let path = format!("{PATH}/{}", made["guid"].as_str().unwrap());
    success(&send(&mut client, PATIENT, "DELETE", &path, b""));
    assert_eq!(texts(), [bare(), whole("active")]);
    database.execute("UPDATE waiting_entry SET date_end = date_start, date_start = '2026-01-01', date_end = '2026-01-02'", []).unwrap();
    success(&wait(&mut client, &with(body(), &json!({"specialityCode": "7"}))));
    assert_eq!(texts()[1], bare(), "its last day was over");
}

/// Goal: a patient makes only so many entries in a local day alone, ended ones too; the call centre may make more.
#[test]
fn a_patient_makes_so_many_entries_a_day() {
    let site = Site::new("[limits]\nwaiting_entries_a_day = 3");
    site.import(&lines());
    let server = site.serve();
    let mut client = server.client();
    let mut make = |patient, source: &str| {
        let claims = harness::claims(&guid(LPU), &guid(patient), source);
        let bearer = format!("Bearer {}", harness::sign(&claims, harness::KEY));
        let headers = [("Authorization", &*bearer), ("Content-Type", "application/json")];
        let answer = client.ask("POST", PATH, &headers, body().to_string().as_bytes());
        if answer.status == 200 {
            let path = format!("{PATH}/{}", answer.json()["guid"].as_str().unwrap());
            success(&client.ask("DELETE", &path, &headers[..1], b""));
        }
        answer
    };
    for source in ["Infomat", "Callcenter", "Internet", "Infomat"] {
        success(&make(PATIENT, source));
    }
    let refused = make(PATIENT, "Internet");
    Row::of("waiting entries of today").expect(&refused, &["3"]);
    assert_until_midnight(&refused);
    success(&make(PATIENT, "Callcenter"));
    success(&make(OTHER, "Internet"));
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute("UPDATE waiting_entry SET created_at = created_at - 86400", [])
        .unwrap();
    success(&make(PATIENT, "Infomat"));
}
