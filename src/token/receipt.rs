//! Signed receipts ([crate::contract::tickets]): the code on a ticket proves visit, cell, doctor and number without a connection.

use super::{KeyRing, TokenKey};
use crate::model::Ticket;
use crate::model::receipt::{KEY_NUMBERS, Receipt};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// Stands before what is signed: no token begins so.
const DOMAIN: &[u8] = b"infomat receipt 1\0";

/// Bytes of the HMAC that the code holds.
const MAC_BYTES: usize = 8;

impl TokenKey {
    /// Returns the key's number in codes: of its id, so that it stays when keys are added and retired.
    fn number(&self) -> u64 {
        first(&Sha256::digest(&self.id)) % KEY_NUMBERS
    }

    fn of_ticket(&self, ticket: &Ticket) -> Hmac<Sha256> {
        let cell = ticket.cell.unwrap_or_default();
        self.mac
            .clone()
            .chain_update(DOMAIN)
            .chain_update(ticket.guid.as_bytes())
            .chain_update(cell.as_bytes())
            .chain_update(ticket.resource.as_bytes())
            .chain_update(ticket.num.to_be_bytes())
    }
}

impl KeyRing {
    /// Returns the code of a ticket, signed with the key that signs tokens.
    pub fn receipt(&self, ticket: &Ticket) -> Receipt {
        Receipt {
            key: self.signer.number(),
            visit: ticket.id,
            mac: first(&self.signer.of_ticket(ticket).finalize().into_bytes()),
        }
    }

    /// Whether a key of the ring, not only the one that signs, has signed this code for this visit as it now is.
    pub fn proves(&self, receipt: &Receipt, ticket: &Ticket) -> bool {
        let signed = |key: &TokenKey| {
            key.of_ticket(ticket)
                .verify_truncated_left(&receipt.mac.to_be_bytes())
                .is_ok()
        };
        receipt.visit == ticket.id
            && self
                .keys
                .iter()
                .any(|key| key.number() == receipt.key && signed(key))
    }
}

/// Returns the first bytes as a number.
fn first(bytes: &[u8]) -> u64 {
    let first: [u8; MAC_BYTES] = bytes[..MAC_BYTES].try_into().expect("a hash is longer");
    u64::from_be_bytes(first)
}
