//! The patients' cards and the papers that belong to them. Documents bear numbers that no real one has: they begin
//! with zeros. The rest is quickly typed by hand, and its check digits are right.

use super::clinic::{CHILDREN, DemoLine, POLYCLINIC, guid, line, resource_guid};
use super::dice::Dice;
use super::people::{PEOPLE, Sex};
use crate::model::ReferralType;
use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};
use std::ops::Range;
use uuid::Uuid;

/// Numbers of the cards in the polyclinic that belong to nobody in particular.
const GROWN_UPS: Range<u32> = 1001..1321;

/// The same in the children's clinic.
const YOUNG: Range<u32> = 2001..2073;

/// The polyclinic's districts are numbered from 1 to this, those of the children's clinic to 2.
const DISTRICTS: u32 = 7;

/// Two resources that take only patients registered with them.
const DIABETOLOGIST: u32 = 182;
const PHTHISIATRICIAN: u32 = 241;

/// Returns the GUID of the card with this number.
pub fn card_guid(number: u32) -> Uuid {
    guid(30_000_000, number)
}

/// Returns the GUID of the exam of the patient with this card.
pub fn exam_guid(card: u32) -> Uuid {
    guid(40_000_000, card)
}

/// Returns the number of the referral of the patient with this card.
pub fn referral_number(card: u32) -> String {
    format!("{card:06}")
}

/// Digits in the part of a number that differs from card to card: enough for 3,125 cards.
const TYPED_DIGITS: u32 = 5;

/// Returns digits that only this card has: odd and even ones in turn, so that no two neighbours are equal and a hand does not
/// lose count.
fn typed_digits(card: u32) -> String {
    let digit = |place: u32| {
        let fifth = card / 5_u32.pow(TYPED_DIGITS - 1 - place) % 5;
        (2 * fifth + 1 + place % 2) % 10
    };
    (0..TYPED_DIGITS).map(|place| digit(place).to_string()).collect()
}

/// Returns the policy number on this card: of a region that does not exist, with the check digit that ends each policy number.
pub fn policy_number(card: u32) -> String {
    let digits = format!("0012345678{}", typed_digits(card));
    let check = (10 - doubled_sum(&digits) % 10) % 10;
    format!("{digits}{check}")
}

/// Returns the sum of the digits, every other one doubled from the right, and the digits of what became of them.
fn doubled_sum(digits: &str) -> u32 {
    let digits = digits.bytes().rev().map(|digit| u32::from(digit - b'0'));
    let weighed = digits
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { 2 * digit } else { digit });
    weighed.map(|product| product / 10 + product % 10).sum()
}

/// Returns the SNILS on this card, with its check number: the digits weighed from the right, modulo 101.
fn snils(card: u32) -> String {
    let digits = format!("0001{}", typed_digits(card));
    let weighed = digits
        .bytes()
        .rev()
        .zip(1..)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight);
    let check = weighed.sum::<u32>() % 101 % 100;
    format!("{digits}{check:02}")
}

/// Returns the birth date of who was `age` when the year of `today` began and turns a year older in its course. So it is in
/// the past and stays the same all year. `day` is at most 28.
pub fn born(today: NaiveDate, age: u32, month: u32, day: u32) -> NaiveDate {
    i32::try_from(age)
        .ok()
        .and_then(|age| NaiveDate::from_ymd_opt(today.year() - 1 - age, month, day))
        .expect("every month has 28 days, and ages are those of people")
}

/// Returns a card with the documents that go with its number.
pub fn card(
    number: u32,
    lpu: Uuid,
    [family, name, patronymic]: &[String; 3],
    sex: Sex,
    birth_date: NaiveDate,
    today: NaiveDate,
) -> DemoLine {
    let mut card = line([
        ("kind", json!("patient")),
        ("guid", json!(card_guid(number))),
        ("personGuid", json!(guid(31_000_000, number))),
        ("lpu", json!(lpu)),
        ("family", json!(family)),
        ("name", json!(name)),
        ("patronymic", json!(patronymic)),
        ("birthDate", json!(birth_date)),
        ("sex", json!(if sex == Sex::Woman { "f" } else { "m" })),
        ("policyNumber", json!(policy_number(number))),
        ("snils", json!(snils(number))),
    ]);
    // A passport is given at 14.
    if today.year() - birth_date.year() > 14 {
        card.extend(line([
            ("passportSeries", json!("0000")),
            ("passportNumber", json!(format!("{number:06}"))),
        ]));
    }
    card
}

