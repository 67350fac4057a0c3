//! Who stands there: what somebody shows of themselves, and what the clinic's cards say ([crate::contract::identification]).

use super::initial;
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

/// A document, its parts as [`typed::folded`](super::typed::folded) gives them.
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
    /// `Имя Отчество`, see [`greeting`].
    pub greeting: String,
    /// Number of the district; may be empty.
    pub uchastok_num: String,
    /// Day of birth.
    pub birth_date: NaiveDate,
}

/// What stands on a card, open or closed, by which its patient is found.
pub struct CardFace {
    /// `Фамилия Имя Отчество`.
    pub patient: String,
    /// Number of the policy; may be empty.
    pub policy_number: String,
    /// Day of birth.
    pub birth_date: NaiveDate,
}

/// `Имя Отчество`: nothing of the family name, for the screen stands in a hall full of people. Of a patient who has
/// only a family name, its first letter.
pub fn greeting(family: &str, name: &str, patronymic: &str) -> String {
    let parts = [name.trim(), patronymic.trim()];
    let greeting = parts.join(" ").trim().to_owned();
    if greeting.is_empty() {
        initial(family).unwrap_or_default()
    } else {
        greeting
    }
}

#[cfg(test)]
mod tests {
    use super::greeting;
    use crate::model::short_name;

    #[test]
    fn a_short_name_has_no_stray_blank_or_point() {
        for (family, name, patronymic, short) in [
            ("Иванов", "Иван", "Ильич", "Иванов И. И."),
            ("Иванов", "Иван", "", "Иванов И."),
            ("Иванов", "", "Ильич", "Иванов И."),
            ("Иванов", "", "", "Иванов"),
            ("", "Иван", "", "Иван"),
            ("", "Иван", "ильич", "Иван И."),
            ("ван дер Ваальс", "’Аиша", "ёрж", "ван дер Ваальс А. Ё."),
            (" О’Нил ", " Анна-Мария ", " ", "О’Нил А."),
            ("Я", "Й", "Ё", "Я Й. Ё."),
            ("", "", "", ""),
        ] {
            assert_eq!(short_name(family, name, patronymic), short);
        }
    }

    #[test]
    fn a_greeting_leaves_out_what_is_missing() {
        for (family, name, patronymic, greeted) in [
            ("Петров", "Иван", "Ильич", "Иван Ильич"),
            (" ёлкина ", " Анна-Мария ", " ", "Анна-Мария"),
            ("", "Иван", "", "Иван"),
            ("Петров", "", " Ильич ", "Ильич"),
            ("Петров", " ", "", "П."),
            ("", "", "", ""),
        ] {
            assert_eq!(greeting(family, name, patronymic), greeted);
        }
    }
}
