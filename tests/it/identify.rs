//! Goal: `GET auth/{lpu}/token` tells whose card a document names, tells nothing else, and slows guessing down
//! (contract::identification). Method: a clinic of a few made-up cards, the real binary, and a second connection to its database
//! that moves the failures in time.

mod limits;
mod timing;

use crate::clinic::{Ask, doctor};
use crate::clinic::{guid, lpu, patient, slot, speciality, with};
use crate::harness::{self, Answer, Client, Site};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

const LPU: u32 = 1;
const OTHER_LPU: u32 = 2;
/// Has every document.
const PETROV: u32 = 10;
/// Has a policy with a series.
const SERIES: u32 = 11;
const CLOSED: u32 = 12;
/// Two open cards with one SNILS.
const TWINS: [u32; 2] = [13, 14];
/// A card of the other clinic.
const ELSEWHERE: u32 = 15;

const TRUSTED: u32 = 90;
const UNTRUSTED: u32 = 91;
const SECRET: &str = "a-secret-of-the-tests-known-to-everybody";

const POLICY: &str = "n_pol=1234567890123456";
const BORN: &str = "Birthday=1980-06-15";
const UNKNOWN_TEXT: &str =
    "Пациент с таким документом и датой рождения не найден. Проверьте данные или обратитесь в регистратуру.";

/// A site with the cards. `kiosks` is the value of `kiosk_addresses`.
fn site(kiosks: &str) -> Site {
    let site = Site::new("");
    let configured = std::fs::read_to_string(site.path("infomat.toml")).unwrap();
    let applications = format!(
        "[[applications]]\nmnem = 'Centre'\nguid = '{}'\ntrusted = true\nsecret_file = 'centre.secret'\n\
         [[applications]]\nmnem = 'Infomat'\nguid = '{}'\n",
        guid(TRUSTED),
        guid(UNTRUSTED)
    );
    let configured = format!("kiosk_addresses = {kiosks}\n{configured}{applications}");
    std::fs::write(site.path("infomat.toml"), configured).unwrap();
    std::fs::write(site.path("centre.secret"), SECRET).unwrap();
    let card = |n, more: Value| with(patient(n, LPU), &more);
    site.import(&[
        lpu(LPU),
        lpu(OTHER_LPU),
        speciality("ЛОР"),
        doctor(30, LPU, "ЛОР", "Сидорова"),
        with(slot(40, 30, 1, "09:00"), &json!({"flagAccess": 4})),
        card(PETROV, json!({"policyNumber": "1234 5678 9012 3456", "snils": "112-233-445 95",
             "passportSeries": "45 08", "passportNumber": "123456", "personGuid": guid(70), "patronymic": "ильич", "uchastokNum": "7"})),
        card(SERIES, json!({"policySeries": "46АБ", "policyNumber": "123456"})),
        card(CLOSED, json!({"snils": "00000000001", "closed": true, "personGuid": guid(71)})),
        card(TWINS[0], json!({"snils": "00000000002", "personGuid": guid(72)})),
        card(TWINS[1], json!({"snils": "00000000002", "personGuid": guid(72)})),
        with(patient(ELSEWHERE, OTHER_LPU), &json!({"snils": "00000000003"})),
    ]);
    site
}

/// Goal: where several cards have one number, the birth date picks; who shares that too, or shares the number with too many
/// for a document, is not identified. Method: for each kind of document, two people and twins with one number; a crowd.
#[test]
fn the_birth_date_picks_among_cards_with_one_number() {
    let site = site("['127.0.0.1']");
    let shared = json!({"policyNumber": "777001", "snils": "00000000004", "passportNumber": "654321"});
    let card = |n, born: &str, series: &str| {
        let own = json!({"birthDate": born, "passportSeries": series});
        with(with(patient(n, LPU), &shared), &own)
    };
    site.import(&[
        card(50, "1980-06-15", ""),
        card(51, "2010-01-01", "45 09"),
        card(52, "2012-03-08", ""),
        card(53, "2012-03-08", ""),
    ]);
    let crowd = |n: u32| {
        with(
            patient(60 + n, LPU),
            &json!({"policyNumber": "100000", "birthDate": format!("2000-01-{:02}", n + 1)}),
        )
    };
    site.import(&(0..17).map(crowd).collect::<Vec<_>>());
    let server = site.serve();
    let mut client = server.client();
    let golden = json!({"code": 400, "message": UNKNOWN_TEXT, "message_code": "5000"}).to_string();
    for document in ["n_pol=777001", "snils=00000000004", "s_doc=4509&n_doc=654321"] {
        for (born, card) in [("1980-06-15", 50), ("2010-01-01", 51)] {
            let answer = ask(&mut client, &format!("{document}&Birthday={born}")).json();
            assert_eq!(answer["mkab"], guid(card), "{document} {born}: {answer}");
        }
        for born in ["2012-03-08", "1980-06-16"] {
            let answer = ask(&mut client, &format!("{document}&Birthday={born}"));
            assert_eq!(String::from_utf8_lossy(&answer.body), golden, "{document} {born}");
        }
    }
    let crowded = ask(&mut client, "n_pol=100000&Birthday=2000-01-01");
    assert_eq!(String::from_utf8_lossy(&crowded.body), golden);
}

