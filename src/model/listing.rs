//! What listings show beside cells: specialities, resources with their names, free places.

use super::{Moment, Resource, ResourceType};
use uuid::Uuid;

/// A speciality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speciality {
    /// Row in the store.
    pub id: i64,
    /// Code: how requests name it.
    pub code: String,
    /// Name for people.
    pub name: String,
}

/// A resource with what a listing shows of it beyond what a cell does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedResource {
    /// The resource.
    pub resource: Resource,
    /// What kind of thing it is.
    pub kind: ResourceType,
    /// Family name; may be empty, as the next two.
    pub family: String,
    /// Name.
    pub name: String,
    /// Patronymic.
    pub patronymic: String,
    /// Code of its speciality.
    pub speciality_code: String,
}

/// The free places of a resource that a client application may book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreePlaces {
    /// How many.
    pub count: i64,
    /// The first and the last of their cells; none when there are none.
    pub cells: Option<FreeCells>,
}

/// First and last of the cells with free places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeCells {
    /// GUID of the first; of several at one time the oldest.
    pub nearest: Uuid,
    /// Its begin.
    pub nearest_begin: Moment,
    /// Begin of the last.
    pub last_begin: Moment,
}

/// What can be booked of a clinic's speciality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    /// The clinic.
    pub lpu: Uuid,
    /// The speciality's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Free places ahead, within a client application's reach.
    pub free_places: i64,
    /// Begin of the last cell ahead, free or not, in seconds since 1970; none where there is none.
    pub last_begin: Option<i64>,
}
