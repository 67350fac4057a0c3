//! Goal: what a part-time administrator exports from a spreadsheet is taken for what it means, and each mistake is told with its
//! line and heading. Method: tables as Russian spreadsheets save them, for the real binary, and what the database has then.

mod mistakes;
mod patients;
mod resources;

use super::{dump, site};
use crate::clinic;
use crate::harness::{self, Site};
use chrono::TimeDelta;
use encoding_rs::{IBM866, WINDOWS_1251, X_MAC_CYRILLIC};
use rusqlite::Connection;
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
