//! What a file is, by its beginning. What cannot be taken is reported once for the whole file, with a remedy, instead of once
//! for each line.

use thiserror::Error;

/// Number of first bytes that are examined.
pub const HEAD_BYTES: usize = 4_096;

/// Separators of the tables that spreadsheets save as text.
const SEPARATORS: [char; 3] = [';', ',', '\t'];

/// Fewest Cyrillic letters in a row that are a word, and not broken letters of another encoding.
const WORD_LETTERS_MIN: usize = 3;

/// A format that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// NDJSON, or what its reader says that it is not.
    Lines,
    /// A table that a spreadsheet saved as text.
    Table,
}

/// A format that is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum Foreign {
    #[error("there is nothing in the file")]
    Empty,
    #[error("the file is UTF-16: save it as UTF-8")]
    Utf16,
    #[error("the file is UTF-32: save it as UTF-8")]
    Utf32,
    #[error("the file is Windows-1251, as line {0} shows: save it as UTF-8, or `iconv -f cp1251 -t utf-8`")]
    Windows1251(i64),
    #[error("the file is compressed ({0}): unpack it first")]
    Compressed(&'static str),
    #[error(
        "the file is a workbook of a spreadsheet or a ZIP archive: save the workbook as CSV, unpack the archive"
    )]
    Zip,
    #[error("the file is a workbook of a spreadsheet: save it as CSV")]
    OldWorkbook,
    #[error("the file is a PDF document: `infomat import` takes CSV or NDJSON")]
    Pdf,
    #[error(
        "the file is an SQLite database: `infomat restore` takes a backup, `infomat import` takes NDJSON or CSV"
    )]
    Sqlite,
    #[error("the file looks like XML or an HTML page: save the table as CSV")]
    Xml,
    #[error(
        "the file looks like a JSON array: write its objects one a line, without brackets and commas, as `jq -c '.[]'` does"
    )]
    JsonArray,
    #[error(
        "the file looks like JSON with an object over several lines: write each on one line, as `jq -c .` does"
    )]
    SpreadJson,
    #[error(
        "the file is neither NDJSON (a JSON object a line) nor a table of several columns: `;` separates the columns of a table, \
         its headings are those of `infomat import --template timetable`"
    )]
    NoColumns,
}

/// First bytes of formats that are known by them.
const SIGNATURES: [(&[u8], Foreign); 16] = [
    (b"\xFF\xFE\0\0", Foreign::Utf32),
    (b"\0\0\xFE\xFF", Foreign::Utf32),
    (b"{\0\0\0", Foreign::Utf32),
    (b"\0\0\0{", Foreign::Utf32),
    (b"\xFF\xFE", Foreign::Utf16),
    (b"\xFE\xFF", Foreign::Utf16),
    (b"\x1F\x8B", Foreign::Compressed("gzip")),
    (b"\x28\xB5\x2F\xFD", Foreign::Compressed("zstd")),
    (b"\xFD7zXZ\0", Foreign::Compressed("xz")),
    (b"BZh", Foreign::Compressed("bzip2")),
    (b"7z\xBC\xAF\x27\x1C", Foreign::Compressed("7-Zip")),
    (b"Rar!\x1A\x07", Foreign::Compressed("RAR")),
    (b"PK\x03\x04", Foreign::Zip),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Foreign::OldWorkbook),
    (b"%PDF-", Foreign::Pdf),
    (b"SQLite format 3\0", Foreign::Sqlite),
];

/// Returns the format of a file. `head` has its first bytes, at most [`HEAD_BYTES`].
pub fn recognize(head: &[u8]) -> Result<Format, Foreign> {
    let signed = SIGNATURES
        .iter()
        .find(|(signature, _)| head.starts_with(signature))
        .map(|(_, foreign)| *foreign);
    let foreign = signed.or_else(|| is_utf16(head).then_some(Foreign::Utf16));
    foreign.map_or_else(|| by_first_line(head), Err)
}

/// Returns whether every other byte of the beginning is zero, as in UTF-16 without a mark.
fn is_utf16(head: &[u8]) -> bool {
    let mut pairs = head.chunks_exact(2).take(8).peekable();
    pairs.peek().is_some() && {
        let pairs: Vec<_> = pairs.collect();
        pairs.iter().all(|pair| pair[0] == 0 && pair[1] != 0)
            || pairs.iter().all(|pair| pair[0] != 0 && pair[1] == 0)
    }
}

