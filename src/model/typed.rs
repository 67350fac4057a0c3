//! Documents and names as registries and patients type them, and the one form in which they are kept and compared.

use super::DocumentKind;
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Digits of a policy number that has no series ([crate::contract::identification]).
pub const UNIFORM_POLICY_DIGITS: usize = 16;

/// Digits of a SNILS.
pub const SNILS_DIGITS: usize = 11;

/// Fewest digits of a policy number.
const POLICY_DIGITS_MIN: usize = 6;

/// Longest number of a document.
pub const NUMBER_CHARS_MAX: usize = 20;

/// A name of so many equal letters is none: `XXX`.
const REPEATED_MIN: usize = 3;

/// What is typed where there is nothing to type. Case, blanks, hyphens and look-alike letters do not count.
const NOTHING: [&str; 38] = [
    "нет",
    "н/д",
    "н/у",
    "б/о",
    "б/н",
    "б/с",
    "без отчества",
    "без номера",
    "без серии",
    "без документа",
    "нет данных",
    "нет отчества",
    "нет документа",
    "отсутствует",
    "не указано",
    "не указан",
    "не указана",
    "не имеет",
    "не имеется",
    "без отч",
    "б/отч",
    "нет сведений",
    "нет инф",
    "нет информации",
    "отс",
    "отсут",
    "отсутств",
    "неизвестно",
    "неизвестен",
    "неизвестна",
    "не заполнено",
    "не заполнен",
    "не определено",
    "прочерк",
    "пусто",
    "none",
    "null",
    "n/a",
];

static NOTHING_FOLDED: LazyLock<HashSet<String>> =
    LazyLock::new(|| NOTHING.iter().map(|words| folded(words)).collect());

/// Zeros of the decimal digits that keyboards have besides ASCII: Arabic, Persian, Devanagari, Bengali.
const ZEROS: [char; 4] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}'];

/// Cyrillic capitals and the Latin ones that look like them.
const LOOK_ALIKES: [(char, char); 16] = [
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('Ё', 'E'),
    ('Ѕ', 'S'),
    ('І', 'I'),
    ('Ј', 'J'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('У', 'Y'),
    ('Х', 'X'),
];

/// Signs that nobody sees: zero-width ones, marks of direction, variation selectors.
fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_blank(sign: char) -> bool {
    sign.is_whitespace() || is_invisible(sign)
}

/// Hyphens, dashes and minus signs of every length.
fn is_hyphen(sign: char) -> bool {
    matches!(
        sign,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    )
}

/// The number or series of a document as it is kept and compared: ASCII digits and capitals, without blanks and hyphens; of
/// look-alike letters the Latin one.
pub fn folded(text: &str) -> String {
    if is_digits(text) {
        return text.to_owned();
    }
    let seen = text
        .chars()
        .filter(|sign| !is_blank(*sign) && !is_hyphen(*sign) && *sign != '№');
    let folded: String = seen
        .nfkc()
        .flat_map(char::to_uppercase)
        .filter(|sign| !sign.is_whitespace())
        .map(plain)
        .collect();
    // A number that a spreadsheet or a script took for a fraction.
    let whole = folded
        .strip_suffix(".0")
        .or_else(|| folded.strip_suffix(",0"))
        .filter(|whole| is_digits(whole));
    whole.map_or_else(|| folded.clone(), str::to_owned)
}

/// The ASCII digit or the Latin capital of a sign that means or looks the same.
fn plain(sign: char) -> char {
    let digit = ZEROS
        .iter()
        .filter_map(|zero| u32::from(sign).checked_sub(u32::from(*zero)))
        .find_map(|value| char::from_digit(value, 10));
    let letter = || LOOK_ALIKES.iter().find(|(cyrillic, _)| *cyrillic == sign);
    digit
        .or_else(|| letter().map(|(_, latin)| *latin))
        .unwrap_or(sign)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit())
}

/// Whether a folded text is empty or one of the words for nothing.
fn says_nothing(folded: &str) -> bool {
    let with_strokes = folded.replace(['.', '\\'], "/");
    let word: String = with_strokes
        .trim_matches('/')
        .chars()
        .filter(|sign| sign.is_alphanumeric() || *sign == '/')
        .collect();
    folded.is_empty() || NOTHING_FOLDED.contains(&word)
}

