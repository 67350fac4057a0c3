//! Goal: who is not signed in, or may not, gets nothing; guessing is slowed down; what was signed out stays out. Method: requests
//! as a browser makes them and as an attacker would.

use super::{Person, add, code, site};
use crate::harness::{Answer, Site};
use serde_json::{Value, json};
use std::fs;

const NOT_SIGNED_IN: (u16, &str) = (403, "5401");
const NO_RIGHT: (u16, &str) = (403, "5402");
const REFUSED: (u16, &str) = (403, "5000");

fn is(answer: &Answer, expected: (u16, &str)) {
    let (status, code) = code(answer);
    assert_eq!(
        (status, &*code),
        expected,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
}

#[test]
fn a_person_signs_in_and_out_and_a_stolen_cookie_is_worth_nothing_then() {
    let site = site("");
    let server = site.serve();
    let password = add(&site, "ivanova", "registrar");
    let mut person = Person::stranger(&server);
    is(&person.read("/desk/api/session"), NOT_SIGNED_IN);
    let answer = person.sign_in("Ivanova", &password);
    assert_eq!(
        answer.json(),
        json!({"login": "ivanova", "name": "Петрова П. П.", "role": "registrar", "idleMinutes": 30, "mayOverride": false})
    );
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/desk"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert_eq!(person.see("/desk/api/session")["login"], "ivanova");

    let stolen = person.cookie.clone();
    person.do_well("DELETE", "/desk/api/session", &json!({}));
    person.cookie = stolen;
    is(&person.read("/desk/api/session"), NOT_SIGNED_IN);
    is(&person.read("/desk/api/day"), NOT_SIGNED_IN);
    for forged in ["desk=", "desk=x", "desk=%00", "other=1"] {
        person.cookie = Some(forged.to_owned());
        is(&person.read("/desk/api/day"), NOT_SIGNED_IN);
    }

    // Behind a proxy with TLS the cookie goes by TLS alone.
    let origin = person.origin.clone();
    let body = json!({"login": "ivanova", "password": password}).to_string();
    let headers = [
        ("Origin", &*origin),
        ("Content-Type", "application/json"),
        ("X-Forwarded-Proto", "https"),
    ];
    let answer = person.ask("POST", "/desk/api/session", &headers, &body);
    assert!(answer.header("set-cookie").unwrap().contains("; Secure"));

    let log = fs::read_to_string(site.path("server.log")).unwrap();
    assert!(log.contains("login=ivanova did=desk_sign_in"), "{log}");
    assert!(!log.contains(&password) && !log.contains("Петрова"), "{log}");
}

#[test]
fn another_password_and_disabling_end_sessions_at_once() {
    let site = site("");
    let server = site.serve();
    let password = add(&site, "ivanova", "registrar");
    let mut person = Person::stranger(&server);
    person.sign_in("ivanova", &password);
    let printed = site.run_well(&["staff", "reset", "ivanova"], "");
    let other = printed.trim().strip_prefix("password: ").unwrap();
    is(&person.read("/desk/api/session"), NOT_SIGNED_IN);
    is(&person.sign_in("ivanova", &password), REFUSED);
    assert_eq!(person.sign_in("ivanova", other).status, 200);
    site.run_well(&["staff", "disable", "ivanova"], "");
    is(&person.read("/desk/api/session"), NOT_SIGNED_IN);
    is(&person.sign_in("ivanova", other), REFUSED);
    let listed = site.run_well(&["staff", "list"], "");
    assert!(listed.contains("disabled"), "{listed}");
    for wrong in [&["staff", "reset", "nobody"][..], &["staff", "disable", "nobody"]] {
        assert_eq!(site.run(wrong, "").status.code(), Some(1));
    }
    let taken = ["staff", "add", "ivanova", "--name", "Другая", "--role", "doctor"];
    assert_eq!(site.run(&taken, "").status.code(), Some(1));
    for wrong in ["и", "a", "a b", "../x"] {
        let refused = site.run(&["staff", "add", wrong, "--name", "Имя", "--role", "doctor"], "");
        assert_eq!(refused.status.code(), Some(2), "{wrong}");
    }
}

/// Every change needs an `Origin` of this server, from whatever role; and a role does what the table says.
#[test]
fn a_foreign_origin_and_a_role_without_the_right_are_refused() {
    let site = site("");
    let server = site.serve();
    let mut doctor = Person::of(&site, &server, "doctor");
    let mut administrator = Person::of(&site, &server, "administrator");
    let body = json!({"login": "sidorov", "name": "Сидоров", "role": "registrar"});
    let own = administrator.origin.clone();
    let foreign = [
        "",
        "null",
        "http://evil.example",
        "http://127.0.0.1:1",
        &own[7..],
        "file://",
    ];
    for origin in foreign {
        administrator.origin = origin.to_owned();
        is(&administrator.change("POST", "/desk/api/staff", &body), REFUSED);
        is(
            &administrator.change("DELETE", "/desk/api/session", &Value::Null),
            REFUSED,
        );
    }
    administrator.origin = own;
    is(&doctor.change("POST", "/desk/api/staff", &body), NO_RIGHT);
    is(&doctor.read("/desk/api/staff"), NO_RIGHT);
    is(
        &doctor.change("POST", "/desk/api/staff/registrar-1/disable", &json!({})),
        NO_RIGHT,
    );
    assert_eq!(administrator.see("/desk/api/staff").as_array().unwrap().len(), 2);
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    assert!(log.contains("login=doctor-1 has no right"), "{log}");

    let made = administrator.do_well("POST", "/desk/api/staff", &body);
    let mut registrar = Person::stranger(&server);
    assert_eq!(
        registrar
            .sign_in("sidorov", made["password"].as_str().unwrap())
            .status,
        200
    );
    is(&registrar.read("/desk/api/staff"), NO_RIGHT);
    assert_eq!(
        administrator.change("POST", "/desk/api/staff", &body).status,
        400,
        "the login is taken"
    );
    let reset = administrator.do_well("POST", "/desk/api/staff/sidorov/reset", &json!({}));
    is(&registrar.read("/desk/api/session"), NOT_SIGNED_IN);
    assert_eq!(
        registrar
            .sign_in("sidorov", reset["password"].as_str().unwrap())
            .status,
        200
    );
    administrator.do_well("POST", "/desk/api/staff/sidorov/disable", &json!({}));
    is(&registrar.read("/desk/api/session"), NOT_SIGNED_IN);
    let oneself = "/desk/api/staff/administrator-1/disable";
    assert_eq!(administrator.change("POST", oneself, &json!({})).status, 400);
    for (wrong, field) in [
        (json!({"login": "a b", "name": "x", "role": "doctor"}), "login"),
        (json!({"login": "ab", "name": " ", "role": "doctor"}), "name"),
        (json!({"login": "ab", "name": "x", "role": "god"}), "role"),
    ] {
        let answer = administrator.change("POST", "/desk/api/staff", &wrong);
        assert_eq!(answer.status, 400);
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("Параметр {field}")), "{message}");
    }
}

