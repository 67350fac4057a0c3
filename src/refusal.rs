//! Every published refusal: its HTTP status, its code and its exact Russian text ([crate::contract::booking], "Refusals").
//!
//! [`Refusal`] stands in the order of precedence of the contract's table. [`HttpError`] are the answers of the
//! HTTP layer ([crate::contract::conventions]). No Russian text for patients stands anywhere else in the server.

pub use trouble::{Trouble, Warning};

use crate::model::Moment;
use std::borrow::Cow;
use uuid::Uuid;

mod trouble;

/// What a cancelling that was done is answered with ([crate::contract::tickets]): the one success that has a text.
pub const CANCELLED: &str = "Запись отменена";

/// `Retry-After` where somebody has to mend something first, in seconds.
const NOT_READY_SECONDS: u32 = 10;

/// A message without a number of its own ([crate::contract::conventions]).
const NO_NUMBER: u16 = 5000;

/// An expected, published "no" to a well-transported request. The caller's answer, never a fault of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No `Authorization` header, or another scheme.
    NoBearer,
    /// Not a token of [crate::contract::tokens]: shape, header, claims, kind, unknown key id.
    BadToken,
    /// The signature does not fit.
    BadSignature,
    /// Past its end, or before its begin.
    TokenExpired,
    /// A malformed, doubled, over-long or unknown-valued parameter.
    Parameter(BadParameter),
    /// `directionId` without `directionType`, or the other way round.
    DirectionIncomplete,
    /// Neither way of naming the cell is complete.
    CellNotNamed,
    /// This server has no such LPU.
    LpuUnknown,
    /// No open card with the token's GUID in that LPU.
    CardUnknown {
        /// The card.
        mkab: Uuid,
        /// The clinic in the path.
        lpu: Uuid,
    },
    /// The patient has booked as often as self-service applications may in a day.
    TooManyBookings {
        /// `bookings_a_day`.
        most: i64,
        /// Seconds until tomorrow.
        seconds: u32,
    },
    /// The patient has made as many entries of the waiting list as self-service applications may in a day.
    TooManyWaitingEntries {
        /// `waiting_entries_a_day`.
        most: i64,
        /// Seconds until tomorrow.
        seconds: u32,
    },
    /// No open card in that LPU has that document and birth date: which of them is wrong is not told.
    NotIdentified,
    /// The header `ClientApplication` names none that is known, or one that may not ask so or has not proved itself.
    NotAuthorized,
    /// No client application has that GUID.
    ApplicationUnknown {
        /// The GUID.
        guid: Uuid,
    },
    /// No speciality has that code.
    SpecialityUnknown,
    /// No doctor, room or equipment of that LPU has that GUID.
    ResourceUnknown,
    /// More cells than one listing may hold.
    TooManyCells {
        /// Most cells of a listing.
        cells_max: u32,
    },
    /// No such cell in that LPU.
    CellUnknown,
    /// No cell of that resource at that time.
    NoCellThen,
    /// The request's `Idempotency-Key` belongs to another patient or cell.
    KeyTaken,
    /// The referral's number, type or patient differ.
    ReferralUnknown,
    /// The exam is unknown or another patient's.
    ExamUnknown,
    /// A children's clinic and 18 full years on the day of the visit.
    GrownUp,
    /// The card bears the ban and the source is self-service.
    SelfBookingBanned,
    /// The resource takes registered patients only.
    NotRegistered,
    /// The patient holds an active visit in this very cell.
    AlreadyInCell,
    /// An active visit, not yet over, with the same speciality.
    SameSpeciality {
        /// That visit's doctor.
        doc_fio: String,
        /// Its begin.
        begin: Moment,
    },
    /// Full years on the day of the visit are outside the bounds.
    AgeOutside,
    /// The cell shares no access bit with the source.
    NoAccess,
    /// The cell is not a reception.
    NotReception,
    /// The cell has begun.
    Begun,
    /// The day of the visit is too far ahead for this server.
    BeyondPeriod {
        /// `max_period_days`.
        days_max: i64,
    },
    /// The day of the visit is too far ahead for the client application.
    BeyondSchedule {
        /// The application's `scheduleDays`.
        days_max: i64,
    },
    /// No free place.
    Full,
    /// An active visit overlaps; its begin.
    SameTime {
        /// That visit's begin.
        begin: Moment,
    },
    /// The patient has no such ticket; somebody else's is as unknown.
    TicketUnknown,
    /// The outside account is not the token's.
    OtherAccount,
    /// The visit that is to be cancelled is not active.
    NotActive,
    /// The visit that is to be cancelled has begun.
    VisitBegun,
    /// The patient has come for a visit that is not active.
    ArrivalNotActive,
    /// The patient has come before the time.
    ArrivalTooEarly {
        /// When arrivals are first taken.
        from: Moment,
    },
    /// The patient has come after the day of the visit.
    ArrivalTooLate,
    /// The resource on the waiting list is not of the speciality there.
    OtherSpeciality,
    /// The patient waits for that speciality already.
    AlreadyWaiting,
    /// The patient has no such entry on the waiting list; somebody else's is as unknown.
    WaitingUnknown,
}

