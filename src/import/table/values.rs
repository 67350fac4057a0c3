//! Values as people type them into a spreadsheet, and as a line of clinic data has them.

use super::words::{FLAGS, MINUTES, SEXES, folded};
use crate::import::reason::Reason;
use crate::model::typed;
use chrono::{NaiveDate, NaiveTime};

/// Minutes of a day.
const DAY_MINUTES: i64 = 24 * 60;

/// Digits of a SNILS without its two of control.
const SNILS_BODY: usize = 9;

/// Returns what of a cell is its value: without line breaks, blanks around it, and the signs by which a spreadsheet marks a text.
pub fn cleaned(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let formula = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    let marked = text.strip_prefix('\'').filter(|rest| !rest.is_empty());
    formula.or(marked).unwrap_or(&text).trim().to_owned()
}

/// Returns a number of one or more digits, within bounds.
fn digits(text: &str, digits_max: usize) -> Option<u32> {
    let is_number = (1..=digits_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Parses a date: 31.12.2026 or 2026-12-31, also with the midnight that some programs add. Days and months in the American
/// order could not be told from others: dates with strokes are refused.
pub fn date(text: &str) -> Result<NaiveDate, Reason> {
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let is_midnight = time.chars().all(|sign| matches!(sign, '0' | ':'));
    let parts: Vec<&str> = day.split(['.', '-']).collect();
    let [first, month, last] = parts[..] else {
        return Err(Reason::NotDayOfTable);
    };
    let (year, of_month) = if day.contains('.') {
        (last, first)
    } else {
        (first, last)
    };
    let date = (|| {
        let year = digits(year, 4).filter(|_| year.len() == 4)?;
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, digits(month, 2)?, digits(of_month, 2)?)
    })();
    let is_one_form = day.contains('.') != day.contains('-');
    date.filter(|_| is_midnight && is_one_form)
        .ok_or(Reason::NotDayOfTable)
}

/// Parses a time of day, in minutes: 8:00, 08:00:00, 8.00, 8-00, 8. The end of a day is 24:00.
pub fn time(text: &str) -> Result<i64, Reason> {
    let parts: Vec<&str> = text.split([':', '.', '-']).collect();
    let (hours, minutes) = match parts[..] {
        [hours] => (hours, "00"),
        [hours, minutes] | [hours, minutes, "00" | "0"] => (hours, minutes),
        _ => return Err(Reason::NotTimeOfDay),
    };
    let minutes = digits(minutes, 2).filter(|_| minutes.len() == 2);
    let (Some(hours), Some(minutes @ 0..=59)) = (digits(hours, 2), minutes) else {
        return Err(Reason::NotTimeOfDay);
    };
    let all = i64::from(hours) * 60 + i64::from(minutes);
    if all <= DAY_MINUTES {
        Ok(all)
    } else {
        Err(Reason::NotTimeOfDay)
    }
}

/// Returns the time of day after so many minutes, and how many days later it is.
pub fn clock(minutes: i64) -> (NaiveTime, u64) {
    let seconds = u32::try_from(minutes % DAY_MINUTES * 60).unwrap_or_default();
    let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default();
    (time, u64::from(minutes >= DAY_MINUTES))
}

/// Parses the minutes of a visit: 15, or 15 with the word.
pub fn minutes(text: &str) -> Result<i64, Reason> {
    let text = text.trim_end_matches('.');
    let number = MINUTES
        .iter()
        .find_map(|word| text.strip_suffix(word))
        .unwrap_or(text);
    let minutes = number_of(number.trim()).filter(|minutes| (1..=DAY_MINUTES).contains(minutes));
    minutes.ok_or(Reason::NotNumber(1, DAY_MINUTES))
}

/// Parses a whole number, also with the fraction of nothing that a spreadsheet adds.
pub fn number_of(text: &str) -> Option<i64> {
    let whole = text
        .strip_suffix(",0")
        .or_else(|| text.strip_suffix(".0"))
        .unwrap_or(text);
    whole.parse().ok()
}

/// Parses yes or no.
pub fn flag(text: &str) -> Result<bool, Reason> {
    let word = folded(text);
    let known = FLAGS.iter().find(|(known, _)| *known == word);
    known.map(|(_, flag)| *flag).ok_or(Reason::NotYesOrNo)
}

/// Returns the word that a line has for a sex.
pub fn sex(text: &str) -> Result<&'static str, Reason> {
    let word = folded(text);
    let known = SEXES.iter().find(|(known, _)| *known == word);
    known.map(|(_, sex)| *sex).ok_or(Reason::NotSex)
}

