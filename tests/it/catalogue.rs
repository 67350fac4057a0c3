//! Goal: every refusal of the contract's table can be had from the server, with its status, code and exact text, and
//! no refusal that is not in the table.
//!
//! Method: [`TABLE`] is the contract's table typed out. The library's catalogue is held against it; then each row is
//! reached on the real binary by one request that is right in everything else (`cases`), and many requests with
//! something wrong here and there get tickets or rows of the table and nothing else (`anything`).

mod anything;
mod cases;

use crate::harness::Answer;
use infomat::model::Moment;
use infomat::refusal::{BadParameter, ParameterFault, Refusal};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One row of the contract's table.
#[derive(Debug)]
pub struct Row {
    /// What the row is called in the tests.
    pub name: &'static str,
    status: u16,
    code: &'static str,
    /// The text, with `{}` for what is filled in; empty where the contract leaves the words to the server.
    text: &'static str,
}

const fn row(name: &'static str, status: u16, code: &'static str, text: &'static str) -> Row {
    Row {
        name,
        status,
        code,
        text,
    }
}

/// The table of contract::booking, from top to bottom. Only the place of `key` is not the contract's: that a key is another's
/// shows when patient and cell are known.
pub const TABLE: [Row; 30] = [
    row(
        "no bearer",
        403,
        "5010",
        "Запрос должен содержать 'Authorization: Bearer ...'",
    ),
    row("bad token", 403, "5008", "Токен некорректен"),
    row("bad signature", 403, "5009", "Подпись запроса некорректна"),
    row("expired", 403, "5007", "Время действия токена истекло"),
    row("parameter", 400, "5000", ""),
    row(
        "direction",
        400,
        "4033",
        "directionID и directionType не могут быть указаны отдельно",
    ),
    row(
        "no cell named",
        400,
        "4036",
        "Время и гвид врача или гвид ячейки расписания не должны быть пустыми",
    ),
    row("lpu", 400, "5000", ""),
    row("card", 400, "4000", "Не найден МКАБ: {} в лпу: {}"),
    row(
        "bookings of today",
        429,
        "5000",
        "Число ваших записей за сегодня достигло предела: {}. Записаться снова можно завтра, а сегодня - через \
         регистратуру.",
    ),
    row("cell", 400, "5000", ""),
    row("key", 400, "5000", ""),
    row(
        "referral",
        400,
        "4031",
        "Направление с таким номером не существует, либо принадлежит другому пациенту",
    ),
    row("exam", 400, "5000", ""),
    row(
        "children",
        400,
        "4005",
        "Вы пытаетесь записаться в детское учреждение. Запись пациентов старше 18 лет запрещена.",
    ),
    row(
        "ban",
        400,
        "4007",
        "Вам запрещена самостоятельная запись на прием через интернет или инфомат. Для записи на прием обратитесь \
         в регистратуру медицинского учреждения лично или по телефону.",
    ),
    row(
        "dispensary",
        400,
        "4007",
        "Вы не состоите на диспансерном учете у данного специалиста. Запись невозможна.",
    ),
    row(
        "this cell",
        400,
        "4848",
        "У вас уже есть активная запись на данную ячейку расписания. Совершить повторную запись невозможно",
    ),
    row(
        "speciality",
        400,
        "4008",
        "Вы уже записаны {} на {}. Запрещено иметь более одной активной записи на прием на одну специальность.",
    ),
    row(
        "age",
        400,
        "4029",
        "Запись недоступна для данной возрастной группы. Сотрудниками МО было установлено ограничение по возрасту \
         при записи на прием.",
    ),
    row("of the centre", 400, "5000", ""),
    row("set aside", 400, "5000", ""),
    row("closed time", 400, "5000", ""),
    row("access", 400, "5000", ""),
    row("reception", 400, "5000", ""),
    row("begun", 400, "5000", ""),
    row(
        "period",
        400,
        "5066",
        "Недопустимый период расписания. Максимальный период {} дней",
    ),
    row(
        "schedule days",
        400,
        "5000",
        "Запись на прием доступна не ранее, чем за {} дней.",
    ),
    row(
        "full",
        400,
        "4009",
        "Это время уже занято. Выберите другое свободное время приема.",
    ),
    row(
        "time",
        400,
        "4011",
        "Вы записаны в это время {}. Запрещено иметь более одной активной записи на прием в одно время.",
    ),
];

