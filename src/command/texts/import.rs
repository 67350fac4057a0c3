//! What an import says, in the language of whoever imports.

mod table;

use super::Told;
use crate::import::{BadLine, Foreign, ImportError, Reason, Wanted};
use crate::language::{pick, text};
use crate::store::import::{KindCount, Named, Obstacle, OverlappingCell};

impl Told for BadLine {
    fn russian(&self) -> String {
        let fields = self.fields.iter().map(|bad| {
            let reason = reason(&bad.reason);
            if bad.field.is_empty() {
                reason
            } else {
                format!("{}: {reason}", bad.field)
            }
        });
        let fields: Vec<_> = fields.collect();
        format!("строка {}: {}", self.line, fields.join("; "))
    }
}

/// Returns the number of bad lines that were not reported.
pub fn more_bad_lines(lines: u64) -> String {
    match lines {
        1 => text!("и еще ошибочных строк: 1", "and 1 more bad line"),
        lines => text!("и еще ошибочных строк: {lines}", "and {lines} more bad lines"),
    }
}

/// Returns in how many lines the value of a patient's field means "none".
pub fn nothing_in(field: &str, lines: u64) -> String {
    text!(
        "patient.{field}: значит «нет», строк: {lines}; оно не взято",
        "patient.{field}: means none in {lines} lines, and is not taken"
    )
}

/// Returns that bad lines were left out, and what follows from it.
pub fn skipped(lines: u64, wanted: &Wanted, is_check: bool) -> String {
    let skipped = match (is_check, lines) {
        (true, 1) => text!("пропущена была бы 1 строка", "1 bad line would be skipped"),
        (true, lines) => text!(
            "пропущено было бы строк: {lines}",
            "{lines} bad lines would be skipped"
        ),
        (false, 1) => text!(
            "пропущена 1 строка, остальные загружены",
            "1 bad line was skipped, the others were imported"
        ),
        (false, lines) => text!(
            "пропущено строк: {lines}, остальные загружены",
            "{lines} bad lines were skipped, the others were imported"
        ),
    };
    if !wanted.replace {
        return skipped;
    }
    skipped
        + pick(
            "; из расписания ничего не удалено: исправьте их и загрузите файл еще раз",
            "; nothing was taken from the timetable: mend them and import the file again",
        )
}

/// Returns that a table has added doctors.
pub fn added(doctors: &[String], count: usize) -> String {
    let names = doctors.join(", ");
    let more = if count > doctors.len() {
        pick(" и другие", " and more")
    } else {
        ""
    };
    text!(
        "новых врачей: {count}: {names}{more}. Если такой врач уже есть, его имя или специальность написаны иначе",
        "new doctors: {count}: {names}{more}. If one of them is there already, the name or the speciality is written otherwise"
    )
}

/// Returns the warning about cells at one time.
pub fn overlaps(cells: &[OverlappingCell], count: u64) -> String {
    let mut told = text!(
        "внимание: ячеек, которые начинаются раньше, чем кончается другая у того же врача: {count}",
        "warning: cells that begin before another one of the same resource ends: {count}"
    );
    for cell in cells {
        let times = format!(
            "{}-{}",
            cell.begin.format("%d.%m.%Y %H:%M"),
            cell.end.format("%H:%M")
        );
        told += &text!(
            "\n    {}: {times}, другая до {}",
            "\n    {}: {times}, another until {}",
            cell.resource,
            cell.busy_until.format("%H:%M")
        );
    }
    if count > cells.len() as u64 {
        told += pick("\n    и другие", "\n    and more");
    }
    told
}

impl Told for KindCount {
    fn russian(&self) -> String {
        let KindCount { kind, put, removed } = self;
        match removed {
            0 => format!("{kind}: {put}"),
            removed => format!("{kind}: {put}, удалено {removed}"),
        }
    }
}

impl Told for ImportError {
    fn russian(&self) -> String {
        let why = match self {
            ImportError::BadLines(mistakes) => format!("ошибок: {mistakes}"),
            ImportError::Foreign(found) => foreign(*found),
            ImportError::TooManyLines(lines) => format!("в файле больше {lines} строк"),
            ImportError::Input(error) => format!("файл не читается: {}", error.russian()),
            ImportError::NotListed(fault) => {
                return format!(
                    "все загружено, но список перенесенных записей не составить: {}",
                    fault.russian()
                );
            }
            ImportError::GuidTaken(taken) => taken.russian(),
            ImportError::Fault(fault) => fault.russian(),
        };
        format!("{why}; ничего не загружено")
    }
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::LineTooLong => "строка длиннее 65536 байт".to_owned(),
        Reason::NotUtf8 => "не UTF-8".to_owned(),
        Reason::MarkInside => {
            "метка порядка байтов посреди файла, где склеены файлы: сохраните каждый без нее".to_owned()
        }
        Reason::NotJson(byte) => format!("не JSON, начиная с байта {byte}"),
        Reason::NotObject => "не объект".to_owned(),
        Reason::Missing => "нет значения".to_owned(),
        Reason::GivenTwice => "указано дважды".to_owned(),
        Reason::NoSuchField => "такого поля нет".to_owned(),
        Reason::NotText => "не текст".to_owned(),
        Reason::TooLong(chars) => format!("длиннее {chars} знаков"),
        Reason::ControlCharacter => "содержит управляющий знак".to_owned(),
        Reason::NotTexts => "не список текстов".to_owned(),
        Reason::TooManyTexts(texts) => format!("больше {texts} текстов"),
        Reason::NotOneOf(words) => format!("не одно из: {}", words.join(", ")),
        Reason::NotGuid => "не GUID вида 01234567-89ab-cdef-0123-456789abcdef".to_owned(),
        Reason::NotNumber(from, to) => format!("не целое число от {from} до {to}"),
        Reason::NotFlag => "не true и не false".to_owned(),
        Reason::NotMoment => "не время вида 2026-11-24T08:00:00+03:00".to_owned(),
        Reason::NotWholeSecond => "не целая секунда".to_owned(),
        Reason::MomentTooFar => "вне 1970-2199 годов".to_owned(),
        Reason::NotDate => "не дата вида 1950-12-31".to_owned(),
        Reason::DateTooFar(from, to) => format!("не с {from} по {to}"),
        Reason::NotKept => "слишком глубокая вложенность или число вне границ".to_owned(),
        Reason::NotAfterBegin => "не позже begin".to_owned(),
        Reason::LongerThanDay => "больше чем через 24 часа после begin".to_owned(),
        Reason::BelowAgeFrom => "меньше ageFrom".to_owned(),
        Reason::NotVisibleAscii => "не только видимые знаки ASCII".to_owned(),
        Reason::InTheWay(obstacle) => in_the_way(*obstacle),
        of_table => table::reason(of_table),
    }
}

