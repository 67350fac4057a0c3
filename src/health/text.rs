//! What a problem says, with its remedy.

use super::{Problem, Subject};
use crate::language::Language;
use crate::model::PrinterState;

impl Subject {
    /// Returns the name in Russian.
    pub fn name_at_desk(self) -> &'static str {
        match self {
            Subject::Disk => "место на диске",
            Subject::Log => "журнал базы данных",
            Subject::Flush => "запись на диск",
            Subject::Backup => "копия",
            Subject::Timetable => "расписание",
            Subject::TimeSource => "сверка часов",
            Subject::Clock => "часы",
            Subject::Printer => "принтер",
            Subject::ClosedTimes => "закрытое время",
            Subject::Exchange => "обмен",
        }
    }
}

impl Problem {
    /// Returns what was found and the remedy, for the status page: the remedy is a button beside it there, where
    /// [`Problem::action`] tells one.
    pub fn text_at_desk(self) -> String {
        let text = match self {
            Problem::BackupMissing => "копии базы данных еще нет: сделайте ее",
            Problem::TimetableEmpty => "ячеек нет: загрузите расписание",
            Problem::BackupOld(days) => return format!("последней копии {days} сут.: сделайте новую"),
            Problem::BackupAhead(made) => {
                let made = made.format("%d.%m.%Y %H:%M");
                return format!("последняя копия датирована {made}: часы тогда спешили; сделайте новую");
            }
            Problem::TimetableEnds(day) => {
                let day = day.format("%d.%m.%Y");
                return format!("последние ячейки {day}: загрузите дни после него");
            }
            Problem::TimetableEnded(day) => {
                let day = day.format("%d.%m.%Y");
                return format!("последние ячейки были {day}: загрузите следующие дни");
            }
            Problem::PatientsNotCalled(count) => {
                return format!("пациентов, которых надо предупредить о закрытом времени: {count}");
            }
            _ => return self.text(Language::Russian),
        };
        text.to_owned()
    }