/// Which parameter is bad, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadParameter {
    /// The parameter's name, as the contract spells it.
    pub name: &'static str,
    /// What is wrong with it.
    pub fault: ParameterFault,
}

/// What is wrong with a parameter. No value is repeated: it may be personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterFault {
    /// Not a GUID.
    Guid,
    /// Not a local date and time.
    DateTime,
    /// Not a day.
    Date,
    /// A day before that of another parameter, this one.
    Before(&'static str),
    /// A day that is over.
    Past,
    /// A day more than so many after today.
    TooFar(i64),
    /// Not a time of the day.
    Time,
    /// A time not after that of another parameter, this one.
    NotAfter(&'static str),
    /// Not a whole number from 0 to this.
    Number(i64),
    /// Given more often than this.
    TooOften(usize),
    /// Given twice, in one place or in two.
    Doubled,
    /// Longer than this many characters.
    TooLong(usize),
    /// None of the known values.
    Unknown(&'static str),
    /// Not percent-encoded UTF-8 (RFC 3986, 2.1), or not a string of whole characters in JSON.
    Encoding,
    /// Not a string, number or truth value of JSON.
    Scalar,
    /// Not a string of JSON.
    Text,
    /// Holds control characters.
    Control,
    /// It has to be there.
    Missing,
    /// Not exactly one document.
    OneDocument,
    /// A number of so many digits has no series.
    NoSeries(usize),
    /// Not so many digits, from the first to the second, blanks and hyphens aside.
    Digits(usize, usize),
    /// Not so many letters and digits at most, blanks and hyphens aside, or none.
    Series(usize),
    /// Not an e-mail address.
    Email,
    /// Not a telephone number.
    Phone,
    /// Not a body of a kind that is taken.
    ContentType,
    /// Not a body of JSON.
    JsonType,
    /// Not one JSON object.
    Json,
    /// Not this many visible ASCII characters at most, or none.
    VisibleAscii(usize),
}

impl Refusal {
    /// HTTP status.
    pub fn status(&self) -> u16 {
        use Refusal::{BadSignature, BadToken, NoBearer, NotAuthorized, OtherAccount, TokenExpired};
        match self {
            NoBearer | BadToken | BadSignature | TokenExpired | NotAuthorized | OtherAccount => 403,
            Refusal::TooManyBookings { .. } | Refusal::TooManyWaitingEntries { .. } => 429,
            _ => 400,
        }
    }

    /// The header that goes with it: name and value.
    pub fn header(&self) -> Option<(&'static str, String)> {
        match self {
            Refusal::TooManyBookings { seconds, .. } | Refusal::TooManyWaitingEntries { seconds, .. } => {
                Some(("Retry-After", seconds.to_string()))
            }
            _ => None,
        }
    }

    /// Internal code: `message_code`.
    pub fn code(&self) -> u16 {
        match self {
            Refusal::NoBearer => 5010,
            Refusal::BadToken => 5008,
            Refusal::BadSignature => 5009,
            Refusal::TokenExpired => 5007,
            Refusal::NotAuthorized => 5403,
            Refusal::ApplicationUnknown { .. } => 4442,
            Refusal::DirectionIncomplete => 4033,
            Refusal::CellNotNamed => 4036,
            Refusal::CardUnknown { .. } => 4000,
            Refusal::ReferralUnknown => 4031,
            Refusal::GrownUp => 4005,
            Refusal::SelfBookingBanned | Refusal::NotRegistered => 4007,
            Refusal::AlreadyInCell => 4848,
            Refusal::SameSpeciality { .. } => 4008,
            Refusal::AgeOutside => 4029,
            Refusal::BeyondPeriod { .. } => 5066,
            Refusal::Full => 4009,
            Refusal::SameTime { .. } => 4011,
            Refusal::NotActive => 4022,
            Refusal::VisitBegun => 4021,
            Refusal::Parameter(_)
            | Refusal::LpuUnknown
            | Refusal::TooManyBookings { .. }
            | Refusal::TooManyWaitingEntries { .. }
            | Refusal::SpecialityUnknown
            | Refusal::ResourceUnknown
            | Refusal::TooManyCells { .. }
            | Refusal::NotIdentified
            | Refusal::CellUnknown
            | Refusal::NoCellThen
            | Refusal::KeyTaken
            | Refusal::ExamUnknown
            | Refusal::NoAccess
            | Refusal::NotReception
            | Refusal::Begun
            | Refusal::BeyondSchedule { .. }
            | Refusal::TicketUnknown
            | Refusal::OtherAccount
            | Refusal::ArrivalNotActive
            | Refusal::ArrivalTooEarly { .. }
            | Refusal::ArrivalTooLate
            | Refusal::OtherSpeciality
            | Refusal::AlreadyWaiting
            | Refusal::WaitingUnknown => NO_NUMBER,
        }
    }

    /// The text for the patient: `message`.
    pub fn text(&self) -> Cow<'static, str> {
        let fixed = match self {
            Refusal::NoBearer => "Запрос должен содержать 'Authorization: Bearer ...'",
            Refusal::BadToken => "Токен некорректен",
            Refusal::BadSignature => "Подпись запроса некорректна",
            Refusal::TokenExpired => "Время действия токена истекло",
            Refusal::DirectionIncomplete => "directionID и directionType не могут быть указаны отдельно",
            Refusal::CellNotNamed => "Время и гвид врача или гвид ячейки расписания не должны быть пустыми",
            Refusal::LpuUnknown => "Медицинская организация с таким гвидом не обслуживается этим сервером",
            Refusal::NotAuthorized => "Код авторизации не верен",
            Refusal::NotIdentified => {
                "Пациент с таким документом и датой рождения не найден. Проверьте данные или обратитесь в регистратуру."
            }
            Refusal::SpecialityUnknown => "Специальность с таким кодом не найдена",
            Refusal::ResourceUnknown => {
                "Врач, кабинет или оборудование с таким гвидом не найдены в этой медицинской организации"
            }
            Refusal::CellUnknown => {
                "Ячейка расписания с таким гвидом не найдена в этой медицинской организации"
            }
            Refusal::NoCellThen => "У этого врача нет приема в указанное время",
            Refusal::KeyTaken => {
                "Idempotency-Key уже использован для записи другого пациента или на другое время"
            }
            Refusal::ReferralUnknown => {
                "Направление с таким номером не существует, либо принадлежит другому пациенту"
            }
            Refusal::ExamUnknown => {
                "Мероприятие диспансеризации не существует, либо принадлежит другому пациенту"
            }
            Refusal::GrownUp => {
                "Вы пытаетесь записаться в детское учреждение. Запись пациентов старше 18 лет запрещена."
            }
            Refusal::SelfBookingBanned => {
                "Вам запрещена самостоятельная запись на прием через интернет или инфомат. Для записи на прием \
                 обратитесь в регистратуру медицинского учреждения лично или по телефону."
            }
            Refusal::NotRegistered => {
                "Вы не состоите на диспансерном учете у данного специалиста. Запись невозможна."
            }
            Refusal::AlreadyInCell => {
                "У вас уже есть активная запись на данную ячейку расписания. Совершить повторную запись \
                 невозможно"
            }
            Refusal::AgeOutside => {
                "Запись недоступна для данной возрастной группы. Сотрудниками МО было установлено ограничение \
                 по возрасту при записи на прием."
            }
            Refusal::NoAccess => {
                "Запись на это время недоступна из данного источника. Обратитесь в регистратуру."
            }
            Refusal::NotReception => "Это время не предназначено для приема пациентов.",
            Refusal::Begun => "Время приема уже наступило. Выберите другое время приема.",
            Refusal::Full => "Это время уже занято. Выберите другое свободное время приема.",
            _ => {
                return self
                    .text_after_booking()
                    .map_or_else(|| Cow::Owned(self.filled_text()), Cow::Borrowed);
            }
        };
        Cow::Borrowed(fixed)
    }

    /// The fixed texts about what was booked, and about the waiting list ([crate::contract::tickets], [crate::contract::waiting_list]).
    fn text_after_booking(&self) -> Option<&'static str> {
        Some(match self {
            Refusal::TicketUnknown => "Запись с таким гвидом не найдена",
            Refusal::OtherAccount => "Записи другой учетной записи доступны только ей самой",
            Refusal::NotActive => "Нельзя отменить неактивную запись",
            Refusal::VisitBegun => "Время приема уже прошло. Нельзя отменить прошедшую запись",
            Refusal::ArrivalNotActive => "Запись отменена. Отметить приход нельзя.",
            Refusal::ArrivalTooLate => "День приема прошел. Отметить приход нельзя.",
            Refusal::OtherSpeciality => "Врач с таким гвидом ведет прием по другой специальности",
            Refusal::AlreadyWaiting => "Вы уже состоите в листе ожидания по этой специальности.",
            Refusal::WaitingUnknown => "Заявка с таким гвидом не найдена в листе ожидания",
            _ => return None,
        })
    }

    /// The texts with something to fill in.
    fn filled_text(&self) -> String {
        match self {
            Refusal::Parameter(bad) => bad.text(),
            Refusal::CardUnknown { mkab, lpu } => format!("Не найден МКАБ: {mkab} в лпу: {lpu}"),
            Refusal::TooManyBookings { most, .. } => format!(
                "Число ваших записей за сегодня достигло предела: {most}. Записаться снова можно завтра, а сегодня - через \
                 регистратуру."
            ),
            Refusal::TooManyWaitingEntries { most, .. } => format!(
                "Число ваших заявок в лист ожидания за сегодня достигло предела: {most}. Оставить новую можно завтра, а \
                 сегодня - через регистратуру."
            ),
            Refusal::ApplicationUnknown { guid } => format!("Клиентское приложение {guid} не найдено."),
            Refusal::TooManyCells { cells_max } => {
                format!(
                    "За указанный период более {cells_max} ячеек расписания. Укажите более короткий период."
                )
            }
            Refusal::ArrivalTooEarly { from } => {
                format!("Отметить приход можно не ранее {}.", clock(from))
            }
            Refusal::SameSpeciality { doc_fio, begin } => format!(
                "Вы уже записаны {doc_fio} на {}. Запрещено иметь более одной активной записи на прием на одну \
                 специальность.",
                clock(begin)
            ),
            Refusal::BeyondPeriod { days_max } => {
                format!("Недопустимый период расписания. Максимальный период {days_max} дней")
            }
            Refusal::BeyondSchedule { days_max } => {
                format!("Запись на прием доступна не ранее, чем за {days_max} дней.")
            }
            Refusal::SameTime { begin } => format!(
                "Вы записаны в это время {}. Запрещено иметь более одной активной записи на прием в одно время.",
                clock(begin)
            ),
            _ => unreachable!("every other text is fixed"),
        }
    }
}

