//! What is wrong with a table.

use crate::import::Reason;
use crate::store::import::Named;

/// Returns what is wrong with a cell or a record of a table.
pub fn reason(reason: &Reason) -> String {
    match reason {
        Reason::QuoteNotClosed => {
            "кавычка не закрыта: кавычка внутри значения пишется дважды, а само значение - в кавычках".to_owned()
        }
        Reason::NoHeadings => {
            "нет известных заголовков: первой должна идти строка заголовков, как в `infomat import --template timetable`".to_owned()
        }
        Reason::NoSuchColumn(kind) => format!(
            "такого столбца нет: удалите его или назовите, как в `infomat import --template {}`",
            kind.word()
        ),
        Reason::NoColumn => "столбца с таким заголовком нет, а он нужен".to_owned(),
        Reason::NoHeading(column) => format!(
            "в столбце {column} есть значение, но нет заголовка: лишний разделитель внутри значения? Такое значение берется в кавычки"
        ),
        Reason::NotDayOfTable => "не дата вида 31.12.2026".to_owned(),
        Reason::NotTimeOfDay => "не время вида 8:30".to_owned(),
        Reason::NotAfter(from) => format!("не позже, чем «{from}»"),
        Reason::LongerThanHours => "прием длиннее всего времени работы".to_owned(),
        Reason::NoSuchTime => "в этот час переводятся часы: такого времени нет".to_owned(),
        Reason::NotYesOrNo => "не да и не нет".to_owned(),
        Reason::NotSex => "не м и не ж".to_owned(),
        Reason::SpoiltNumber => {
            "номер испорчен таблицей (вида 1,2E+15): задайте столбцу формат «Текстовый» и введите номер заново".to_owned()
        }
        Reason::LostZero(digits) => format!(
            "цифр меньше {digits}: таблица убирает нули в начале номера; задайте столбцу формат «Текстовый» и исправьте номер"
        ),
        Reason::UnknownDoctor => "такого врача нет; чтобы завести нового, укажите специальность".to_owned(),
        Reason::Ambiguous(named) => ambiguous(*named).to_owned(),
        Reason::OtherPerson => {
            "карта с этим номером - на другое имя и другую дату рождения или с другим СНИЛС".to_owned()
        }
        Reason::ClinicNeeded(0) => "в базе нет поликлиники: сначала загрузите ее строкой NDJSON, например \
             {\"kind\": \"lpu\", \"guid\": \"01234567-89ab-cdef-0123-456789abcdef\", \"name\": \"Поликлиника № 1\"}"
            .to_owned(),
        Reason::ClinicNeeded(count) => format!("поликлиник в базе {count}: добавьте столбец с названием поликлиники"),
        other => other.to_string(),
    }
}

fn ambiguous(named: Named) -> &'static str {
    match named {
        Named::Clinic => "подходит нескольким поликлиникам: укажите GUID поликлиники",
        Named::Speciality => {
            "специальностей с таким названием несколько: добавьте столбец «код специальности»"
        }
        Named::Resource => {
            "подходит нескольким врачам: укажите специальность и кабинет или добавьте столбец «guid врача»"
        }
        Named::Patient => {
            "подходит нескольким картам: добавьте столбец «guid карты» или закройте лишние карты"
        }
    }
}
