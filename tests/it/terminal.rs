//! Goal: the server knows of each terminal's printer what its helper said of late, and a ticket is printed again for who names its number
//! and a birth date, at terminals alone and opening no more than the paper ([crate::contract::terminal]). Method: the real binary, which
//! takes this machine for a proxy that names the terminals.

use crate::clinic::{self, Ask, guid, patient, slot, with};
use crate::harness::{self, Answer, Client, KEY, Site};
use crate::metrics::Numbers;
use serde_json::{Value, json};

const FIRST: &str = "192.0.2.7";
const SECOND: &str = "192.0.2.8";
const ELSEWHERE: &str = "192.0.2.9";

/// A site with two terminals behind a proxy; its numbers are told to both, too.
fn site() -> Site {
    let site = Site::new("[terminal]\nreception = ' 1 этаж, окно 3 '\n");
    let configuration = std::fs::read_to_string(site.path("infomat.toml")).unwrap();
    let proxied = format!("trusted_proxies = ['127.0.0.1']\nkiosk_addresses = ['{FIRST}', '{SECOND}']\n");
    std::fs::write(site.path("infomat.toml"), proxied + &configuration).unwrap();
    site
}

fn ask(client: &mut Client, from: &str, path: &str) -> Answer {
    client.ask("GET", path, &[("X-Forwarded-For", from)], b"")
}

fn tell_as(client: &mut Client, from: &str, content_type: &str, body: &str) -> Answer {
    let headers = [("X-Forwarded-For", from), ("Content-Type", content_type)];
    client.ask("POST", "/api/v2/terminal/printer", &headers, body.as_bytes())
}

fn tell(client: &mut Client, from: &str, state: &str) -> Answer {
    tell_as(
        client,
        from,
        "application/json",
        &json!({ "state": state }).to_string(),
    )
}

fn printer(client: &mut Client, from: &str) -> Value {
    ask(client, from, "/terminal").json()["printer"].clone()
}

fn warnings(client: &mut Client) -> Vec<String> {
    // An answer holds for a second, in its language: another one is asked for first.
    client.ask("GET", "/readyz", &[("Accept-Language", "ru")], b"");
    let answer = client
        .ask("GET", "/readyz", &[("Accept-Language", "en")], b"")
        .json();
    let warnings = answer["warnings"].as_array().unwrap().iter();
    let words = warnings.map(|words| words.as_str().unwrap().to_owned());
    words.filter(|words| words.starts_with("terminal ")).collect()
}

#[test]
fn each_terminal_has_the_state_that_its_own_helper_told() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let nothing = ask(&mut client, FIRST, "/api/v2/terminal").json();
    assert_eq!(nothing, json!({"printer": "", "reception": "1 этаж, окно 3"}));
    for state in ["ok", "paperLow", "noPaper", "coverOpen", "offline"] {
        let told = tell(&mut client, FIRST, state);
        assert_eq!((told.status, &told.json()["printer"]), (200, &json!(state)));
        assert_eq!(printer(&mut client, FIRST), state);
    }
    assert_eq!(printer(&mut client, SECOND), "");
    tell(&mut client, SECOND, "ok");
    assert_eq!(printer(&mut client, FIRST), "offline");
    assert_eq!(tell(&mut client, ELSEWHERE, "noPaper").status, 403);
    assert_eq!(printer(&mut client, ELSEWHERE), "");
}