impl BadParameter {
    fn text(&self) -> String {
        let name = self.name;
        match self.fault {
            ParameterFault::Guid => format!("Параметр {name}: нужен GUID"),
            ParameterFault::DateTime => {
                format!("Параметр {name}: нужны дата и время вида ГГГГ-ММ-ДД ЧЧ:ММ:СС.МММ")
            }
            ParameterFault::Date => format!("Параметр {name}: нужна дата вида ГГГГ-ММ-ДД"),
            ParameterFault::Before(first) => format!("Параметр {name}: дата не должна быть раньше {first}"),
            ParameterFault::Past => format!("Параметр {name}: эта дата уже прошла"),
            ParameterFault::TooFar(days) => {
                format!("Параметр {name}: дата должна наступить не позже чем через {days} дней")
            }
            ParameterFault::Time => format!("Параметр {name}: нужно время вида ЧЧ:ММ"),
            ParameterFault::NotAfter(first) => format!("Параметр {name}: время должно быть позже {first}"),
            ParameterFault::Number(max) => format!("Параметр {name}: нужно целое число от 0 до {max}"),
            ParameterFault::TooOften(max) => format!("Параметр {name} указан более {max} раз"),
            ParameterFault::Doubled => format!("Параметр {name} указан более одного раза"),
            ParameterFault::TooLong(max) => format!("Параметр {name}: не более {max} символов"),
            ParameterFault::Unknown(known) => format!("Параметр {name}: допустимые значения: {known}"),
            ParameterFault::Encoding => {
                format!("Параметр {name}: нужна строка в UTF-8, в адресе и форме - с кодами %XX")
            }
            ParameterFault::Scalar => {
                format!(
                    "Параметр {name}: нужна строка, число или логическое значение JSON, не объект и не массив"
                )
            }
            ParameterFault::Text => format!("Параметр {name}: нужна строка JSON"),
            ParameterFault::Control => format!("Параметр {name}: управляющие символы недопустимы"),
            ParameterFault::Missing => format!("Параметр {name} обязателен"),
            ParameterFault::OneDocument => format!(
                "Параметр {name}: нужен ровно один документ: n_pol (и s_pol), snils или s_doc и n_doc"
            ),
            ParameterFault::NoSeries(digits) => {
                format!("Параметр {name}: у номера из {digits} цифр нет серии")
            }
            ParameterFault::Digits(min, max) if min == max => {
                format!("Параметр {name}: нужно {min} цифр")
            }
            ParameterFault::Digits(min, max) => format!("Параметр {name}: нужно от {min} до {max} цифр"),
            ParameterFault::Series(max) => format!("Параметр {name}: нужно от 1 до {max} букв и цифр"),
            ParameterFault::Email => format!("Параметр {name}: нужен адрес вида name@example.org"),
            ParameterFault::Phone => {
                format!("Параметр {name}: нужен номер телефона из цифр, пробелов и знаков + - ( )")
            }
            ParameterFault::ContentType => format!(
                "Параметр {name}: нужен application/x-www-form-urlencoded или application/json в UTF-8"
            ),
            ParameterFault::JsonType => format!("Параметр {name}: нужен application/json в UTF-8"),
            ParameterFault::Json => format!("Параметр {name}: нужен один объект JSON"),
            ParameterFault::VisibleAscii(max) => {
                format!("Параметр {name}: нужно от 1 до {max} видимых символов ASCII")
            }
        }
    }
}

