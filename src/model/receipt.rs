//! The code on a ticket ([crate::contract::tickets]): digits, which survive any keyboard layout of a scanner.

use super::VisitId;
use std::fmt;

/// Digits of a code: an even number, as Code 128 packs two into one sign.
pub const RECEIPT_DIGITS: usize = KEY_DIGITS + VISIT_DIGITS + MAC_DIGITS;

const KEY_DIGITS: usize = 4;
const VISIT_DIGITS: usize = 14;
/// A number of 64 bits.
const MAC_DIGITS: usize = 20;

/// Numbers of keys are below this.
pub const KEY_NUMBERS: u64 = 10_000;

/// A code in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Number of the key that signed, below [`KEY_NUMBERS`].
    pub key: u64,
    /// The row of the visit.
    pub visit: VisitId,
    /// The signature.
    pub mac: u64,
}

impl Receipt {
    /// Returns the parts of a code, which may come with blanks and hyphens.
    pub fn parse(code: &str) -> Option<Receipt> {
        let digits: String = code.chars().filter(|sign| ![' ', '-'].contains(sign)).collect();
        if digits.len() != RECEIPT_DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let (key, rest) = digits.split_at(KEY_DIGITS);
        let (visit, mac) = rest.split_at(VISIT_DIGITS);
        Some(Receipt {
            key: key.parse().ok()?,
            visit: VisitId(visit.parse().ok()?),
            mac: mac.parse().ok()?,
        })
    }
}

impl fmt::Display for Receipt {
    /// Writes the code, [`RECEIPT_DIGITS`] long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Receipt { key, visit, mac } = self;
        write!(
            f,
            "{key:0KEY_DIGITS$}{:0VISIT_DIGITS$}{mac:0MAC_DIGITS$}",
            visit.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_written() {
        let receipt = Receipt {
            key: 7,
            visit: VisitId(1234),
            mac: u64::MAX,
        };
        let code = receipt.to_string();
        assert_eq!(code, "00070000000000123418446744073709551615");
        assert_eq!(code.len(), RECEIPT_DIGITS);
        assert_eq!(Receipt::parse(&code), Some(receipt.clone()));
        assert_eq!(
            Receipt::parse(&format!("{} {}", &code[..20], &code[20..])),
            Some(receipt)
        );
        assert_eq!(Receipt::parse(&code[1..]), None);
        assert_eq!(
            Receipt::parse(&code.replace("1844", "1944")),
            None,
            "more than 64 bits"
        );
        assert_eq!(Receipt::parse(&code.replace('7', "x")), None);
    }
}
