//! What listings show beside cells: specialities, resources with their names, free places.

use super::{Access, CellId, Moment, Resource, ResourceType, SpecialityId};
use std::sync::Arc;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speciality {
    pub id: SpecialityId,
    pub code: String,
    pub name: String,
}

/// A resource with what a listing shows of it beyond what a cell does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedResource {
    pub resource: Arc<Resource>,
    pub kind: ResourceType,
    /// Family name; may be empty, as the next two.
    pub family: String,
    pub name: String,
    pub patronymic: String,
    pub speciality_code: String,
}

/// The free places of a resource that a client application may book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreePlaces {
    pub count: i64,
    /// The first and the last of their cells; none when there are none.
    pub cells: Option<FreeCells>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeCells {
    /// GUID of the first; of several at one time the oldest.
    pub nearest: Uuid,
    pub nearest_begin: Moment,
    pub last_begin: Moment,
}

/// What counts of a cell when free places are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AheadCell {
    pub id: CellId,
    pub guid: Uuid,
    /// In seconds since 1970.
    pub begin_at: i64,
    /// Free places; 0 in a cell that lists leave out, in a closed one, and in one that is not this server's.
    pub free: u32,
    pub flag_access: Access,
    pub is_reception: bool,
}

/// What can be booked of a clinic's speciality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    pub lpu: Uuid,
    pub code: String,
    pub name: String,
    /// Free places ahead, within a client application's reach.
    pub free_places: i64,
    /// Begin of the last cell ahead, free or not, in seconds since 1970; none where there is none.
    pub last_begin: Option<i64>,
}