/// Whether a spreadsheet has made a folded number unreadable: `1,23457E+15`.
fn is_scientific(folded: &str) -> bool {
    let Some((mantissa, exponent)) = folded.split_once('E') else {
        return false;
    };
    let whole_digits = mantissa.replacen([',', '.'], "", 1);
    let exponent_digits = exponent.strip_prefix('+').unwrap_or(exponent);
    let is_told = whole_digits.len() < mantissa.len() || exponent_digits.len() < exponent.len();
    is_told && is_digits(&whole_digits) && is_digits(exponent_digits)
}

/// Whether a spreadsheet has made a typed number unreadable: `1,23457E+15`.
pub fn is_spoilt_number(text: &str) -> bool {
    is_scientific(&folded(text))
}

/// Whether the number of a policy is one that has no series.
pub fn is_uniform_policy(number: &str) -> bool {
    number.len() == UNIFORM_POLICY_DIGITS && is_digits(number)
}

impl DocumentKind {
    /// Whether a folded number is what is typed where somebody has no such document.
    pub fn is_nothing(self, number: &str) -> bool {
        let is_repeated =
            || is_digits(number) && number.bytes().all(|sign| number.starts_with(char::from(sign)));
        let is_short = || match self {
            DocumentKind::Policy => is_digits(number) && number.len() < POLICY_DIGITS_MIN,
            DocumentKind::Snils => is_digits(number) && number.len() != SNILS_DIGITS,
            DocumentKind::Passport => false,
        };
        says_nothing(number) || is_repeated() || is_short() || is_scientific(number)
    }

    /// Whether a folded number could be one of this kind: digits, of a passport letters too.
    pub fn could_be(self, number: &str) -> bool {
        match self {
            DocumentKind::Policy => is_digits(number) && number.len() <= NUMBER_CHARS_MAX,
            DocumentKind::Snils => is_digits(number) && number.len() == SNILS_DIGITS,
            DocumentKind::Passport => {
                (1..=NUMBER_CHARS_MAX).contains(&number.chars().count())
                    && number.chars().all(char::is_alphanumeric)
            }
        }
    }

    /// The number as a card keeps it; empty when the text names no document.
    pub fn kept_number(self, text: &str) -> String {
        let typed = folded(text);
        let number = signs(&typed);
        let is_none = self.is_nothing(&typed)
            || self.is_nothing(&number)
            || !number.contains(|sign: char| sign.is_ascii_digit())
            || self == DocumentKind::Snils && !self.could_be(&number);
        if is_none { String::new() } else { number }
    }

    /// The series that a card keeps beside a kept number; empty where the document has none.
    pub fn kept_series(self, text: &str, kept_number: &str) -> String {
        let has_none =
            kept_number.is_empty() || self == DocumentKind::Policy && is_uniform_policy(kept_number);
        if has_none {
            String::new()
        } else {
            series(&signs(&series(text)))
        }
    }
}

/// A series as it is kept and compared; empty when the text says that there is none.
pub fn series(text: &str) -> String {
    let series = folded(text);
    let is_none = says_nothing(&series) || series.bytes().all(|sign| sign == b'0');
    if is_none { String::new() } else { series }
}

/// What of a folded text is read out: no apostrophe of a spreadsheet, no points between groups of digits.
fn signs(folded: &str) -> String {
    folded.chars().filter(|sign| sign.is_alphanumeric()).collect()
}

/// A part of a person's name: letters composed, one blank between words; empty when the text says that there is none.
pub fn name_part(text: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.chars().filter(|sign| !is_invisible(*sign)).nfc().collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    let name = words.join(" ");
    let is_none = !name.contains(char::is_alphabetic) || means_nothing(&name);
    if is_none { String::new() } else { name }
}

/// Whether a name or a title is what is typed where there is none: nothing to read out, a word for nothing, or one sign over
/// and over.
pub fn means_nothing(text: &str) -> bool {
    let folded = folded(text);
    let read = signs(&folded);
    let first = read.chars().next();
    let is_repeated = read.chars().count() >= REPEATED_MIN && read.chars().all(|sign| Some(sign) == first);
    read.is_empty() || says_nothing(&folded) || is_repeated
}

