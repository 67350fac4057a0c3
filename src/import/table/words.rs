//! The headings of tables, in Russian and in English ([crate::contract::clinic_data]), and words of their cells.

/// What a table is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// Working hours, each cut into cells.
    Timetable,
    /// Patients' cards.
    Patients,
    /// Doctors.
    Doctors,
}

impl TableKind {
    /// All of them.
    pub const ALL: [TableKind; 3] = [TableKind::Timetable, TableKind::Patients, TableKind::Doctors];

    /// Returns the word that `infomat import --template` has for it.
    pub fn word(self) -> &'static str {
        match self {
            TableKind::Timetable => "timetable",
            TableKind::Patients => "patients",
            TableKind::Doctors => "doctors",
        }
    }

    /// Returns a file with the headings and an example, as a spreadsheet opens and saves it.
    pub fn template(self) -> &'static str {
        match self {
            TableKind::Timetable => include_str!("../../../packaging/sample.timetable.csv"),
            TableKind::Patients => include_str!("../../../packaging/sample.patients.csv"),
            TableKind::Doctors => include_str!("../../../packaging/sample.doctors.csv"),
        }
    }

    /// Returns the columns that such a table may have.
    pub fn columns(self) -> &'static [(Column, Need, &'static [&'static str])] {
        match self {
            TableKind::Timetable => TIMETABLE,
            TableKind::Patients => PATIENTS,
            TableKind::Doctors => DOCTORS,
        }
    }
}

/// Whether a table has to have a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It has to.
    Required,
    /// It has to have this one or another one of a person's name.
    Name,
    /// It may.
    Optional,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The number of the line: not read.
    Number,
    /// The GUID of the doctor or of the card.
    Guid,
    /// Name or GUID of the clinic.
    Clinic,
    /// The whole name of a person: family name, name, patronymic.
    Person,
    Family,
    Name,
    Patronymic,
    Speciality,
    SpecialityCode,
    Room,
    Floor,
    Role,
    /// The district of a patient, the districts of a doctor.
    Districts,
    AgeFrom,
    AgeTo,
    Shown,
    Date,
    From,
    To,
    /// Minutes of one visit.
    Minutes,
    /// Patients at one time.
    Places,
    BirthDate,
    Sex,
    PolicySeries,
    PolicyNumber,
    Snils,
    PassportSeries,
    PassportNumber,
    Phone,
    Email,
    Banned,
    Closed,
}

impl Column {
    /// Returns the fields of a line that the column fills.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Column::Number | Column::Date | Column::Minutes => &[],
            Column::Guid => &["guid"],
            Column::Clinic => &["lpu"],
            Column::Person => &["family", "name", "patronymic", "title"],
            Column::Family => &["family"],
            Column::Name => &["name"],
            Column::Patronymic => &["patronymic"],
            Column::Speciality | Column::SpecialityCode => &["speciality"],
            Column::Room => &["room"],
            Column::Floor => &["flat"],
            Column::Role => &["role"],
            Column::Districts => &["uchastokNum", "uchastokNums"],
            Column::AgeFrom => &["ageFrom"],
            Column::AgeTo => &["ageTo"],
            Column::Shown => &["shown"],
            Column::From => &["begin"],
            Column::To => &["end"],
            Column::Places => &["planCount"],
            Column::BirthDate => &["birthDate"],
            Column::Sex => &["sex"],
            Column::PolicySeries => &["policySeries"],
            Column::PolicyNumber => &["policyNumber"],
            Column::Snils => &["snils"],
            Column::PassportSeries => &["passportSeries"],
            Column::PassportNumber => &["passportNumber"],
            Column::Phone => &["phone"],
            Column::Email => &["email"],
            Column::Banned => &["selfBookingBanned"],
            Column::Closed => &["closed"],
        }
    }
}

use Column as C;
use Need::{Optional, Required};

/// Headings that several tables have. The first of each is what a template has and a message names.
const NUMBER: &[&str] = &["№ п/п", "№", "п/п", "номер строки", "#", "no"];
const CLINIC: &[&str] = &["поликлиника", "лпу", "клиника", "филиал", "clinic", "lpu"];
const DOCTOR: &[&str] = &[
    "врач",
    "фио врача",
    "фио",
    "ф.и.о.",
    "врач (фио)",
    "doctor",
    "resource",
    "full name",
];
const FAMILY: &[&str] = &["фамилия", "family", "last name", "surname"];
const NAME: &[&str] = &["имя", "name", "first name"];
const PATRONYMIC: &[&str] = &["отчество", "patronymic", "middle name"];
const SPECIALITY: &[&str] = &["специальность", "профиль", "speciality", "specialty"];
const SPECIALITY_CODE: &[&str] = &["код специальности", "speciality code", "specialty code"];
const ROOM: &[&str] = &["кабинет", "каб", "№ кабинета", "номер кабинета", "room"];
const AGE_FROM: &[&str] = &["возраст с", "возраст от", "age from"];
const AGE_TO: &[&str] = &["возраст по", "возраст до", "age to"];

