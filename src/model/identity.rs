//! Who stands there: what somebody shows of themselves, and what the clinic's cards say ([crate::contract::identification]).

use super::initial;
use chrono::NaiveDate;
use uuid::Uuid;

/// A well-formed request to say who somebody is. It has no `Debug`, because it names a person.
pub struct Identification {
    pub lpu: Uuid,
    pub who: Who,
    /// Day of birth: always there beside a document.
    pub birth_date: Option<NaiveDate>,
    pub source: Source,
}

pub enum Source {
    Unnamed,
    /// `ClientApplication`: a GUID, known or not.
    Named(Uuid),
    /// An application that has proved itself, by its mnemonic.
    Trusted(String),
}

/// What names a patient.
pub enum Who {
    Document(Document),
    /// `mkab`: the card.
    Card(Uuid),
    Person(Uuid),
    /// `ticket`: the code on a ticket.
    Ticket(TicketCode),
}

/// What the code on a ticket says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketCode {
    Receipt(super::receipt::Receipt),
    /// Of tickets printed by earlier versions: the ticket's GUID.
    Guid(Uuid),
}

/// A document, its parts as [`typed::folded`](super::typed::folded) gives them.
pub struct Document {
    pub kind: DocumentKind,
    pub series: String,
    pub number: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// `n_pol`, `s_pol`: the policy of compulsory insurance.
    Policy,
    /// `snils`: the insurance account.
    Snils,
    /// `n_doc`, `s_doc`: the passport.
    Passport,
}

/// What an open card says of its patient.
pub struct Card {
    /// GUID of the card: the contract's `mkab`.
    pub guid: Uuid,
    pub short_name: String,
    /// `Имя Отчество`, see [`greeting`].
    pub greeting: String,
    pub uchastok_num: String,
    pub birth_date: NaiveDate,
}

/// What stands on a card, open or closed.
pub struct CardFace {
    /// `Фамилия Имя Отчество`.
    pub patient: String,
    pub policy_number: String,
    pub birth_date: NaiveDate,
}

/// Returns `Имя Отчество`, without the family name: the screen stands in a hall full of people. Of a patient who has only a
/// family name, returns its first letter.
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
