//! Passwords of the reception: argon2id, with the parameters that RFC 9106 and OWASP give for a server.

use crate::model::PasswordFound;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::LazyLock;

/// Longest password that is looked at, in bytes.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// Signs of a new password: none is taken for another.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Groups of a new password, and signs of each: sixty bits.
const GROUPS: usize = 3;
const GROUP_SIGNS: usize = 4;

/// What an unknown login's password is held against: it takes as long, and never fits.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&made()));

/// Work on a password that takes a tenth of a second and some memory: it is done on a thread of its own.
pub enum PasswordWork {
    /// Holds a password against a hash; none where the login is unknown.
    Check {
        /// What was typed.
        password: String,
        /// The hash that is kept.
        hash: Option<String>,
    },
    /// Makes a new password.
    Make,
}

impl PasswordWork {
    /// Does the work.
    pub fn run(self) -> PasswordFound {
        match self {
            PasswordWork::Check {
                password,
                hash: Some(hash),
            } => {
                if fits(&password, &hash) {
                    PasswordFound::Fits(hash)
                } else {
                    PasswordFound::Differs
                }
            }
            PasswordWork::Check { password, hash: None } => {
                fits(&password, &NOBODY);
                PasswordFound::Differs
            }
            PasswordWork::Make => {
                let (password, hash) = new_password();
                PasswordFound::Made { password, hash }
            }
        }
    }
}

/// Draws a password. Returns it with its hash.
pub fn new_password() -> (String, String) {
    let password = made();
    let hash = hash(&password);
    (password, hash)
}

/// Draws a password.
fn made() -> String {
    let mut bytes = [0; GROUPS * GROUP_SIGNS];
    getrandom::fill(&mut bytes).expect("the system has random bytes once it has started");
    let signs = bytes.map(|byte| char::from(SIGNS[usize::from(byte) % SIGNS.len()]));
    let groups = signs.chunks(GROUP_SIGNS).map(String::from_iter);
    groups.collect::<Vec<_>>().join("-")
}

/// Returns the hash of a password, with a salt of its own.
fn hash(password: &str) -> String {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.expect("the parameters are the library's own").to_string()
}

/// Returns whether a password is the one of a hash; a damaged hash is nobody's.
fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a made password fits its own hash and no other, and no two are alike.
    #[test]
    fn a_password_fits_its_hash_alone() {
        let PasswordFound::Made { password, hash } = PasswordWork::Make.run() else {
            panic!("one is made")
        };
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        let check = |password: &str, hash: Option<&str>| {
            PasswordWork::Check {
                password: password.to_owned(),
                hash: hash.map(str::to_owned),
            }
            .run()
        };
        assert_eq!(check(&password, Some(&hash)), PasswordFound::Fits(hash.clone()));
        assert_eq!(check(&made(), Some(&hash)), PasswordFound::Differs);
        assert_eq!(check("", Some(&hash)), PasswordFound::Differs);
        assert_eq!(check(&password, Some("damaged")), PasswordFound::Differs);
        assert_eq!(check(&password, None), PasswordFound::Differs);
        assert_ne!(made(), password);
        assert_eq!(password.len(), 14, "{password}");
    }
}
