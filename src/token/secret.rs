//! The secret by which a trusted client application proves itself ([crate::contract::identification]).

use super::KEY_BYTES_MIN;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// A secret that a header field can carry.
#[derive(Clone)]
pub struct Secret {
    /// HMAC with the secret as its key.
    mac: Hmac<Sha256>,
    bytes: Vec<u8>,
}

impl Secret {
    /// Makes a secret of these bytes; none with fewer than [`KEY_BYTES_MIN`] or with other bytes than visible ASCII.
    pub fn new(bytes: &[u8]) -> Option<Secret> {
        let is_secret = bytes.len() >= KEY_BYTES_MIN && bytes.iter().all(u8::is_ascii_graphic);
        is_secret.then(|| Secret {
            mac: Hmac::new_from_slice(bytes).expect("HMAC takes a key of any length"),
            bytes: bytes.to_owned(),
        })
    }

    /// Whether the presented text is the secret. The hashes of both are compared in constant time: neither length nor beginning
    /// of the secret shows.
    pub fn is(&self, presented: &str) -> bool {
        let expected = self.mac.clone().chain_update(&self.bytes).finalize();
        let presented = self.mac.clone().chain_update(presented);
        presented.verify(&expected.into_bytes()).is_ok()
    }
}

impl fmt::Debug for Secret {
    /// Hides the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_itself_alone() {
        let text = "a-secret-of-the-tests-of-32-bytes";
        let secret = Secret::new(text.as_bytes()).unwrap();
        assert!(secret.is(text));
        for other in ["", "a", &text[1..], &format!("{text}x"), &text.to_uppercase()] {
            assert!(!secret.is(other), "{other}");
        }
        assert_eq!(format!("{secret:?}"), "Secret");
        assert!(Secret::new(&[b'x'; KEY_BYTES_MIN - 1]).is_none());
        assert!(Secret::new(&[b' '; KEY_BYTES_MIN]).is_none());
    }
}
