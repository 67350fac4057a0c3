//! Errors of the operating system.

use super::Told;
use crate::config::{NotPlain, TooLarge};
use crate::files::{FileError, NotOneFile};
use crate::store::WrittenMeanwhile;
use rustix::io::Errno;
use std::error::Error;
use std::io::{self, ErrorKind};

impl Told for io::Error {
    fn russian(&self) -> String {
        if let Some(cause) = self.get_ref() {
            return of_ours(cause).unwrap_or_else(|| format!("«{cause}»"));
        }
        let known = match self.kind() {
            ErrorKind::NotFound => "нет такого файла или каталога",
            ErrorKind::PermissionDenied => "нет прав доступа",
            ErrorKind::AlreadyExists => "такой файл уже есть",
            ErrorKind::NotADirectory => "это не каталог",
            ErrorKind::IsADirectory => "это каталог",
            ErrorKind::FileTooLarge => "файл слишком велик",
            ErrorKind::StorageFull => "на диске нет места",
            ErrorKind::ReadOnlyFilesystem => "диск доступен только для чтения",
            ErrorKind::BrokenPipe => "вывод никто не читает",
            ErrorKind::InvalidFilename => "слишком длинное имя файла",
            ErrorKind::AddrInUse => "адрес уже занят",
            ErrorKind::ConnectionRefused => "по этому адресу никто не отвечает",
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof => {
                "связь оборвалась"
            }
            ErrorKind::NotConnected => "нет связи",
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
                "нет пути к этому адресу"
            }
            ErrorKind::TimedOut => "ответа нет слишком долго",
            ErrorKind::AddrNotAvailable => "у этой машины нет такого адреса",
            _ => match self.raw_os_error().map(Errno::from_raw_os_error) {
                Some(Errno::IO) => "диск отвечает ошибкой",
                Some(Errno::BADF) => "поток закрыт",
                Some(Errno::MFILE) => "открыто слишком много файлов",
                Some(Errno::LOOP) => "слишком много ссылок подряд",
                _ => return format!("«{self}»"),
            },
        };
        known.to_owned()
    }
}

/// Returns the text of an error of this program's that goes by way of the system's.
fn of_ours(cause: &(dyn Error + Send + Sync + 'static)) -> Option<String> {
    if let Some(error) = cause.downcast_ref::<FileError>() {
        return Some(error.russian());
    }
    if let Some(TooLarge(bytes)) = cause.downcast_ref() {
        return Some(format!("больше допустимых {bytes} байт"));
    }
    if let Some(wrong) = cause.downcast_ref() {
        let text = match wrong {
            NotOneFile::Link => "это символическая ссылка, по ней не переходят: удалите ее",
            NotOneFile::NoFile => "это не обычный файл: удалите его",
            NotOneFile::SecondName => "это жесткая ссылка, у файла есть и другое имя: удалите ее",
        };
        return Some(text.to_owned());
    }
    let text = if cause.is::<NotPlain>() {
        "это не обычный файл"
    } else if cause.is::<WrittenMeanwhile>() {
        "тем временем в него писали, повторите"
    } else {
        return None;
    };
    Some(text.to_owned())
}