fn in_the_way(obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::Unknown(named) => {
            let named = match named {
                Named::Clinic => "такой поликлиники",
                Named::Speciality => "такой специальности",
                Named::Resource => "такого врача, кабинета или оборудования",
                Named::Patient => "такого пациента",
            };
            format!("{named} нет ни в файле, ни в базе")
        }
        Obstacle::BelowVisits(count) => format!("меньше, чем активных записей: {count}"),
        Obstacle::OfCentre => "ею распоряжается региональный центр".to_owned(),
        Obstacle::OfBox => "она принадлежит этому серверу: центр запрашивает ее строкой recall".to_owned(),
        Obstacle::ByMessage => "ее прислал региональный центр, и меняет только он".to_owned(),
        Obstacle::OtherOwner => "она отложена, и вернуть ее может только региональный центр".to_owned(),
        Obstacle::HasCellsOfCentre(count) => {
            format!("не удалено: есть ячейки регионального центра ({count})")
        }
        Obstacle::HasToldCells(count) => format!(
            "день не заменен: его ячейки прислал региональный центр ({count}), и удаляет их только он"
        ),
        Obstacle::GuidInFile => "он у другого приложения в файле".to_owned(),
        Obstacle::GuidInDatabase => "он у другого приложения в базе".to_owned(),
        Obstacle::HasVisits(count) | Obstacle::PatientHasVisits(count) => {
            format!("не удалено: есть активные записи ({count})")
        }
        Obstacle::HasResources(count) => format!(
            "не удалено: есть врачи, кабинеты или оборудование ({count}, считая удаленные, на которые есть записи или лист \
             ожидания)"
        ),
        Obstacle::HasPatients(count) => {
            format!("не удалено: есть пациенты ({count}, считая удаленных с записями)")
        }
        Obstacle::IsWaitedFor(count) => format!("не удалено: есть в листе ожидания ({count})"),
        Obstacle::IsDefault => "не удалено: неизвестный источник считается Internet".to_owned(),
        Obstacle::IsDesk => "не удалено: через него отменяет `infomat cancel`".to_owned(),
        Obstacle::HasMadeVisits => "не удалено: через него делали или меняли записи".to_owned(),
    }
}

fn foreign(foreign: Foreign) -> String {
    match foreign {
        Foreign::Empty => "в файле ничего нет".to_owned(),
        Foreign::Utf16 => "файл в UTF-16: сохраните его в UTF-8, из Excel - как «CSV UTF-8»".to_owned(),
        Foreign::Utf32 => "файл в UTF-32: сохраните его в UTF-8".to_owned(),
        Foreign::Windows1251(line) => format!(
            "файл в Windows-1251, как видно по строке {line}: сохраните его в UTF-8 или `iconv -f cp1251 -t utf-8`"
        ),
        Foreign::Compressed(by) => format!("файл сжат ({by}): сначала распакуйте его"),
        Foreign::Zip => {
            "файл - книга Excel (.xlsx) или архив ZIP: книгу сохраните как CSV, архив распакуйте".to_owned()
        }
        Foreign::OldWorkbook => "файл - книга Excel (.xls): сохраните ее как CSV".to_owned(),
        Foreign::Pdf => "файл - документ PDF: нужен CSV или NDJSON".to_owned(),
        Foreign::Sqlite => {
            "файл - база SQLite: копию берет `infomat restore`, `infomat import` берет NDJSON или CSV".to_owned()
        }
        Foreign::Xml => "файл похож на XML или страницу HTML: сохраните таблицу как CSV".to_owned(),
        Foreign::JsonArray => {
            "файл похож на массив JSON: запишите его объекты по одному в строке, без скобок и запятых, как делает `jq -c '.[]'`"
                .to_owned()
        }
        Foreign::SpreadJson => {
            "файл похож на JSON, где объект занимает несколько строк: запишите каждый в одну, как делает `jq -c .`".to_owned()
        }
        Foreign::NoColumns => {
            "файл - не NDJSON (в каждой строке объект JSON) и не таблица из нескольких столбцов: столбцы таблицы разделяет «;», \
             заголовки - как в `infomat import --template timetable`"
                .to_owned()
        }
    }
}
