//! A strict parser of a chunked body (RFC 9112, 7.1) while it arrives. Pure: bytes in, content or a refusal out.
//!
//! Only the content goes on, under one plain length. Sizes, extensions and trailers end here.

use crate::refusal::HttpError;

/// Most digits of a chunk's size, leading zeros included.
const SIZE_DIGITS_MAX: usize = 16;
/// Most bytes of all extensions and trailers of a body together.
const ASIDE_BYTES_MAX: usize = 4 * 1024;

/// The position of the next byte in a chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    /// At the first digit of a size.
    SizeBegin,
    /// Behind a digit.
    Size,
    /// In blanks between a size and its extension.
    Blank,
    Extension,
    /// At the LF that ends the line of a size.
    SizeEnd,
    Content,
    /// At the CR and the LF behind a chunk's content.
    ContentEnd,
    ContentLineEnd,
    /// At the first byte of a line behind the last chunk.
    TrailerBegin,
    /// In the name of a trailer, and in its value.
    TrailerName,
    TrailerValue,
    /// At the LF that ends a trailer.
    TrailerEnd,
    /// At the LF of the empty line that ends all.
    LastLineEnd,
    Done,
}

/// A partly received chunked body.
#[derive(Debug)]
pub struct Chunked {
    position: Position,
    digits: usize,
    /// The current size; later the rest of the chunk.
    size: u64,
    /// Bytes of extensions and trailers.
    aside: usize,
    /// Bytes of content still allowed.
    left: usize,
}

impl Chunked {
    /// A body with at most `bytes_max` bytes of content.
    pub fn new(bytes_max: usize) -> Self {
        Chunked {
            position: Position::SizeBegin,
            digits: 0,
            size: 0,
            aside: 0,
            left: bytes_max,
        }
    }

    /// Takes the next bytes and appends their content to `out`. Returns how many of them belong to the body: all, unless the
    /// body ends before.
    ///
    /// # Errors
    /// 400 for a malformed body, 413 for too much content.
    pub fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, HttpError> {
        let mut at = 0;
        while at < bytes.len() && self.position != Position::Done {
            if self.position == Position::Content {
                let left = usize::try_from(self.size).expect("it is within the bound of a body");
                let here = left.min(bytes.len() - at);
                out.extend_from_slice(&bytes[at..at + here]);
                at += here;
                self.size -= here as u64;
                if self.size == 0 {
                    self.position = Position::ContentEnd;
                }
            } else {
                self.position = self.step(bytes[at])?;
                at += 1;
            }
        }
        Ok(at)
    }

    pub fn is_done(&self) -> bool {
        self.position == Position::Done
    }

    /// Returns the position after this byte, outside of content.
    fn step(&mut self, byte: u8) -> Result<Position, HttpError> {
        use Position::{
            Blank, ContentEnd, ContentLineEnd, Done, Extension, LastLineEnd, Size, SizeBegin, SizeEnd,
            TrailerBegin, TrailerEnd, TrailerName, TrailerValue,
        };
        Ok(match (self.position, byte) {
            (SizeBegin | Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => self.digit(byte)?,
            (Size | Extension, b'\r') => SizeEnd,
            (Size | Blank, b' ' | b'\t') => self.aside(Blank)?,
            (Size | Blank, b';') | (Extension, b'\t' | b' '..=b'~' | 0x80..) => self.aside(Extension)?,
            (SizeEnd, b'\n') => self.chunk_begins()?,
            (ContentEnd, b'\r') => ContentLineEnd,
            (ContentLineEnd, b'\n') => SizeBegin,
            (TrailerBegin, b'\r') => LastLineEnd,
            (TrailerBegin | TrailerName, byte) if is_token_byte(byte) => self.aside(TrailerName)?,
            (TrailerValue, b'\r') => TrailerEnd,
            (TrailerName, b':') | (TrailerValue, b'\t' | b' '..=b'~' | 0x80..) => self.aside(TrailerValue)?,
            (TrailerEnd, b'\n') => TrailerBegin,
            (LastLineEnd, b'\n') => Done,
            _ => return Err(HttpError::Malformed),
        })
    }

    fn digit(&mut self, digit: u8) -> Result<Position, HttpError> {
        const RADIX: u32 = 16;
        if self.position == Position::SizeBegin {
            (self.digits, self.size) = (0, 0);
        }
        self.digits += 1;
        if self.digits > SIZE_DIGITS_MAX {
            return Err(HttpError::Malformed);
        }
        let value = char::from(digit).to_digit(RADIX).ok_or(HttpError::Malformed)?;
        self.size = self.size << 4 | u64::from(value);
        Ok(Position::Size)
    }

    fn chunk_begins(&mut self) -> Result<Position, HttpError> {
        if self.size == 0 {
            return Ok(Position::TrailerBegin);
        }
        let size = usize::try_from(self.size).ok();
        let left = size.and_then(|size| self.left.checked_sub(size));
        self.left = left.ok_or(HttpError::BodyTooLarge)?;
        Ok(Position::Content)
    }

    /// Counts one byte that is dropped.
    fn aside(&mut self, position: Position) -> Result<Position, HttpError> {
        self.aside += 1;
        if self.aside > ASIDE_BYTES_MAX {
            return Err(HttpError::Malformed);
        }
        Ok(position)
    }
}

/// Checks that chunked is the only coding in the `Transfer-Encoding` fields (RFC 9112, 6.1 and 7).
///
/// # Errors
/// 400 for a malformed list, and for chunked before another coding; 501 for other codings.
pub fn sole_coding<'a>(values: impl Iterator<Item = &'a [u8]>) -> Result<(), HttpError> {
    const CHUNKED: &[u8] = b"chunked";
    let mut is_chunked = false;
    let mut others = false;
    for coding in values.flat_map(|value| value.split(|byte| *byte == b',')) {
        let (name, parameters) = match coding.iter().position(|byte| *byte == b';') {
            Some(at) => coding.split_at(at),
            None => (coding, &[][..]),
        };
        let name = name.trim_ascii();
        let is_token = !name.is_empty() && name.iter().copied().all(is_token_byte);
        let is_this = name.eq_ignore_ascii_case(CHUNKED);
        if is_chunked || !is_token || is_this && !parameters.is_empty() {
            return Err(HttpError::Malformed);
        }
        is_chunked = is_this;
        others |= !is_this;
    }
    if others { Err(HttpError::Coding) } else { Ok(()) }
}

/// Whether a byte may stand in a name (RFC 9110, 5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests;