#[test]
fn only_the_addresses_of_the_reception_are_served() {
    let site = Site::new("");
    let keys = "desk_addresses = ['192.0.2.5']\ntrusted_proxies = ['127.0.0.1']\n";
    let configuration = fs::read_to_string(site.path("infomat.toml")).unwrap();
    fs::write(site.path("infomat.toml"), format!("{keys}{configuration}")).unwrap();
    let server = site.serve();
    let mut person = Person::stranger(&server);
    let password = add(&site, "ivanova", "registrar");
    is(&person.read("/desk"), REFUSED);
    is(&person.read("/desk/api/session"), REFUSED);
    is(&person.sign_in("ivanova", &password), REFUSED);
    let from = |address| [("X-Forwarded-For", address)];
    is(&person.ask("GET", "/desk", &from("192.0.2.6"), ""), REFUSED);
    assert_eq!(person.ask("GET", "/desk", &from("192.0.2.5"), "").status, 200);
}

/// Wrong passwords, unknown logins and disabled people look alike; after five failures the right password gets no further.
#[test]
fn guessing_is_slowed_down() {
    let site = site("");
    let server = site.serve();
    let password = add(&site, "ivanova", "registrar");
    let mut person = Person::stranger(&server);
    let wrong = person.sign_in("ivanova", "wrong");
    let unknown = person.sign_in("nobody", "wrong");
    let malformed = person.sign_in("не логин", "wrong");
    is(&wrong, REFUSED);
    assert_eq!((&wrong.body, &wrong.body), (&unknown.body, &malformed.body));
    for _ in 1..5 {
        is(&person.sign_in("ivanova", "wrong"), REFUSED);
    }
    let locked = person.sign_in("ivanova", &password);
    assert_eq!(locked.status, 429);
    assert!(locked.header("retry-after").unwrap().parse::<u32>().unwrap() <= 900);
    let told = locked.json()["message"].as_str().unwrap().to_owned();
    assert!(told.starts_with("Слишком много неверных паролей."), "{told}");
    drop(server);
    let server = site.serve();
    let mut person = Person::stranger(&server);
    assert_eq!(
        person.sign_in("ivanova", &password).status,
        429,
        "after a restart too"
    );
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    assert!(log.contains("route=desk_sign_in status=403"), "{log}");
    assert!(log.contains("route=desk_sign_in status=429"), "{log}");
}

/// Many guesses at one time gain nothing: of all that were sent before the first answer came, five may be wrong.
#[test]
fn many_guesses_at_one_time_are_five() {
    let site = site("");
    let server = site.serve();
    add(&site, "ivanova", "registrar");
    let people: Vec<_> = (0..12).map(|_| Person::stranger(&server)).collect();
    let threads = people
        .into_iter()
        .map(|mut person| std::thread::spawn(move || person.sign_in("ivanova", "wrong").status));
    let threads: Vec<_> = threads.collect();
    let statuses: Vec<u16> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let guessed = statuses.iter().filter(|status| **status == 403).count();
    assert_eq!(guessed, 5, "{statuses:?}");
}
