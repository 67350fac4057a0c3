//! A ticket: a visit as answers show it.

use super::{BusyType, Moment};
use uuid::Uuid;

/// One entry of a visit's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What changed; empty for the making of the visit.
    pub element: String,
    /// Before.
    pub old_value: String,
    /// After.
    pub new_value: String,
    /// Who changed it.
    pub editor: String,
    /// When.
    pub at: Moment,
    /// Mnemonic of the client application that changed it.
    pub client_mnem: String,
    /// Its name.
    pub client_name: String,
    /// Its description.
    pub client_description: String,
}

impl Change {
    /// The first entry of every history: the making of the visit.
    pub fn making(at: Moment, client_mnem: String, client_name: String, client_description: String) -> Self {
        Change {
            element: String::new(),
            old_value: String::new(),
            new_value: String::new(),
            editor: String::new(),
            at,
            client_mnem,
            client_name,
            client_description,
        }
    }
}

/// A visit with all that an answer shows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Row in the store.
    pub id: i64,
    /// GUID: `ticketGuid`.
    pub guid: Uuid,
    /// The clinic's GUID.
    pub lpu: Uuid,
    /// The clinic's model, as in [`Lpu`](super::Lpu).
    pub lpu_model: String,
    /// Running number within resource and day.
    pub num: i64,
    /// The patient's district.
    pub uchastok_num: String,
    /// Room the patient goes to.
    pub room: String,
    /// Floor.
    pub flat: i64,
    /// Kind of appointment; none when the cell was removed.
    pub busy_type: Option<BusyType>,
    /// GUID of the cell; none when it was removed.
    pub cell: Option<Uuid>,
    /// Whom the patient goes to.
    pub doc_fio: String,
    /// GUID of the resource.
    pub resource: Uuid,
    /// Position.
    pub role: String,
    /// Name of the speciality.
    pub speciality: String,
    /// First moment.
    pub begin: Moment,
    /// First moment after it.
    pub end: Moment,
    /// The moment of booking.
    pub made: Moment,
    /// Places planned in the cell.
    pub plan_count: i64,
    /// Places used in the cell.
    pub used_count: i64,
    /// Number of the client application.
    pub source: i64,
    /// Its mnemonic.
    pub source_name: String,
    /// Login at the source; empty for none.
    pub login: String,
    /// The dispensary exam that the visit is for.
    pub exam: Option<Uuid>,
    /// Whether the visit is active; a cancelled one is not.
    pub is_active: bool,
    /// When the patient came and said so; none before.
    pub checked_in: Option<Moment>,
    /// What happened to it, in order.
    pub history: Vec<Change>,
}
