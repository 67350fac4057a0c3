//! What is wrong with a database.

use super::{Told, catalogue};
use crate::refusal::Trouble;
use crate::store::{CopyError, Fault, GuidTaken, OpenError, Outcome, RestoreError, VERSION};

impl Told for Fault {
    fn russian(&self) -> String {
        match self {
            Fault::Unavailable(trouble, _) => self::trouble(*trouble).to_owned(),
            Fault::Damaged(place) => format!("в базе данных повреждено значение: {place}"),
            Fault::Broken(cause) => {
                format!(
                    "база данных отвечает не так, как должна: «{}»",
                    catalogue::russian(cause)
                )
            }
        }
    }
}

fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::DiskFull => "диск базы данных заполнен: освободите место",
        Trouble::ReadOnly => {
            "база данных или ее диск доступны только для чтения: проверьте диск и права на файл"
        }
        Trouble::Damaged => "файл базы данных поврежден: восстановите его из резервной копии",
        Trouble::DamagedValues => {
            "значения в базе данных повреждены: `infomat verify` скажет какие; восстановите ее из резервной копии"
        }
        Trouble::Replaced => {
            "файл базы данных удален, заменен или обрезан, пока сервер работал: верните файл и перезапустите сервер"
        }
        Trouble::Held => "базу данных слишком долго занимает другая программа: дождитесь ее окончания",
        Trouble::NoAccess => "файл базы данных не открывается: проверьте права на него и на его каталог",
        Trouble::ClockWrong => "часы показывают время раньше последней записи: установите их",
        Trouble::Failing => "диск базы данных отвечает ошибкой, или не хватает памяти: проверьте диск",
    }
}

impl Told for OpenError {
    fn russian(&self) -> String {
        match self {
            OpenError::Missing(path) => {
                format!("нет базы данных {}: ее создает `infomat init`", path.display())
            }
            OpenError::Foreign(path) => format!("{} не база данных infomat", path.display()),
            OpenError::Older { path, version } => format!(
                "{} версии {version}; чтение ее не меняет: до версии {VERSION} ее доведет `infomat serve`",
                path.display()
            ),
            OpenError::Newer { path, version } => format!(
                "{} версии {version}, ее создала более новая infomat; эта знает версии до {VERSION}",
                path.display()
            ),
            OpenError::InUse(path) => {
                format!(
                    "базу данных занимает другой сервер: {} заблокирован",
                    path.display()
                )
            }
            OpenError::Linked(path, names) => format!(
                "у {} имен (жестких ссылок): {names}; две программы могли бы писать в него с двумя журналами. Оставьте одно имя \
                 (все покажет find -samefile)",
                path.display()
            ),
            OpenError::BackupUnderWay(path) => format!(
                "уже делается другая копия этой базы данных: {} заблокирован",
                path.display()
            ),
            OpenError::Copy(error) => format!(
                "база данных прежней версии; до версии {VERSION} она не доводится, пока с нее не снята копия: {}",
                error.russian()
            ),
            OpenError::BadFile(path, what) => format!("{}: {}", path.display(), catalogue::russian(what)),
            OpenError::NotCopied { path, folder, error } => format!(
                "{} остался после сбоя, и его нужно читать вместе с журналом; в каталоге, куда писать нельзя, для этого нужна \
                 их копия, а сделать ее в {} не удалось: {}. TMPDIR может указать другой каталог, где хватит места",
                path.display(),
                folder.display(),
                error.russian()
            ),
            OpenError::Io(path, error) => format!("{}: {}", path.display(), error.russian()),
            OpenError::Fault(fault) => fault.russian(),
        }
    }
}

impl Told for CopyError {
    fn russian(&self) -> String {
        match self {
            CopyError::There(path) => {
                format!("{} уже есть: укажите новый файл", path.display())
            }
            CopyError::Io(path, error) => format!("{}: {}", path.display(), error.russian()),
            CopyError::Wrong(outcomes) => {
                with_outcomes("база данных неисправна, ее копия не оставлена", outcomes)
            }
            CopyError::Counts(table, there, copied) => {
                format!("копия не оставлена: в ее таблице {table} строк {copied}, а в базе данных {there}")
            }
            CopyError::Fault(fault) => fault.russian(),
        }
    }
}

impl Told for RestoreError {
    fn russian(&self) -> String {
        match self {
            RestoreError::Itself(path) => format!("{} и есть сама база данных", path.display()),
            RestoreError::Open(error) => error.russian(),
            RestoreError::Copy(CopyError::Wrong(outcomes)) => {
                with_outcomes("копия неисправна: возьмите другую", outcomes)
            }
            RestoreError::Copy(error) => error.russian(),
            RestoreError::InUse(path) => format!(
                "{} открыт в другой программе: сначала завершите ее",
                path.display()
            ),
            RestoreError::Written(path) => format!(
                "в {} тем временем писали, и список неполон: начните сначала",
                path.display()
            ),
            RestoreError::Io(path, error) => format!("{}: {}", path.display(), error.russian()),
            RestoreError::Fault(fault) => fault.russian(),
        }
    }
}

fn with_outcomes(head: &str, outcomes: &[Outcome]) -> String {
    let outcomes = outcomes.iter().map(Outcome::russian);
    let lines: Vec<_> = [head.to_owned()].into_iter().chain(outcomes).collect();
    lines.join("\n")
}

impl Told for GuidTaken {
    fn russian(&self) -> String {
        catalogue::russian(&self.to_string())
    }
}

impl Told for Outcome {
    fn russian(&self) -> String {
        let check = catalogue::russian(self.check);
        let word = match (self.findings.is_empty(), self.may_be_otherwise) {
            (true, _) => return format!("верно: {check}"),
            (false, true) => "замечание",
            (false, false) => "ОШИБКА",
        };
        let mut lines = vec![format!("{word}: не так: {check}")];
        lines.extend(
            self.findings
                .iter()
                .map(|finding| format!("    {}", catalogue::russian(finding))),
        );
        if self.more {
            lines.push("    и другие".to_owned());
        }
        if self.is_wrong() {
            lines.push(format!("    что делать: {}", catalogue::russian(self.remedy)));
        }
        lines.join("\n")
    }
}
