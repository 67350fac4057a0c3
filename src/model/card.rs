//! A patient's card, and what opens it.

use super::{ClientApplication, Lpu, Moment, PatientId};
use chrono::{Datelike, NaiveDate};

/// A patient's card (MKAB).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    pub id: PatientId,
    /// All cards of the same person in the clinic, this one first, closed ones too: their visits are the patient's.
    pub cards: Vec<PatientId>,
    pub birth_date: NaiveDate,
    pub uchastok_num: String,
    pub self_booking_banned: bool,
}

impl Patient {
    pub fn has_card(&self, card: PatientId) -> bool {
        self.cards.contains(&card)
    }

    /// Returns the full years of life on `day`, negative before birth. A person born on 29 February turns a year older on
    /// 1 March of other years.
    pub fn full_years(&self, day: NaiveDate) -> i64 {
        let before_birthday = (day.month(), day.day()) < (self.birth_date.month(), self.birth_date.day());
        i64::from(day.year() - self.birth_date.year()) - i64::from(before_birthday)
    }
}

/// The card that a token opens in its clinic, and the client application of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCard {
    pub lpu: Lpu,
    pub patient: Patient,
    pub application: ClientApplication,
}

/// How often the patient has done something today by self-service applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoneToday {
    /// Nothing is counted for an application that is not self-service.
    pub count: i64,
    pub until: Moment,
}
