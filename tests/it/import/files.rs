//! Goal: a file that is no NDJSON is told once, by what it is and what to do. Method: the small clinic, and what clinics
//! really have, written in ways that the importer does not take.

use super::{dump, file, site};
use crate::clinic;
use crate::harness::Site;
use serde_json::Value;
use std::fs;
use std::process::Output;

/// Imports bytes as a file.
fn import(site: &Site, bytes: &[u8]) -> Output {
    fs::write(site.path("given"), bytes).unwrap();
    site.run(&["import", site.path("given").to_str().unwrap()], "")
}

/// Sees that the bytes change nothing and are told in one line with these words.
#[track_caller]
fn told(site: &Site, bytes: &[u8], words: &[&str]) {
    let before = dump(site);
    let output = import(site, bytes);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(output.stdout, b"");
    assert_eq!(said.lines().count(), 1, "{said}");
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(dump(site) == before);
}

/// Many lines, with names in Cyrillic.
fn text() -> String {
    let mut lines = clinic::small();
    lines.extend((0..500).map(|n| clinic::patient(1_000 + n, 1)));
    file(&lines)
}

/// The text in Windows-1251.
fn windows_1251(text: &str) -> Vec<u8> {
    let byte = |letter: char| match letter {
        'А'..='я' => u8::try_from(u32::from(letter) - u32::from('А') + 0xC0).unwrap(),
        ascii => u8::try_from(ascii).unwrap(),
    };
    text.chars().map(byte).collect()
}

#[test]
fn what_is_no_ndjson_is_told_in_one_line() {
    let site = site();
    let text = text();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for mark in ["", "\u{feff}"] {
        let marked = format!("{mark}{text}");
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = marked.encode_utf16().flat_map(order).collect();
            told(&site, &bytes, &["UTF-16", "UTF-8"]);
        }
        for order in [u32::to_le_bytes, u32::to_be_bytes] {
            let bytes: Vec<u8> = marked.chars().flat_map(|letter| order(letter.into())).collect();
            told(&site, &bytes, &["UTF-32"]);
        }
    }
    told(&site, &windows_1251(&text), &["Windows-1251", "line 1 ", "iconv"]);
    // The first line without a Cyrillic letter does not hide it.
    let ascii = format!("{}\n{text}", clinic::speciality("x"));
    told(&site, &windows_1251(&ascii), &["Windows-1251", "line 2 "]);
    let compressed: [(&[u8], &str); 5] = [
        (b"\x1f\x8b\x08\x00rest", "gzip"),
        (b"\x28\xb5\x2f\xfdrest", "zstd"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00rest", "xz"),
        (b"7z\xbc\xaf\x27\x1crest", "7-Zip"),
    ];
    for (bytes, name) in compressed {
        told(&site, bytes, &["compressed", name]);
    }
    told(&site, b"PK\x03\x04rest", &["ZIP", "spreadsheet"]);
    told(&site, &fs::read(site.path("infomat.db")).unwrap(), &["SQLite"]);
    told(&site, b"<?xml version='1.0'?>\n<lpu/>\n", &["XML"]);
    told(
        &site,
        serde_json::to_string(&lines).unwrap().as_bytes(),
        &["JSON array"],
    );
    told(
        &site,
        serde_json::to_string_pretty(&lines).unwrap().as_bytes(),
        &["JSON array"],
    );
    told(
        &site,
        serde_json::to_string_pretty(&lines[0]).unwrap().as_bytes(),
        &["over several lines"],
    );
    // One object that is cut off is no such file.
    let cut = text.replacen('}', "", 1);
    assert!(super::refused(&site, &cut)[0].starts_with("line 1: not JSON"));
    for nothing in ["", "\n \n\r\n", "\u{feff}"] {
        told(&site, nothing.as_bytes(), &["nothing in the file"]);
    }
}

#[test]
fn a_folder_and_a_missing_file_are_told_by_name() {
    let site = site();
    for (name, word) in [("", "directory"), ("missing", "No such file")] {
        let path = site.path(name);
        let output = site.run(&["import", path.to_str().unwrap()], "");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains(path.to_str().unwrap()) && said.contains(word),
            "{said}"
        );
    }
}

/// Two files that each began with a mark, joined with a line break between them and without.
#[test]
fn a_mark_in_the_middle_is_told_by_its_line() {
    let site = site();
    let line = clinic::speciality("x").to_string();
    for (joined, number) in [
        (format!("{line}\n\u{feff}{line}\n"), 2),
        (format!("\u{feff}{line}\u{feff}{line}"), 1),
    ] {
        told_line(&site, &joined, number);
    }
}

#[track_caller]
fn told_line(site: &Site, text: &str, number: u32) {
    let said = super::refused(site, text);
    assert_eq!(said.len(), 1, "{said:?}");
    let begin = format!("line {number}: a byte order mark in the middle of the file");
    assert!(said[0].starts_with(&begin), "{said:?}");
}

/// The sample of the package is taken as it is, and its check says the same and changes nothing.
#[test]
fn the_sample_is_taken() {
    let site = Site::new("");
    let sample = include_str!("../../../packaging/sample.ndjson");
    let before = dump(&site);
    let foreseen = site.run_well(&["import", "--check", "-"], sample);
    assert!(dump(&site) == before);
    let counts = site.run_well(&["import", "-"], sample);
    assert_eq!(counts, foreseen);
    assert_eq!(
        counts.lines().filter(|line| !line.ends_with(": 0")).count(),
        9,
        "{counts}"
    );
}

/// A check says what is wrong as an import does, ends alike, and writes nothing: a server beside it books meanwhile.
#[test]
fn a_check_tells_all_and_changes_nothing() {
    let site = site();
    let server = site.serve();
    let bad = file(&[clinic::slot(30, 9, 1, "11:00"), clinic::slot(3, 2, 2, "10:00")]);
    let before = dump(&site);
    let [checked, imported] =
        [&["import", "--check", "-"][..], &["import", "-"]].map(|arguments| site.run(arguments, &bad));
    assert_eq!(checked.status.code(), Some(1));
    assert_eq!(checked.stderr, imported.stderr);
    assert!(dump(&site) == before);
    // Somebody else holds the write lock all the while.
    let writer = rusqlite::Connection::open(site.path("infomat.db")).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let said = site.run_well(
        &["import", "--check", "-"],
        &file(&[clinic::slot(3, 2, 2, "10:00")]),
    );
    assert!(said.contains("slot: 1"), "{said}");
    drop(writer);
    drop(server);
}

/// Who reads Russian is told in Russian: bad lines, how many more, files that are something else, and the last word.
#[test]
fn mistakes_are_told_in_russian() {
    let site = site();
    let told = |text: &str| {
        let output = site.run(&["import", "--lang", "ru", "-"], text);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let bad = [
        serde_json::json!({"kind": "exam", "guid": "x", "name": "y"}),
        clinic::slot(30, 9, 1, "11:00"),
    ];
    let said = told(&file(&bad));
    for words in [
        "строка 1: exam.guid: не GUID вида",
        "; exam.patient: нет значения\n",
        "строка 2: slot.resource: такого врача, кабинета или оборудования нет ни в файле, ни в базе\n",
        "ошибок: 3; ничего не загружено",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(told("").contains("в файле ничего нет; ничего не загружено"));
    let many = file(&vec![bad[0].clone(); 103]);
    assert!(told(&many).contains("и еще ошибочных строк: 3\n"));
}
