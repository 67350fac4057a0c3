//! Why an exchange did not come about. Nothing of what a peer sent, and no secret, is in a text.

use crate::command::texts::Told;
use crate::exchange::stick::NotOpened;
use crate::exchange::wire::{ANSWER_BYTES_MAX, Malformed};
use crate::files::FileError;
use crate::store::{CopyError, Fault, OpenError};
use std::io;
use thiserror::Error;

/// Why an exchange did not come about.
#[derive(Debug, Error)]
pub enum ExchangeError {
    #[error("{0}")]
    Store(#[from] Fault),
    #[error("the clock cannot be believed: set it, or run `infomat believe-clock`")]
    Clock,
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, io::Error),
    #[error("{0}: no address is known for this name")]
    NoHost(String),
    #[error("the proxy in [centre] does not let through to the centre")]
    Proxy,
    #[error("{0} takes too long")]
    TooSlow(String),
    #[error("the certificate of {0} was not accepted ({1}): `ca` in [centre] names the one that signs it")]
    Certificate(String, String),
    #[error("no TLS with {0}: {1}")]
    NoTls(String, String),
    #[error("{0} answers in no HTTP")]
    NoHttp(String),
    #[error("the centre does not know this box by its secret: look at `box` and `secret` in [centre]")]
    Secret,
    #[error("the centre answered {0}, to go elsewhere, which is not followed: look at `url` in [centre]")]
    Redirected(u16),
    #[error("the centre answered {0}")]
    Status(u16),
    #[error("the centre's answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
    #[error("the centre's answer cannot be read: {0}")]
    Malformed(#[from] Malformed),
    #[error("the centre answered another request")]
    OtherRequest,
    #[error("the exchange gets no further: the centre says the same again and again")]
    Standstill,
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Copy(#[from] CopyError),
    #[error("the system gives no random bytes: {0}")]
    Random(io::Error),
    #[error("the database has stopped: `infomat issues` tells why")]
    Stopped,
}

impl From<serde_json::Error> for ExchangeError {
    fn from(error: serde_json::Error) -> Self {
        Fault::from(error).into()
    }
}

impl Told for ExchangeError {
    fn russian(&self) -> String {
        match self {
            ExchangeError::Store(fault) => fault.russian(),
            ExchangeError::Clock => {
                "часам верить нельзя: установите их или выполните `infomat believe-clock`".to_owned()
            }
            ExchangeError::Unreachable(url, error) => format!("до {url} не достучаться: {}", error.russian()),
            ExchangeError::NoHost(url) => format!("{url}: адреса с таким именем нет"),
            ExchangeError::Proxy => "прокси из раздела [centre] не пропускает к центру".to_owned(),
            ExchangeError::TooSlow(url) => format!("{url} отвечает слишком долго"),
            ExchangeError::Certificate(url, reason) => format!(
                "сертификат {url} не принят («{reason}»): `ca` раздела [centre] называет тот, которым он подписан"
            ),
            ExchangeError::NoTls(url, reason) => format!("нет TLS с {url}: «{reason}»"),
            ExchangeError::NoHttp(url) => format!("{url} отвечает не по HTTP"),
            ExchangeError::Secret => {
                "центр не узнал эту клинику по секрету: проверьте `box` и `secret` раздела [centre]"
                    .to_owned()
            }
            ExchangeError::Redirected(status) => format!(
                "центр ответил {status}, то есть послал в другое место, туда не идут: проверьте `url` раздела [centre]"
            ),
            ExchangeError::Status(status) => format!("центр ответил {status}"),
            ExchangeError::TooLong => format!("ответ центра длиннее {ANSWER_BYTES_MAX} байт"),
            ExchangeError::Malformed(malformed) => {
                format!("ответ центра не разобрать: {}", malformed.russian())
            }
            ExchangeError::OtherRequest => "центр ответил на другой запрос".to_owned(),
            ExchangeError::Standstill => "обмен не двигается: центр повторяет одно и то же".to_owned(),
            ExchangeError::NotOpened(reason) => reason.russian(),
            ExchangeError::File(error) => error.russian(),
            ExchangeError::Open(error) => error.russian(),
            ExchangeError::Copy(error) => error.russian(),
            ExchangeError::Random(error) => format!("система не дает случайных байтов: {}", error.russian()),
            ExchangeError::Stopped => "база данных остановлена: почему, скажет `infomat issues`".to_owned(),
        }
    }
}

impl Told for Malformed {
    fn russian(&self) -> String {
        match self {
            Malformed::TooLong(bytes, max) => format!("{bytes} байт, а читается не больше {max}"),
            Malformed::NotText => "это не UTF-8".to_owned(),
            Malformed::Line { line, column, what } => {
                let what = match *what {
                    "answer" => "ответ",
                    "header" => "заголовок",
                    "record" => "строка журнала",
                    other => other,
                };
                format!("строка {line}, знак {column}: это не {what}")
            }
            Malformed::NoEnd => "у последней строки нет конца".to_owned(),
            Malformed::Field { field, wanted } => format!("{field}: {wanted}"),
        }
    }
}

impl Told for NotOpened {
    fn russian(&self) -> String {
        match self {
            NotOpened::Foreign => "это не файл обмена".to_owned(),
            NotOpened::OtherWay => "этот файл в другую сторону".to_owned(),
            NotOpened::OtherBox(site) => format!("этот файл другой клиники, {site}"),
            NotOpened::Cut(bytes, whole) => format!("файл обрезан: в нем {bytes} байт из {whole}"),
            NotOpened::WrongSeal => "печать неверна: файл запечатан другим секретом или изменен".to_owned(),
        }
    }
}
