//! The patients whose story is told: for each refusal of a booking that does not need an earlier visit somebody who
//! meets it, and beside them some who book.

use super::clinics::{CHILDREN, POLYCLINIC};
use super::line::{Line, Patient};
use super::names::{FullName, Sex};
use super::patients::{born, card, exam, exam_guid, referral, referral_number, registration};
use super::staff::{
    CARDIOLOGIST, COMMISSION_ROOM, DIABETOLOGIST, DUTY_DOCTOR, DUTY_PAEDIATRICIAN, GERIATRICIAN, HOME_TEAM,
    PREVENTION_ROOM, PROFESSOR, TEENAGE_THERAPIST, resource_guid,
};
use crate::model::{ReferralName, ReferralType};
use crate::refusal::Refusal;
use chrono::{Datelike, Days, NaiveDate};
use uuid::Uuid;

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

/// A character with the card that makes the story true.
struct Part {
    card: Patient,
    character: Character,
}

/// The characters, as the cards say that [`super::base`] gives for the same day.
pub fn characters(today: NaiveDate) -> Vec<Character> {
    cast(today).into_iter().map(|part| part.character).collect()
}

/// Their cards and papers.
pub fn lines(today: NaiveDate) -> impl Iterator<Item = Line> {
    let papers = [
        registration(REGISTERED, DIABETOLOGIST),
        referral(REFERRED, ReferralType::Consultation),
        exam(EXAMINED, "Диспансеризация, первый этап"),
    ];
    let cards = cast(today).into_iter().map(|part| Line::Patient(part.card));
    cards.chain(papers)
}

/// Numbers of the cards to which papers belong.
const REGISTERED: u32 = 4;
const REFERRED: u32 = 15;
const EXAMINED: u32 = 17;

fn cast(today: NaiveDate) -> Vec<Part> {
    let mut cast = patients_of_today(today);
    cast.extend(patients_with_papers(today));
    cast.extend(ages(today));
    cast.extend(cells(today));
    cast
}

fn patients_of_today(today: NaiveDate) -> Vec<Part> {
    let born = |age, month, day| born(today, age, month, day);
    let closed = Part::new(
        12,
        ["Журавин", "Василий", "Борисович"],
        Sex::Man,
        born(61, 9, 30),
        today,
    );
    let of_the_card = Refusal::CardUnknown {
        mkab: closed.character.mkab,
        lpu: POLYCLINIC,
    };
    vec![
        Part::new(
            1,
            ["Ежевикина", "Мария", "Петровна"],
            Sex::Woman,
            born(36, 4, 12),
            today,
        )
        .story(
            "запись без препятствий; вторая к тому же специалисту — 4008, на то же время — 4011",
            None,
        ),
        Part::new(
            2,
            ["Боярышников", "Павел", "Иванович"],
            Sex::Man,
            born(47, 11, 3),
            today,
        )
        .with(|card| card.self_booking_banned = true)
        .story("запрет самостоятельной записи", Some(Refusal::SelfBookingBanned)),
        closed
            .with(|card| card.closed = true)
            .story("карта закрыта", Some(of_the_card)),
        Part::new(
            19,
            ["Ромашкин", "Тимофей", "Глебович"],
            Sex::Man,
            born(7, 6, 1),
            today,
        )
        .of_children()
        .story("ребёнок, запись в детскую поликлинику", None),
        Part::new(
            5,
            ["Лугинина", "Ксения", "Олеговна"],
            Sex::Woman,
            born(19, 2, 17),
            today,
        )
        .of_children()
        .story(
            "старше 18 лет, карта осталась в детской поликлинике",
            Some(Refusal::GrownUp),
        ),
        Part::new(
            6,
            ["Осинцев", "Егор", "Вадимович"],
            Sex::Man,
            eighteen_in_a_week(today),
            today,
        )
        .of_children()
        .ahead(8)
        .story(
            "до дня, когда исполнится 18, запись есть, с этого дня нет",
            Some(Refusal::GrownUp),
        ),
    ]
}

fn patients_with_papers(today: NaiveDate) -> Vec<Part> {
    let born = |age, month, day| born(today, age, month, day);
    let consultation = || ReferralName {
        number: referral_number(REFERRED),
        kind: ReferralType::Consultation,
    };
    vec![
        Part::new(
            3,
            ["Синицына", "Алла", "Юрьевна"],
            Sex::Woman,
            born(52, 1, 25),
            today,
        )
        .tries(DIABETOLOGIST)
        .story("не состоит на диспансерном учёте", Some(Refusal::NotRegistered)),
        Part::new(
            REGISTERED,
            ["Щеглов", "Николай", "Степанович"],
            Sex::Man,
            born(58, 8, 8),
            today,
        )
        .tries(DIABETOLOGIST)
        .story("состоит на диспансерном учёте", None),
        Part::new(
            REFERRED,
            ["Калинкина", "Вера", "Андреевна"],
            Sex::Woman,
            born(44, 3, 5),
            today,
        )
        .tries(CARDIOLOGIST)
        .referred(consultation())
        .story("со своим направлением на консультацию", None),
        Part::new(
            16,
            ["Голубкин", "Роман", "Егорович"],
            Sex::Man,
            born(39, 12, 19),
            today,
        )
        .tries(CARDIOLOGIST)
        .referred(consultation())
        .story("с чужим направлением", Some(Refusal::ReferralUnknown)),
        Part::new(
            EXAMINED,
            ["Дроздова", "Елена", "Романовна"],
            Sex::Woman,
            born(55, 5, 22),
            today,
        )
        .tries(PREVENTION_ROOM)
        .examined()
        .story("на мероприятие диспансеризации", None),
        Part::new(
            18,
            ["Туманов", "Кирилл", "Сергеевич"],
            Sex::Man,
            born(50, 10, 14),
            today,
        )
        .tries(PREVENTION_ROOM)
        .examined()
        .story("на чужое мероприятие диспансеризации", Some(Refusal::ExamUnknown)),
    ]
}

