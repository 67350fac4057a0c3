//! The files that travel on a stick between a box and the centre: requests and answers, sealed with the box's secret
//! ([crate::contract::exchange]).
//!
//! A file is a line of text, 24 bytes drawn at random, and the sealed bytes. The line names the direction, the box and how many
//! bytes were sealed, and is sealed with them: nobody can turn an answer into a request, or give it to another box.

use super::wire::{ANSWER_BYTES_MAX, REQUEST_BYTES_MAX};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use thiserror::Error;
use uuid::Uuid;

/// How a file begins; the number is the version of its form.
const MARK: &str = "infomat stick 1";

/// What the key of the seal is derived from, besides the secret.
const KEY_LABEL: &[u8] = b"infomat: seal of stick, version 1";

/// Random bytes of each file.
pub const NONCE_BYTES: usize = 24;

/// Bytes by which a sealed text is longer (Poly1305).
const TAG_BYTES: usize = 16;

/// Most bytes of a file's first line.
const LINE_BYTES_MAX: usize = 128;

/// Most bytes of a file.
pub const FILE_BYTES_MAX: usize = LINE_BYTES_MAX + NONCE_BYTES + ANSWER_BYTES_MAX + TAG_BYTES;

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// A request, to the centre.
    Out,
    /// An answer, to the box.
    In,
}

impl Direction {
    fn word(self) -> &'static str {
        match self {
            Direction::Out => "out",
            Direction::In => "in",
        }
    }

    fn of_word(word: &str) -> Option<Direction> {
        [Direction::Out, Direction::In]
            .into_iter()
            .find(|direction| direction.word() == word)
    }

    fn bytes_max(self) -> usize {
        match self {
            Direction::Out => REQUEST_BYTES_MAX,
            Direction::In => ANSWER_BYTES_MAX,
        }
    }
}

/// Why a file was not opened. The text holds nothing of what was in it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotOpened {
    #[error("it is no file of an exchange by stick")]
    Foreign,
    #[error("it goes the other way")]
    OtherWay,
    #[error("it is of the box {0}")]
    OtherBox(Uuid),
    #[error("it is cut: it has {0} bytes of {1}")]
    Cut(usize, usize),
    #[error("its seal is wrong: it was sealed with another secret, or changed")]
    WrongSeal,
}

/// Returns the bytes of the key that a box's secret gives. The secret cannot be found from them.
pub fn key_bytes(secret: &[u8]) -> [u8; 32] {
    let mac =
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.chain_update(KEY_LABEL).finalize().into_bytes().into()
}

/// The key of a box's seals.
#[derive(Clone)]
pub struct StickKey(XChaCha20Poly1305);

impl fmt::Debug for StickKey {
    /// Hides the key.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("StickKey")
    }
}

impl StickKey {
    /// Returns the key that a box's secret gives.
    pub fn of_secret(secret: &[u8]) -> StickKey {
        StickKey::of_bytes(key_bytes(secret))
    }

    /// Returns the key with these bytes, for a centre that keeps keys and no secrets.
    pub fn of_bytes(bytes: [u8; 32]) -> StickKey {
        StickKey(XChaCha20Poly1305::new(&Key::from(bytes)))
    }

    /// Returns the bytes of a file. `nonce` is random and used once.
    pub fn seal(&self, direction: Direction, site: Uuid, nonce: [u8; NONCE_BYTES], text: &[u8]) -> Vec<u8> {
        let line = format!("{MARK} {} {site} {}\n", direction.word(), text.len());
        let payload = Payload {
            msg: text,
            aad: line.as_bytes(),
        };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("a text within the bounds of an answer is sealed");
        [line.as_bytes(), &nonce, &sealed].concat()
    }

    /// Returns what a file of this box holds.
    pub fn open(&self, direction: Direction, site: Uuid, file: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let (line, told, rest) = first_line(file).ok_or(NotOpened::Foreign)?;
        if told.direction != direction {
            return Err(NotOpened::OtherWay);
        }
        if told.site != site {
            return Err(NotOpened::OtherBox(told.site));
        }
        let whole = NONCE_BYTES + told.bytes + TAG_BYTES;
        if rest.len() < whole {
            return Err(NotOpened::Cut(file.len(), line.len() + whole));
        }
        let (nonce, sealed) = rest.split_at(NONCE_BYTES);
        let nonce = XNonce::try_from(nonce).map_err(|_| NotOpened::WrongSeal)?;
        let payload = Payload {
            msg: sealed,
            aad: line,
        };
        self.0.decrypt(&nonce, payload).map_err(|_| NotOpened::WrongSeal)
    }
}

/// What the first line of a file says.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub direction: Direction,
    pub site: Uuid,
    /// Bytes of what was sealed.
    bytes: usize,
}

/// Returns what the first line of a file says; nothing proves it yet.
pub fn told(file: &[u8]) -> Option<Told> {
    first_line(file).map(|(_, told, _)| told)
}

/// Returns the first line with its end, what it says, and what follows it.
fn first_line(file: &[u8]) -> Option<(&[u8], Told, &[u8])> {
    let head = &file[..file.len().min(LINE_BYTES_MAX)];
    let end = head.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = file.split_at(end + 1);
    let words = std::str::from_utf8(&line[..end]).ok()?.strip_prefix(MARK)?;
    let mut words = words.strip_prefix(' ')?.split(' ');
    let direction = Direction::of_word(words.next()?)?;
    let site = Uuid::try_parse(words.next()?).ok()?;
    let bytes = words.next()?.parse().ok()?;
    let is_whole = words.next().is_none() && bytes <= direction.bytes_max();
    let told = Told {
        direction,
        site,
        bytes,
    };
    is_whole.then_some((line, told, rest))
}

/// The name of a file, such as `out-BOX-INCARNATION-1-5000`. By name, files stand in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StickName {
    pub direction: Direction,
    pub site: Uuid,
    pub incarnation: Uuid,
    /// Number of the first record of the request.
    pub first: u64,
    /// Number of its last record; one less than `first` for none.
    pub last: u64,
}

impl fmt::Display for StickName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StickName {
            direction,
            site,
            incarnation,
            first,
            last,
        } = self;
        write!(out, "{}-{site}-{incarnation}-{first}-{last}", direction.word())
    }
}

impl StickName {
    /// Reads a file's name; `None` for any other.
    pub fn parse(name: &str) -> Option<StickName> {
        const GUID_CHARS: usize = 36;
        let (direction, rest) = name.split_once('-')?;
        let (site, rest) = rest.split_at_checked(GUID_CHARS)?;
        let (incarnation, rest) = rest.strip_prefix('-')?.split_at_checked(GUID_CHARS)?;
        let (first, last) = rest.strip_prefix('-')?.split_once('-')?;
        let parsed = StickName {
            direction: Direction::of_word(direction)?,
            site: Uuid::try_parse(site).ok()?,
            incarnation: Uuid::try_parse(incarnation).ok()?,
            first: first.parse().ok()?,
            last: last.parse().ok()?,
        };
        (parsed.to_string() == name).then_some(parsed)
    }
}

#[cfg(test)]
mod tests;
