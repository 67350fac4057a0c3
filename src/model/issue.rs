//! What needs a person ([crate::contract::exchange]).

use super::Moment;
use uuid::Uuid;

/// Why something needs a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueKind {
    /// A visit that happened elsewhere has no cell, card or place here.
    Displaced,
    /// A visit that happened elsewhere is at the time of another one of that person.
    SameTime,
    /// A visit that happened elsewhere is for the speciality of another one of that person.
    SameSpeciality,
    /// The centre gave a visit another time, resource, room or clinic.
    Moved,
    /// The centre cancelled a visit whose patient had come.
    Arrived,
    /// A message of the centre was bad, and had no effect.
    RefusedMessage,
    /// A message of a centre that was restored since promised something.
    LostCentre,
    /// This life of the database has ended.
    Stopped,
}

impl IssueKind {
    /// Each with its word in the contract and in the database.
    pub const WORDS: [(&'static str, IssueKind); 8] = [
        ("displaced", IssueKind::Displaced),
        ("sameTime", IssueKind::SameTime),
        ("sameSpeciality", IssueKind::SameSpeciality),
        ("moved", IssueKind::Moved),
        ("arrived", IssueKind::Arrived),
        ("refusedMessage", IssueKind::RefusedMessage),
        ("lostCentre", IssueKind::LostCentre),
        ("stopped", IssueKind::Stopped),
    ];

    /// Returns its word in the contract.
    pub fn word(self) -> &'static str {
        let known = IssueKind::WORDS.iter().find(|(_, kind)| *kind == self);
        known.map_or("", |(word, _)| *word)
    }
}

/// Something that needs a person, as it is listed. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    pub id: i64,
    pub kind: IssueKind,
    pub at: Moment,
    /// The visit that it is about.
    pub visit: Option<Uuid>,
    /// When the visit or its cell begins; `None` where neither is here.
    pub begin: Option<Moment>,
    /// Whom the patient goes to; empty where that is not known.
    pub doc_fio: String,
    /// When the patient's other visit begins.
    pub other_begin: Option<Moment>,
    /// The patient's name; empty where there is no card.
    pub patient: String,
    pub phone: String,
    /// What was wrong, in the words of the record.
    pub reason: String,
}