/// What a name is sorted by in Russian: case does not count, ё stands beside е.
pub fn sort_key(name: &str) -> (String, String) {
    // What comes from the file is composed already, and many names are compared at once.
    let lower = match is_nfc_quick(name.chars()) {
        IsNormalized::Yes => name.to_lowercase(),
        _ => name.nfc().collect::<String>().to_lowercase(),
    };
    (lower.replace('ё', "е"), lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DocumentKind::{Passport, Policy, Snils};

    #[test]
    fn numbers_in_whatever_signs_they_are_typed_have_one_form() {
        for (typed, kept) in [
            ("1234 5678-9012 3456", "1234567890123456"),
            ("1234\u{a0}5678\u{2011}9012\u{2009}3456", "1234567890123456"),
            ("\u{feff}123\u{200b}456\u{ad}", "123456"),
            ("№ 123456", "123456"),
            ("\u{ff11}\u{ff12}\u{ff13}\u{661}\u{6f2}\u{969}", "123123"),
            ("12345678901.0", "12345678901"),
            ("ав 12", "AB12"),
            ("авекмнорстух", "ABEKMHOPCTYX"),
            ("й1", "Й1"),
            ("и\u{306}1", "Й1"),
            ("\u{ff21}\u{2163}", "AIV"),
        ] {
            assert_eq!(folded(typed), kept, "{typed}");
        }
    }

    #[test]
    fn what_is_typed_for_nothing_is_no_number() {
        let nothing = [
            "",
            " ",
            "-",
            "—",
            "\u{200b}",
            "\u{a0}",
            "0",
            "000-000-000 00",
            "1111 1111 1111 1111",
            "нет",
            "НЕТ",
            "Н/Д",
            "н.д.",
            "отсутствует",
            "1,23457E+15",
            "1.23457e15",
            "1,2Е+10",
            "\u{ff10}\u{ff10}",
            "\u{660}\u{660}",
            "не выдан",
            "б/н",
            "none",
            "000.000.000.00",
            "'000000",
            "#Н/Д",
            "неизвестен",
        ];
        for kind in [Policy, Snils, Passport] {
            for typed in nothing {
                assert_eq!(kind.kept_number(typed), "", "{kind:?} {typed}");
            }
        }
        for (kind, typed, kept) in [
            (Policy, "12345", ""),
            (Policy, "123456", "123456"),
            (Snils, "112-233-445 9", ""),
            (Snils, "112-233-445 950", ""),
            (Snils, "112-233-445 9A", ""),
            (Snils, "112-233-445 95", "11223344595"),
            (Snils, "112.233.445.95", "11223344595"),
            (Policy, "'1234567890123456", "1234567890123456"),
            (Passport, "№ 12/34.56", "123456"),
            (Passport, "12", "12"),
            (Passport, "1E15", "1E15"),
            (Passport, "ск 018 822", "CK018822"),
        ] {
            assert_eq!(kind.kept_number(typed), kept, "{kind:?} {typed}");
        }
    }

    #[test]
    fn a_series_stands_only_beside_a_number_that_has_one() {
        for (kind, series, number, kept) in [
            (Policy, "46аб", "123456", "46AБ"),
            (Policy, "46", "1234567890123456", ""),
            (Policy, "46", "", ""),
            (Policy, "нет", "123456", ""),
            (Passport, "00.00", "123456", ""),
            (Passport, "45.08", "123456", "4508"),
            (Passport, "00 00", "123456", ""),
            (Passport, "б/с", "123456", ""),
            (Passport, "11 11", "123456", "1111"),
            (Passport, "iv-ак", "123456", "IVAK"),
        ] {
            assert_eq!(kind.kept_series(series, number), kept, "{kind:?} {series}");
        }
    }

    #[test]
    fn names_lose_what_is_no_name() {
        for (typed, kept) in [
            ("-", ""),
            ("—", ""),
            (" нет ", ""),
            ("Нет.", ""),
            ("б/о", ""),
            ("Б.О.", ""),
            ("без отчества", ""),
            ("\u{200b}", ""),
            ("...", ""),
            ("0", ""),
            ("отс.", ""),
            ("Б. отч.", ""),
            ("неизвестно", ""),
            ("ххx", ""),
            ("н/у", ""),
            ("Ива\u{200b}нов\u{ad}ич", "Иванович"),
            ("Отсевич", "Отсевич"),
            ("  ван\u{a0}дер  Ваальс ", "ван дер Ваальс"),
            ("\u{feff}Анна-Мария", "Анна-Мария"),
            ("Андреи\u{306}", "Андрей"),
            ("О’Нил", "О’Нил"),
            ("Я", "Я"),
            ("Бо", "Бо"),
            ("Нетесова", "Нетесова"),
        ] {
            assert_eq!(name_part(typed), kept, "{typed}");
        }
    }

    #[test]
    fn names_are_sorted_as_in_russian() {
        let mut names = ["Жуков", "ежова", "Ёлкин", "Елкина", "Яшин", "Ежов", "аист"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(
            names,
            ["аист", "Ежов", "ежова", "Ёлкин", "Елкина", "Жуков", "Яшин"]
        );
    }
}
