//! The patients' cards and the papers that belong to them. Documents bear numbers that no real one has: they begin
//! with zeros.

use super::clinics::{CHILDREN, POLYCLINIC};
use super::guid;
use super::line::{Exam, Line, Patient, Referral, Registration};
use super::names::{Dice, FullName, Sex};
use super::staff::{DIABETOLOGIST, PHTHISIATRICIAN, resource_guid};
use crate::model::ReferralType;
use chrono::{Datelike, NaiveDate};
use std::ops::Range;
use uuid::Uuid;

/// Numbers of the cards in the polyclinic that belong to nobody in particular.
const GROWN_UPS: Range<u32> = 1001..1321;

/// The same in the children's clinic.
const YOUNG: Range<u32> = 2001..2073;

/// The polyclinic's districts are numbered from 1 to this, those of the children's clinic to 2.
const DISTRICTS: u32 = 7;

/// GUID of a card.
pub fn card_guid(number: u32) -> Uuid {
    guid(30_000_000, number)
}

/// GUID of the exam of the patient with this card.
pub fn exam_guid(card: u32) -> Uuid {
    guid(40_000_000, card)
}

/// Number of the referral of the patient with this card.
pub fn referral_number(card: u32) -> String {
    format!("{card:06}")
}

/// The birth date of who was `age` when the year of `today` began and turns a year older in its course. So it is in
/// the past and stays the same all year. `day` is at most 28.
pub fn born(today: NaiveDate, age: u32, month: u32, day: u32) -> NaiveDate {
    today
        .with_day(1)
        .and_then(|date| date.with_month(month))
        .and_then(|date| date.with_day(day))
        .and_then(|date| date.with_year(today.year() - 1 - i32::try_from(age).ok()?))
        .expect("every month has 28 days, and ages are those of people")
}

/// A card with the documents that go with its number.
pub fn card(
    number: u32,
    lpu: Uuid,
    FullName {
        family,
        name,
        patronymic,
    }: FullName,
    sex: Sex,
    birth_date: NaiveDate,
    today: NaiveDate,
) -> Patient {
    // A passport is given at 14.
    let passport = today.year() - birth_date.year() > 14;
    Patient {
        guid: card_guid(number),
        lpu,
        family,
        name,
        patronymic,
        birth_date: birth_date.to_string(),
        sex: sex.letter(),
        policy_series: "",
        policy_number: format!("0000{number:012}"),
        snils: format!("000{number:08}"),
        passport_series: if passport { "0000" } else { "" },
        passport_number: if passport {
            format!("{number:06}")
        } else {
            String::new()
        },
        phone: String::new(),
        email: String::new(),
        email_confirm_agree: false,
        uchastok_num: String::new(),
        self_booking_banned: false,
        closed: false,
        person_guid: guid(31_000_000, number),
    }
}

/// The cards that belong to nobody in particular, with their papers.
pub fn crowd(today: NaiveDate) -> impl Iterator<Item = Line> {
    let grown_ups = GROWN_UPS.map(move |number| {
        let age = 15 + number % 83;
        member(number, POLYCLINIC, DISTRICTS, age, today)
    });
    let young = YOUNG.map(move |number| member(number, CHILDREN, 2, number % 18, today));
    let cards = grown_ups.chain(young).map(Line::Patient);
    cards
        .chain(GROWN_UPS.step_by(5).map(some_referral))
        .chain(
            GROWN_UPS
                .step_by(8)
                .map(|number| registration(number, PHTHISIATRICIAN)),
        )
        .chain(
            GROWN_UPS
                .skip(3)
                .step_by(8)
                .map(|number| registration(number, DIABETOLOGIST)),
        )
        .chain(
            GROWN_UPS
                .step_by(4)
                .map(|number| exam(number, "Диспансеризация, первый этап")),
        )
        .chain(
            YOUNG
                .step_by(4)
                .map(|number| exam(number, "Профилактический медицинский осмотр")),
        )
}

fn member(number: u32, lpu: Uuid, districts: u32, age: u32, today: NaiveDate) -> Patient {
    let mut dice = Dice::new(number);
    let sex = if dice.one_in(2) { Sex::Man } else { Sex::Woman };
    let name = FullName::choose(&mut dice, sex);
    let birth_date = born(today, age, 1 + dice.below(12), 1 + dice.below(28));
    let mut card = card(number, lpu, name, sex, birth_date, today);
    if !dice.one_in(9) {
        card.uchastok_num = (1 + dice.below(districts)).to_string();
    }
    if dice.one_in(2) {
        card.phone = format!("+7000{number:07}");
    }
    if dice.one_in(4) {
        card.email = format!("patient{number}@mail.example");
        card.email_confirm_agree = dice.one_in(2);
    }
    if age >= 60 && dice.one_in(5) {
        // A policy of the older kind: a series and a shorter number.
        card.policy_series = "0000";
        card.policy_number = format!("{number:06}");
    }
    card.self_booking_banned = dice.one_in(40);
    card.closed = dice.one_in(40);
    card
}

/// A referral of any of the three types.
fn some_referral(card: u32) -> Line {
    let (_, kind) = ReferralType::WORDS[card as usize % ReferralType::WORDS.len()];
    referral(card, kind)
}

/// The referral of the patient with this card.
pub fn referral(card: u32, kind: ReferralType) -> Line {
    let (word, _) = ReferralType::WORDS
        .into_iter()
        .find(|&(_, of)| of == kind)
        .expect("the table has every type");
    Line::Referral(Referral {
        number: referral_number(card),
        kind: word,
        patient: card_guid(card),
    })
}

/// A registration of the patient with this card.
pub fn registration(card: u32, resource: u32) -> Line {
    Line::DispensaryRegistration(Registration {
        patient: card_guid(card),
        resource: resource_guid(resource),
    })
}

/// The exam of the patient with this card.
pub fn exam(card: u32, name: &'static str) -> Line {
    Line::Exam(Exam {
        guid: exam_guid(card),
        patient: card_guid(card),
        name,
    })
}