const TIMETABLE: &[(Column, Need, &[&str])] = &[
    (C::Number, Optional, NUMBER),
    (C::Guid, Optional, &["guid врача", "guid", "doctor guid"]),
    (C::Clinic, Optional, CLINIC),
    (C::Person, Need::Name, DOCTOR),
    (C::Family, Need::Name, FAMILY),
    (C::Name, Optional, NAME),
    (C::Patronymic, Optional, PATRONYMIC),
    (C::Speciality, Optional, SPECIALITY),
    (C::SpecialityCode, Optional, SPECIALITY_CODE),
    (C::Room, Optional, ROOM),
    (C::Date, Required, &["дата", "дата приема", "день", "date", "day"]),
    (
        C::From,
        Required,
        &[
            "с",
            "время с",
            "начало",
            "начало приема",
            "время начала",
            "from",
            "begin",
            "start",
        ],
    ),
    (
        C::To,
        Required,
        &[
            "по",
            "до",
            "время по",
            "время до",
            "конец",
            "окончание",
            "конец приема",
            "время окончания",
            "to",
            "end",
            "until",
        ],
    ),
    (
        C::Minutes,
        Optional,
        &[
            "минут",
            "минуты",
            "мин",
            "минут на прием",
            "длительность",
            "длительность приема",
            "интервал",
            "шаг",
            "minutes",
        ],
    ),
    (
        C::Places,
        Optional,
        &["мест", "места", "количество мест", "places"],
    ),
    (C::AgeFrom, Optional, AGE_FROM),
    (C::AgeTo, Optional, AGE_TO),
];

const DOCTORS: &[(Column, Need, &[&str])] = &[
    (C::Number, Optional, NUMBER),
    (C::Guid, Optional, &["guid", "guid врача", "doctor guid"]),
    (C::Clinic, Optional, CLINIC),
    (C::Person, Need::Name, DOCTOR),
    (C::Family, Need::Name, FAMILY),
    (C::Name, Optional, NAME),
    (C::Patronymic, Optional, PATRONYMIC),
    (C::Speciality, Required, SPECIALITY),
    (C::SpecialityCode, Optional, SPECIALITY_CODE),
    (C::Role, Optional, &["должность", "role", "position"]),
    (C::Room, Optional, ROOM),
    (C::Floor, Optional, &["этаж", "floor"]),
    (
        C::Districts,
        Optional,
        &["участки", "участок", "districts", "district"],
    ),
    (C::AgeFrom, Optional, AGE_FROM),
    (C::AgeTo, Optional, AGE_TO),
    (C::Shown, Optional, &["показывать", "на терминале", "shown"]),
];

const PATIENTS: &[(Column, Need, &[&str])] = &[
    (C::Number, Optional, NUMBER),
    (
        C::Guid,
        Optional,
        &["guid", "guid карты", "мкаб", "mkab", "card guid"],
    ),
    (C::Clinic, Optional, CLINIC),
    (
        C::Person,
        Need::Name,
        &["пациент", "фио", "ф.и.о.", "фио пациента", "patient", "full name"],
    ),
    (C::Family, Need::Name, FAMILY),
    (C::Name, Optional, NAME),
    (C::Patronymic, Optional, PATRONYMIC),
    (
        C::BirthDate,
        Required,
        &[
            "дата рождения",
            "дата рожд",
            "д.р.",
            "др",
            "birth date",
            "date of birth",
            "birthday",
        ],
    ),
    (C::Sex, Optional, &["пол", "sex", "gender"]),
    (C::PolicySeries, Optional, &["серия полиса", "policy series"]),
    (
        C::PolicyNumber,
        Optional,
        &[
            "номер полиса",
            "полис",
            "№ полиса",
            "полис омс",
            "номер полиса омс",
            "№ полиса омс",
            "енп",
            "омс",
            "policy number",
            "policy",
        ],
    ),
    (C::Snils, Optional, &["снилс", "snils"]),
    (
        C::PassportSeries,
        Optional,
        &["серия паспорта", "passport series"],
    ),
    (
        C::PassportNumber,
        Optional,
        &["номер паспорта", "№ паспорта", "passport number"],
    ),
    (
        C::Phone,
        Optional,
        &[
            "телефон",
            "тел",
            "мобильный телефон",
            "номер телефона",
            "phone",
            "telephone",
        ],
    ),
    (
        C::Email,
        Optional,
        &["почта", "эл. почта", "электронная почта", "e-mail", "email"],
    ),
    (
        C::Districts,
        Optional,
        &["участок", "номер участка", "№ участка", "district"],
    ),
    (C::Banned, Optional, &["запрет самозаписи", "self booking banned"]),
    (C::Closed, Optional, &["закрыта", "карта закрыта", "closed"]),
];

/// Words for yes and no, folded as headings are.
pub const FLAGS: [(&str, bool); 13] = [
    ("да", true),
    ("д", true),
    ("1", true),
    ("истина", true),
    ("yes", true),
    ("true", true),
    ("+", true),
    ("нет", false),
    ("н", false),
    ("0", false),
    ("ложь", false),
    ("no", false),
    ("false", false),
];

/// Words for the sexes, folded as headings are, with what a line has for them.
pub const SEXES: [(&str, &str); 10] = [
    ("м", "m"),
    ("муж", "m"),
    ("мужской", "m"),
    ("m", "m"),
    ("male", "m"),
    ("ж", "f"),
    ("жен", "f"),
    ("женский", "f"),
    ("f", "f"),
    ("female", "f"),
];

/// What may stand after a number of minutes.
pub const MINUTES: [&str; 5] = ["минут", "минуты", "мин", "minutes", "min"];

/// Returns a heading as it is compared: without case, signs and blanks that people type one way or the other.
pub fn folded(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower
        .map(|letter| if letter == 'ё' { 'е' } else { letter })
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, '№' | '#' | '+'))
        .collect()
}