fn ages(today: NaiveDate) -> Vec<Part> {
    let born = |age, month, day| born(today, age, month, day);
    vec![
        Part::new(
            7,
            ["Ивушкина", "Полина", "Глебовна"],
            Sex::Woman,
            born(30, 7, 7),
            today,
        )
        .tries(GERIATRICIAN)
        .story("слишком молода для гериатра", Some(Refusal::AgeOutside)),
        Part::new(
            8,
            ["Камышов", "Семён", "Аркадьевич"],
            Sex::Man,
            born(70, 2, 2),
            today,
        )
        .tries(TEENAGE_THERAPIST)
        .story(
            "слишком стар для подросткового терапевта",
            Some(Refusal::AgeOutside),
        ),
        Part::new(
            9,
            ["Малинкина", "Дарья", "Антоновна"],
            Sex::Woman,
            born(15, 9, 1),
            today,
        )
        .tries(PREVENTION_ROOM)
        .story(
            "слишком молода: границы возраста у самих ячеек",
            Some(Refusal::AgeOutside),
        ),
        Part::new(
            20,
            ["Рябинкин", "Глеб", "Денисович"],
            Sex::Man,
            born(15, 6, 21),
            today,
        )
        .tries(TEENAGE_THERAPIST)
        .story("подросток, запись к подростковому терапевту", None),
    ]
}

fn cells(today: NaiveDate) -> Vec<Part> {
    let born = |age, month, day| born(today, age, month, day);
    vec![
        Part::new(
            10,
            ["Полынина", "Зоя", "Васильевна"],
            Sex::Woman,
            born(63, 4, 30),
            today,
        )
        .tries(COMMISSION_ROOM)
        .story("эти ячейки только для регистратуры", Some(Refusal::NoAccess)),
        Part::new(
            11,
            ["Снегирёв", "Борис", "Николаевич"],
            Sex::Man,
            born(81, 1, 15),
            today,
        )
        .tries(HOME_TEAM)
        .story("это время вызовов на дом, не приём", Some(Refusal::NotReception)),
        Part::new(
            13,
            ["Вереск", "Нина", "Павловна"],
            Sex::Woman,
            born(49, 8, 27),
            today,
        )
        .tries(PROFESSOR)
        .ahead(15)
        .story(
            "более чем за 14 дней",
            Some(Refusal::BeyondSchedule { days_max: 14 }),
        ),
        Part::new(14, ["Яснов", "Андрей", "Ильич"], Sex::Man, born(42, 6, 10), today)
            .tries(PROFESSOR)
            .ahead(61)
            .story(
                "более чем за 60 дней",
                Some(Refusal::BeyondPeriod { days_max: 60 }),
            ),
    ]
}

/// The birth date of who turns 18 seven days after `today`.
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

impl Part {
    /// A patient of the polyclinic who tries the doctor on duty, on the first day after today.
    fn new(number: u32, name: [&str; 3], sex: Sex, birth_date: NaiveDate, today: NaiveDate) -> Self {
        let card = card(number, POLYCLINIC, FullName::of(name), sex, birth_date, today);
        let character = Character {
            who: name.join(" "),
            story: "",
            lpu: POLYCLINIC,
            mkab: card.guid,
            policy: card.policy_number.clone(),
            birth_date,
            resource: resource_guid(DUTY_DOCTOR),
            days_ahead: 1,
            referral: None,
            exam: None,
            meets: None,
        };
        Part { card, character }
    }

    fn of_children(mut self) -> Self {
        self.card.lpu = CHILDREN;
        self.character.lpu = CHILDREN;
        self.tries(DUTY_PAEDIATRICIAN)
    }

    fn tries(mut self, resource: u32) -> Self {
        self.character.resource = resource_guid(resource);
        self
    }

    fn ahead(mut self, days: u32) -> Self {
        self.character.days_ahead = days;
        self
    }

    fn referred(mut self, referral: ReferralName) -> Self {
        self.character.referral = Some(referral);
        self
    }

    /// Names the one exam of the cast.
    fn examined(mut self) -> Self {
        self.character.exam = Some(exam_guid(EXAMINED));
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Patient)) -> Self {
        change(&mut self.card);
        self
    }

    fn story(mut self, story: &'static str, meets: Option<Refusal>) -> Self {
        self.character.story = story;
        self.character.meets = meets;
        self
    }
}
