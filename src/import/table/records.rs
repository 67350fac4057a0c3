//! The records of a table that a spreadsheet saved as text (RFC 4180): bounded, with the lines at which they begin.

use crate::import::bounds::LINE_BYTES_MAX;
use crate::import::lines::{BYTE_ORDER_MARK, Lines};
use crate::import::reason::Reason;
use std::collections::VecDeque;
use std::io::{self, BufRead};

/// Most lines of one record: a cell may hold line breaks, and a quote that nobody closed would take the rest of the file.
const LINES_MAX: usize = 20;

/// Separators of cells; the first is that of a spreadsheet with Russian settings.
const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];

/// What spreadsheets take for the separator's name, and not for headings.
const SEPARATOR_LINE: &[u8] = b"sep=";

/// A line of the file: its number, and its bytes or what is wrong with it.
type Line = (i64, Result<Vec<u8>, Reason>);

/// One record.
pub struct Record {
    /// The line at which it begins.
    pub line: i64,
    /// The bytes of its cells.
    pub cells: Result<Vec<Vec<u8>>, Reason>,
}

/// A reader that keeps one record at a time, and lines that it has to read again.
pub struct Records<R> {
    lines: Lines<R>,
    again: VecDeque<Line>,
    separator: u8,
}

impl<R: BufRead> Records<R> {
    /// Reads from `input`, which begins with `head`.
    pub fn new(input: R, head: &[u8]) -> Records<R> {
        let first = head.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        // Old programs for the Mac end lines with CR alone.
        let is_mac = first.is_some_and(|at| head[at] == b'\r' && head.get(at + 1) != Some(&b'\n'));
        Records {
            lines: Lines::ended_by(input, if is_mac { b'\r' } else { b'\n' }),
            again: VecDeque::new(),
            separator: separator(head),
        }
    }

    /// Returns the next record that has more than blanks; `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Record>> {
        loop {
            let Some((line, first)) = self.line()? else {
                return Ok(None);
            };
            if line == 1 && matches!(&first, Ok(bytes) if bytes.starts_with(SEPARATOR_LINE)) {
                continue;
            }
            let cells = match first {
                Ok(first) => self.record(first)?,
                Err(reason) => Err(reason),
            };
            let is_blank = |cells: &Vec<Vec<u8>>| cells.iter().all(|cell| cell.trim_ascii().is_empty());
            if !cells.as_ref().is_ok_and(is_blank) {
                return Ok(Some(Record { line, cells }));
            }
        }
    }

    /// Reads on until the quotes of a record are closed.
    fn record(&mut self, first: Vec<u8>) -> io::Result<Result<Vec<Vec<u8>>, Reason>> {
        let mut text = first;
        let mut taken: Vec<Line> = Vec::new();
        loop {
            if let Some(cells) = whole(&text, self.separator) {
                return Ok(Ok(cells));
            }
            let next = if taken.len() + 1 < LINES_MAX {
                self.line()?
            } else {
                None
            };
            let Some((number, line)) = next else { break };
            match &line {
                Ok(bytes) if text.len() + bytes.len() < LINE_BYTES_MAX => {
                    text.push(b'\n');
                    text.extend_from_slice(bytes);
                    taken.push((number, line));
                }
                _ => {
                    taken.push((number, line));
                    break;
                }
            }
        }
        // The lines after it may be good: they are read again.
        for line in taken.into_iter().rev() {
            self.again.push_front(line);
        }
        Ok(Err(Reason::QuoteNotClosed))
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        Ok(self.lines.next()?.map(|line| {
            let bytes = line.bytes.strip_suffix(b"\r").unwrap_or(line.bytes).to_vec();
            let read = match line.text {
                Err(Reason::LineTooLong) => Err(Reason::LineTooLong),
                _ => Ok(bytes),
            };
            (line.number, read)
        }))
    }
}