    /// Returns what was found and the remedy.
    #[expect(clippy::too_many_lines, reason = "a text for each problem, in two languages")]
    pub fn text(self, language: Language) -> String {
        let pick = |russian: String, english: String| match language {
            Language::Russian => russian,
            Language::English => english,
        };
        match self {
            Problem::DiskShort(free_bytes) => pick(
                format!(
                    "на диске базы данных свободно {} МиБ: освободите место для копий и обновлений",
                    free_bytes >> 20
                ),
                format!(
                    "{} MiB free on the disk of the database: make room for backups and upgrades",
                    free_bytes >> 20
                ),
            ),
            Problem::DiskFull(free_bytes) => pick(
                format!(
                    "на диске базы данных свободно {} МиБ: освободите место, иначе запись скоро остановится",
                    free_bytes >> 20
                ),
                format!(
                    "{} MiB free on the disk of the database: make room, or bookings end soon",
                    free_bytes >> 20
                ),
            ),
            Problem::LogNotCopied => pick(
                "журнал упреждающей записи не переносится в файл базы данных и растет: проверьте диск и сообщения сервера, \
                 затем запустите сервер заново"
                    .to_owned(),
                "the write-ahead log cannot be copied into the database file, and grows: look at the disk and at what the \
                 server logged, then start the server anew"
                    .to_owned(),
            ),
            Problem::FlushSlow(time) => pick(
                format!(
                    "{} мс на 4 КиБ: запись на этом диске медленная; поможет SSD",
                    time.as_millis()
                ),
                format!(
                    "{} ms for 4 KiB: bookings are slow on this disk; an SSD helps",
                    time.as_millis()
                ),
            ),
            Problem::FlushFailing(time) => pick(
                format!(
                    "{} мс на 4 КиБ: диск скоро откажет; сделайте копию и замените его",
                    time.as_millis()
                ),
                format!(
                    "{} ms for 4 KiB: the disk is about to fail; make a backup and replace it",
                    time.as_millis()
                ),
            ),
            Problem::BackupMissing => pick(
                "копии базы данных еще нет: выполните `infomat backup`".to_owned(),
                "there is no backup yet: run `infomat backup`".to_owned(),
            ),
            Problem::BackupOld(days) => pick(
                format!("последней копии {days} сут.: выполните `infomat backup`"),
                format!("the last backup is {days} days old: run `infomat backup`"),
            ),
            Problem::BackupAhead(made) => {
                let made = made.format("%Y-%m-%d %H:%M");
                pick(
                    format!("последняя копия датирована {made}: часы тогда спешили; выполните `infomat backup`"),
                    format!("the last backup is dated {made}, by a clock that was ahead: run `infomat backup`"),
                )
            }
            Problem::TimetableEmpty => pick(
                "ячеек нет: их загрузит `infomat import`".to_owned(),
                "there are no cells: `infomat import` takes them".to_owned(),
            ),
            Problem::TimetableEnds(day) => pick(
                format!("последние ячейки {day}: загрузите дни после него"),
                format!("its last cells are on {day}: import the days after it"),
            ),
            Problem::TimetableEnded(day) => pick(
                format!("последние ячейки были {day}: загрузите следующие дни"),
                format!("its last cells were on {day}: import the coming days"),
            ),
            Problem::TimeNotSynchronised => pick(
                "часы не сверяются с точным временем: `timedatectl set-ntp true`, или укажите сервер времени клиники в \
                 /etc/systemd/timesyncd.conf"
                    .to_owned(),
                "the clock is not synchronised: `timedatectl set-ntp true`, or name a time server of the clinic in \
                 /etc/systemd/timesyncd.conf"
                    .to_owned(),
            ),
            Problem::PatientsNotCalled(count) => pick(
                format!(
                    "пациентов, которых надо предупредить о закрытом времени: {count}; вкладка «Закрытия» регистратуры или \
                     `infomat closures` назовет врачей"
                ),
                format!(
                    "patients to be told that their time is closed: {count}; the reception's page or `infomat closures` names \
                     the doctors"
                ),
            ),
            Problem::ExchangeIssues(count) => pick(
                format!("{count}: их перечислит `infomat issues`, отметит `infomat issues --seen`"),
                format!("{count}: `infomat issues` lists them, `infomat issues --seen` marks each"),
            ),
            Problem::ExchangeWaits(records, days) => pick(
                format!(
                    "центр не получил строк журнала: {records}, первая ждет {days} сут.; причину скажет `infomat exchange`"
                ),
                format!(
                    "{records} records wait for the centre, the first for {days} days: `infomat exchange` tells why"
                ),
            ),
            Problem::ExchangeUnsafe(days) => pick(
                format!(
                    "в копиях центра {days} сут. нет новых строк журнала: спросите центр, когда он сделал копию; до того очистка \
                     оставит их содержание"
                ),
                format!(
                    "for {days} days nothing new is in the centre's backups: ask the centre about its backups; a purge leaves \
                     such records as they are"
                ),
            ),
            Problem::ClockJumped(to) => {
                let to = to.format("%Y-%m-%d %H:%M");
                pick(
                    format!("часы перешли вперед более чем на сутки и показали {to}: проверьте время"),
                    format!("the clock jumped forward by more than a day, to {to}: look at the time"),
                )
            }
            Problem::Printer(terminal, state) => {
                let (russian, english) = printer(state);
                pick(
                    format!("терминал {terminal}: {russian}"),
                    format!("terminal {terminal}: {english}"),
                )
            }
        }
    }
}

/// Returns what to do about a printer, in Russian and English.
fn printer(state: PrinterState) -> (&'static str, &'static str) {
    match state {
        PrinterState::Ready => ("принтер печатает", "the printer prints"),
        PrinterState::PaperLow => (
            "бумага кончается: приготовьте рулон",
            "the paper is about to end: have a roll ready",
        ),
        PrinterState::NoPaper => ("бумаги нет: вставьте рулон", "there is no paper: put a roll in"),
        PrinterState::CoverOpen => (
            "крышка принтера открыта: закройте ее",
            "the printer's cover is open: close it",
        ),
        PrinterState::Offline => (
            "принтер не отвечает: проверьте питание и кабель",
            "the printer does not answer: look at its power and its cable",
        ),
    }
}
