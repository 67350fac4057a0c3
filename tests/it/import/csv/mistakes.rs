//! Goal: each mistake of a table is told once, in Russian, with its line and heading, and nothing is taken of the file or of the line.
//! Method: tables with one mistake each, spoilt numbers, files that are no tables, and hostile ones.

use super::{TIMETABLE, doctors, refused, run, taken, tomorrow};
use crate::import::site;

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
