//! The terminal's languages: the page's own, and those that a clinic puts beside its configuration, which must be complete.

use super::{File, RU};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Path of the clinic's languages.
pub const PATH: &str = "/page/terminal/languages.json";

/// Longest file of a language, in bytes: three times the page's own.
pub const BYTES_MAX: u64 = 1 << 16;

/// Most languages of a clinic.
pub const LANGUAGES_MAX: usize = 8;

/// Codes of the page's own languages.
const OWN: [&str; 2] = ["ru", "en"];

/// Keys of names that are parted by blanks, as those of months.
const NAMES: [&str; 4] = ["weekdays", "weekdaysShort", "months", "monthsOfDates"];

/// Stands in the page's file before its JSON.
const BEFORE_JSON: &str = "export default ";

/// The plural form that every language has.
const OTHER: &str = "other";

/// The Russian texts, with which others are compared.
static TEXTS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let (_, json) = RU.split_once(BEFORE_JSON).expect("the file says so itself");
    serde_json::from_str(json.trim_end().trim_end_matches(';')).expect("a test reads it")
});

/// What is wrong with a file of a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LanguageFault {
    /// The name is no code of a language, or that of one of the page's own.
    Code,
    /// Not an object of JSON: the parser's words.
    Json(String),
    /// The key has no text.
    Missing(String),
    /// No text has this key.
    Unknown(String),
    /// The text has not the values of the Russian one, such as `{n}`.
    Values {
        /// The key.
        key: String,
        /// The values that belong there.
        wanted: String,
    },
    /// Neither a text nor plural forms with `other`.
    Kind(String),
    /// A list of names is not as long as the Russian one.
    Names {
        /// The key.
        key: String,
        /// How many names belong there.
        wanted: usize,
    },
}

/// Returns the code of the language in a file of this name: `tg` of `texts.tg.json`.
pub fn code_of(name: &str) -> Option<&str> {
    name.strip_prefix("texts.")?.strip_suffix(".json")
}

/// Returns the texts of a clinic's language.
///
/// # Errors
/// All faults, by key.
pub fn parse(code: &str, json: &str) -> Result<Value, Vec<LanguageFault>> {
    let is_code = (2..=8).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_code || OWN.contains(&code) {
        return Err(vec![LanguageFault::Code]);
    }
    let texts: Map<String, Value> =
        serde_json::from_str(json).map_err(|error| vec![LanguageFault::Json(error.to_string())])?;
    let missing = TEXTS.keys().filter(|key| !texts.contains_key(*key));
    let mut faults: Vec<_> = missing.cloned().map(LanguageFault::Missing).collect();
    for (key, text) in &texts {
        match TEXTS.get(key) {
            None => faults.push(LanguageFault::Unknown(key.clone())),
            Some(russian) => faults.extend(compare(key, text, russian)),
        }
    }
    if faults.is_empty() {
        Ok(Value::Object(texts))
    } else {
        Err(faults)
    }
}

/// Returns what is wrong with one text.
fn compare(key: &str, text: &Value, russian: &Value) -> Option<LanguageFault> {
    let Some(forms) = forms(text) else {
        return Some(LanguageFault::Kind(key.to_owned()));
    };
    let russian = self::forms(russian)?;
    let names = |text: &str| text.split(' ').count();
    let wanted = names(russian.first()?);
    if NAMES.contains(&key) && forms.iter().any(|form| names(form) != wanted) {
        let key = key.to_owned();
        return Some(LanguageFault::Names { key, wanted });
    }
    let wanted = values(russian.first()?);
    let is_right = forms
        .iter()
        .all(|form| values(form) == wanted && !form.trim().is_empty());
    (!is_right).then(|| LanguageFault::Values {
        key: key.to_owned(),
        wanted: wanted.into_iter().collect::<Vec<_>>().join(" "),
    })
}

/// Returns a text, or all its plural forms.
fn forms(text: &Value) -> Option<Vec<&str>> {
    match text {
        Value::String(text) => Some(vec![text]),
        Value::Object(forms) if forms.contains_key(OTHER) => forms.values().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Returns the values that a text is filled with, such as `{n}`.
fn values(text: &str) -> BTreeSet<String> {
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| part.split_once('}').map(|(name, _)| format!("{{{name}}}")))
        .collect()
}

/// Returns the file that names all languages of the clinic, each by its code. It stays in memory until the process ends.
pub fn file(languages: Map<String, Value>) -> File {
    File::new(PATH, Value::Object(languages).to_string().leak().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn russian() -> Map<String, Value> {
        TEXTS.clone()
    }

    fn faults(texts: Map<String, Value>) -> Vec<LanguageFault> {
        parse("tg", &Value::Object(texts).to_string())
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn a_complete_language_is_taken_and_each_fault_is_named() {
        assert_eq!(faults(russian()), []);
        let mut texts = russian();
        texts.remove("menuBook");
        texts.insert("menuBok".into(), "x".into());
        texts.insert("nearest".into(), "без значения".into());
        texts.insert("refusalLater".into(), serde_json::json!({ "one": "{n}" }));
        texts.insert("next".into(), " ".into());
        texts.insert("months".into(), "январь февраль".into());
        let values = |key: &str, wanted: &str| LanguageFault::Values {
            key: key.into(),
            wanted: wanted.into(),
        };
        let mut found = faults(texts);
        found.sort_by_key(|fault| format!("{fault:?}"));
        assert_eq!(
            found,
            [
                LanguageFault::Kind("refusalLater".into()),
                LanguageFault::Missing("menuBook".into()),
                LanguageFault::Names {
                    key: "months".into(),
                    wanted: 12,
                },
                LanguageFault::Unknown("menuBok".into()),
                values("nearest", "{when}"),
                values("next", ""),
            ]
        );
        assert_eq!(parse("ru", "{}"), Err(vec![LanguageFault::Code]));
        assert!(matches!(
            parse("tg", "[]").unwrap_err()[..],
            [LanguageFault::Json(_)]
        ));
    }

    /// The reception prints the ticket in the terminal's words.
    #[test]
    fn a_ticket_has_one_wording() {
        let (_, json) = include_str!("desk/ticket.js").split_once(BEFORE_JSON).unwrap();
        let words: Map<String, Value> = serde_json::from_str(json.trim_end().trim_end_matches(';')).unwrap();
        assert!(words.len() > 10);
        for (key, text) in &words {
            assert_eq!(TEXTS.get(key), Some(text), "{key}");
        }
    }

    /// The package brings a third language, for a clinic to put beside its configuration.
    #[test]
    fn the_packages_tajik_is_complete() {
        let tajik = include_str!("../../packaging/languages/texts.tg.json");
        assert_eq!(parse("tg", tajik).err(), None);
    }

    /// The page's English is as complete as a clinic's language must be.
    #[test]
    fn the_page_speaks_english() {
        let (_, json) = super::super::EN.split_once(BEFORE_JSON).unwrap();
        assert!(parse("eng", json.trim_end().trim_end_matches(';')).is_ok());
    }
}