fn ask(client: &mut Client, query: &str) -> Answer {
    ask_with(client, query, &[])
}

fn ask_with(client: &mut Client, query: &str, headers: &[(&str, &str)]) -> Answer {
    client.ask(
        "GET",
        &format!("/api/v2/auth/{}/token?{query}", guid(LPU)),
        headers,
        &[],
    )
}

/// Status and `message_code`.
fn verdict(answer: &Answer) -> (u16, String) {
    let code = &answer.json()["message_code"];
    (answer.status, code.as_str().unwrap_or_default().to_owned())
}

/// The claims of an answer's token, whose signature is looked at.
fn claims(answer: &Value) -> Value {
    let token = answer["token"].as_str().unwrap();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let (_, payload) = signed.split_once('.').unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn the_answer_and_its_token() {
    let site = site("[]");
    let server = site.serve();
    let mut client = server.client();
    for base in ["/api/v2/auth", "/AUTH"] {
        let before = harness::now();
        let answer = client.ask(
            "GET",
            &format!("{base}/{}/Token?{POLICY}&{BORN}", guid(LPU)),
            &[],
            &[],
        );
        assert_eq!(answer.status, 200, "{}", answer.json());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let answer = answer.json();
        let expires = answer["expires"].as_str().unwrap();
        let golden = json!({"token": answer["token"], "expires": expires, "patient": "Петров П. И.",
                            "mkab": guid(PETROV), "greeting": "Петр ильич", "uchastokNum": "7"});
        assert_eq!(answer.to_string(), golden.to_string());
        let end = DateTime::parse_from_rfc3339(expires).unwrap();
        let life = end - before;
        assert!(
            life > TimeDelta::seconds(598) && life <= TimeDelta::seconds(601),
            "{expires}"
        );
        assert_eq!(end.format("%Y-%m-%dT%H:%M:%S+03:00").to_string(), expires);

        let claims = claims(&answer);
        let begin = claims["TokenBeginLifeTime"].as_str().unwrap();
        assert_eq!(
            end - DateTime::parse_from_rfc3339(begin).unwrap(),
            TimeDelta::minutes(10)
        );
        let expected = json!({
            "Patient": {"Lpu": guid(LPU), "Mkab": guid(PETROV), "IsClosed": false},
            "TokenBeginLifeTime": begin, "TokenEndLifeTime": expires.replace('+', ".0000000+"),
            "login": "", "authSource": "Internet", "privilege": false, "tokenType": "LpuToken"
        });
        assert_eq!(claims, expected);
    }
    let head = client.ask(
        "HEAD",
        &format!("/auth/{}/token?{POLICY}&{BORN}", guid(LPU)),
        &[],
        &[],
    );
    assert_eq!((head.status, head.body.len()), (200, 0));
    let post = client.ask("POST", &format!("/auth/{}/token", guid(LPU)), &[], &[]);
    assert_eq!((post.status, post.header("allow")), (405, Some("GET, HEAD")));
}

#[test]
fn the_token_books() {
    let site = site("[]");
    let server = site.serve();
    let mut client = server.client();
    let token = ask(&mut client, &format!("{POLICY}&{BORN}")).json()["token"].clone();
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let ticket = Ask::new(LPU, PETROV, 40).authorized(&bearer).book(&mut client);
    assert_eq!(ticket["sourceName"], "Internet");
}

#[test]
fn every_kind_of_document() {
    let site = site("[]");
    let server = site.serve();
    let mut client = server.client();
    for (query, card) in [
        ("N_POL=1234+5678-9012%203456", PETROV),
        ("n_pol=123-456&s_pol=46+%D0%90%D0%91", SERIES),
        ("snils=112-233-445+95", PETROV),
        ("s_doc=45-08&N_Doc=123456", PETROV),
    ] {
        let answer = ask(&mut client, &format!("birthday=1980-06-15&{query}")).json();
        assert_eq!(answer["mkab"], guid(card), "{query}: {answer}");
    }
}

/// Goal: whatever is wrong with document, birth date or card, the answer is the same to the byte.
#[test]
fn who_is_not_identified_learns_nothing() {
    let site = site("['127.0.0.1']");
    let server = site.serve();
    let mut client = server.client();
    let golden = json!({"code": 400, "message": UNKNOWN_TEXT, "message_code": "5000"}).to_string();
    for query in [
        "n_pol=1234567890123457&Birthday=1980-06-15",
        "n_pol=1234567890123456&Birthday=1980-06-16",
        "n_pol=123456&Birthday=1980-06-15",
        "n_pol=123456&s_pol=46&Birthday=1980-06-15",
        "snils=11223344596&Birthday=1980-06-15",
        "s_doc=4509&n_doc=123456&Birthday=1980-06-15",
        "snils=00000000001&Birthday=1980-06-15",
        "snils=00000000002&Birthday=1980-06-15",
        "snils=00000000003&Birthday=1980-06-15",
    ] {
        let answer = ask(&mut client, query);
        assert_eq!(String::from_utf8_lossy(&answer.body), golden, "{query}");
        assert_eq!(
            (answer.status, answer.headers.len()),
            (400, 6),
            "{query}: {:?}",
            answer.headers
        );
    }
}

#[test]
fn bad_requests_are_told_what_is_wrong() {
    let site = site("[]");
    let server = site.serve();
    let mut client = server.client();
    for (query, text) in [
        (POLICY, "Параметр Birthday обязателен"),
        (
            "n_pol=1&Birthday=1",
            "Параметр Birthday: нужна дата вида ГГГГ-ММ-ДД",
        ),
        (
            BORN,
            "Параметр n_pol: нужен ровно один документ: n_pol (и s_pol), snils или s_doc и n_doc",
        ),
        (
            "snils=1122334459a&Birthday=1980-06-15",
            "Параметр snils: нужно 11 цифр",
        ),
        (
            "n_pol=a&Birthday=1980-06-15",
            "Параметр n_pol: нужно от 1 до 20 цифр",
        ),
        ("s_doc=1&Birthday=1980-06-15", "Параметр n_doc обязателен"),
        (
            "n_doc=12%2F3&Birthday=1980-06-15",
            "Параметр n_doc: нужно от 1 до 20 букв и цифр",
        ),
        (
            "s_pol=1&n_pol=1234567890123456&Birthday=1980-06-15",
            "Параметр s_pol: у номера из 16 цифр нет серии",
        ),
        (
            "s_pol=%25&n_pol=1&Birthday=1980-06-15",
            "Параметр s_pol: нужно от 1 до 16 букв и цифр",
        ),
    ] {
        let answer = ask(&mut client, query);
        assert_eq!(verdict(&answer), (400, "5000".to_owned()), "{query}");
        assert_eq!(answer.json()["message"], text, "{query}");
    }
    let unknown = client.ask(
        "GET",
        &format!("/auth/{}/token?{POLICY}&{BORN}", guid(3)),
        &[],
        &[],
    );
    assert_eq!(verdict(&unknown), (400, "5000".to_owned()));
    assert_ne!(unknown.json()["message"], UNKNOWN_TEXT);
    assert_eq!(limits::failures(&site), 0, "none of these is a guess");
}

#[test]
fn the_client_application_is_known_or_refused() {
    let site = site("[]");
    let server = site.serve();
    let mut client = server.client();
    let query = format!("{POLICY}&{BORN}");
    for (application, source) in [
        (guid(UNTRUSTED), "Infomat"),
        (guid(TRUSTED), "Centre"),
        ("CB174067-702F-42D0-B0EB-1D84A514515D".to_owned(), "Callcenter"),
    ] {
        let answer = ask_with(&mut client, &query, &[("ClientApplication", &application)]).json();
        let claims = claims(&answer);
        assert_eq!(claims["authSource"], source);
        assert_eq!(
            claims["privilege"], false,
            "a document proves the patient, not the application"
        );
    }
    let unknown = ask_with(&mut client, &query, &[("ClientApplication", &guid(77))]);
    assert_eq!(verdict(&unknown), (403, "5403".to_owned()));
    assert_eq!(unknown.json()["message"], "Код авторизации не верен");
    let malformed = ask_with(&mut client, &query, &[("ClientApplication", "kiosk")]);
    assert_eq!(verdict(&malformed), (400, "5000".to_owned()));

    let known = client.ask(
        "GET",
        &format!("/settings/clientApplication/{}", guid(TRUSTED)),
        &[],
        &[],
    );
    assert_eq!(
        known.json()[0]["clientApplicationGuid"],
        guid(TRUSTED),
        "{}",
        known.json()
    );
}

#[test]
fn only_trusted_applications_name_cards() {
    let site = site("[]");
    let server = site.serve();
    let mut client = server.client();
    let (trusted, untrusted) = (guid(TRUSTED), guid(UNTRUSTED));
    let card = format!("mkab={}", guid(PETROV));
    let person = format!("PersonGuid={}", guid(70));
    let proof = [("ClientApplication", &*trusted), ("Authorization", SECRET)];
    for query in [&card, &person, &format!("{card}&{BORN}")] {
        let answer = ask_with(&mut client, query, &proof).json();
        assert_eq!(answer["mkab"], guid(PETROV), "{query}: {answer}");
        let claims = claims(&answer);
        assert_eq!(claims["authSource"], "Centre");
        assert_eq!(
            claims["privilege"], true,
            "it has proved to be a trusted back end"
        );
    }
    for headers in [
        &[][..],
        &[("ClientApplication", &*trusted)],
        &[("Authorization", SECRET)],
        &[("ClientApplication", &*untrusted), ("Authorization", SECRET)],
        &[("ClientApplication", &*trusted), ("Authorization", &SECRET[1..])],
        &[
            ("ClientApplication", &*trusted),
            ("Authorization", &format!("Bearer {SECRET}")),
        ],
        &[
            ("ClientApplication", &*trusted),
            ("Authorization", SECRET),
            ("Authorization", SECRET),
        ],
    ] {
        for query in [&*card, &person, "mkab=x", &format!("{card}&{POLICY}&{BORN}")] {
            let answer = ask_with(&mut client, query, headers);
            assert_eq!(verdict(&answer), (403, "5403".to_owned()), "{query} {headers:?}");
        }
    }
    for query in [
        format!("mkab={}", guid(CLOSED)),
        format!("mkab={}", guid(ELSEWHERE)),
        format!("mkab={}", guid(99)),
        format!("{card}&Birthday=1980-06-16"),
        format!("personguid={}", guid(71)),
        format!("personguid={}", guid(72)),
    ] {
        let answer = ask_with(&mut client, &query, &proof);
        assert_eq!(verdict(&answer), (400, "5000".to_owned()), "{query}");
        assert_eq!(answer.json()["message"], UNKNOWN_TEXT, "{query}");
    }
    let both = ask_with(&mut client, &format!("{card}&{POLICY}&{BORN}"), &proof);
    assert_eq!(verdict(&both), (400, "5000".to_owned()));
    assert_eq!(limits::failures(&site), 0, "who has proved itself does not guess");
}

#[test]
fn a_guid_of_another_application_is_a_wrong_configuration() {
    let site = Site::new("");
    let other = json!({"kind": "clientApplication", "mnem": "Other", "guid": guid(UNTRUSTED)});
    site.import(&[other]);
    site.configure(&format!(
        "[[applications]]\nmnem = 'Infomat'\nguid = '{}'\n",
        guid(UNTRUSTED)
    ));
    for arguments in [&["serve"][..], &["import", "-"]] {
        let output = site.run(arguments, &speciality("27").to_string());
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(78), "{arguments:?}: {message}");
        assert!(message.contains("`Infomat` cannot have the guid"), "{message}");
    }
}
