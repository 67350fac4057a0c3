//! `infomat cards`

use super::{Failure, table};
use crate::cli::{Cards, Format};
use crate::config::Config;
use crate::language::pick;
use crate::model::ProvisionalCard;
use crate::store::Store;
use crate::wire::desk::card::CardListed;

/// Heads of the columns; the list is for whoever takes the cards over into the clinic's own system.
const RUSSIAN_HEADS: [&str; 11] = [
    "Сделана",
    "Логин",
    "Фамилия",
    "Имя",
    "Отчество",
    "Дата рождения",
    "Полис",
    "СНИЛС",
    "Телефон",
    "Почта",
    "Карта",
];

const ENGLISH_HEADS: [&str; 11] = [
    "MADE",
    "LOGIN",
    "FAMILY",
    "NAME",
    "PATRONYMIC",
    "BORN",
    "POLICY",
    "SNILS",
    "PHONE",
    "EMAIL",
    "CARD",
];

/// Prints the provisional cards, the oldest first. It only reads, and works with and without a running server.
pub fn run(config: &Config, wanted: &Cards) -> Result<(), Failure> {
    let store = Store::open_to_read(&config.database, config.zone)?;
    let cards = store.provisional_cards()?;
    let objects: Vec<_> = cards.iter().map(CardListed::from).collect();
    // Files of CSV have one heading, whoever makes them: programs read it.
    let heads = match wanted.format {
        Format::Csv => RUSSIAN_HEADS,
        Format::Text | Format::Json => pick(RUSSIAN_HEADS, ENGLISH_HEADS),
    };
    table::print(wanted.format, heads, cards.iter().map(row), &objects)
}

fn row(listed: &ProvisionalCard) -> [String; RUSSIAN_HEADS.len()] {
    let card = &listed.card;
    [
        listed.made.format("%d.%m.%Y %H:%M").to_string(),
        listed.login.clone(),
        card.family.clone(),
        card.name.clone(),
        card.patronymic.clone(),
        card.birth_date.format("%d.%m.%Y").to_string(),
        format!("{} {}", card.policy_series, card.policy_number)
            .trim()
            .to_owned(),
        card.snils.clone(),
        card.phone.clone(),
        card.email.clone(),
        card.mkab.to_string(),
    ]
}
