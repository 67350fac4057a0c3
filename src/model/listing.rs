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
    /// Of a district doctor, the districts: each as [`super::Patient::uchastok_num`] has it.
    pub uchastok_nums: Vec<String>,
}

/// The free places of a resource that a client application may book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreePlaces {
    pub count: i64,
    /// Places that are booked from today on, by whatever source: how much the resource is in use.
    pub booked: i64,
    /// The first and the last of their cells; none when there are none.
    pub cells: Option<FreeCells>,
}

/// Cells that are told of a resource after its nearest one.
pub const NEXT_MAX: usize = 2;

/// A cell with a free place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeCell {
    pub guid: Uuid,
    pub begin: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeCells {
    /// The first; of several at one time the oldest.
    pub nearest: FreeCell,
    /// Those after it, as far as there are.
    pub next: [Option<FreeCell>; NEXT_MAX],
    pub last_begin: Moment,
}

impl FreeCells {
    /// Returns the nearest cells in their order: at least one, at most one more than [`NEXT_MAX`].
    pub fn nearest_ones(&self) -> impl Iterator<Item = FreeCell> + use<> {
        std::iter::once(self.nearest).chain(self.next.into_iter().flatten())
    }
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
    /// Booked places; a cell with more than fit counts as the most that do.
    pub used: u16,
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