/// Returns the cards that belong to nobody in particular, and their papers.
pub fn crowd(today: NaiveDate) -> impl Iterator<Item = DemoLine> {
    let grown_ups =
        GROWN_UPS.map(move |number| member(number, POLYCLINIC, DISTRICTS, 15 + number % 83, today));
    let young = YOUNG.map(move |number| member(number, CHILDREN, 2, number % 18, today));
    let every = |step| GROWN_UPS.step_by(step);
    let exams = every(4).map(|number| exam(number, "Диспансеризация, первый этап"));
    let exams_of_young = YOUNG.step_by(4);
    let exams_of_young = exams_of_young.map(|number| exam(number, "Профилактический медицинский осмотр"));
    grown_ups
        .chain(young)
        .chain(every(5).map(referral))
        .chain(every(8).map(|number| registration(number, PHTHISIATRICIAN)))
        .chain(every(8).map(|number| registration(number + 3, DIABETOLOGIST)))
        .chain(exams)
        .chain(exams_of_young)
}

fn member(number: u32, lpu: Uuid, districts: u32, age: u32, today: NaiveDate) -> DemoLine {
    let mut dice = Dice::new(number);
    let sex = if dice.one_in(2) { Sex::Man } else { Sex::Woman };
    let name = full_name(&mut dice, sex);
    let birth_date = born(today, age, 1 + dice.below(12), 1 + dice.below(28));
    let mut card = card(number, lpu, &name, sex, birth_date, today);
    let mut set = |field: &str, value: Value| card.insert(field.to_owned(), value);
    if !dice.one_in(9) {
        set("uchastokNum", json!((1 + dice.below(districts)).to_string()));
    }
    if dice.one_in(2) {
        set("phone", json!(format!("+7000{number:07}")));
    }
    if dice.one_in(4) {
        set("email", json!(format!("patient{number}@mail.example")));
        set("emailConfirmAgree", json!(dice.one_in(2)));
    }
    if age >= 60 && dice.one_in(5) {
        // A policy of the older kind: a series and a shorter number.
        set("policySeries", json!("0000"));
        set("policyNumber", json!(format!("0{}", typed_digits(number))));
    }
    set("selfBookingBanned", json!(dice.one_in(40)));
    set("closed", json!(dice.one_in(40)));
    card
}

fn full_name(dice: &mut Dice, sex: Sex) -> [String; 3] {
    let (family_end, names, patronymic_end) = match sex {
        Sex::Woman => ("а", &PEOPLE.women, "на"),
        Sex::Man => ("", &PEOPLE.men, "ич"),
    };
    [
        dice.pick(&PEOPLE.families).to_owned() + family_end,
        dice.pick(names).to_owned(),
        dice.pick(&PEOPLE.fathers).to_owned() + patronymic_end,
    ]
}

/// Returns a referral of one of the types.
fn referral(card: u32) -> DemoLine {
    let (word, _) = ReferralType::WORDS[card as usize % ReferralType::WORDS.len()];
    line([
        ("kind", json!("referral")),
        ("number", json!(referral_number(card))),
        ("type", json!(word)),
        ("patient", json!(card_guid(card))),
    ])
}

fn registration(card: u32, resource: u32) -> DemoLine {
    line([
        ("kind", json!("dispensaryRegistration")),
        ("patient", json!(card_guid(card))),
        ("resource", json!(resource_guid(resource))),
    ])
}

fn exam(card: u32, name: &str) -> DemoLine {
    line([
        ("kind", json!("exam")),
        ("guid", json!(exam_guid(card))),
        ("patient", json!(card_guid(card))),
        ("name", json!(name)),
    ])
}
