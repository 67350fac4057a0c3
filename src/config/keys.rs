//! `[[tokens.keys]]`: the files of the keys, and where their bytes are read from.

use super::{Config, ConfigError, ConfigFault, NotPlain, read};
use crate::token::{KEY_BYTES_MIN, KeyRing, TokenKey};
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Largest key file.
const KEY_FILE_BYTES_MAX: u64 = 4096;

/// Bits of a key file's mode that give access to others than its owner.
pub const MODE_OF_OTHERS: u32 = 0o077;

/// `[[tokens.keys]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// The key's `kid`.
    pub id: String,
    /// Where its bytes are.
    pub path: PathBuf,
}

impl Config {
    /// Returns the keys, from their files. The log reports a file that others than its owner can read.
    ///
    /// # Errors
    /// [`ConfigError`] when a file cannot be read or holds too short a key.
    pub fn key_ring(&self) -> Result<KeyRing, ConfigError> {
        let keys: Result<Vec<TokenKey>, ConfigError> = self.tokens.keys.iter().map(KeyFile::load).collect();
        Ok(KeyRing::new(keys?, &self.tokens.sign_with).expect("names were checked when the file was read"))
    }
}

impl KeyFile {
    /// Returns the key's bytes.
    ///
    /// # Errors
    /// [`ConfigError`] when the file cannot be read or holds too few.
    pub fn bytes(&self) -> Result<Vec<u8>, ConfigError> {
        let wrong = |fault| ConfigError::of_file(&self.path, fault);
        let id = || self.id.clone();
        let bytes =
            read_key(&self.path).map_err(|error| wrong(ConfigFault::KeyUnreadable { id: id(), error }))?;
        if bytes.len() < KEY_BYTES_MIN {
            let bytes = bytes.len();
            return Err(wrong(ConfigFault::ShortKey { id: id(), bytes }));
        }
        Ok(bytes)
    }

    fn load(&self) -> Result<TokenKey, ConfigError> {
        let bytes = self.bytes()?;
        Ok(TokenKey::new(&self.id, &bytes).expect("its length was checked"))
    }
}

/// Bytes of a key that a text editor has added unseen. They count as a part of the key: another program, whose copy lacks them,
/// signs differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum Oddity {
    #[error("begins with a byte order mark, which counts as a part of it: save the file without it")]
    Mark,
    #[error("is UTF-16, so that every other byte of it is zero: save the file as UTF-8, without a mark")]
    Utf16,
    #[error(
        "ends with a carriage return, which counts as a part of it: save the file with line ends of Unix"
    )]
    CarriageReturn,
    #[error("ends with a blank or an empty line, which counts as a part of it: take it away")]
    BlankAtEnd,
    #[error("begins with a blank or an empty line, which counts as a part of it: take it away")]
    BlankAtBegin,
}

impl Oddity {
    /// Returns the oddity of these bytes, if any.
    pub fn of(bytes: &[u8]) -> Option<Oddity> {
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            Some(Oddity::Mark)
        } else if is_utf16(bytes) {
            Some(Oddity::Utf16)
        } else if bytes.last() == Some(&b'\r') {
            Some(Oddity::CarriageReturn)
        } else if bytes.last().is_some_and(u8::is_ascii_whitespace) {
            Some(Oddity::BlankAtEnd)
        } else if bytes.first().is_some_and(u8::is_ascii_whitespace) {
            Some(Oddity::BlankAtBegin)
        } else {
            None
        }
    }
}

/// Returns whether the bytes are UTF-16, with or without a mark: every other byte of ASCII is zero.
fn is_utf16(bytes: &[u8]) -> bool {
    let is_zero = |from| bytes.len() > 1 && bytes.iter().skip(from).step_by(2).all(|byte| *byte == 0);
    bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || is_zero(0) || is_zero(1)
}

/// Returns the bytes of a key or secret, without one newline at the end.
pub fn read_key(path: &Path) -> io::Result<Vec<u8>> {
    let found = path.metadata()?;
    if !found.is_file() {
        // A FIFO would be waited for.
        return Err(io::Error::other(NotPlain));
    }
    let mut bytes = read(path, KEY_FILE_BYTES_MAX)?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    if let Some(oddity) = Oddity::of(&bytes) {
        log::warn!("{}: the key {oddity}", path.display());
    }
    if is_exposed(&found) {
        log::warn!(
            "{}: others than its owner can get at this key; mode 0600 would be right, or 0640 for a file of root's that the \
             server's group reads",
            path.display()
        );
    }
    Ok(bytes)
}

/// Returns whether others than the owner have access to the file of a key or secret. A file of root's may be readable for another
/// group: the server's.
pub fn is_exposed(file: &Metadata) -> bool {
    let is_for_group = file.uid() == 0 && file.gid() != 0;
    let allowed = if is_for_group { 0o640 } else { 0o600 };
    file.mode() & MODE_OF_OTHERS & !allowed != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use std::fs;

    /// One trailing newline does not count; what is left has to be long enough.
    #[test]
    fn keys_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hmac.key");
        let config = Config::parse("", &folder.path().join("infomat.toml")).unwrap();
        let refused = || config.key_ring().unwrap_err().to_string();
        assert!(refused().contains("the file of the key `main` of tokens.keys cannot be read"));

        let long_enough = "k".repeat(KEY_BYTES_MIN);
        let bearer = crate::model::Bearer {
            lpu: uuid::Uuid::nil(),
            mkab: uuid::Uuid::nil(),
            login: String::new(),
            source: String::new(),
            privilege: false,
        };
        let now = chrono::DateTime::UNIX_EPOCH.fixed_offset();
        let key = TokenKey::new("main", long_enough.as_bytes()).unwrap();
        let token = KeyRing::new(vec![key], "main").unwrap().sign(&bearer, now, now);
        let verifies = |content: String| {
            fs::write(&path, content).unwrap();
            config
                .key_ring()
                .unwrap()
                .verify(&token, now, TimeDelta::zero())
                .is_ok()
        };
        assert!(verifies(long_enough.clone()));
        assert!(verifies(format!("{long_enough}\n")));
        assert!(!verifies(format!("{long_enough}\n\n")));
        assert!(!verifies(format!("{long_enough}\r\n")));

        fs::write(&path, format!("{}\n", &long_enough[1..])).unwrap();
        let message = refused();
        assert!(message.starts_with(path.to_str().unwrap()), "{message}");
        assert!(
            message.contains("holds 31 bytes") && message.contains("at least 32"),
            "{message}"
        );
        assert!(!message.contains("kkk"), "{message}");

        fs::write(
            &path,
            "k".repeat(usize::try_from(KEY_FILE_BYTES_MAX).unwrap() + 1),
        )
        .unwrap();
        assert!(refused().contains("more than 4096 bytes"));
    }
}
