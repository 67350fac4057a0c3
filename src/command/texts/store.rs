//! What is wrong with a database.

use super::Told;
use super::finding::lines;
use crate::files::FileError;
use crate::refusal::Trouble;
use crate::store::{CopyError, Fault, GuidTaken, NoDatabase, OpenError, RestoreError, VERSION};

impl Told for Fault {
    fn russian(&self) -> String {
        match self {
            Fault::Unavailable(trouble, _) => self::trouble(*trouble).to_owned(),
            Fault::Damaged(place) => format!("в базе данных повреждено значение: {place}"),
            Fault::Broken(cause) => {
                format!("база данных отвечает не так, как должна: «{cause}»")
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
        Trouble::Recovering => {
            "база данных восстановлена из копии и не принимает записи, пока центр не передаст недостающее: проведите обмен \
             или выполните `infomat restore --book-on`"
        }
        Trouble::Stopped => {
            "база данных остановлена: работает другая база этой клиники; продолжить с этим файлом: `infomat restore --here`"
        }
        Trouble::ClockWrong => "часы показывают время раньше последней записи: установите их",
        Trouble::Failing => "диск базы данных отвечает ошибкой, или не хватает памяти: проверьте диск",
    }
}

impl Told for FileError {
    fn russian(&self) -> String {
        format!("{}: {}", self.path.display(), self.error.russian())
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
            OpenError::BadFile(path, what) => format!("{}: {}", path.display(), what.russian()),
            OpenError::NotCopied { path, folder, error } => format!(
                "{} остался после сбоя, и его нужно читать вместе с журналом; в каталоге, куда писать нельзя, для этого нужна \
                 их копия, а сделать ее в {} не удалось: {}. TMPDIR может указать другой каталог, где хватит места",
                path.display(),
                folder.display(),
                error.russian()
            ),
            OpenError::File(error) => error.russian(),
            OpenError::Fault(fault) => fault.russian(),
        }
    }
}

impl Told for NoDatabase {
    fn russian(&self) -> String {
        let text = match self {
            NoDatabase::Folder => "это каталог: укажите файл",
            NoDatabase::Missing => "такого файла нет",
            NoDatabase::Empty => "он пуст: возьмите другую копию",
            NoDatabase::Damaged(_) => "он поврежден или не база данных: возьмите другую копию",
            NoDatabase::Unreadable(_) => "он не читается: проверьте права на него и его диск",
        };
        text.to_owned()
    }
}

impl Told for CopyError {
    fn russian(&self) -> String {
        match self {
            CopyError::There(path) => {
                format!("{} уже есть: укажите новый файл", path.display())
            }
            CopyError::File(error) => error.russian(),
            CopyError::Wrong(outcomes) => {
                format!("база данных неисправна, ее копия не оставлена{}", lines(outcomes))
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
            RestoreError::Wrong(outcomes) => {
                format!("копия неисправна: возьмите другую{}", lines(outcomes))
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
            RestoreError::File(error) => error.russian(),
            RestoreError::Fault(fault) => fault.russian(),
        }
    }
}

impl Told for GuidTaken {
    fn russian(&self) -> String {
        let GuidTaken { mnem, guid } = self;
        format!("applications: `{mnem}` не может иметь guid {guid}: в базе данных он у другого источника")
    }
}