/// What [the other pages](infomat::contract) say beyond that table.
const KIOSK_TABLE: [Row; 19] = [
    row("application header", 403, "5403", "Код авторизации не верен"),
    row("application", 400, "4442", "Клиентское приложение {} не найдено."),
    row("not identified", 400, "5000", ""),
    row("unknown speciality", 400, "5000", ""),
    row("resource", 400, "5000", ""),
    row("cells", 400, "5000", ""),
    row("ticket", 400, "5000", ""),
    row("other account", 403, "5000", ""),
    row("not active", 400, "4022", "Нельзя отменить неактивную запись"),
    row(
        "visit begun",
        400,
        "4021",
        "Время приема уже прошло. Нельзя отменить прошедшую запись",
    ),
    row("arrival of cancelled", 400, "5000", ""),
    row("early arrival", 400, "5000", "Отметить приход можно не ранее {}."),
    row("late arrival", 400, "5000", ""),
    row("other speciality", 400, "5000", ""),
    row("waiting already", 400, "5000", ""),
    row(
        "waiting entries of today",
        429,
        "5000",
        "Число ваших заявок в лист ожидания за сегодня достигло предела: {}. Оставить новую можно завтра, а сегодня - \
         через регистратуру.",
    ),
    row("waiting entry", 400, "5000", ""),
    row(
        "holds of today",
        429,
        "5000",
        "Сегодня вы выбирали время слишком часто: {} раз. Продолжить можно завтра, а сегодня - через регистратуру.",
    ),
    row("hold", 400, "5000", ""),
];

/// How the server's words about a bad parameter begin; its name follows.
const PARAMETER_TEXT: &str = "Параметр ";

impl Row {
    /// The row of that name.
    pub fn of(name: &str) -> &'static Row {
        let row = TABLE.iter().chain(&KIOSK_TABLE).find(|row| row.name == name);
        row.unwrap_or_else(|| panic!("no row {name}"))
    }

    /// Whether a refusal with this status, code and text is of this row, whatever is filled in.
    fn covers(&self, status: u16, code: &str, text: &str) -> bool {
        let words_fit = if self.text.is_empty() {
            self.is_own_text(text)
        } else {
            fits(text, self.text)
        };
        self.status == status && self.code == code && words_fit
    }

    /// Whether the server's own words are about this row: they differ from row to row.
    fn is_own_text(&self, text: &str) -> bool {
        let mut refusals = every_refusal().into_iter();
        match self.name {
            "parameter" => text.starts_with(PARAMETER_TEXT),
            name => refusals.any(|(refusal, _)| row_of(&refusal).name == name && refusal.text() == text),
        }
    }

    /// Sees that an answer is this row, with these values filled in.
    pub fn expect(&self, answer: &Answer, filled: &[&str]) {
        let body = answer.json();
        let text = body["message"].as_str().unwrap();
        let wanted = filled
            .iter()
            .fold(self.text.to_owned(), |text, value| text.replacen("{}", value, 1));
        let place = format!("the row {:?}, not {body}", self.name);
        assert_eq!(answer.status, self.status, "{place}");
        assert_eq!(body["code"], self.status, "{place}");
        assert_eq!(body["message_code"], self.code, "{place}");
        assert_eq!(body.as_object().unwrap().len(), 3, "{place}");
        if self.text.is_empty() {
            assert!(self.is_own_text(text), "{place}");
        } else {
            assert_eq!(text, wanted, "{place}");
        }
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8"),
            "{place}"
        );
    }
}

/// Whether a text is the pattern with something in place of each `{}`.
fn fits(text: &str, pattern: &str) -> bool {
    let Some((head, tail)) = pattern.split_once("{}") else {
        return text == pattern;
    };
    text.strip_prefix(head).is_some_and(|rest| {
        let mut ends = rest.char_indices().skip(1).map(|(at, _)| at).chain([rest.len()]);
        ends.any(|at| fits(&rest[at..], tail))
    })
}

/// The row of each of the library's refusals.
fn row_of(refusal: &Refusal) -> &'static Row {
    Row::of(match refusal {
        Refusal::NoBearer => "no bearer",
        Refusal::BadToken => "bad token",
        Refusal::BadSignature => "bad signature",
        Refusal::TokenExpired => "expired",
        Refusal::Parameter(_) => "parameter",
        Refusal::DirectionIncomplete => "direction",
        Refusal::CellNotNamed => "no cell named",
        Refusal::LpuUnknown => "lpu",
        Refusal::CardUnknown { .. } => "card",
        Refusal::TooManyBookings { .. } => "bookings of today",
        Refusal::TooManyHolds { .. } => "holds of today",
        Refusal::HoldUnknown => "hold",
        Refusal::TooManyWaitingEntries { .. } => "waiting entries of today",
        Refusal::NotIdentified => "not identified",
        Refusal::NotAuthorized => "application header",
        Refusal::ApplicationUnknown { .. } => "application",
        Refusal::SpecialityUnknown => "unknown speciality",
        Refusal::ResourceUnknown => "resource",
        Refusal::TooManyCells { .. } => "cells",
        Refusal::CellUnknown | Refusal::NoCellThen => "cell",
        Refusal::KeyTaken => "key",
        Refusal::ReferralUnknown => "referral",
        Refusal::ExamUnknown => "exam",
        Refusal::GrownUp => "children",
        Refusal::SelfBookingBanned => "ban",
        Refusal::NotRegistered => "dispensary",
        Refusal::AlreadyInCell => "this cell",
        Refusal::SameSpeciality { .. } => "speciality",
        Refusal::AgeOutside => "age",
        Refusal::OfCentre => "of the centre",
        Refusal::OfNobody => "set aside",
        Refusal::Closed => "closed time",
        Refusal::NoAccess => "access",
        Refusal::NotReception => "reception",
        Refusal::Begun => "begun",
        Refusal::BeyondPeriod { .. } => "period",
        Refusal::BeyondSchedule { .. } => "schedule days",
        Refusal::Full => "full",
        Refusal::SameTime { .. } => "time",
        Refusal::TicketUnknown => "ticket",
        Refusal::OtherAccount => "other account",
        Refusal::NotActive => "not active",
        Refusal::VisitBegun => "visit begun",
        Refusal::ArrivalNotActive => "arrival of cancelled",
        Refusal::ArrivalTooEarly { .. } => "early arrival",
        Refusal::ArrivalTooLate => "late arrival",
        Refusal::OtherSpeciality => "other speciality",
        Refusal::AlreadyWaiting => "waiting already",
        Refusal::WaitingUnknown => "waiting entry",
    })
}

