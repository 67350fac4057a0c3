//! The lines of an untrusted file: bounded in length, UTF-8, numbered.

use super::bounds::LINE_BYTES_MAX;
use super::reason::Reason;
use std::io::{self, BufRead, Read};

/// The byte order mark, which some editors put at the beginning of a text.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A reader that keeps one line at a time.
pub struct Lines<R> {
    input: R,
    line: Vec<u8>,
    number: i64,
    end: u8,
}

/// One line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub struct FileLine<'a> {
    /// The first line has number 1. Blank lines count.
    pub number: i64,
    /// The text, or why it cannot be read.
    pub text: Result<&'a str, Reason>,
    /// The bytes; empty for a line that is too long.
    pub bytes: &'a [u8],
}

impl<R: BufRead> Lines<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Lines::ended_by(input, b'\n')
    }

    /// Reads lines that end with this byte.
    pub fn ended_by(input: R, end: u8) -> Self {
        Lines {
            input,
            line: Vec::new(),
            number: 0,
            end,
        }
    }

    /// Returns the next line that is not blank; `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<FileLine<'_>>> {
        loop {
            self.line.clear();
            let with_break = u64::try_from(LINE_BYTES_MAX + 1).expect("a length fits 64 bits");
            let mut bounded = self.input.by_ref().take(with_break);
            if bounded.read_until(self.end, &mut self.line)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let is_whole = self.line.pop_if(|last| *last == self.end).is_some();
            if !is_whole && self.line.len() > LINE_BYTES_MAX {
                self.skip_rest()?;
                return Ok(Some(FileLine {
                    number: self.number,
                    text: Err(Reason::LineTooLong),
                    bytes: &[],
                }));
            }
            if self.number == 1 && self.line.starts_with(BYTE_ORDER_MARK) {
                self.line.drain(..BYTE_ORDER_MARK.len());
            }
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        Ok(Some(FileLine {
            number: self.number,
            text: std::str::from_utf8(&self.line).map_err(|_| Reason::NotUtf8),
            bytes: &self.line,
        }))
    }

    /// Skips the rest of a line, however long it is, without keeping it.
    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let end = self.end;
            let waiting = self.input.fill_buf()?;
            let line_break = waiting.iter().position(|byte| *byte == end);
            let passed = line_break.map_or(waiting.len(), |at| at + 1);
            let is_over = line_break.is_some() || waiting.is_empty();
            self.input.consume(passed);
            if is_over {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Numbered = (i64, Result<String, Reason>);

    fn read(text: &[u8]) -> Vec<Numbered> {
        // A small buffer, so that lines do not end where the buffer does.
        let mut lines = Lines::new(io::BufReader::with_capacity(7, text));
        let mut read = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            read.push((line.number, line.text.map(str::to_owned)));
        }
        read
    }

    #[test]
    fn blank_lines_are_passed_over_and_counted() {
        let read = read(b"\n{}\r\n \t\n\n[]");
        assert_eq!(read, [(2, Ok("{}\r".to_owned())), (5, Ok("[]".to_owned()))]);
    }

    #[test]
    fn a_byte_order_mark_is_taken_only_at_the_beginning() {
        let marked = "\u{feff}a\n\u{feff}b".as_bytes();
        assert_eq!(
            read(marked),
            [(1, Ok("a".to_owned())), (2, Ok("\u{feff}b".to_owned()))]
        );
    }

    #[test]
    fn a_line_is_bounded_and_the_next_one_is_read() {
        let longest = "x".repeat(LINE_BYTES_MAX);
        let text = format!("{longest}\n{longest}x\n{longest}{longest}{longest}y\nz\n{longest}x");
        let too_long = Err(Reason::LineTooLong);
        let expected: Vec<Numbered> = vec![
            (1, Ok(longest)),
            (2, too_long.clone()),
            (3, too_long.clone()),
            (4, Ok("z".to_owned())),
            (5, too_long),
        ];
        assert_eq!(read(text.as_bytes()), expected);
    }

    #[test]
    fn what_is_not_utf_8_is_a_bad_line_of_its_own() {
        assert_eq!(
            read(b"\xff\xfe\nok"),
            [(1, Err(Reason::NotUtf8)), (2, Ok("ok".to_owned()))]
        );
    }
}
