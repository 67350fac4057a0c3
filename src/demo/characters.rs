//! The patients whose story is told, as `people.toml` has them.

use super::clinic::{CHILDREN, DemoLine, POLYCLINIC, resource_guid};
use super::patients::{born, card, card_guid, exam_guid, policy_number, referral_number};
use super::people::{PEOPLE, Part};
use crate::model::{ReferralName, ReferralType};
use crate::refusal::Refusal;
use chrono::{Datelike, Days, NaiveDate};
use uuid::Uuid;

/// The doctor on duty: one of two who take anybody every second day until midnight.
const DUTY_DOCTOR: u32 = 111;

/// Somebody to try a booking as, at the terminal (`Infomat`), and what comes of it with every rule on and
/// `max_period_days` 60, as long as nobody has booked before.
#[derive(Clone, Debug)]
pub struct Character {
    /// Family name, name and patronymic.
    pub who: String,
    /// What comes of a booking, in a few words for people. It holds on later days too, when the card is as old as the clinic.
    pub story: &'static str,
    /// The clinic.
    pub lpu: Uuid,
    /// The card.
    pub mkab: Uuid,
    /// Policy number, 16 digits.
    pub policy: String,
    /// Day of birth on a card made that day.
    pub birth_date: NaiveDate,
    /// The resource to try.
    pub resource: Uuid,
    /// The cell to try is the resource's first one that begins this many local calendar days ahead, or later.
    pub days_ahead: u32,
    /// The referral to name.
    pub referral: Option<ReferralName>,
    /// The exam to name.
    pub exam: Option<Uuid>,
    /// What the booking meets; none: a ticket.
    pub meets: Option<Refusal>,
}

/// Returns the characters, as the cards say that [`super::base`] gives for the same day.
pub fn characters(today: NaiveDate) -> Vec<Character> {
    let all = PEOPLE.characters.iter();
    all.map(|part| character(part, today)).collect()
}

/// Returns the lines of their cards.
pub fn cards(today: NaiveDate) -> impl Iterator<Item = DemoLine> {
    PEOPLE.characters.iter().map(move |part| {
        let birth_date = birth_date(part, today);
        let mut card = card(part.card, lpu(part), &part.name, part.sex, birth_date, today);
        card.extend(part.fields.clone());
        card
    })
}

fn character(part: &'static Part, today: NaiveDate) -> Character {
    let referral = |card| ReferralName {
        number: referral_number(card),
        kind: ReferralType::Consultation,
    };
    Character {
        who: part.name.join(" "),
        story: &part.story,
        lpu: lpu(part),
        mkab: card_guid(part.card),
        policy: policy_number(part.card),
        birth_date: birth_date(part, today),
        resource: resource_guid(part.resource.unwrap_or(DUTY_DOCTOR)),
        days_ahead: part.days_ahead,
        referral: part.referral.map(referral),
        exam: part.exam.map(exam_guid),
        meets: part.meets.as_ref().map(|refusal| meets(part, refusal)),
    }
}

fn lpu(part: &Part) -> Uuid {
    if part.children { CHILDREN } else { POLYCLINIC }
}

fn meets(part: &Part, refusal: &str) -> Refusal {
    match refusal {
        "AgeOutside" => Refusal::AgeOutside,
        "BeyondPeriod" => Refusal::BeyondPeriod { days_max: 60 },
        "BeyondSchedule" => Refusal::BeyondSchedule { days_max: 14 },
        "CardUnknown" => Refusal::CardUnknown {
            mkab: card_guid(part.card),
            lpu: lpu(part),
        },
        "ExamUnknown" => Refusal::ExamUnknown,
        "GrownUp" => Refusal::GrownUp,
        "NoAccess" => Refusal::NoAccess,
        "NotReception" => Refusal::NotReception,
        "NotRegistered" => Refusal::NotRegistered,
        "ReferralUnknown" => Refusal::ReferralUnknown,
        "SelfBookingBanned" => Refusal::SelfBookingBanned,
        _ => unreachable!("people.toml names no other refusal"),
    }
}

fn birth_date(part: &Part, today: NaiveDate) -> NaiveDate {
    match part.born {
        Some((age, month, day)) => born(today, age, month, day),
        None => eighteen_in_a_week(today),
    }
}

/// Returns the birth date of who turns 18 seven days after `today`.
fn eighteen_in_a_week(today: NaiveDate) -> NaiveDate {
    let birthday = today
        .checked_add_days(Days::new(7))
        .expect("a day far from the calendar's end");
    // Who is born in a common year has no birthday on 29 February; a day earlier serves the story as well.
    birthday
        .with_year(birthday.year() - 18)
        .or_else(|| birthday.pred_opt()?.with_year(birthday.year() - 18))
        .expect("28 February is in every year")
}