/// Each of the library's refusals once, with what its text is filled with.
pub fn every_refusal() -> Vec<(Refusal, Vec<&'static str>)> {
    const MKAB: &str = "8a3b0c52-92f1-4d5b-8f6a-0c1d2e3f4a5b";
    const LPU: &str = "c3c977af-c3b4-4517-9d57-50a6844ec660";
    let begin = Moment::parse_from_rfc3339("2019-04-08T08:05:59+03:00").unwrap();
    let known = |guid| Uuid::parse_str(guid).unwrap();
    let fixed = [
        Refusal::NoBearer,
        Refusal::BadToken,
        Refusal::BadSignature,
        Refusal::TokenExpired,
        Refusal::Parameter(BadParameter {
            name: "examGuid",
            fault: ParameterFault::Guid,
        }),
        Refusal::DirectionIncomplete,
        Refusal::CellNotNamed,
        Refusal::LpuUnknown,
        Refusal::NotIdentified,
        Refusal::HoldUnknown,
        Refusal::NotAuthorized,
        Refusal::SpecialityUnknown,
        Refusal::ResourceUnknown,
        Refusal::TooManyCells { cells_max: 10_000 },
        Refusal::CellUnknown,
        Refusal::NoCellThen,
        Refusal::KeyTaken,
        Refusal::ReferralUnknown,
        Refusal::ExamUnknown,
        Refusal::GrownUp,
        Refusal::SelfBookingBanned,
        Refusal::NotRegistered,
        Refusal::AlreadyInCell,
        Refusal::AgeOutside,
        Refusal::OfCentre,
        Refusal::OfNobody,
        Refusal::Closed,
        Refusal::NoAccess,
        Refusal::NotReception,
        Refusal::Begun,
        Refusal::Full,
        Refusal::TicketUnknown,
        Refusal::OtherAccount,
        Refusal::NotActive,
        Refusal::VisitBegun,
        Refusal::ArrivalNotActive,
        Refusal::ArrivalTooLate,
        Refusal::OtherSpeciality,
        Refusal::AlreadyWaiting,
        Refusal::WaitingUnknown,
    ];
    let mut all: Vec<_> = fixed.into_iter().map(|refusal| (refusal, vec![])).collect();
    let card = Refusal::CardUnknown {
        mkab: known(MKAB),
        lpu: known(LPU),
    };
    let speciality = Refusal::SameSpeciality {
        doc_fio: "Ежова А. Б.".to_owned(),
        begin,
    };
    all.push((card, vec![MKAB, LPU]));
    all.push((Refusal::ApplicationUnknown { guid: known(LPU) }, vec![LPU]));
    all.push((speciality, vec!["Ежова А. Б.", "08.04.2019 08:05"]));
    let (most, seconds) = (20, 9);
    all.push((Refusal::TooManyBookings { most, seconds }, vec!["20"]));
    all.push((Refusal::TooManyWaitingEntries { most, seconds }, vec!["20"]));
    all.push((Refusal::TooManyHolds { most, seconds }, vec!["20"]));
    all.push((Refusal::BeyondPeriod { days_max: 60 }, vec!["60"]));
    all.push((Refusal::BeyondSchedule { days_max: 14 }, vec!["14"]));
    all.push((Refusal::SameTime { begin }, vec!["08.04.2019 08:05"]));
    all.push((Refusal::ArrivalTooEarly { from: begin }, vec!["08.04.2019 08:05"]));
    all
}

#[test]
fn every_refusal_has_the_contracts_status_code_and_text() {
    let mut reached = BTreeSet::new();
    for (refusal, filled) in every_refusal() {
        Row::expect(row_of(&refusal), &Answer::from(&refusal), &filled);
        reached.insert(row_of(&refusal).name);
    }
    let rows = TABLE.iter().chain(&KIOSK_TABLE);
    assert_eq!(reached, rows.map(|row| row.name).collect());
}

impl From<&Refusal> for Answer {
    fn from(refusal: &Refusal) -> Answer {
        let answer = infomat::wire::message::Answer::from(refusal);
        Answer {
            status: answer.status,
            headers: vec![("content-type".to_owned(), answer.content_type.to_owned())],
            body: answer.body,
        }
    }
}
