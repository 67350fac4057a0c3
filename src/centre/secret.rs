//! Secrets by which a box or an application is known: random, shown once, kept as a hash.

use crate::command::Failure;
use crate::exchange::stick;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Random bytes of a secret. Nobody finds one by trying, so a plain hash hides it.
const BYTES: usize = 32;

/// Returns a new secret as text: 43 letters of base64url.
///
/// # Errors
/// [`Failure::Failed`]: the system gives no random bytes.
pub fn new() -> Result<String, Failure> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Failed(format!("random bytes: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns what the database keeps of a secret.
pub fn hash_of(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// Returns the key of a box's sticks, which the database keeps too: a stick brings no secret.
pub fn stick_key_of(secret: &str) -> Vec<u8> {
    stick::key_bytes(secret.as_bytes()).to_vec()
}