/// Returns the cells of a text that is a whole record: what follows it is a record of its own.
fn whole(text: &[u8], separator: u8) -> Option<Vec<Vec<u8>>> {
    const NEXT: &[u8] = b"\nx";
    let with_next = [text, NEXT].concat();
    let mut records = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(&*with_next)
        .into_byte_records();
    let cells = records.next()?.ok()?;
    let next = records.next()?.ok()?;
    (next.len() == 1 && &next[0] == b"x").then(|| cells.iter().map(<[u8]>::to_vec).collect())
}

/// Returns the separator that the first line has most of.
fn separator(head: &[u8]) -> u8 {
    let head = head
        .strip_prefix(BYTE_ORDER_MARK)
        .unwrap_or(head)
        .trim_ascii_start();
    let line = head
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    let count = |separator: &u8| line.split(|byte| byte == separator).count();
    let most = SEPARATORS.iter().rev().max_by_key(|separator| count(separator));
    most.copied().unwrap_or(SEPARATORS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Vec<(i64, Result<Vec<String>, Reason>)>;

    fn read(text: &str) -> Read {
        let mut records = Records::new(io::BufReader::with_capacity(7, text.as_bytes()), text.as_bytes());
        let mut read = Vec::new();
        while let Some(Record { line, cells }) = records.next().unwrap() {
            let texts = |cells: Vec<Vec<u8>>| {
                cells
                    .into_iter()
                    .map(|cell| String::from_utf8(cell).unwrap())
                    .collect()
            };
            read.push((line, cells.map(texts)));
        }
        read
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands beside records that are bad")]
    fn cells(cells: &[&str]) -> Result<Vec<String>, Reason> {
        Ok(cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn records_are_read_with_the_lines_at_which_they_begin() {
        for end in ["\n", "\r\n", "\r"] {
            let text = [
                "\u{feff}a;b",
                "1;2",
                ";",
                "",
                "\"x;\"\"y\"\"\";\"two",
                "lines\"",
                "3",
                "   ",
                "",
            ]
            .join(end);
            let expected: Read = vec![
                (1, cells(&["a", "b"])),
                (2, cells(&["1", "2"])),
                (5, cells(&["x;\"y\"", "two\nlines"])),
                (7, cells(&["3"])),
            ];
            assert_eq!(read(&text), expected, "{end:?}");
        }
    }

    #[test]
    fn the_separator_is_the_one_of_the_headings() {
        for (text, first) in [
            ("a;b,c;d", &["a", "b,c", "d"][..]),
            ("a,b;c,d", &["a", "b;c", "d"]),
            ("a\tb", &["a", "b"]),
            ("sep=,\na,b", &["a", "b"]),
            ("a", &["a"]),
        ] {
            assert_eq!(read(text)[0].1, cells(first), "{text}");
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_at_its_line_and_the_next_lines_are_read() {
        let mut text = "a;b\n\"x;1\n".to_owned();
        text += &"y;2\n".repeat(30);
        let read = read(&text);
        assert_eq!(read.len(), 32);
        assert_eq!(read[1], (2, Err(Reason::QuoteNotClosed)));
        assert_eq!(read[2], (3, cells(&["y", "2"])));
        assert_eq!(read[31], (32, cells(&["y", "2"])));
    }

    #[test]
    fn a_quote_open_at_the_end_hides_no_line() {
        let expected: Read = vec![
            (1, cells(&["a", "b"])),
            (2, Err(Reason::QuoteNotClosed)),
            (3, cells(&["y", "2"])),
        ];
        assert_eq!(read("a;b\nx;\"1\ny;2\n"), expected);
    }

    #[test]
    fn a_line_that_is_too_long_is_told() {
        let long = "x".repeat(LINE_BYTES_MAX + 1);
        let read = read(&format!("a\n{long}\nb"));
        assert_eq!(read[1], (2, Err(Reason::LineTooLong)));
        assert_eq!(read[2], (3, cells(&["b"])));
    }
}
