//! Who books a cell.

use serde::{Deserialize, Serialize};

/// The side that alone books a cell ([crate::contract::clinic_data]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// This server.
    Box,
    /// The region's booking centre.
    Centre,
    /// Set aside, until a person decides or the cell begins.
    Nobody,
}

impl Owner {
    /// Each with its word in the contract and the schema.
    pub const WORDS: [(&'static str, Owner); 3] = [
        ("box", Owner::Box),
        ("centre", Owner::Centre),
        ("nobody", Owner::Nobody),
    ];
}
