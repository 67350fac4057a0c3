//! Goal: the administrator does what a day needs on the page: sees what the check says, makes a backup, imports a file, one at a
//! time; nobody else does any of it, and nothing stays of a file. Method: the real binary; files are sent as the page sends them.

use super::{Person, code, site};
use crate::clinic::{Ask, guid, moment, patient, slot};
use crate::harness::{Server, Site};
use serde_json::{Value, json};
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// Longest wait for a job of a few lines.
const PATIENCE: Duration = Duration::from_mins(1);

pub const STATUS: &str = "/desk/api/status";

/// Looks until the job has ended.
pub fn ended(person: &mut Person) -> Value {
    looked(person, |status| status["job"]["ended"].is_string())["job"].clone()
}

/// Looks until what is meant is there.
fn looked(person: &mut Person, is_there: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let status = person.see(STATUS);
        if is_there(&status) {
            return status;
        }
        assert!(began.elapsed() < PATIENCE, "{status}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Begins to send a file; the path of its pieces.
pub fn begin(person: &mut Person, name: &str, bytes: usize, check: bool) -> String {
    let wish = json!({"name": name, "bytes": bytes, "check": check});
    let begun = person.do_well("POST", &format!("{STATUS}/import"), &wish);
    format!("{STATUS}/import/{}", begun["job"].as_str().unwrap())
}

/// Sends a piece; the answer's status and JSON.
pub fn piece(person: &mut Person, path: &str, offset: usize, piece: &str) -> (u16, Value) {
    let origin = person.origin.clone();
    let headers = [("Origin", &*origin), ("Content-Type", "application/octet-stream")];
    let answer = person.ask("POST", &format!("{path}/{offset}"), &headers, piece);
    (answer.status, answer.json())
}

/// Sends a whole file in pieces of so many bytes, which end between letters; what came of it.
pub fn import(person: &mut Person, name: &str, text: &str, piece_bytes: usize, check: bool) -> Value {
    let path = begin(person, name, text.len(), check);
    send(person, &path, text, piece_bytes)
}

/// Sends all pieces; what came of the import.
fn send(person: &mut Person, path: &str, text: &str, piece_bytes: usize) -> Value {
    let mut at = 0;
    while at < text.len() {
        let mut end = (at + piece_bytes).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        match piece(person, path, at, &text[at..end]) {
            (503, _) => thread::sleep(Duration::from_millis(20)),
            (status, received) => {
                assert_eq!((status, &received), (200, &json!({"received": end})));
                at = end;
            }
        }
    }
    ended(person)
}

pub fn lines<'a>(lines: impl IntoIterator<Item = &'a Value>) -> String {
    lines
        .into_iter()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What lies beside the database.
pub fn files(site: &Site) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(site.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn administrator() -> (Site, Server, Person) {
    let site = site("");
    let server = site.serve();
    let person = Person::of(&site, &server, "administrator");
    (site, server, person)
}

#[test]
fn the_check_is_shown_and_a_backup_mends_what_it_warns_of() {
    let (site, server, mut person) = administrator();
    let status = person.see(STATUS);
    assert_eq!(
        [
            &status["check"]["at"],
            &status["job"],
            &status["exchange"],
            &status["backup"]
        ],
        [&Value::Null; 4]
    );
    assert!(status["imported"].is_string(), "{status}");
    // The check asks this server too, at the address of the configuration.
    let configuration = fs::read_to_string(site.path("infomat.toml")).unwrap();
    let own = configuration.replacen("127.0.0.1:0", &server.address.to_string(), 1);
    assert_ne!(own, configuration);
    fs::write(site.path("infomat.toml"), own).unwrap();
    person.do_well("POST", &format!("{STATUS}/check"), &json!({}));
    let checked = |status: &Value| status["check"]["at"].is_string() && status["check"]["isRunning"] == false;
    let findings = |status: &Value| status["check"]["findings"].as_array().unwrap().clone();
    let status = looked(&mut person, checked);
    assert_eq!(status["check"]["message"], "");
    let of = |findings: &[Value], what: &str| {
        let found = findings.iter().find(|finding| finding["what"] == what);
        found.unwrap_or_else(|| panic!("{what}: {findings:?}")).clone()
    };
    let found = findings(&status);
    assert_eq!(
        of(&found, "копия"),
        json!({"grade": "warning", "what": "копия", "found": "копии базы данных еще нет: сделайте ее", "action": "backup"})
    );
    assert_eq!(of(&found, "сервер")["grade"], "good");
    assert_eq!(of(&found, "порт")["grade"], "good", "{found:?}");

    person.do_well("POST", &format!("{STATUS}/backup"), &json!({}));
    let job = ended(&mut person);
    assert_eq!(
        [&job["kind"], &job["phase"], &job["login"]],
        ["backup", "done", "administrator-1"]
    );
    let made = fs::read_dir(site.path("backups")).unwrap().count();
    assert_eq!(made, 1, "{job}");
    assert!(person.see(STATUS)["backup"].is_string());
    thread::sleep(Duration::from_secs(2));
    person.do_well("POST", &format!("{STATUS}/check"), &json!({}));
    let first = status["check"]["at"].clone();
    let again = looked(&mut person, |status| {
        checked(status) && status["check"]["at"] != first
    });
    assert_eq!(of(&findings(&again), "копия")["grade"], "good");
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    assert!(log.contains("login=administrator-1 did=desk_back_up"), "{log}");
}

/// A file in many pieces is imported by the command's own rules: all or nothing, bad lines named, the trial without effect.
#[test]
fn a_file_is_sent_and_imported_or_its_bad_lines_are_named() {
    let (site, server, mut person) = administrator();
    let before = files(&site);
    let [doctor, cell] = [guid(2), guid(90)];
    let good = lines([&slot(90, 2, 3, "09:00"), &patient(91, 1)]);
    let trial = import(&mut person, "<b>проба</b>.ndjson", &good, 100, true);
    assert_eq!(
        [&trial["phase"], &trial["check"], &trial["name"]],
        [&json!("done"), &json!(true), &json!("<b>проба</b>.ndjson")]
    );
    assert_eq!(
        site.run(&["import", "--check", "-"], &good).status.code(),
        Some(0)
    );
    let day = moment(3, "09:00")[..10].to_owned();
    let schedule = format!("/api/v2/lpu/{}/doctor/{doctor}/schedule/{day}", guid(1));
    let shows = |server: &Server| {
        String::from_utf8(server.client().ask("GET", &schedule, &[], b"").body)
            .unwrap()
            .contains(&cell)
    };
    assert!(!shows(&server), "a trial changes nothing");

    let done = import(&mut person, "a.ndjson", &good, 7, false);
    assert_eq!(done["phase"], "done", "{done}");
    let counts = done["counts"].as_array().unwrap();
    assert!(
        counts.contains(&json!({"kind": "slot", "put": 1, "removed": 0})),
        "{done}"
    );
    assert!(shows(&server));

    let bad = "{\"kind\":\"slot\",\"guid\":\"<script>alert(1)</script>\"}\nнет\n".to_owned() + &good;
    let failed = import(&mut person, "b.ndjson", &bad, 65_536, false);
    assert_eq!(failed["phase"], "failed");
    let told: Vec<&str> = failed["bad"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    assert_eq!(told.len(), 2, "{failed}");
    assert!(
        told[0].starts_with("строка 1: ") && told[1].starts_with("строка 2: не JSON"),
        "{told:?}"
    );
    assert!(
        failed["message"]
            .as_str()
            .unwrap()
            .ends_with("ничего не загружено"),
        "{failed}"
    );
    assert!(!failed.to_string().contains("script"), "no value is repeated");

    // A visit that the file moves is a patient to call.
    Ask::new(1, 4, 90).book(&mut server.client());
    let moved = import(
        &mut person,
        "c.ndjson",
        &lines([&slot(90, 2, 3, "10:00")]),
        65_536,
        false,
    );
    let lists = moved["lists"].as_array().unwrap();
    assert_eq!(lists[0]["rows"].as_array().unwrap().len(), 1, "{moved}");
    assert_eq!(files(&site), before, "nothing stays of a file");
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    assert!(
        log.contains("login=administrator-1 did=desk_import") && !log.contains("проба"),
        "{log}"
    );
    assert!(!log.contains("desk_import_piece"), "no line for a piece");
}

/// The ticks of the page are the command's options: the file's cells are the whole timetable of their doctor's day, and bad lines are
/// left out and listed, which is no failure.
#[test]
fn a_timetable_is_replaced_and_bad_lines_are_left_out_where_that_is_wanted() {
    let (site, server, mut person) = administrator();
    let day = moment(3, "09:00")[..10].to_owned();
    let mut import = |text: &str, wish: Value| {
        let mut all = json!({"name": "a.ndjson", "bytes": text.len()});
        all.as_object_mut()
            .unwrap()
            .extend(wish.as_object().unwrap().clone());
        let begun = person.do_well("POST", &format!("{STATUS}/import"), &all);
        let path = format!("{STATUS}/import/{}", begun["job"].as_str().unwrap());
        let job = send(&mut person, &path, text, 65_536);
        for (name, value) in wish.as_object().unwrap() {
            assert_eq!(&job[name], value, "{job}");
        }
        job
    };
    let schedule = format!("/api/v2/lpu/{}/doctor/{}/schedule/{day}", guid(1), guid(2));
    let has = |cell: u32| {
        let answer = server.client().ask("GET", &schedule, &[], b"");
        String::from_utf8(answer.body).unwrap().contains(&guid(cell))
    };
    let first = lines([&slot(90, 2, 3, "09:00"), &slot(91, 2, 3, "10:00")]);
    assert_eq!(import(&first, json!({}))["phase"], "done");
    let second = lines([&slot(92, 2, 3, "11:00")]);
    let bad = format!("{second}\nнет\n");

    // A line that is left out may have named what would go: nothing goes.
    let job = import(&bad, json!({"replace": true, "skipBad": true, "check": true}));
    assert_eq!(job["phase"], "done", "{job}");
    assert!(
        job["message"]
            .as_str()
            .unwrap()
            .starts_with("пропущена была бы 1 строка"),
        "{job}"
    );
    assert!(!has(92));
    let job = import(&bad, json!({"replace": true, "skipBad": true}));
    assert_eq!(job["phase"], "done", "{job}");
    assert_eq!(
        job["message"],
        "пропущена 1 строка, остальные загружены; из расписания ничего не удалено: исправьте их и загрузите файл еще раз"
    );
    assert_eq!(job["bad"].as_array().unwrap().len(), 1, "{job}");
    assert!(
        job["bad"][0].as_str().unwrap().starts_with("строка 2: не JSON"),
        "{job}"
    );
    assert_eq!([has(90), has(91), has(92)], [true; 3]);

    let job = import(&second, json!({"replace": true, "skipBad": false}));
    assert_eq!([&job["phase"], &job["message"]], ["done", ""], "{job}");
    assert_eq!([has(90), has(91), has(92)], [false, false, true]);
    // Without it a bad line keeps the whole file out.
    assert_eq!(import(&bad, json!({"skipBad": false}))["phase"], "failed");
    site.run_well(&["verify"], "");
}

/// One job at a time; a file comes in order, once, whole, and from whoever may; what does not end ends nothing else.
#[test]
fn one_file_at_a_time_comes_in_order() {
    let (site, _server, mut person) = administrator();
    let text = lines([&patient(91, 1)]);
    let path = begin(&mut person, "a", text.len(), false);
    let wish = json!({"name": "b", "bytes": 1});
    for (method, other, body) in [("POST", "import", &wish), ("POST", "backup", &json!({}))] {
        let answer = person.change(method, &format!("{STATUS}/{other}"), body);
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400);
        assert!(message.contains("administrator-1"), "{message}");
    }
    let (first, rest) = text.split_at(10);
    assert_eq!(piece(&mut person, &path, 5, rest).0, 400, "nothing is left out");
    assert_eq!(piece(&mut person, &path, 0, first).1["received"], 10);
    assert_eq!(
        piece(&mut person, &path, 0, first).1["received"],
        10,
        "taken once"
    );
    assert_eq!(piece(&mut person, &path, 5, rest).0, 400, "no overlap");
    assert_eq!(
        piece(&mut person, &path, 10, &format!("{rest}x")).0,
        400,
        "no more than was said"
    );
    assert_eq!(piece(&mut person, &path, 10, "").0, 400);
    for wrong in ["-1", "+1", "1e3", "99999999999999999999"] {
        let answer = person.change("POST", &format!("{path}/{wrong}"), &json!({}));
        assert_eq!(answer.status, 400, "{wrong}");
    }
    let other = format!("{STATUS}/import/{}", guid(7));
    assert_eq!(piece(&mut person, &other, 10, rest).0, 400);
    person.do_well("DELETE", &path, &json!({}));
    let stopped = ended(&mut person);
    assert_eq!(
        [&stopped["phase"], &stopped["message"]],
        ["failed", "Файл не передан целиком: повторите"]
    );
    assert_eq!(piece(&mut person, &path, 10, rest).0, 400);
    assert_eq!(import(&mut person, "a", &text, 10, false)["phase"], "done");

    for (wrong, field) in [
        (json!({"name": "a", "bytes": 0}), "bytes"),
        (json!({"name": "a", "bytes": (64 << 20) + 1}), "bytes"),
        (json!({"name": "a", "bytes": -1}), "bytes"),
        (json!({"name": "a"}), "bytes"),
        (json!({"name": "a".repeat(256), "bytes": 1}), "name"),
        (json!({"bytes": 1}), "name"),
        (json!({"name": "a", "bytes": 1, "check": "maybe"}), "check"),
        (json!({"name": "a", "bytes": 1, "replace": 2}), "replace"),
        (json!({"name": "a", "bytes": 1, "skipBad": "x"}), "skipBad"),
    ] {
        let answer = person.change("POST", &format!("{STATUS}/import"), &wrong);
        assert_eq!(answer.status, 400);
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("Параметр {field}")), "{message}");
    }
    // A restart ends what is under way, and nothing stays of it.
    begin(&mut person, "a", 100, false);
    assert!(
        files(&site).iter().all(|name| !name.contains("sent")),
        "the file has no name"
    );
}

/// Nobody but an administrator, from the page itself, sees or does anything of it.
#[test]
fn others_are_refused_whatever_they_send() {
    let (site, server, mut person) = administrator();
    let changes = [
        ("POST", format!("{STATUS}/check")),
        ("POST", format!("{STATUS}/backup")),
        ("POST", format!("{STATUS}/import")),
        ("POST", format!("{STATUS}/import/{}/0", guid(1))),
        ("DELETE", format!("{STATUS}/import/{}", guid(1))),
    ];
    let reads = [STATUS.to_owned(), format!("{STATUS}/month")];
    let wish = json!({"name": "a", "bytes": 1});
    let own = person.origin.clone();
    for (method, path) in &changes {
        for origin in ["", "null", "http://evil.example"] {
            person.origin = origin.to_owned();
            assert_eq!(
                code(&person.change(method, path, &wish)),
                (403, "5000".to_owned()),
                "{path}"
            );
        }
    }
    person.origin = own;
    for role in ["doctor", "registrar"] {
        let mut other = Person::of(&site, &server, role);
        for path in &reads {
            assert_eq!(code(&other.read(path)), (403, "5402".to_owned()), "{role} {path}");
        }
        for (method, path) in &changes {
            assert_eq!(
                code(&other.change(method, path, &wish)),
                (403, "5402".to_owned()),
                "{role} {path}"
            );
        }
    }
    // While a file comes, the session ends: its pieces are worth nothing then, whoever has the cookie.
    let path = begin(&mut person, "a", 10, false);
    let stolen = person.cookie.clone();
    person.do_well("DELETE", "/desk/api/session", &json!({}));
    person.cookie = stolen;
    assert_eq!(piece(&mut person, &path, 0, "x").0, 403);
    for path in &reads {
        assert_eq!(code(&person.read(path)), (403, "5401".to_owned()));
    }
    assert!(!site.path("backups").exists());
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    assert!(log.contains("login=registrar-1 has no right"), "{log}");
}

#[test]
fn a_month_is_counted() {
    let (_site, server, mut person) = administrator();
    let month = person.see("/desk/api/status/month");
    let today = |month: &Value| month["days"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(month["days"].as_array().unwrap().len(), 31);
    assert_eq!(today(&month)["booked"], 0);
    assert_eq!(
        month["free"],
        json!([{"date": &moment(1, "10:00")[..10], "places": 1}])
    );
    Ask::new(1, 4, 3).book(&mut server.client());
    for _ in 0..2 {
        assert_eq!(Ask::new(1, 4, 3).send(&mut server.client()).status, 400);
    }
    let month = person.see("/desk/api/status/month");
    assert_eq!(today(&month)["booked"], 1);
    assert_eq!(month["free"][0]["places"], 0);
    let refused: Vec<&Value> = month["refusals"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["code"] == 4848)
        .collect();
    assert_eq!(refused.len(), 1, "{month}");
    assert_eq!([&refused[0]["count"], &refused[0]["days"][30]], [2, 2]);
    assert_eq!(month["specialities"][0]["places"], 0);
}
