//! Goal: what a part-time administrator exports from a spreadsheet is taken for what it means, and each mistake is told with its
//! line and heading. Method: tables as Russian spreadsheets save them, for the real binary, and what the database has then.

use super::{dump, site};
use crate::clinic::{self, Ask, doctor, guid, patient, slot, with};
use crate::harness::{self, Site};
use chrono::TimeDelta;
use encoding_rs::{IBM866, WINDOWS_1251, X_MAC_CYRILLIC};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs;

const TIMETABLE: &str = "Врач;Специальность;Кабинет;Дата;С;По;Минут";

/// Tomorrow as a spreadsheet shows it.
fn tomorrow() -> String {
    let day = harness::now() + TimeDelta::days(1);
    day.format("%d.%m.%Y").to_string()
}

/// Runs an import of bytes: status, standard output, standard error.
fn run(site: &Site, options: &[&str], bytes: &[u8]) -> (i32, String, String) {
    let path = site.path("table.csv");
    fs::write(&path, bytes).unwrap();
    let arguments = [&["import"], options, &[path.to_str().unwrap()]].concat();
    let output = site.run(&arguments, "");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[track_caller]
fn taken(site: &Site, options: &[&str], text: &str) -> String {
    let (status, counts, said) = run(site, options, text.as_bytes());
    assert_eq!(status, 0, "{said}");
    counts + &said
}

/// Sees that a table changes nothing, and what is said of it in Russian, without the last line.
#[track_caller]
fn refused(site: &Site, text: &str) -> Vec<String> {
    let before = dump(site);
    let (status, _, said) = run(site, &["--lang", "ru"], text.as_bytes());
    assert_eq!(status, 1, "{said}");
    assert!(dump(site) == before, "{said}");
    let mut lines: Vec<String> = said.lines().map(str::to_owned).collect();
    let last = lines.pop().unwrap();
    assert!(last.contains("ничего не загружено"), "{last}");
    lines
}

/// Rows of a statement, their columns joined.
fn rows(site: &Site, sql: &str) -> Vec<String> {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let texts = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
        let texts: Vec<String> = texts
            .map(|value| match value.unwrap() {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            })
            .collect();
        Ok(texts.join("|"))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Doctors, with the number of their cells and places taken.
fn doctors(site: &Site) -> Vec<String> {
    rows(
        site,
        "SELECT r.family, r.name, r.patronymic, p.name, r.room, count(c.id), total(c.used_count) || ''
         FROM resource r JOIN speciality p ON p.id = r.speciality_id LEFT JOIN slot c ON c.resource_id = r.id
         GROUP BY r.id ORDER BY r.family, r.name",
    )
}

/// The same table in every form in which spreadsheets save it: separator, encoding, mark, line ends.
#[test]
fn a_timetable_is_taken_however_it_was_saved() {
    let day = tomorrow();
    let text = |separator: &str, end: &str| {
        let heading = " врач ;СПЕЦИАЛЬНОСТЬ;Каб.;дата;с;по;Минут;;";
        let lines = [
            heading.to_owned(),
            String::new(),
            format!("\"Ёлкина Анна\nБорисовна\";Терапия;101;{day};8:00;9:10;15;;"),
            ";;;;;;;;".to_owned(),
            format!("Ёлкина Анна Борисовна;терапия;101;{day};14.00;14.30;15 мин;;"),
            ";;;;;;".to_owned(),
        ];
        lines.join(end).replace(';', separator)
    };
    let mut tried = 0;
    for separator in [";", ",", "\t"] {
        for end in ["\n", "\r\n", "\r"] {
            let text = text(separator, end);
            let marked = format!("\u{feff}{text}");
            let encoded =
                [WINDOWS_1251, IBM866, X_MAC_CYRILLIC].map(|encoding| encoding.encode(&text).0.into_owned());
            for bytes in [text.as_bytes(), marked.as_bytes()]
                .into_iter()
                .chain(encoded.iter().map(Vec::as_slice))
            {
                // All forms at each line end, and all line ends with one separator.
                if separator != ";" && end != "\n" {
                    continue;
                }
                let site = Site::new("");
                site.import(&[clinic::lpu(1)]);
                let (status, counts, said) = run(&site, &[], bytes);
                assert_eq!(status, 0, "{said}");
                assert!(counts.contains("slot: 6\n"), "{counts}");
                assert_eq!(doctors(&site), ["Ёлкина|Анна|Борисовна|Терапия|101|6|0.0"]);
                assert!(
                    said.contains("new doctors: 1: Ёлкина Анна Борисовна (Терапия)"),
                    "{said}"
                );
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 25);
    let site = Site::new("");
    site.import(&[clinic::lpu(1)]);
    // English headings, words in ASCII alone before the first Cyrillic one.
    let text = format!("doctor,specialty,date,from,to\nA B,C,{day},8:00,8:30\nЖуков,C,{day},8:00,8:30\n");
    let bytes = WINDOWS_1251.encode(&text).0.into_owned();
    assert_eq!(run(&site, &[], &bytes).0, 0);
    assert_eq!(doctors(&site), ["A|B||C||1|0.0", "Жуков|||C||1|0.0"]);
}

/// Tomorrow's file finds today's doctors and cells, and visits stay with theirs; what the file does not say stays as it is.
#[test]
fn the_next_file_finds_what_is_there() {
    let site = site();
    site.import(&[
        json!({"kind": "speciality", "code": "27", "name": "Терапия"}),
        with(
            doctor(2, 1, "27", "Врачова"),
            &json!({"role": "врач", "room": "7", "uchastokNums": ["1"]}),
        ),
        with(slot(3, 2, 1, "10:00"), &json!({"planCount": 3, "flagAccess": 36})),
    ]);
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    let day = tomorrow();
    let table = format!(
        "{TIMETABLE}\nврачова  АННА борисовна;Терапия;8;{day};10:00;11:00;15\nВрачова А.Б.;;;{day};12:00;12:30;30\n"
    );
    let said = taken(&site, &[], &table);
    assert!(
        said.contains("slot: 5\n") && said.contains("resource: 0\n"),
        "{said}"
    );
    // The visit's room is another one.
    assert!(
        said.contains("Visits that are moved (call these patients): 1"),
        "{said}"
    );
    assert!(!said.contains("new doctors"), "{said}");
    assert_eq!(doctors(&site), ["Врачова|Анна|Борисовна|Терапия|7|5|1.0"]);
    let cell = "SELECT plan_count, flag_access, room, used_count FROM slot WHERE used_count > 0";
    assert_eq!(rows(&site, cell), ["3|36|8|1"]);
    let before = dump(&site);
    taken(&site, &[], &table);
    assert!(dump(&site) == before, "the same table again changes nothing");
    // A shorter day replaces it: the visit has no time in it.
    let said = taken(
        &site,
        &["--replace"],
        &format!("{TIMETABLE}\nВрачова Анна Борисовна;Терапия;8;{day};10:15;11:00;15\n"),
    );
    assert!(said.contains("slot: 3, 1 removed"), "{said}");
    assert!(
        said.contains("Visits at times that the new timetable does not have"),
        "{said}"
    );
    assert_eq!(rows(&site, cell), ["1|0|8|1"]);
    // And is there again.
    taken(&site, &["--replace"], &table);
    assert_eq!(rows(&site, cell), ["1|127|8|1"]);
    let doctors_table = "ФИО;Специальность;Кабинет\nВрачова Анна Борисовна;Терапия;9\n";
    taken(&site, &[], doctors_table);
    let resource = "SELECT role, room, uchastok_nums FROM resource";
    assert_eq!(rows(&site, resource), ["врач|9|[\"1\"]"]);
    site.run_well(&["verify"], "");
}

/// A doctor of that name in another speciality is another resource; of two of one name, the room or the GUID tells.
#[test]
fn who_is_not_told_apart_is_a_bad_line() {
    let site = site();
    site.import(&[
        json!({"kind": "speciality", "code": "27", "name": "Терапия"}),
        with(doctor(2, 1, "27", "Врачова"), &json!({"room": "1"})),
        with(doctor(12, 1, "27", "Врачова"), &json!({"room": "2"})),
    ]);
    let day = tomorrow();
    let line =
        |room: &str| format!("{TIMETABLE}\nВрачова Анна Борисовна;Терапия;{room};{day};12:00;12:15;15\n");
    let told = "строка 2: Врач: подходит нескольким врачам: укажите специальность и кабинет или добавьте столбец «guid врача»";
    assert_eq!(refused(&site, &line("3")), [told]);
    taken(&site, &[], &line("2"));
    taken(
        &site,
        &[],
        &format!("guid врача;врач;дата;с;по\n{};;{day};12:15;12:30\n", guid(12)),
    );
    let cells = "SELECT count(*) FROM slot c JOIN resource r ON r.id = c.resource_id WHERE r.room = '2'";
    assert_eq!(rows(&site, cells), ["2"]);
    let nobody = format!("врач;дата;с;по\nНикто Н.Н.;{day};8:00;9:00\n");
    assert_eq!(
        refused(&site, &nobody),
        ["строка 2: врач: такого врача нет; чтобы завести нового, укажите специальность"]
    );
}

/// Patients are found by SNILS or policy, else by name and birth date, in the database and among the lines before.
#[test]
fn patients_are_found_by_what_identifies_them() {
    let site = site();
    let card = |n: u32, more: Value| with(patient(n, 1), &more);
    site.import(&[
        card(10, json!({"family": "Жуков", "name": "Петр", "patronymic": "Ильич", "birthDate": "1980-06-15", "snils": "00100199864",
                        "phone": "12", "passportNumber": "123456"})),
        card(11, json!({"family": "Мухин", "name": "Олег", "birthDate": "1970-01-02", "policyNumber": "1234567890123456"})),
        card(12, json!({"family": "Двойнов", "name": "Лев", "birthDate": "1960-01-01"})),
        card(13, json!({"family": "Двойнов", "name": "Лев", "birthDate": "1960-01-01"})),
    ]);
    let head = "Фамилия;Имя;Отчество;Дата рождения;Пол;Полис;СНИЛС;Телефон\n";
    let table = format!(
        "{head}Жуков;Петр;Ильич;15.06.1980;м;6543210987654321;100199864;\n\
         Комарова;Ольга;;02.01.1970;ж;1234 5678 9012 3456;;8 900 1\n\
         Новый;Иван;;01.01.2000;м;;11223344595;\n\
         новый;иван;;01.01.2000;;;;78\n\
         Новый;Иван;;01.01.2000;м;;00100199864;\n"
    );
    // The last one is a namesake of one whose SNILS is not his, with a SNILS of somebody else.
    assert_eq!(
        refused(&site, &table),
        ["строка 6: СНИЛС: карта с этим номером - на другое имя и другую дату рождения или с другим СНИЛС"]
    );
    let table: String = table.split_inclusive('\n').take(5).collect();
    let said = taken(&site, &[], &table);
    assert!(
        said.contains("patient: 4\n") || said.contains("patient: 3\n"),
        "{said}"
    );
    let cards = "SELECT family, name, birth_date, policy_number, snils, phone, passport_number FROM patient
                 WHERE family IN ('Жуков', 'Комарова', 'Мухин', 'Новый', 'новый') ORDER BY birth_date";
    let expected = [
        "Комарова|Ольга|1970-01-02|1234567890123456||8 900 1|",
        "Жуков|Петр|1980-06-15|6543210987654321|00100199864|12|123456",
        "новый|иван|2000-01-01|||78|",
    ];
    assert_eq!(rows(&site, cards), expected);
    let before = dump(&site);
    taken(&site, &[], &table);
    assert!(dump(&site) == before);
    assert_eq!(
        refused(&site, &format!("{head}Двойнов;Лев;;01.01.1960;;;;\n")),
        [
            "строка 2: Фамилия: подходит нескольким картам: добавьте столбец «guid карты» или закройте лишние карты"
        ]
    );
    taken(
        &site,
        &[],
        &format!(
            "guid карты;фио;дата рождения;участок\n{};Двойнов Лев;01.01.1960;5\n",
            guid(13)
        ),
    );
    assert_eq!(
        rows(&site, "SELECT count(*) FROM patient WHERE uchastok_num = '5'"),
        ["1"]
    );
}

/// Each mistake is told once, in Russian, with its line and the heading as it stands there.
#[test]
fn each_mistake_is_told_with_line_and_heading() {
    let site = site();
    let day = tomorrow();
    let good = format!("Иванов И.И.;Терапия;1;{day};8:00;9:00;15");
    let table = |line: &str| format!("{TIMETABLE}\n{good}\n{line}\n");
    for (from, to, told) in [
        ("8:00", "8 утра", "С: не время вида 8:30"),
        ("9:00", "7:00", "По: не позже, чем «С»"),
        (&*day, "12/01/2026", "Дата: не дата вида 31.12.2026"),
        (&*day, "", "Дата: нет значения"),
        (";15", ";", "Минут: нет значения"),
        (";15", ";0", "Минут: не целое число от 1 до 1440"),
        (";15", ";90", "Минут: прием длиннее всего времени работы"),
        ("Иванов И.И.", "", "Врач: нет значения"),
        (
            "Иванов И.И.",
            "Иванов; И.И.",
            "в столбце 8 есть значение, но нет заголовка: лишний разделитель внутри значения? Такое значение берется в кавычки",
        ),
        (
            ";1;",
            ";\"1;",
            "кавычка не закрыта: кавычка внутри значения пишется дважды, а само значение - в кавычках",
        ),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_eq!(
            refused(&site, &table(&bad)),
            [format!("строка 3: {told}")],
            "{bad}"
        );
    }
    let long = good.replace("Иванов", &"я".repeat(257));
    assert_eq!(
        refused(&site, &table(&long)),
        ["строка 3: Врач: длиннее 256 знаков"]
    );
    // Several mistakes of a line are told at once.
    let two = good.replace("8:00", "x").replace(&day, "y");
    assert_eq!(
        refused(&site, &table(&two)),
        ["строка 3: Дата: не дата вида 31.12.2026; С: не время вида 8:30"]
    );
    for (heading, told) in [
        (
            "Врач;Дата;С",
            "строка 1: по: столбца с таким заголовком нет, а он нужен",
        ),
        (
            "Врач;Специальность;Дата;С;Минут",
            "строка 1: по: столбца с таким заголовком нет, а он нужен",
        ),
        ("Врач;Дата;С;По;по", "строка 1: по: указано дважды"),
        (
            "Врач;Дата;С;По;Сколько",
            "строка 1: Сколько: такого столбца нет: удалите его или назовите, как в `infomat import --template timetable`",
        ),
        (
            "Расписание на декабрь;;;",
            "строка 1: нет известных заголовков: первой должна идти строка заголовков, как в `infomat import --template timetable`",
        ),
        (
            "ФИО;Телефон;СНИЛС",
            "строка 1: дата рождения: столбца с таким заголовком нет, а он нужен",
        ),
    ] {
        assert_eq!(refused(&site, &format!("{heading}\n{good}\n")), [told]);
    }
}

/// So are mistakes in a table of patients, and a file that is no table.
#[test]
fn numbers_that_a_spreadsheet_has_spoilt_and_workbooks_are_told() {
    let site = site();
    let patients = "ФИО;Дата рождения;Пол;СНИЛС;Номер полиса\n";
    for (line, told) in [
        ("Ян Ян;1.1.1990;мж;;", "Пол: не м и не ж"),
        ("Ян Ян;1.1.1879;;;", "Дата рождения: не с 1880-01-01 по "),
        (
            "Ян Ян;1.1.1990;;1,00200E+10;",
            "СНИЛС: номер испорчен таблицей (вида 1,2E+15): задайте столбцу формат «Текстовый» и введите номер заново",
        ),
        (
            "Ян Ян;1.1.1990;;;123456789012345",
            "Номер полиса: цифр меньше 16: таблица убирает нули в начале номера; задайте столбцу формат «Текстовый» и исправьте номер",
        ),
    ] {
        let said = refused(&site, &format!("{patients}{line}\n"));
        assert!(
            said.len() == 1 && said[0].starts_with(&format!("строка 2: {told}")),
            "{said:?}"
        );
    }
    for (bytes, told) in [
        (
            &b"PK\x03\x04xlsx"[..],
            "файл - книга Excel (.xlsx) или архив ZIP: книгу сохраните как CSV",
        ),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1xls",
            "файл - книга Excel (.xls): сохраните ее как CSV",
        ),
        (
            "врач\nИванов И.И.\n".as_bytes(),
            "файл - не NDJSON (в каждой строке объект JSON) и не таблица из нескольких столбцов: столбцы таблицы разделяет «;»",
        ),
    ] {
        let (status, _, said) = run(&site, &["--lang", "ru"], bytes);
        assert!(status == 1 && said.contains(told), "{said}");
    }
}

/// Good lines are taken, bad ones are listed by their lines, and the status is 3.
#[test]
fn bad_records_are_skipped_when_that_is_wanted() {
    let site = site();
    let day = tomorrow();
    let table = format!(
        "{TIMETABLE}\nИванов И.И.;Терапия;1;{day};8:00;9:00;15\nИванов И.И.;Терапия;1;{day};10;x;15\nПетров П.П.;Окулист;;{day};8;9;60\n"
    );
    let (status, counts, said) = run(&site, &["--skip-bad", "--replace"], table.as_bytes());
    assert_eq!(status, 3, "{said}");
    assert!(said.contains("line 3: По: not a time like 8:30\n"), "{said}");
    assert!(said.contains("1 bad line was skipped"), "{said}");
    assert!(counts.contains("slot: 5\n"), "{counts}");
    // Headings that are wrong are not skipped.
    let (status, _, said) = run(&site, &["--skip-bad"], b"x;y\n1;2\n");
    assert_eq!(status, 1, "{said}");
}

/// A clinic that is not named is the only one of the database, or the table has to name it.
#[test]
fn the_clinic_is_named_where_there_are_several() {
    let site = Site::new("");
    let day = tomorrow();
    let table = format!("{TIMETABLE}\nИванов И.И.;Терапия;1;{day};8:00;9:00;15\n");
    let said = refused(&site, &table);
    assert!(
        said[0].starts_with("строка 1: поликлиника: в базе нет поликлиники: сначала загрузите ее"),
        "{said:?}"
    );
    site.import(&[
        clinic::lpu(1),
        with(clinic::lpu(2), &json!({"name": "Филиал № 2"})),
    ]);
    let said = refused(&site, &table);
    assert_eq!(
        said,
        ["строка 1: поликлиника: поликлиник в базе 2: добавьте столбец с названием поликлиники"]
    );
    let named =
        |clinic: &str| format!("ЛПУ;{TIMETABLE}\n{clinic};Иванов И.И.;Терапия;1;{day};8:00;9:00;15\n");
    taken(&site, &[], &named("филиал №2"));
    taken(&site, &[], &named(&guid(1)));
    assert_eq!(
        rows(
            &site,
            "SELECT count(DISTINCT guid), count(DISTINCT lpu_id) FROM resource"
        ),
        ["2|2"]
    );
    assert_eq!(
        refused(&site, &named("Филиал № 3")),
        ["строка 2: ЛПУ: такой поликлиники нет ни в файле, ни в базе"]
    );
}

/// What `--template` prints is the sample of the package, and is taken as it is.
#[test]
fn templates_are_taken_as_they_are() {
    let site = site();
    for (kind, counted) in [
        ("doctors", "resource: 2\n"),
        ("patients", "patient: 2\n"),
        ("timetable", "slot: 58\n"),
    ] {
        let printed = site.run_well(&["import", "--template", kind], "");
        let sample = fs::read_to_string(format!(
            "{}/packaging/sample.{kind}.csv",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap();
        assert_eq!(printed, sample);
        assert!(printed.starts_with('\u{feff}'));
        let said = taken(&site, &[], &printed);
        assert!(said.contains(counted), "{said}");
    }
    assert_eq!(
        rows(&site, "SELECT count(*) FROM resource"),
        ["3"],
        "the timetable names the doctors of the other table"
    );
    assert_eq!(
        site.run(&["import", "--template", "timetable", "-"], "")
            .status
            .code(),
        Some(2)
    );
}

/// What no spreadsheet wrote does not take memory or time.
#[test]
fn hostile_tables_are_told() {
    let site = site();
    let heads = "врач;специальность;дата;с;по\n";
    let long = format!("{heads}\"{}", "x\n".repeat(200_000));
    assert_eq!(refused(&site, &long).len(), 101);
    let wide = format!("{heads}{}", ";".repeat(70_000));
    assert_eq!(refused(&site, &wide), ["строка 2: строка длиннее 65536 байт"]);
    let day = tomorrow();
    let formula = format!("{heads}=\"Жуков\";'+Терапия;{day};8:00;9:00\n");
    taken(&site, &[], &formula);
    assert_eq!(doctors(&site)[1], "Жуков|||+Терапия||1|0.0");
    let control = format!("{heads}Жу\u{0}ков;Терапия;{day};8:00;9:00\n");
    assert_eq!(
        refused(&site, &control),
        ["строка 2: врач: содержит управляющий знак"]
    );
    let broken = [heads.as_bytes(), b"\xd0;x;1;2;3\n"].concat();
    let (status, _, said) = run(&site, &[], &broken);
    assert!(status == 1 && said.contains("line 2: not UTF-8"), "{said}");
}
