//! What is wrong with the configuration.

use super::Told;
use crate::config::{ConfigError, ConfigFault, Oddity, ValueFault};
use crate::token::KEY_BYTES_MIN;

impl Told for ConfigError {
    fn russian(&self) -> String {
        let line = self.line.map(|line| format!(", строка {line}"));
        format!(
            "{}{}: {}",
            self.file.display(),
            line.unwrap_or_default(),
            self.fault.russian()
        )
    }
}

impl Told for ConfigFault {
    fn russian(&self) -> String {
        match self {
            ConfigFault::Unreadable(error) => format!("не читается: {}", error.russian()),
            ConfigFault::DeadLink(error) => {
                format!("не читается: {}; это ссылка на то, чего нет", error.russian())
            }
            ConfigFault::Missing { path, error } => format!(
                "не читается: {}; создайте его командой `infomat init --config {}` или укажите другой: --config ФАЙЛ",
                error.russian(),
                path.display()
            ),
            ConfigFault::NotUtf8 => "это не текст в UTF-8".to_owned(),
            ConfigFault::NoAbsolutePath(error) => format!("не имеет полного пути: {}", error.russian()),
            ConfigFault::Unchangeable(error) => format!("не меняется: {}", error.russian()),
            ConfigFault::NotUnderstood => {
                "написан так, что эта команда не может его изменить: запишите [tokens] и \
                                           [[tokens.keys]] разделами или измените вручную"
                    .to_owned()
            }
            ConfigFault::Toml { message, option } => {
                format!("не по правилам TOML: «{message}»{}", of_option(option.as_ref()))
            }
            ConfigFault::Value { fault, option } => {
                format!("{}{}", fault.russian(), of_option(option.as_ref()))
            }
            ConfigFault::TwoKeys(id) => format!("у двух ключей в tokens.keys один id `{id}`"),
            ConfigFault::NoSigner { sign_with, ids } => {
                format!("tokens.sign_with задан как `{sign_with}`; это должен быть id ключа: {ids}")
            }
            ConfigFault::TwoApplications(mnem) => {
                format!("у двух разделов applications один mnem `{mnem}` или его guid")
            }
            ConfigFault::HalfTrusted(mnem) => format!(
                "разделу applications `{mnem}` нужны и `trusted = true`, и `secret_file`, или ни того ни другого"
            ),
            ConfigFault::SecretUnreadable { mnem, error } => {
                format!(
                    "secret_file раздела applications `{mnem}` не читается: {}",
                    error.russian()
                )
            }
            ConfigFault::BadSecret(mnem) => format!(
                "secret_file раздела applications `{mnem}` должен содержать не меньше {KEY_BYTES_MIN} видимых знаков ASCII и \
                 ничего больше, кроме конца строки"
            ),
            ConfigFault::KeyUnreadable { id, error } => {
                format!(
                    "файл ключа `{id}` из tokens.keys не читается: {}",
                    error.russian()
                )
            }
            ConfigFault::ShortKey { id, bytes } => format!(
                "в файле ключа `{id}` из tokens.keys {bytes} байт без конца строки; нужно не меньше {KEY_BYTES_MIN}"
            ),
            ConfigFault::CentreSecretUnreadable(error) => {
                format!("файл секрета из [centre] не читается: {}", error.russian())
            }
            ConfigFault::BadCentreSecret => format!(
                "файл секрета из [centre] должен содержать не меньше {KEY_BYTES_MIN} видимых знаков ASCII и ничего больше, кроме \
                 конца строки"
            ),
            ConfigFault::CertificatesUnreadable(error) => {
                format!("сертификаты для [centre] не читаются: {}", error.russian())
            }
            ConfigFault::NoCertificates => {
                "в файле нет ни одного сертификата в виде PEM: `ca` раздела [centre] называет тот, \
                                            которым подписан сертификат центра"
                    .to_owned()
            }
        }
    }
}

fn of_option(option: Option<&String>) -> String {
    option
        .map(|option| format!(", параметр `{option}`"))
        .unwrap_or_default()
}

impl Told for ValueFault {
    fn russian(&self) -> String {
        match self {
            ValueFault::OutOfBounds { number, min, max } => {
                format!("{number} вне границ, нужно от {min} до {max}")
            }
            ValueFault::NotPath => "нужен путь к файлу".to_owned(),
            ValueFault::NotSocketAddress => {
                "нужны адрес и порт, например 127.0.0.1:8080 или [::1]:8080".to_owned()
            }
            ValueFault::NotHosts(max) => {
                format!("нужно не больше {max} имен узлов без порта, например infomat.clinic.example")
            }
            ValueFault::NotRules => "нужны имена правил, как в [rules]".to_owned(),
            ValueFault::NotAddresses(max) => format!("нужно не больше {max} адресов, например 192.0.2.7"),
            ValueFault::NotOffset => "нужна разница с UTC от -14:00 до +14:00, например +03:00".to_owned(),
            ValueFault::NotSoManyKeys(max) => format!("ключей должно быть от 1 до {max}"),
            ValueFault::NotVisibleAscii(max) => format!("нужно от 1 до {max} видимых знаков ASCII"),
            ValueFault::NotLine(max) => format!("нужна строка не длиннее {max} знаков"),
            ValueFault::NotGuid => "нужен GUID с дефисами, не нулевой".to_owned(),
            ValueFault::TooManyApplications(max) => {
                format!("разделов applications должно быть не больше {max}")
            }
            ValueFault::NotCentreUrl => {
                "нужен адрес https://УЗЕЛ, или http:// только к этой же машине".to_owned()
            }
            ValueFault::NotProxy => "нужен адрес http://УЗЕЛ:ПОРТ".to_owned(),
        }
    }
}

impl Told for Oddity {
    fn russian(&self) -> String {
        let text = match self {
            Oddity::Mark => {
                "начинается с метки порядка байтов, она считается его частью: сохраните файл без нее"
            }
            Oddity::Utf16 => "в UTF-16, каждый второй байт нулевой: сохраните файл в UTF-8 без метки",
            Oddity::CarriageReturn => {
                "кончается возвратом каретки, он считается его частью: сохраните файл с концами строк Unix"
            }
            Oddity::BlankAtEnd => {
                "кончается пробелом или пустой строкой, они считаются его частью: уберите их"
            }
            Oddity::BlankAtBegin => {
                "начинается с пробела или пустой строки, они считаются его частью: уберите их"
            }
        };
        text.to_owned()
    }
}
