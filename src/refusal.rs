//! Every published refusal is one row: its HTTP status, its code and its exact Russian text ([crate::contract::booking], "Refusals").
//!
//! [`Refusal`] stands in the order of precedence of the contract's table. [`HttpError`] are the answers of the
//! HTTP layer ([crate::contract::conventions]). No other module of the server holds a Russian text for patients.

use crate::model::Moment;
use std::fmt::Display;
use uuid::Uuid;

/// Defines an enum from rows `Variant { field: Type } = STATUS CODE "text {field}" => "Header": value;`. A row without status
/// and code defines a text alone. A field that needs a format of its own follows the text, as in `format!`.
macro_rules! rows {
    ($(#[$meta:meta])* enum $name:ident { $(
        $(#[$about:meta])*
        $variant:ident $(($($value:ident: $value_type:ty),+))? $({ $($field:ident: $field_type:ty),+ })?
            = $text:literal $(, $argument:expr)*;
    )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name { $(
            $(#[$about])*
            #[doc = concat!("\u{201c}", $text, "\u{201d}")]
            $variant $(($($value_type),+))? $({ $(
                #[doc = concat!("`", stringify!($field), "` of the text or of its header.")]
                $field: $field_type
            ),+ })?
        ),+ }

        impl $name {
            /// Returns the text for whoever asked.
            #[allow(unused_variables, reason = "a field may go into the header alone")]
            pub fn text(&self) -> String {
                match self { $(
                    $name::$variant $(($($value),+))? $({ $($field),+ })? => format!($text $(, $argument)*)
                ),+ }
            }
        }
    };
    ($(#[$meta:meta])* enum $name:ident { $(
        $(#[$about:meta])*
        $variant:ident $(($($value:ident: $value_type:ty),+))? $({ $($field:ident: $field_type:ty),+ })?
            = $status:literal $code:literal $text:literal $(, $argument:expr)* $(=> $header:literal: $content:expr)?;
    )+ }) => {
        rows! { $(#[$meta])* enum $name { $(
            $(#[$about])*
            $variant $(($($value: $value_type),+))? $({ $($field: $field_type),+ })? = $text $(, $argument)*;
        )+ } }

        impl $name {
            /// Returns the HTTP status.
            #[allow(clippy::match_same_arms, reason = "each row states its own")]
            pub fn status(&self) -> u16 {
                match self { $( $name::$variant { .. } => $status ),+ }
            }

            /// Returns the internal code: `message_code`.
            #[allow(clippy::match_same_arms, reason = "each row states its own")]
            pub fn code(&self) -> u16 {
                match self { $( $name::$variant { .. } => $code ),+ }
            }

            /// Returns name and value of the header field that belongs to the answer.
            #[allow(unused_variables, clippy::match_same_arms, reason = "each row states its own")]
            pub fn header(&self) -> Option<(&'static str, String)> {
                match self { $(
                    $name::$variant $(($($value),+))? $({ $($field),+ })? =>
                        [$(($header, $content.to_string()))?].into_iter().next()
                ),+ }
            }
        }
    };
}

mod desk;
mod http;
mod parameter;
mod trouble;

pub use desk::DeskRefusal;
pub use http::HttpError;
pub use parameter::{BadParameter, ParameterFault};
pub use trouble::Trouble;

/// The text of a successful cancellation ([crate::contract::tickets]): the one success with a text.
pub const CANCELLED: &str = "Запись отменена";

/// Why a time is closed that another life of the database closed: the record does not tell.
pub const REASON_LOST: &str = "Закрыто до восстановления базы данных; причина не сохранилась";

/// Formats a time for a text: `dd.MM.yyyy HH:mm`.
fn clock(moment: &Moment) -> impl Display {
    moment.format("%d.%m.%Y %H:%M")
}

rows! {
    /// An expected, published "no" to a well-formed HTTP request, in the contract's order. Code 5000: no number of its own.
    enum Refusal {
        NoBearer = 403 5010 "Запрос должен содержать 'Authorization: Bearer ...'";
        /// Not a token of [crate::contract::tokens].
        BadToken = 403 5008 "Токен некорректен";
        BadSignature = 403 5009 "Подпись запроса некорректна";
        TokenExpired = 403 5007 "Время действия токена истекло";
        Parameter(bad: BadParameter) = 400 5000 "Параметр {}{}", bad.name, bad.fault.text();
        DirectionIncomplete = 400 4033 "directionID и directionType не могут быть указаны отдельно";
        CellNotNamed = 400 4036
            "Время и гвид врача или гвид ячейки расписания не должны быть пустыми";
        LpuUnknown = 400 5000 "Медицинская организация с таким гвидом не обслуживается этим сервером";
        CardUnknown { mkab: Uuid, lpu: Uuid } = 400 4000 "Не найден МКАБ: {mkab} в лпу: {lpu}";
        /// `seconds` until tomorrow.
        TooManyBookings { most: i64, seconds: u32 } = 429 5000
            "Число ваших записей за сегодня достигло предела: {most}. Записаться снова можно завтра, а сегодня - \
             через регистратуру."
            => "Retry-After": seconds;
        /// `seconds` until tomorrow.
        TooManyWaitingEntries { most: i64, seconds: u32 } = 429 5000
            "Число ваших заявок в лист ожидания за сегодня достигло предела: {most}. Оставить новую можно завтра, а \
             сегодня - через регистратуру."
            => "Retry-After": seconds;
        /// `seconds` until tomorrow.
        TooManyHolds { most: i64, seconds: u32 } = 429 5000
            "Сегодня вы выбирали время слишком часто: {most} раз. Продолжить можно завтра, а сегодня - через регистратуру."
            => "Retry-After": seconds;
        /// Also answers for somebody else's hold.
        HoldUnknown = 400 5000 "Удержанное время с таким гвидом не найдено";
        /// Does not say which of document and birth date is wrong.
        NotIdentified = 400 5000
            "Пациент с таким документом и датой рождения не найден. Проверьте данные или обратитесь в регистратуру.";
        /// The header `ClientApplication` names an unknown application, or one that has not proved itself.
        NotAuthorized = 403 5403 "Код авторизации не верен";
        ApplicationUnknown { guid: Uuid } = 400 4442 "Клиентское приложение {guid} не найдено.";
        SpecialityUnknown = 400 5000 "Специальность с таким кодом не найдена";
        ResourceUnknown = 400 5000
            "Врач, кабинет или оборудование с таким гвидом не найдены в этой медицинской организации";
        TooManyCells { cells_max: u32 } = 400 5000
            "За указанный период более {cells_max} ячеек расписания. Укажите более короткий период.";
        CellUnknown = 400 5000 "Ячейка расписания с таким гвидом не найдена в этой медицинской организации";
        NoCellThen = 400 5000 "У этого врача нет приема в указанное время";
        KeyTaken = 400 5000 "Idempotency-Key уже использован для записи другого пациента или на другое время";
        ReferralUnknown = 400 4031
            "Направление с таким номером не существует, либо принадлежит другому пациенту";
        ExamUnknown = 400 5000 "Мероприятие диспансеризации не существует, либо принадлежит другому пациенту";
        GrownUp = 400 4005
            "Вы пытаетесь записаться в детское учреждение. Запись пациентов старше 18 лет запрещена.";
        SelfBookingBanned = 400 4007
            "Вам запрещена самостоятельная запись на прием через интернет или инфомат. Для записи на прием \
             обратитесь в регистратуру медицинского учреждения лично или по телефону.";
        NotRegistered = 400 4007
            "Вы не состоите на диспансерном учете у данного специалиста. Запись невозможна.";
        AlreadyInCell = 400 4848
            "У вас уже есть активная запись на данную ячейку расписания. Совершить повторную запись невозможно";
        SameSpeciality { doc_fio: String, begin: Moment } = 400 4008
            "Вы уже записаны {doc_fio} на {}. Запрещено иметь более одной активной записи на прием на одну \
             специальность.",
            clock(begin);
        AgeOutside = 400 4029
            "Запись недоступна для данной возрастной группы. Сотрудниками МО было установлено ограничение по \
             возрасту при записи на прием.";
        OfCentre = 400 5000
            "Запись на это время ведет региональный центр. Запишитесь через него или обратитесь в регистратуру.";
        OfNobody = 400 5000 "Запись на это время приостановлена. Выберите другое время приема.";
        Closed = 400 5000 "Прием в это время отменен. Выберите другое время приема.";
        NoAccess = 400 5000 "Запись на это время недоступна из данного источника. Обратитесь в регистратуру.";
        NotReception = 400 5000 "Это время не предназначено для приема пациентов.";
        Begun = 400 5000 "Время приема уже наступило. Выберите другое время приема.";
        BeyondPeriod { days_max: i64 } = 400 5066
            "Недопустимый период расписания. Максимальный период {days_max} дней";
        BeyondSchedule { days_max: i64 } = 400 5000
            "Запись на прием доступна не ранее, чем за {days_max} дней.";
        Full = 400 4009 "Это время уже занято. Выберите другое свободное время приема.";
        SameTime { begin: Moment } = 400 4011
            "Вы записаны в это время {}. Запрещено иметь более одной активной записи на прием в одно время.",
            clock(begin);
        /// Also answers for somebody else's ticket.
        TicketUnknown = 400 5000 "Запись с таким гвидом не найдена";
        OtherAccount = 403 5000 "Записи другой учетной записи доступны только ей самой";
        NotActive = 400 4022 "Нельзя отменить неактивную запись";
        VisitBegun = 400 4021 "Время приема уже прошло. Нельзя отменить прошедшую запись";
        ArrivalNotActive = 400 5000 "Запись отменена. Отметить приход нельзя.";
        ArrivalTooEarly { from: Moment } = 400 5000 "Отметить приход можно не ранее {}.", clock(from);
        ArrivalTooLate = 400 5000 "День приема прошел. Отметить приход нельзя.";
        OtherSpeciality = 400 5000 "Врач с таким гвидом ведет прием по другой специальности";
        AlreadyWaiting = 400 5000 "Вы уже состоите в листе ожидания по этой специальности.";
        /// Also answers for somebody else's entry.
        WaitingUnknown = 400 5000 "Заявка с таким гвидом не найдена в листе ожидания";
    }
}
