//! Who stands there: what somebody shows of themselves, and what the clinic's cards say (contract-kiosk 1).

use chrono::NaiveDate;
use uuid::Uuid;

/// A well-formed request to say who somebody is, before anything is known about the clinic. It is not shown to anybody
/// who debugs: it names a person.
pub struct Identification {
    /// The clinic in the path.
    pub lpu: Uuid,
    /// What the person shows.
    pub who: Who,
    /// Day of birth: always there beside a document.
    pub birth_date: Option<NaiveDate>,
    /// Where the request comes from.
    pub source: Source,
}

/// Where a request to identify comes from.
pub enum Source {
    /// It does not say so.
    Unnamed,
    /// `ClientApplication`: a GUID, known or not.
    Named(Uuid),
    /// An application that has proved itself, by its mnemonic.
    Trusted(String),
}

/// What names a patient.
pub enum Who {
    /// A document.
    Document(Document),
    /// `mkab`: the card.
    Card(Uuid),
    /// `personguid`: the person.
    Person(Uuid),
}

/// A document, without blanks and hyphens.
pub struct Document {
    /// What kind.
    pub kind: DocumentKind,
    /// Series; empty when it has none.
    pub series: String,
    /// Number.
    pub number: String,
}

/// Kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// `n_pol`, `s_pol`: the policy of compulsory insurance.
    Policy,
    /// `snils`: the insurance account.
    Snils,
    /// `n_doc`, `s_doc`: the passport.
    Passport,
}

/// What an open card says of its patient, to those who have to be told apart.
pub struct Card {
    /// GUID of the card: the contract's `mkab`.
    pub guid: Uuid,
    /// `Фамилия И. О.`
    pub short_name: String,
    /// Day of birth.
    pub birth_date: NaiveDate,
}