/// Returns the format by the first line that is not blank.
fn by_first_line(head: &[u8]) -> Result<Format, Foreign> {
    let head = head.strip_prefix(super::lines::BYTE_ORDER_MARK).unwrap_or(head);
    let start = head.trim_ascii_start();
    let end = start
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(start.len());
    let (line, rest) = start.split_at(end);
    // A line that is cut off is followed by another object.
    let goes_on = rest.trim_ascii().first().is_some_and(|first| *first != b'{');
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end();
    match line.chars().next() {
        Some('[') => Err(Foreign::JsonArray),
        Some('<') => Err(Foreign::Xml),
        Some('{') if goes_on && is_unfinished(line) => Err(Foreign::SpreadJson),
        Some('{') => Ok(Format::Lines),
        Some('"') if line.contains(':') => Ok(Format::Lines),
        Some(_) if line.contains(SEPARATORS) => Ok(Format::Table),
        Some(_) if !has_object(rest) => Err(Foreign::NoColumns),
        _ => Ok(Format::Lines),
    }
}

/// Returns whether a line looks like a JSON object.
fn has_object(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n');
    lines.any(|line| line.trim_ascii_start().starts_with(b"{"))
}

/// Returns whether a line is the beginning of a JSON object.
fn is_unfinished(line: &str) -> bool {
    let read = serde_json::from_str::<serde::de::IgnoredAny>(line);
    read.is_err_and(|error| error.is_eof())
}

/// Returns whether a line that is not UTF-8 is Windows-1251: an object with a word of Cyrillic letters in that encoding.
pub fn is_windows_1251(line: &[u8]) -> bool {
    let is_letter = |byte: &u8| matches!(byte, 0xC0..=0xFF | 0xA8 | 0xB8);
    line.trim_ascii_start().starts_with(b"{")
        && line
            .windows(WORD_LETTERS_MIN)
            .any(|word| word.iter().all(is_letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_recognized_for_what_it_is() {
        let utf16 = |mark: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let text = format!("{mark}{{\"kind\": \"lpu\"}}");
            text.encode_utf16().flat_map(order).collect()
        };
        for mark in ["", "\u{feff}"] {
            for order in [u16::to_le_bytes, u16::to_be_bytes] {
                assert_eq!(recognize(&utf16(mark, order)), Err(Foreign::Utf16), "{mark:?}");
            }
        }
        for (head, foreign) in [
            ("\n [\n{\"kind\": \"lpu\"}]", Foreign::JsonArray),
            ("[{\"kind\": \"lpu\"},\n", Foreign::JsonArray),
            ("{\n  \"kind\": \"lpu\"\n}", Foreign::SpreadJson),
            ("{\"kind\": \"lpu\",\r\n \"guid\": 1}", Foreign::SpreadJson),
            ("<?xml version=\"1.0\"?>", Foreign::Xml),
            ("hello", Foreign::NoColumns),
            ("\u{feff}\"врач\"\r\n\"Иванов\"", Foreign::NoColumns),
            ("1234567890123456\n1234567890123457\n", Foreign::NoColumns),
        ] {
            assert_eq!(recognize(head.as_bytes()), Err(foreign), "{head:?}");
        }
        for head in [
            "",
            "\n",
            "hello\n{\"kind\": \"lpu\"}",
            "{\"kind\": \"lpu\"}",
            "\u{feff}{\"kind\": \"lpu\", \"name\": \"a;b\"}\n{",
            "{\"kind\": \"slot\"",
            "{\"kind\": \"slot\"\n{\"kind\": \"lpu\"}",
            "{\"kind\": \"slot\",}\n{}",
            "{\"kind\" \"slot\", 5\n{}",
        ] {
            assert_eq!(recognize(head.as_bytes()), Ok(Format::Lines), "{head:?}");
        }
        for head in [
            "\u{feff}kind;guid;name\n",
            "\"kind\",\"guid\"\n",
            "kind\tguid\n",
            "\r\na;b\rc;d",
        ] {
            assert_eq!(recognize(head.as_bytes()), Ok(Format::Table), "{head:?}");
        }
    }
}