/// Returns the number of a document, unless a spreadsheet has spoilt it.
pub fn unspoilt(text: &str) -> Result<String, Reason> {
    if typed::is_spoilt_number(text) {
        return Err(Reason::SpoiltNumber);
    }
    Ok(text.to_owned())
}

/// Returns the number of a policy. One digit less than it has today is a lost zero.
pub fn policy(text: &str, has_series: bool) -> Result<String, Reason> {
    let number = typed::folded(&unspoilt(text)?);
    let is_short = digits_only(&number) && number.len() + 1 == typed::UNIFORM_POLICY_DIGITS;
    if is_short && !has_series {
        return Err(Reason::LostZero(typed::UNIFORM_POLICY_DIGITS));
    }
    Ok(text.to_owned())
}

/// Returns a SNILS, with the zeros in front that a spreadsheet takes away. Its control number tells whether it is right.
pub fn snils(text: &str) -> Result<String, Reason> {
    let number = typed::folded(&unspoilt(text)?);
    let is_short = digits_only(&number) && (SNILS_BODY..typed::SNILS_DIGITS).contains(&number.len());
    if !is_short {
        return Ok(text.to_owned());
    }
    let whole = format!("{number:0>width$}", width = typed::SNILS_DIGITS);
    if has_control(&whole) {
        Ok(whole)
    } else {
        Err(Reason::LostZero(typed::SNILS_DIGITS))
    }
}

fn digits_only(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether the last two digits of a SNILS are the control number of the others.
fn has_control(snils: &str) -> bool {
    let digits: Vec<u32> = snils.chars().filter_map(|sign| sign.to_digit(10)).collect();
    let weights = (1..=9_u32).rev();
    let sum: u32 = digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let control = sum % 101 % 100;
    digits.len() == typed::SNILS_DIGITS && digits[SNILS_BODY] * 10 + digits[SNILS_BODY + 1] == control
}

/// Returns the series and the number of a passport of four and six digits, with the zeros in front that a spreadsheet takes away.
pub fn passport(series: &str, number: &str) -> (String, String) {
    let (short_series, short_number) = (typed::folded(series), typed::folded(number));
    let could_be = |text: &str, width: usize| digits_only(text) && text.len() <= width;
    if could_be(&short_series, 4) && could_be(&short_number, 6) && short_series.len() >= 2 {
        (format!("{short_series:0>4}"), format!("{short_number:0>6}"))
    } else {
        (series.to_owned(), number.to_owned())
    }
}

/// Returns family name, name and patronymic of a whole name. Initials may stand without a blank between them.
pub fn person(text: &str) -> [String; 3] {
    let mut words = text.split_whitespace().flat_map(initials);
    let mut next = || words.next().unwrap_or_default();
    let (family, name) = (next(), next());
    let rest: Vec<String> = words.collect();
    [family, name, rest.join(" ")]
}

/// Splits initials that stand together: `И.И.`
fn initials(word: &str) -> Vec<String> {
    let parts: Vec<&str> = word.split_inclusive('.').collect();
    let are_initials = parts.len() > 1 && parts.iter().all(|part| part.chars().count() <= 2);
    if are_initials {
        parts.into_iter().map(str::to_owned).collect()
    } else {
        vec![word.to_owned()]
    }
}

#[cfg(test)]
#[path = "values/tests.rs"]
mod tests;
