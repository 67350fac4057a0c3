//! What checks of a database find.

use super::Told;
use crate::language::pick;
use crate::model::VisitStatus;
use crate::store::{CheckFinding, Invariant, Outcome, Remedy};

impl Told for Outcome {
    fn russian(&self) -> String {
        let check = self.check.russian();
        let word = match (self.findings.is_empty(), self.may_be_otherwise) {
            (true, _) => return format!("верно: {check}"),
            (false, true) => "замечание",
            (false, false) => "ОШИБКА",
        };
        let mut lines = vec![format!("{word}: не так: {check}")];
        let findings = self.findings.iter();
        lines.extend(findings.map(|finding| format!("    {}", finding.russian())));
        if self.more {
            lines.push("    и другие".to_owned());
        }
        if self.is_wrong() {
            lines.push(format!("    что делать: {}", self.remedy.russian()));
        }
        lines.join("\n")
    }
}

/// Returns the outcomes in the current language, each in lines of its own.
pub fn lines(outcomes: &[Outcome]) -> String {
    let text = |text: String, outcome: &Outcome| text + "\n" + &outcome.told();
    outcomes.iter().fold(String::new(), text)
}

/// Returns an outcome that is wrong in one line, without what to do.
pub fn in_one_line(outcome: &Outcome) -> String {
    let findings: Vec<_> = outcome.findings.iter().map(Told::told).collect();
    let more = if outcome.more {
        pick("; и другие", "; and more")
    } else {
        ""
    };
    format!("{}: {}{more}", outcome.check.told(), findings.join("; "))
}

impl Told for Invariant {
    fn russian(&self) -> String {
        let text = match self {
            Invariant::Objects => "таблицы, индексы и триггеры на месте",
            Invariant::Values => "каждое значение такое, какое хранит его столбец",
            Invariant::Pages => "страницы, индексы и границы значений",
            Invariant::References => "каждая строка ссылается на строки, которые есть",
            Invariant::Places => "занятые места равны действующим записям и не больше запланированных",
            Invariant::PlacesAhead => {
                "занятые места ближайших дней равны действующим записям и не больше запланированных"
            }
            Invariant::Cells => "действующие записи стоят на времени своих ячеек",
            Invariant::Holds => "удержанные места равны удержаниям, которые не кончились",
            Invariant::ClosedCells => {
                "ячейки закрыты тогда, когда регистратура закрыла их время, и только тогда"
            }
            Invariant::Numbers => "номер талона не выдан дважды на один день к одному врачу",
            Invariant::Histories => "истории записей полны",
            Invariant::Journal => "журнал без пропусков",
            Invariant::EndOfJournal => "конец журнала без пропусков, и его записи есть",
            Invariant::Chain => "каждая строка журнала следует из предыдущей",
            Invariant::LastRecords => "каждая запись такая, какой ее называет последняя строка журнала о ней",
            Invariant::JournalAndVisits => "журнал и записи согласны",
            Invariant::Overlaps => "никто из пациентов не записан в два места на одно время",
            Invariant::SharedNumbers => {
                "нет двух будущих записей под одним номером к одному врачу в один день"
            }
            Invariant::CellOverlaps => "нет двух ячеек одного врача на одно время",
            Invariant::Documents => "ни один документ не стоит в двух открытых картах одной клиники",
            Invariant::ClosedCards => "у закрытых карт нет будущих записей",
            Invariant::Persons => "ни у кого нет нескольких карт в одной клинике",
        };
        text.to_owned()
    }
}

impl Told for Remedy {
    fn russian(&self) -> String {
        let text = match self {
            Remedy::Restore => {
                "остановите сервер и восстановите последнюю исправную копию: infomat restore ФАЙЛ"
            }
            Remedy::FindWriter => {
                "в базу данных писала другая программа: найдите и остановите ее, затем восстановите последнюю исправную копию \
                 или сохраните файл и обратитесь к тем, кто сопровождает программу"
            }
            Remedy::CancelOne => {
                "загрузка могла перенести ячейку: позвоните пациенту и отмените одну запись командой infomat cancel"
            }
            Remedy::TellDoor => "загрузка перенесла ячейку: предупредите кабинет",
            Remedy::MendTimetable => "загрузите расписание этих дней заново",
            Remedy::JoinCards => "пусть регистратура объединит или закроет карты",
        };
        text.to_owned()
    }
}

