//! Goal: what is asked wrongly gets a refusal that says what would be right. Method: on the real binary, each request is
//! right in everything but one thing.

use crate::clinic::{self, guid, with};
use crate::harness::{KEY, Site, claims, now, sign};
use chrono::TimeDelta;
use serde_json::{Value, json};

const LPU: u32 = 1;
const OTHER_LPU: u32 = 2;
const DOCTOR: u32 = 11;
const OF_OTHER_LPU: u32 = 12;
const PATIENT: u32 = 31;
const CLOSED: u32 = 32;
const UNKNOWN: u32 = 99;

fn lines() -> Vec<Value> {
    vec![
        clinic::lpu(LPU),
        clinic::lpu(OTHER_LPU),
        clinic::speciality("27"),
        clinic::doctor(DOCTOR, LPU, "27", "Ежова"),
        clinic::doctor(OF_OTHER_LPU, OTHER_LPU, "27", "Зимина"),
        clinic::patient(PATIENT, LPU),
        with(clinic::patient(CLOSED, LPU), &json!({"closed": true})),
    ]
}

fn day(days: i64) -> String {
    (now().date_naive() + TimeDelta::days(days)).to_string()
}

const NO_LPU: &str = "Медицинская организация с таким гвидом не обслуживается этим сервером";
const NO_DOCTOR: &str =
    "Врач, кабинет или оборудование с таким гвидом не найдены в этой медицинской организации";
const NO_DATE: &str = "нужна дата вида ГГГГ-ММ-ДД";

/// Paths, and what should be in the refusal: its code and its text.
fn paths() -> Vec<(String, &'static str, String)> {
    let known = format!("/lpu/{}", guid(LPU));
    let unknown = format!("/lpu/{}", guid(UNKNOWN));
    let schedule = format!("/doctor/{}/schedule", guid(DOCTOR));
    let today = day(0);
    let mut all = Vec::new();
    let mut bad = |path: String, code: &'static str, text: &str| all.push((path, code, text.to_owned()));
    let after_lpu = [
        String::new(),
        "/speciality".to_owned(),
        "/doctor".to_owned(),
        format!("/doctor/{}", guid(DOCTOR)),
        format!("{schedule}/{today}"),
        format!("/position/1{schedule}/{today}/{today}"),
        format!("/speciality/27/schedule/{today}/{today}"),
    ];
    for rest in &after_lpu {
        bad(format!("{unknown}{rest}"), "5000", NO_LPU);
        bad(format!("/lpu/42{rest}"), "5000", "Параметр lpuGuid: нужен GUID");
    }
    for rest in &after_lpu[1..] {
        for wrong in ["x", "-1", "1.5", "99999999999", "0x20"] {
            let text = "Параметр FlagAccess: нужно целое число от 0 до 2147483647";
            bad(format!("{known}{rest}?FlagAccess={wrong}"), "5000", text);
        }
        let text = "Параметр FlagAccess указан более одного раза";
        bad(format!("{known}{rest}?FlagAccess=4&flagaccess=4"), "5000", text);
    }
    for rest in ["", "/schedule/2026-01-01"] {
        bad(
            format!("{known}/doctor/42{rest}"),
            "5000",
            "Параметр docGuid: нужен GUID",
        );
        bad(
            format!("{known}/doctor/{}{rest}", guid(UNKNOWN)),
            "5000",
            NO_DOCTOR,
        );
        bad(
            format!("{known}/doctor/{}{rest}", guid(OF_OTHER_LPU)),
            "5000",
            NO_DOCTOR,
        );
    }
    all.extend(schedules_and_queries(&known, &schedule));
    all
}

/// The same for days, codes and filters.
fn schedules_and_queries(known: &str, schedule: &str) -> Vec<(String, &'static str, String)> {
    let today = day(0);
    let mut all = Vec::new();
    let mut bad = |path: String, code: &'static str, text: &str| all.push((path, code, text.to_owned()));
    for wrong in [
        "1",
        "2026-1-01",
        "2026-02-29",
        "01.01.2026",
        "20260101",
        "+026-01-01",
        "2026-01-01T00:00",
        "%20",
    ] {
        bad(
            format!("{known}{schedule}/{wrong}"),
            "5000",
            &format!("Параметр date: {NO_DATE}"),
        );
        bad(
            format!("{known}{schedule}/{wrong}/{today}"),
            "5000",
            &format!("Параметр dateFrom: {NO_DATE}"),
        );
        let path = format!("{known}/speciality/27/schedule/{today}/{wrong}");
        bad(path, "5000", &format!("Параметр dateTo: {NO_DATE}"));
    }
    let before = "Параметр dateTo: дата не должна быть раньше dateFrom";
    bad(format!("{known}{schedule}/{today}/{}", day(-1)), "5000", before);
    let long = "Недопустимый период расписания. Максимальный период 60 дней";
    bad(format!("{known}{schedule}/{today}/{}", day(61)), "5066", long);
    bad(format!("{known}{schedule}/0000-01-01/9999-12-31"), "5066", long);
    bad(
        format!("{known}/speciality/27/schedule/{today}/{}", day(61)),
        "5066",
        long,
    );
    let code = "Специальность с таким кодом не найдена";
    bad(format!("{known}/doctor?speciality=28"), "5000", code);
    bad(
        format!("{known}/speciality/28/schedule/{today}/{today}"),
        "5000",
        code,
    );
    let text = "Параметр speciality: не более 64 символов";
    bad(
        format!("{known}/doctor?speciality={}", "1".repeat(65)),
        "5000",
        text,
    );
    let busy = format!("{known}{schedule}/{today}?busyType=");
    bad(
        format!("{busy}{}", "1".repeat(33)),
        "5000",
        "Параметр busyType: не более 32 символов",
    );
    bad(
        format!("{busy}1{}", "&busyType=1".repeat(32)),
        "5000",
        "Параметр busyType указан более 32 раз",
    );
    let text = "Параметр busyType: нужна строка в UTF-8, в адресе и форме - с кодами %XX";
    bad(format!("{busy}%FF"), "5000", text);
    bad(
        "/settings/clientApplication/1".to_owned(),
        "5000",
        "Параметр guid: нужен GUID",
    );
    let text = format!("Клиентское приложение {} не найдено.", guid(UNKNOWN));
    bad(
        format!("/settings/clientApplication/{}", guid(UNKNOWN)),
        "4442",
        &text,
    );
    all
}

