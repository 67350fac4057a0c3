//! Who may book a cell.

/// The client application of the reception: who cancels, moves or books for a patient there, or by a command or an import.
pub const RECEPTION: &str = "Registry";

/// Access bits ([crate::contract::applications]). A client application may book a cell when the two share a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access(pub i64);

impl Access {
    /// Each bit with its name, lowest first.
    pub const NAMED: [(&'static str, Access); 7] = [
        (RECEPTION, Access(1)),
        ("Doctor", Access(1 << 1)),
        ("Internet", Access(1 << 2)),
        ("DoctorOtherLpu", Access(1 << 3)),
        ("Quota", Access(1 << 4)),
        ("Infomat", Access(1 << 5)),
        ("CallCenter", Access(1 << 6)),
    ];

    #[must_use]
    pub fn shared_with(self, other: Access) -> Access {
        Access(self.0 & other.0)
    }

    pub fn shares_bit(self, other: Access) -> bool {
        self.shared_with(other) != Access(0)
    }
}