#[test]
fn what_a_helper_says_wrongly_is_refused_and_changes_nothing() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    tell(&mut client, FIRST, "noPaper");
    for (content_type, body, named) in [
        ("application/json", r#"{"state": "fine"}"#, "state"),
        ("application/json", r#"{"state": ["ok"]}"#, "state"),
        ("application/json", r#"{"state": "ok", "State": "ok"}"#, "state"),
        ("application/json", "{}", "state"),
        ("application/json", "", "body"),
        // What a foreign page could send unasked.
        ("application/x-www-form-urlencoded", "state=ok", "Content-Type"),
        ("text/plain", r#"{"state": "ok"}"#, "Content-Type"),
    ] {
        let answer = tell_as(&mut client, FIRST, content_type, body);
        let words = answer.json();
        assert_eq!(
            (answer.status, &words["message_code"]),
            (400, &json!("5000")),
            "{body}"
        );
        assert!(
            words["message"].as_str().unwrap().contains(named),
            "{body}: {words}"
        );
    }
    assert_eq!(printer(&mut client, FIRST), "noPaper");
}

#[test]
fn whoever_keeps_the_terminals_is_told_which_has_no_paper() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    tell(&mut client, FIRST, "noPaper");
    tell(&mut client, SECOND, "ok");
    assert_eq!(
        warnings(&mut client),
        [format!("terminal {FIRST}: there is no paper: put a roll in")]
    );
    // The metrics are told to the proxy's own machine.
    let numbers = Numbers::of(&mut client);
    let of = |terminal: &str, state: &str| {
        numbers.get(&format!(
            "infomat_terminal_printer{{state=\"{state}\",terminal=\"{terminal}\"}}"
        ))
    };
    assert!(
        of(FIRST, "noPaper") > 0.5 && of(SECOND, "ok") > 0.5,
        "{}",
        numbers.text
    );
    assert!(numbers.get("infomat_health{check=\"printer\"}") > 0.5);
    tell(&mut client, FIRST, "ok");
    assert!(warnings(&mut client).is_empty());
    let numbers = Numbers::of(&mut client);
    assert!(numbers.get("infomat_health{check=\"printer\"}") < 0.5);
    assert!(!numbers.text.contains("noPaper"), "{}", numbers.text);
}

const LPU: u32 = 1;
const DOCTOR: u32 = 2;
const OWNER: u32 = 4;
const SAME_DAY: u32 = 20;
const BORN: &str = "1975-03-08";

/// A site with a visit of tomorrow, whose ticket it returns, beside others that share its number.
fn with_visits() -> (Site, Value) {
    let site = site();
    site.import(&clinic::small());
    let born = |n, born: &str| with(patient(n, LPU), &json!({"birthDate": born}));
    site.import(&[
        born(OWNER, BORN),
        born(SAME_DAY, BORN),
        clinic::doctor(30, LPU, "28", "Другая"),
        clinic::speciality("28"),
        slot(31, 30, 2, "10:00"),
        slot(32, DOCTOR, 3, "10:00"),
    ]);
    let server = site.serve();
    let mut client = server.client();
    let ticket = Ask::new(LPU, OWNER, 3).book(&mut client);
    drop(server);
    (site, ticket)
}

fn reprint(client: &mut Client, from: &str, num: &str, born: &str) -> Answer {
    let path = format!("/api/v2/visit/{}/reprint?num={num}&Birthday={born}", guid(LPU));
    ask(client, from, &path)
}

#[test]
fn a_number_and_a_birth_date_open_the_paper_and_no_more() {
    let (site, ticket) = with_visits();
    let server = site.serve();
    let mut client = server.client();
    let answer = reprint(&mut client, FIRST, "001", BORN);
    let paper = answer.json();
    assert_eq!(answer.status, 200, "{paper}");
    for field in ["num", "room", "flat", "docFio", "speciality", "beginTime"] {
        assert_eq!(paper[field], ticket[field], "{field}");
    }
    assert_eq!(paper["lpu"]["name"], ticket["lpu"]["name"]);
    let initials = paper["patient"].as_str().unwrap();
    assert!(
        initials
            .split(' ')
            .all(|part| part.chars().count() == 2 && part.ends_with('.')),
        "{initials}"
    );
    let words = String::from_utf8(answer.body).unwrap();
    for secret in ["ticketGuid", "receipt", "timeTableGuid"] {
        assert!(!words.contains(ticket[secret].as_str().unwrap()), "{secret}");
    }
    assert_eq!(
        reprint(&mut client, SECOND, "1", BORN).status,
        200,
        "as a hand writes it"
    );
    let elsewhere = reprint(&mut client, ELSEWHERE, "001", BORN);
    assert_eq!(elsewhere.status, 403, "{}", elsewhere.json());
    assert!(
        elsewhere.json()["message"]
            .as_str()
            .unwrap()
            .contains("kiosk_addresses")
    );
}

#[test]
fn who_is_not_the_one_gets_one_and_the_same_answer() {
    let (site, ticket) = with_visits();
    let server = site.serve();
    let mut client = server.client();
    let unknown = |answer: Answer| {
        let words = answer.json();
        assert_eq!(
            (answer.status, &words["message_code"]),
            (400, &json!("5000")),
            "{words}"
        );
        words
    };
    let wrong = unknown(reprint(&mut client, FIRST, "001", "1975-03-09"));
    assert!(
        wrong["message"]
            .as_str()
            .unwrap()
            .starts_with("Пациент с таким документом")
    );
    assert_eq!(unknown(reprint(&mut client, FIRST, "002", BORN)), wrong);
    let other = format!("/visit/{}/reprint?num=1&Birthday={BORN}", guid(9));
    assert_ne!(
        unknown(ask(&mut client, FIRST, &other)),
        wrong,
        "an unknown clinic is told as such"
    );
    // Two visits with one number, of two people of one age or of one person: nobody knows which is meant.
    Ask::new(LPU, SAME_DAY, 31).book(&mut client);
    assert_eq!(unknown(reprint(&mut client, FIRST, "001", BORN)), wrong);
    let path = format!("/visit/{}/{}", guid(LPU), ticket["ticketGuid"].as_str().unwrap());
    let claims = harness::claims(&guid(LPU), &guid(OWNER), "Infomat");
    let bearer = format!("Bearer {}", harness::sign(&claims, KEY));
    let cancelled = client.ask("DELETE", &path, &[("Authorization", &bearer)], b"");
    assert_eq!(cancelled.status, 200);
    let left = reprint(&mut client, FIRST, "001", BORN).json();
    assert!(left["docFio"].as_str().unwrap().starts_with("Другая"), "{left}");
    for (num, born, named) in [
        ("", BORN, "num"),
        ("-1", BORN, "num"),
        ("1234567", BORN, "num"),
        ("1", "", "Birthday"),
        ("1", "8.3.75", "Birthday"),
    ] {
        let words = unknown(reprint(&mut client, FIRST, num, born));
        assert!(words["message"].as_str().unwrap().contains(named), "{words}");
    }
}

/// Goal: who knows a birth date does not find the number by trying. Method: five wrong ones, then the right one, here and at the other
/// terminal; somebody else is served meanwhile.
#[test]
fn numbers_are_not_tried_one_after_the_other() {
    let (site, _) = with_visits();
    let server = site.serve();
    let mut client = server.client();
    for num in 2..=6 {
        assert_eq!(
            reprint(&mut client, FIRST, &num.to_string(), BORN).status,
            400,
            "{num}"
        );
    }
    for terminal in [FIRST, SECOND] {
        let late = reprint(&mut client, terminal, "001", BORN);
        assert_eq!(late.status, 429, "{}", late.json());
        assert!(late.header("retry-after").unwrap().parse::<u32>().unwrap() <= 900);
    }
    assert_eq!(reprint(&mut client, FIRST, "001", "1975-03-09").status, 400);
}