#[test]
fn a_bad_path_or_query_is_refused_with_what_would_be_right() {
    let site = Site::new("");
    site.import(&lines());
    let server = site.serve();
    let mut client = server.client();
    for (path, code, text) in paths() {
        let answer = client.ask("GET", &path, &[], b"");
        let wanted = json!({"code": 400, "message": text, "message_code": code});
        assert_eq!((answer.status, answer.json()), (400, wanted), "{path}");
    }
    let good = format!("/lpu/{}/doctor/{}/schedule", guid(LPU), guid(DOCTOR));
    for days in [
        "0001-01-01".to_owned(),
        "9999-12-31".to_owned(),
        format!("{}/{}", day(0), day(60)),
    ] {
        assert_eq!(
            client.ask("GET", &format!("{good}/{days}"), &[], b"").status,
            200,
            "{days}"
        );
    }
    let answer = client.ask("POST", "/lpu", &[], b"");
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
}

#[test]
fn a_bad_header_is_refused_as_in_booking() {
    let site = Site::new("");
    site.import(&lines());
    let server = site.serve();
    let mut client = server.client();
    let path = |rest: &str| format!("/lpu/{}{rest}", guid(LPU));
    let everywhere = [
        "/lpu".to_owned(),
        path(""),
        path("/speciality"),
        path("/doctor"),
        path(&format!("/doctor/{}", guid(DOCTOR))),
        path(&format!("/doctor/{}/schedule/{}", guid(DOCTOR), day(0))),
        path(&format!("/speciality/27/schedule/{0}/{0}", day(0))),
        "/settings/clientApplication/00000000-0000-0000-0000-000000000000".to_owned(),
    ];
    let forged = sign(
        &claims(&guid(LPU), &guid(PATIENT), "Infomat"),
        b"a key of somebody else, equally long",
    );
    let forged = format!("Bearer {forged}");
    for path in &everywhere {
        for (authorization, code) in [
            ("Basic cGV0cm92", "5010"),
            ("Bearer kiosk", "5008"),
            (&forged, "5009"),
        ] {
            let answer = client.ask("GET", path, &[("Authorization", authorization)], b"");
            assert_eq!(
                (answer.status, answer.json()["message_code"].as_str()),
                (403, Some(code)),
                "{path}"
            );
        }
    }
    for path in &everywhere[2..7] {
        let mut refused = |lpu, patient| {
            let token = sign(&claims(&guid(lpu), &guid(patient), "Infomat"), KEY);
            let answer = client.ask(
                "GET",
                path,
                &[("Authorization", &*format!("Bearer {token}"))],
                b"",
            );
            let text = format!("Не найден МКАБ: {} в лпу: {}", guid(patient), guid(LPU));
            let wanted = json!({"code": 400, "message": text, "message_code": "4000"});
            assert_eq!((answer.status, answer.json()), (400, wanted), "{path}");
        };
        refused(OTHER_LPU, PATIENT);
        refused(LPU, CLOSED);
        refused(LPU, UNKNOWN);
        let unknown = guid(UNKNOWN);
        for (application, status, code) in [(&*unknown, 403, "5403"), ("42", 400, "5000")] {
            let answer = client.ask("GET", path, &[("ClientApplication", application)], b"");
            let said = (
                answer.status,
                answer.json()["message_code"].as_str().map(str::to_owned),
            );
            assert_eq!(said, (status, Some(code.to_owned())), "{path}");
        }
    }
}

#[test]
fn more_cells_than_one_answer_holds_are_refused() {
    let site = Site::new("");
    site.import(&lines());
    // One cell a minute for a week of days: more than ten thousand.
    let cells: Vec<_> = (0..10_001)
        .map(|n| {
            let begin = now() + TimeDelta::minutes(n);
            let time = |minutes| {
                (begin + TimeDelta::minutes(minutes))
                    .format("%Y-%m-%dT%H:%M:00%:z")
                    .to_string()
            };
            json!({"kind": "slot", "guid": guid(1_000 + u32::try_from(n).unwrap()), "resource": guid(DOCTOR),
                   "begin": time(0), "end": time(1)})
        })
        .collect();
    site.import(&cells);
    let server = site.serve();
    let mut client = server.client();
    let mut ask = |days| {
        let path = format!(
            "/lpu/{}/doctor/{}/schedule/{}/{}",
            guid(LPU),
            guid(DOCTOR),
            day(0),
            day(days)
        );
        client.ask("GET", &path, &[], b"")
    };
    let answer = ask(10);
    let text = "За указанный период более 10000 ячеек расписания. Укажите более короткий период.";
    let wanted = json!({"code": 400, "message": text, "message_code": "5000"});
    assert_eq!((answer.status, answer.json()), (400, wanted));
    assert_eq!(ask(5).status, 200);
}
