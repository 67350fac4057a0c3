//! Lines of an import are those that a naive reader finds, in any pieces. A line that is taken says the same with its members in
//! another order, and a cell or a card that it tells is within the bounds of the contract.

#![no_main]

use chrono::NaiveDate;
use infomat::fuzzing::{Lines, ParsedLine, Says, parse};
use infomat::store::import::Row;
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::io::BufReader;

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2027, 3, 1).unwrap();

fuzz_target!(|data: &[u8]| {
    let Some((piece, bytes)) = data.split_first() else {
        return;
    };
    let mut lines = Lines::new(BufReader::with_capacity(usize::from(*piece) + 1, bytes));
    let mut read = Vec::new();
    while let Some(line) = lines.next().unwrap() {
        if let Ok(text) = line.text {
            said(text);
        }
        read.push((usize::try_from(line.number).unwrap(), line.bytes.to_vec()));
    }
    let marked = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let naive = marked.split(|byte| *byte == b'\n').enumerate();
    let naive = naive.filter(|(_, line)| !line.trim_ascii().is_empty());
    let naive: Vec<_> = naive.map(|(before, line)| (before + 1, line.to_vec())).collect();
    assert_eq!(read, naive);
});

fn said(text: &str) {
    let parsed = parse(text, TODAY);
    assert_eq!(parse(text, TODAY), parsed);
    let Ok(ParsedLine { says: Ok(says), .. }) = &parsed else {
        return;
    };
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap();
    let turned: Vec<_> = members
        .iter()
        .rev()
        .map(|(name, value)| format!("{} : {}", serde_json::to_string(name).unwrap(), value.get()))
        .collect();
    let turned = parse(&format!("\t{{{}}} ", turned.join(" ,")), TODAY);
    match says {
        Says::Is(Row::Slot(cell)) => {
            assert!((0..=7_258_118_399).contains(&cell.begin_at) && cell.begin_at < cell.end_at);
            assert!(cell.end_at - cell.begin_at <= 24 * 60 * 60, "longer than a day");
            assert!((0..=10_000).contains(&cell.plan_count) && (0..=127).contains(&cell.flag_access));
            let ages = (cell.age_from.unwrap_or(0), cell.age_to.unwrap_or(150));
            assert!(0 <= ages.0 && ages.0 <= ages.1 && ages.1 <= 150, "{ages:?}");
        }
        Says::Is(Row::Patient(card)) => {
            assert!(card.birth_date <= TODAY && !card.family.is_empty());
            let texts = [
                &card.family,
                &card.name,
                &card.policy_number,
                &card.snils,
                &card.passport_number,
            ];
            assert!(
                texts
                    .iter()
                    .all(|text| text.chars().count() <= 256 && !text.contains(char::is_control))
            );
        }
        _ => {}
    }
    assert_eq!(turned, parsed, "in another order");
}