/// Times in texts: `dd.MM.yyyy HH:mm`.
fn clock(moment: &Moment) -> impl std::fmt::Display {
    moment.format("%d.%m.%Y %H:%M")
}

/// Answers of the HTTP layer: the request never reached the rules ([crate::contract::conventions]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpError {
    /// 400: not HTTP/1.x as RFC 9112 has it, or not as this server takes it.
    Malformed,
    /// 400: a trusted proxy names something else than an address.
    NoAddress,
    /// 403: an address that is not told the server's numbers.
    NumbersElsewhere,
    /// 404: unknown path.
    UnknownPath,
    /// 405: another method; the value of `Allow`.
    Method(&'static str),
    /// 408: the request did not arrive whole in time.
    TooSlow,
    /// 413: the body is too large.
    BodyTooLarge,
    /// 417: an `Expect` other than `100-continue`.
    Expectation,
    /// 421: `Host` is not a name of this server (RFC 9110, 15.5.20).
    ForeignHost,
    /// 429: too many connections from one address; seconds until another try.
    TooMany(u32),
    /// 429: too many identifications have failed; seconds until another try.
    TooManyFailures(u32),
    /// 431: the head is too large.
    HeadTooLarge,
    /// 500: a fault of ours; the log has the cause.
    Fault,
    /// 501: a transfer coding other than chunked.
    Coding,
    /// 503: nothing was done, try again; seconds until then.
    Unavailable(u32),
    /// 503: the clock of this machine is wrong, so that no token can be believed; seconds until another try.
    ClockWrong(u32),
    /// 503: the database takes no writing.
    NotReady(Trouble),
    /// 505: another version of HTTP.
    Version,
}

