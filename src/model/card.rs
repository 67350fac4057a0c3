//! A patient's card, and what opens it.

use super::{ClientApplication, Lpu, Moment};
use chrono::{Datelike, NaiveDate};

/// A patient's card (MKAB).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    /// Row in the store.
    pub id: i64,
    /// Rows of all cards of the same person in the clinic, this one first, closed ones too: whose visits are the patient's.
    pub cards: Vec<i64>,
    /// Day of birth.
    pub birth_date: NaiveDate,
    /// Number of the district; may be empty.
    pub uchastok_num: String,
    /// The card bears the ban on self-booking.
    pub self_booking_banned: bool,
}

impl Patient {
    /// Whether a card in this row is the patient's.
    pub fn has_card(&self, card: i64) -> bool {
        self.cards.contains(&card)
    }

    /// Full years of life on `day`; who was born on 29 February turns a year older on 1 March of other years.
    /// Negative before birth.
    pub fn full_years(&self, day: NaiveDate) -> i64 {
        let before_birthday = (day.month(), day.day()) < (self.birth_date.month(), self.birth_date.day());
        i64::from(day.year() - self.birth_date.year()) - i64::from(before_birthday)
    }
}

/// The card that a token opens in its clinic, and where the request comes from: what every request of a patient begins
/// with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCard {
    /// The clinic.
    pub lpu: Lpu,
    /// The card.
    pub patient: Patient,
    /// The client application that the token names.
    pub application: ClientApplication,
}

/// How often the patient has done something today by self-service applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoneToday {
    /// How often. Nothing is counted for an application that is not self-service.
    pub count: i64,
    /// The first moment of tomorrow.
    pub until: Moment,
}
