//! Goal: documents and names as registries type them. What stands for "none" identifies nobody; what looks alike is one
//! document; names have no stray signs and are in Russian order; what is stored already is brought to that form. Method:
//! made-up cards, imported or lying in a file of an older version, and the real binary.

use crate::clinic::{Ask, doctor, guid, lpu, patient, slot, speciality, with};
use crate::harness::{Answer, Client, Site, now};
use crate::schema::{OLDER, older_site};
use chrono::TimeDelta;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::Connection;
use serde_json::{Value, json};

const LPU: u32 = 1;
const BORN: &str = "1980-06-15";
const UNKNOWN_TEXT: &str =
    "Пациент с таким документом и датой рождения не найден. Проверьте данные или обратитесь в регистратуру.";

/// Asks who somebody with this document is.
fn ask(client: &mut Client, document: &[(&str, &str)]) -> Answer {
    let pairs = document
        .iter()
        .map(|(name, value)| format!("{name}={}&", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    let query: String = pairs.collect();
    client.ask(
        "GET",
        &format!("/auth/{}/token?{query}Birthday={BORN}", guid(LPU)),
        &[],
        &[],
    )
}

fn assert_is(client: &mut Client, document: &[(&str, &str)], card: u32) {
    let answer = ask(client, document).json();
    assert_eq!(answer["mkab"], guid(card), "{document:?}: {answer}");
}

/// Sees that the answer is the one of an unknown document, to the byte.
fn assert_unknown(client: &mut Client, document: &[(&str, &str)]) {
    let golden = json!({"code": 400, "message": UNKNOWN_TEXT, "message_code": "5000"}).to_string();
    let answer = ask(client, document);
    assert_eq!(String::from_utf8_lossy(&answer.body), golden, "{document:?}");
}

fn failures(site: &Site) -> i64 {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let count = "SELECT count(*) FROM failed_identification";
    database.query_row(count, [], |row| row.get(0)).unwrap()
}

/// What registries type for "none" in each field, and how somebody would show it.
const NOTHING: [(&str, &str, &str); 20] = [
    ("snils", "snils", "000-000-000 00"),
    ("snils", "snils", "11111111111"),
    ("snils", "snils", "нет"),
    ("snils", "snils", "-"),
    ("snils", "snils", "\u{200b}"),
    ("snils", "snils", "\u{a0}\u{2014}"),
    ("snils", "snils", "1122334459"),
    ("snils", "snils", "1,12233E+10"),
    ("policyNumber", "n_pol", "0"),
    ("policyNumber", "n_pol", "0000000000000000"),
    ("policyNumber", "n_pol", "9999999999999999"),
    ("policyNumber", "n_pol", "12345"),
    ("policyNumber", "n_pol", "1,23457E+15"),
    ("policyNumber", "n_pol", "1.23457E+15"),
    ("policyNumber", "n_pol", "отсутствует"),
    (
        "policyNumber",
        "n_pol",
        "\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff10}\u{ff10}",
    ),
    (
        "policyNumber",
        "n_pol",
        "\u{660}\u{660}\u{660}\u{660}\u{660}\u{660}",
    ),
    ("passportNumber", "n_doc", "н/д"),
    ("passportNumber", "n_doc", "000000"),
    ("passportNumber", "n_doc", "НЕТ"),
];

#[test]
fn what_stands_for_no_document_identifies_nobody() {
    let site = Site::new("");
    site.import(&[lpu(LPU)]);
    let cards = (100..).zip(NOTHING);
    let cards: Vec<Value> = cards
        .map(|(n, (field, _, typed))| with(patient(n, LPU), &json!({ field: typed })))
        .collect();
    site.import(&cards);
    let server = site.serve();
    let mut client = server.client();
    for (_, parameter, typed) in NOTHING {
        assert_unknown(&mut client, &[(parameter, typed)]);
    }
    assert_eq!(failures(&site), i64::try_from(NOTHING.len()).unwrap());
}

/// A document as somebody shows it: parameters and values.
type Shown = Vec<(&'static str, &'static str)>;

/// Cards of one file, and what identifies them.
fn cards() -> Vec<(u32, Value, Vec<Shown>)> {
    vec![
        (
            10,
            json!({"passportNumber": "ск 018822"}),
            vec![
                vec![("n_doc", "CK018822")],
                vec![("n_doc", "ck 018-822"), ("s_doc", "")],
                vec![("n_doc", "СК018822"), ("s_doc", "-")],
            ],
        ),
        (
            11,
            json!({"passportSeries": "iv-ак", "passportNumber": "654321"}),
            vec![
                vec![("s_doc", "IV АК"), ("n_doc", "654321")],
                vec![("s_doc", "ivak"), ("n_doc", "654 321")],
            ],
        ),
        (
            12,
            json!({"policySeries": "46ав", "policyNumber": "123456"}),
            vec![
                vec![("s_pol", "46AB"), ("n_pol", "123456")],
                vec![("s_pol", "46 АВ"), ("n_pol", "123-456")],
            ],
        ),
        (
            13,
            json!({"policyNumber": "1234\u{a0}5678\u{2011}9012\u{200b}3457"}),
            vec![
                vec![("n_pol", "1234567890123457")],
                vec![("n_pol", "\u{ff11}234 5678 9012 3457")],
            ],
        ),
        (
            14,
            json!({"snils": "112\u{2013}233\u{2013}445 95"}),
            vec![vec![("snils", "11223344595")]],
        ),
        (
            15,
            json!({"passportSeries": "нет", "passportNumber": "АЕ 7Й"}),
            vec![
                vec![("n_doc", "AE7Й")],
                vec![("n_doc", "ае7и\u{306}")],
                vec![("n_doc", "AE7Й"), ("s_doc", "нет")],
            ],
        ),
    ]
}

#[test]
fn one_document_is_known_however_it_is_typed() {
    let site = Site::new("");
    let lines = cards()
        .into_iter()
        .map(|(n, fields, _)| with(patient(n, LPU), &fields));
    site.import(&[vec![lpu(LPU)], lines.collect()].concat());
    let server = site.serve();
    let mut client = server.client();
    for (card, _, documents) in cards() {
        for document in documents {
            assert_is(&mut client, &document, card);
        }
    }
    // A series that the card has belongs to the number.
    assert_unknown(&mut client, &[("n_doc", "654321")]);
}

/// A card as an older version kept it: blanks and hyphens left out, all else as it was typed.
fn stored(n: u32, fields: &Value) -> String {
    let text = |name: &str| {
        let typed = fields[name].as_str().unwrap_or_default();
        let kept = typed.chars().filter(|sign| !sign.is_whitespace() && *sign != '-');
        kept.collect::<String>()
    };
    let name = |name: &str, default: &str| fields[name].as_str().unwrap_or(default).to_owned();
    format!(
        "INSERT INTO patient (guid, lpu_id, family, name, patronymic, birth_date, sex, policy_series, policy_number, snils,
                              passport_series, passport_number, phone, email, email_confirm_agree, uchastok_num,
                              self_booking_banned, closed)
         VALUES (x'{}', 1, '{}', '{}', '{}', '{BORN}', '', '{}', '{}', '{}', '{}', '{}', '', '', 0, '', 0, 0);",
        guid(n).replace('-', ""),
        name("family", "Петров"),
        name("name", "Петр"),
        name("patronymic", ""),
        text("policySeries"),
        text("policyNumber"),
        text("snils"),
        text("passportSeries"),
        text("passportNumber"),
    )
}

#[test]
fn what_is_stored_already_is_brought_to_the_same_form() {
    // The third version has them in that form.
    for (number, schema) in (1..3).zip(OLDER) {
        let site = older_site(number, schema);
        let database = Connection::open(site.path("infomat.db")).unwrap();
        let lpu = guid(LPU).replace('-', "");
        let mut rows = format!("UPDATE lpu SET guid = x'{lpu}';");
        for (n, fields, _) in cards() {
            rows += &stored(n, &fields);
        }
        for (n, (field, _, typed)) in (100..).zip(NOTHING) {
            rows += &stored(n, &json!({ field: typed }));
        }
        rows += &stored(
            16,
            &json!({"snils": "11223344596", "patronymic": "-", "family": "Андреи\u{306}"}),
        );
        database.execute_batch(&rows).unwrap();
        drop(database);
        let server = site.serve();
        let mut client = server.client();
        for (card, _, documents) in cards() {
            assert_is(&mut client, &documents[0], card);
        }
        for (_, parameter, typed) in NOTHING.into_iter().step_by(5) {
            assert_unknown(&mut client, &[(parameter, typed)]);
        }
        let named = ask(&mut client, &[("snils", "11223344596")]).json();
        assert_eq!(named["patient"], "Андрей П.");
        let database = Connection::open(site.path("infomat.db")).unwrap();
        let nothing =
            "SELECT count(*) FROM patient WHERE id > 6 AND policy_number || snils || passport_number <> ''";
        let left: i64 = database.query_row(nothing, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 1, "of those with nothing, the one that is named");
    }
}

#[test]
fn names_have_no_stray_signs() {
    let site = Site::new("");
    let named = [
        ("Иванов", "Иван", "-", "Иванов И.", "Иван"),
        ("Иванов", "Иван", "нет", "Иванов И.", "Иван"),
        ("Иванов", "Иван", "б/о", "Иванов И.", "Иван"),
        ("Иванов", "Иван", "\u{200b}", "Иванов И.", "Иван"),
        ("Сухарто", "", "", "Сухарто", "С."),
        ("-", "Сухарто", "нет", "Сухарто", "Сухарто"),
        (
            "ван\u{a0}дер  Ваальс",
            "и\u{306}оханнес",
            "",
            "ван дер Ваальс Й.",
            "йоханнес",
        ),
        (
            "О’Нил",
            "Анна-Мария",
            "Ёжиковна",
            "О’Нил А. Ё.",
            "Анна-Мария Ёжиковна",
        ),
        ("Ли", "Я", "", "Ли Я.", "Я"),
    ];
    let snils = |n: u32| format!("112233445{n:02}");
    let mut lines = vec![lpu(LPU), speciality("27")];
    for (n, (family, name, patronymic, ..)) in (10..).zip(named) {
        let fields = json!({"family": family, "name": name, "patronymic": patronymic, "snils": snils(n)});
        lines.push(with(patient(n, LPU), &fields));
    }
    let own = json!({"name": "-", "patronymic": "нет"});
    lines.push(with(doctor(50, LPU, "27", " ван дер  Брюк"), &own));
    lines.push(slot(51, 50, 1, "10:00"));
    site.import(&lines);
    let server = site.serve();
    let mut client = server.client();
    for (n, (.., short, greeting)) in (10..).zip(named) {
        let answer = ask(&mut client, &[("snils", &snils(n))]).json();
        assert_eq!(
            (&answer["patient"], &answer["greeting"]),
            (&json!(short), &json!(greeting))
        );
    }
    let doctors = client
        .ask("GET", &format!("/lpu/{}/doctor", guid(LPU)), &[], &[])
        .json();
    assert_eq!(doctors[0]["docFio"], "ван дер Брюк", "{doctors}");
    assert_eq!(doctors[0]["patronymic"], "", "{doctors}");
}

#[test]
fn names_are_listed_in_russian_order() {
    const ORDER: [&str; 6] = ["аист", "Ежова", "Елкина", "Ёлкина", "Жукова", "Яшина"];
    let site = Site::new("");
    let mut lines = vec![lpu(LPU)];
    for (n, name) in (10..).zip(ORDER.into_iter().rev()) {
        lines.push(json!({"kind": "lpu", "guid": guid(n + 100), "name": name}));
        lines.push(speciality(name));
        lines.push(with(
            doctor(n, LPU, name, name),
            &json!({"name": "", "patronymic": ""}),
        ));
        lines.push(slot(n + 200, n, 1, "10:00"));
        lines.push(patient(n + 300, LPU));
    }
    site.import(&lines);
    let server = site.serve();
    let mut client = server.client();
    let mut listed = |path: &str, field: &str| -> Vec<String> {
        let answer = client.ask("GET", path, &[], &[]).json();
        let rows = answer.as_array().unwrap().iter();
        rows.map(|row| row[field].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed(&format!("/lpu/{}/speciality", guid(LPU)), "name"), ORDER);
    assert_eq!(listed(&format!("/lpu/{}/doctor", guid(LPU)), "family"), ORDER);
    let clinics = listed("/lpu", "name");
    assert_eq!(
        clinics
            .iter()
            .filter(|name| *name != "Поликлиника")
            .collect::<Vec<_>>(),
        ORDER
    );
    for n in 10..16 {
        Ask::new(LPU, n + 300, n + 200).book(&mut server.client());
    }
    let tomorrow = (now() + TimeDelta::days(1)).date_naive().to_string();
    let table = site.run_well(&["visits", "--date", &tomorrow], "");
    let found: Vec<usize> = ORDER.iter().map(|name| table.find(name).unwrap()).collect();
    assert!(found.is_sorted(), "{table}");
}

/// Goal: what was taken for "none" is counted, and doubtful cards are told of, by their GUIDs alone. Method: an import, once
/// more the same file, and `check`.
#[test]
fn an_import_tells_what_it_took_for_none_and_which_cards_to_look_at() {
    let site = Site::new("");
    let own = |n: u32, fields: &Value| with(patient(n, LPU), fields);
    let mut lines = vec![
        lpu(LPU),
        speciality("27"),
        doctor(30, LPU, "27", "Ежова"),
        slot(40, 30, 1, "10:00"),
        own(10, &json!({"snils": "11223344595", "patronymic": "-"})),
        own(
            11,
            &json!({"snils": "112-233-445 95", "policyNumber": "0", "birthDate": "1990-01-01"}),
        ),
        own(12, &json!({"snils": "нет", "passportNumber": "СК12"})),
        own(
            13,
            &json!({"snils": "0", "passportNumber": "ck12", "passportSeries": "-"}),
        ),
        own(14, &json!({"personGuid": guid(70)})),
        own(15, &json!({"personGuid": guid(70), "snils": ""})),
        own(16, &json!({})),
    ];
    site.import(&lines);
    let server = site.serve();
    Ask::new(LPU, 16, 40).book(&mut server.client());
    lines.push(own(16, &json!({"closed": true})));
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let output = site.run(&["import", "-"], &text.join("\n"));
    assert!(output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    for counted in [
        "patient.patronymic: means none in 1 ",
        "patient.policyNumber: means none in 1 ",
        "patient.snils: means none in 2 ",
    ] {
        assert!(told.contains(counted), "{counted}: {told}");
    }
    let checked = String::from_utf8(site.run(&["check"], "").stdout).unwrap();
    for told in [&told, &checked] {
        for (card, what) in [
            (10, "another open card of the clinic has its SNILS"),
            (11, "another open card of the clinic has its SNILS"),
            (12, "another open card of the clinic has its passport"),
            (13, "another open card of the clinic has its passport"),
            (14, "another card of the clinic has its personGuid"),
            (15, "another card of the clinic has its personGuid"),
            (16, "is closed and has active visits (1)"),
        ] {
            let finding = format!("patient {}: {what}", guid(card));
            assert!(told.contains(&finding), "{finding}: {told}");
        }
        assert!(!told.contains("Петров") && !told.contains("1122334"), "{told}");
    }
}