impl HttpError {
    /// HTTP status.
    pub fn status(self) -> u16 {
        match self {
            HttpError::Malformed | HttpError::NoAddress => 400,
            HttpError::NumbersElsewhere => 403,
            HttpError::UnknownPath => 404,
            HttpError::Method(_) => 405,
            HttpError::TooSlow => 408,
            HttpError::BodyTooLarge => 413,
            HttpError::Expectation => 417,
            HttpError::ForeignHost => 421,
            HttpError::TooMany(_) | HttpError::TooManyFailures(_) => 429,
            HttpError::HeadTooLarge => 431,
            HttpError::Fault => 500,
            HttpError::Coding => 501,
            HttpError::Unavailable(_) | HttpError::ClockWrong(_) | HttpError::NotReady(_) => 503,
            HttpError::Version => 505,
        }
    }

    /// Internal code: `message_code`.
    pub fn code(self) -> u16 {
        NO_NUMBER
    }

    /// The text: `message`.
    pub fn text(self) -> &'static str {
        match self {
            HttpError::Malformed => "Запрос не соответствует протоколу HTTP/1.1",
            HttpError::NoAddress => "Прокси-сервер передал в заголовке X-Forwarded-For не IP-адрес",
            HttpError::NumbersElsewhere => {
                "Показатели доступны с этого компьютера и с адресов из настройки metrics_addresses"
            }
            HttpError::UnknownPath => "Нет такого адреса",
            HttpError::Method(_) => "Этот метод здесь не поддерживается",
            HttpError::TooSlow => "Запрос не получен целиком за отведенное время",
            HttpError::BodyTooLarge => "Тело запроса слишком велико",
            HttpError::Expectation => "Требование заголовка Expect невыполнимо",
            HttpError::ForeignHost => {
                "Имя в заголовке Host не принадлежит этому серверу. Свои имена указываются в настройке hosts"
            }
            HttpError::TooMany(_) => "Слишком много запросов. Повторите позже",
            HttpError::TooManyFailures(_) => {
                "Слишком много неудачных попыток. Повторите позже или обратитесь в регистратуру."
            }
            HttpError::HeadTooLarge => "Заголовок запроса слишком велик",
            HttpError::Coding => "Тело запроса в этой кодировке передачи не принимается: только chunked",
            HttpError::Fault => "Внутренняя ошибка сервера",
            HttpError::Unavailable(_) => {
                "Сервис временно недоступен. Повторите попытку через несколько секунд"
            }
            HttpError::ClockWrong(_) => {
                "Часы терминала показывают неверное время. Записаться пока нельзя: обратитесь в регистратуру."
            }
            HttpError::NotReady(trouble) => trouble.text(),
            HttpError::Version => "Поддерживается только HTTP/1.1 и HTTP/1.0",
        }
    }

    /// The header that goes with it: name and value.
    pub fn header(self) -> Option<(&'static str, String)> {
        match self {
            HttpError::Method(allow) => Some(("Allow", allow.to_owned())),
            _ => self.seconds().map(|seconds| ("Retry-After", seconds.to_string())),
        }
    }

    /// Seconds until another try makes sense.
    pub fn seconds(self) -> Option<u32> {
        match self {
            HttpError::TooMany(seconds)
            | HttpError::TooManyFailures(seconds)
            | HttpError::Unavailable(seconds)
            | HttpError::ClockWrong(seconds) => Some(seconds),
            HttpError::NotReady(_) => Some(NOT_READY_SECONDS),
            _ => None,
        }
    }
}
