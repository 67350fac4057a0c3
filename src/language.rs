//! The language of what a command says to whoever typed it: its help, its output and its errors.
//!
//! Both texts stand side by side where they are said:
//!
//! - [`pick`]`("нет записей", "no visits")` chooses one of two values;
//! - `text!("записей: {count}", "visits: {count}")` formats one of two texts. Arguments may follow, for both texts alike:
//!   `text!("{} из {}", "{} of {}", done, all)`. It comes by `use crate::language::text;`.
//!
//! Russian stands in `cli` and `command` only. An error of a lower layer keeps an English `Display`, which goes into logs,
//! and gets its Russian text in `command/texts` by a `match` over its kinds. Logs, JSON keys and the line
//! `listening on http://HOST:PORT` are English always.

use std::env;
use std::sync::OnceLock;

/// A language that commands speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Where nothing else is asked for.
    Russian,
    /// By `--lang en`, or by a locale whose name begins with `en`.
    English,
}

/// The variables that name the locale of messages; the first with a value counts (POSIX.1-2024, XBD 8.2).
const LOCALES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

static CURRENT: OnceLock<Language> = OnceLock::new();

impl Language {
    /// The language that a tag such as `en`, `en_GB.UTF-8` or `ru` begins with; none for other tags.
    pub fn of_tag(tag: &str) -> Option<Language> {
        match tag.get(..2) {
            Some("ru") => Some(Language::Russian),
            Some("en") => Some(Language::English),
            _ => None,
        }
    }

    /// The tag by which it is asked for.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Russian => "ru",
            Language::English => "en",
        }
    }

    /// The language of the environment's locale. The locales `C` and `POSIX`, and all that name neither language, give
    /// Russian.
    pub fn of_environment() -> Language {
        let values = LOCALES.iter().filter_map(env::var_os);
        let locale = values.into_iter().find(|value| !value.is_empty());
        let tag = locale.unwrap_or_default();
        Language::of_tag(&tag.to_string_lossy()).unwrap_or(Language::Russian)
    }

    /// Makes this the language of the process. The first call counts.
    pub fn set(self) {
        CURRENT.get_or_init(|| self);
    }

    /// The language of the process: as it was set, and otherwise that of the environment.
    pub fn current() -> Language {
        *CURRENT.get_or_init(Language::of_environment)
    }
}

/// The one of two values that belongs to the current language.
pub fn pick<T>(russian: T, english: T) -> T {
    match Language::current() {
        Language::Russian => russian,
        Language::English => english,
    }
}

/// The one of two formatted texts that belongs to the current language, with the same arguments.
macro_rules! text {
    ($russian:literal, $english:literal $(, $argument:expr)* $(,)?) => {
        match $crate::language::Language::current() {
            $crate::language::Language::Russian => format!($russian $(, $argument)*),
            $crate::language::Language::English => format!($english $(, $argument)*),
        }
    };
}
pub(crate) use text;
