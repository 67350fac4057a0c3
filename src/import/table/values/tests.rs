use super::*;

#[test]
fn values_lose_what_a_spreadsheet_adds() {
    for (typed, value) in [
        ("  Иванова\u{a0}Анна ", "Иванова Анна"),
        ("две\nстроки", "две строки"),
        ("=\"00123\"", "00123"),
        ("'+7 900", "+7 900"),
        ("'", "'"),
        ("О’Нил", "О’Нил"),
        ("", ""),
    ] {
        assert_eq!(cleaned(typed), value, "{typed}");
    }
}

#[test]
fn dates_are_taken_in_two_forms() {
    let day = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    for good in [
        "01.12.2026",
        "1.12.2026",
        "2026-12-01",
        "2026-12-01T00:00:00",
        "01.12.2026 0:00",
        "01.12.2026 0:00:00",
    ] {
        assert_eq!(date(good), Ok(day), "{good}");
    }
    for bad in [
        "",
        "12/01/2026",
        "1/12/26",
        "01.12.26",
        "32.12.2026",
        "30.02.2026",
        "46357",
        "01.12.2026 8:00",
        "01.12.20260",
        "01.12",
        "2026.12.01",
        "01-12-2026",
        "01.12-2026",
        "1.12.2026.",
        "завтра",
        "+1.12.2026",
    ] {
        assert_eq!(date(bad), Err(Reason::NotDayOfTable), "{bad}");
    }
}

#[test]
fn times_are_taken_as_they_are_written() {
    for (good, minutes) in [
        ("8:00", 480),
        ("08:00", 480),
        ("08:00:00", 480),
        ("8.00", 480),
        ("8-30", 510),
        ("8", 480),
        ("0:00", 0),
        ("24:00", 1_440),
        ("23:59", 1_439),
    ] {
        assert_eq!(time(good), Ok(minutes), "{good}");
    }
    for bad in [
        "", "8:0", "8:60", "25:00", "24:01", "8:00:30", "0,333333", "8:00 PM", "-8:00", "8:", "800",
    ] {
        assert_eq!(time(bad), Err(Reason::NotTimeOfDay), "{bad}");
    }
    for (good, expected) in [
        ("15", 15),
        ("15 мин", 15),
        ("15 мин.", 15),
        ("15,0", 15),
        ("1440", 1_440),
    ] {
        assert_eq!(minutes(good), Ok(expected), "{good}");
    }
    for bad in ["", "0", "1441", "-5", "15,5", "мин", "0:15"] {
        assert!(minutes(bad).is_err(), "{bad}");
    }
}

#[test]
fn numbers_get_back_the_zeros_that_a_spreadsheet_took() {
    // 001-001-998 has the control number 64.
    assert_eq!(snils("100199864"), Ok("00100199864".to_owned()));
    assert_eq!(snils("100199865"), Err(Reason::LostZero(11)));
    assert_eq!(snils("001-001-998 64"), Ok("001-001-998 64".to_owned()));
    assert_eq!(snils("1,00200E+08"), Err(Reason::SpoiltNumber));
    assert_eq!(snils("нет"), Ok("нет".to_owned()));
    assert_eq!(policy("1,23457E+15", false), Err(Reason::SpoiltNumber));
    assert_eq!(policy("123456789012345", false), Err(Reason::LostZero(16)));
    assert_eq!(policy("123456789012345", true), Ok("123456789012345".to_owned()));
    assert_eq!(
        policy("1234567890123456", false),
        Ok("1234567890123456".to_owned())
    );
    for (typed, kept) in [
        (["450", "123"], ["0450", "000123"]),
        (["4501", "123456"], ["4501", "123456"]),
        (["", "123"], ["", "123"]),
        (["IV-АК", "123"], ["IV-АК", "123"]),
    ] {
        assert_eq!(
            passport(typed[0], typed[1]),
            (kept[0].to_owned(), kept[1].to_owned()),
            "{typed:?}"
        );
    }
}

#[test]
fn words_for_yes_no_and_the_sexes_are_known() {
    assert_eq!(flag("Да"), Ok(true));
    assert_eq!(flag("ЛОЖЬ"), Ok(false));
    assert_eq!(flag("может быть"), Err(Reason::NotYesOrNo));
    assert_eq!(sex("Муж."), Ok("m"));
    assert_eq!(sex("женский"), Ok("f"));
    assert_eq!(sex("3"), Err(Reason::NotSex));
}

#[test]
fn whole_names_have_their_parts() {
    for (typed, parts) in [
        ("Иванова Анна Борисовна", ["Иванова", "Анна", "Борисовна"]),
        ("Иванова А.Б.", ["Иванова", "А.", "Б."]),
        ("Иванова А. Б.", ["Иванова", "А.", "Б."]),
        ("Мамедов Али Гасан оглы", ["Мамедов", "Али", "Гасан оглы"]),
        ("Процедурная", ["Процедурная", "", ""]),
        ("Салтыков-Щедрин М.Е.", ["Салтыков-Щедрин", "М.", "Е."]),
    ] {
        assert_eq!(person(typed), parts, "{typed}");
    }
}