impl Told for CheckFinding {
    #[expect(clippy::too_many_lines, reason = "a line for each finding")]
    fn russian(&self) -> String {
        match self {
            CheckFinding::Unreadable { cause } => format!("не читается: «{cause}»"),
            CheckFinding::File { cause } => format!("файл: «{cause}»"),
            CheckFinding::Damaged { place } => format!("«{place}»"),
            CheckFinding::NoObject { object } => format!("нет: {object}"),
            CheckFinding::NoParent { table, row, parent } => format!(
                "таблица {table}: строка {} ссылается на строку {parent}, которой нет",
                row.unwrap_or_default()
            ),
            CheckFinding::NoEntries { first, last } => format!("журнал: нет строк с {first} по {last}"),
            CheckFinding::NoChain => "журнал: в нем ничего нет".to_owned(),
            CheckFinding::DoesNotFollow { seq } => format!("журнал: строка {seq} не следует из предыдущей"),
            CheckFinding::OtherContent { seq } => {
                format!("журнал: содержание строки {seq} не то, что было записано")
            }
            CheckFinding::Unchained { seq } => {
                format!("журнал: строка {seq} не связана с предыдущей")
            }
            CheckFinding::OtherThanTold {
                visit,
                seq,
                difference,
            } => {
                let difference = match &**difference {
                    "number" => "номер",
                    "status" => "состояние",
                    "patient" => "пациент",
                    "cell" => "ячейка",
                    "record" => "строка журнала, на которую она указывает",
                    "times" => "врач или время",
                    "arrival" => "приход пациента",
                    "history" => "история",
                    _ => "содержание",
                };
                format!("запись {visit}: не совпадает с последней строкой журнала о ней, {seq}: {difference}")
            }
            CheckFinding::Misplaced { visit } => {
                format!("запись {visit}: врач или время не те, что у ее ячейки")
            }
            CheckFinding::NoHistory { visit, entry } => {
                format!("запись {visit}: в истории нет строки перед строкой {entry}")
            }
            CheckFinding::Cancellings {
                visit,
                status,
                cancellings,
            } => {
                let status = status.russian();
                format!("запись {visit}: она {status}, а отмен в ее истории {cancellings}")
            }
            CheckFinding::Arrival { visit } => {
                format!("запись {visit}: история говорит о приходе пациента не то, что сама запись")
            }
            CheckFinding::NoVisit { visit } => format!("запись {visit}: в журнале она есть, а самой ее нет"),
            CheckFinding::ToldOtherwise {
                visit,
                booked,
                cancelled,
                status,
            } => {
                let status = status.russian();
                format!(
                    "запись {visit}: в журнале сделана раз {booked}, отменена раз {cancelled}, а сама она {status}"
                )
            }
            CheckFinding::CellOverlap { cell } => {
                format!("ячейка {cell}: начинается раньше, чем кончается другая у того же врача")
            }
            CheckFinding::Overlap { visit } => {
                format!("запись {visit}: начинается раньше, чем кончается предыдущая запись того же пациента")
            }
            CheckFinding::SharedNumber { visit, num, other } => {
                format!("запись {visit}: номер {num} на этот день к этому врачу есть и у записи {other}")
            }
            CheckFinding::GivenTwice {
                resource,
                num,
                day,
                times,
            } => format!(
                "врач или кабинет {}: номер {num} на {day} выдан раз: {times}",
                resource.unwrap_or_default()
            ),
            CheckFinding::Counter {
                cell,
                used,
                plan,
                visits,
            } => format!("ячейка {cell}: занято {used} из {plan}, а действующих записей {visits}"),
            CheckFinding::HeldOtherwise { cell } => {
                format!("ячейка {cell}: удержано не столько мест, сколько удержаний")
            }
            CheckFinding::ClosedOtherwise { cell } => format!("ячейка {cell}: закрыта не так, как ее время"),
            CheckFinding::Closed { card, visits } => {
                format!("карта {card}: закрыта, а действующих записей {visits}")
            }
            CheckFinding::SameDocument { card, document } => {
                let document = match &**document {
                    "policy" => "полис",
                    "passport" => "паспорт",
                    _ => "СНИЛС",
                };
                format!("карта {card}: тот же {document} в другой открытой карте клиники")
            }
            CheckFinding::SamePerson { card } => {
                format!("карта {card}: тот же personGuid в другой карте клиники")
            }
        }
    }
}

impl Told for VisitStatus {
    fn russian(&self) -> String {
        let text = match self {
            VisitStatus::Active => "действует",
            VisitStatus::Cancelled => "отменена",
        };
        text.to_owned()
    }
}
