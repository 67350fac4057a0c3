//! What the other lines of a file and the database have against a line.

use rusqlite::Row;
use std::fmt;

/// A line that is good by itself and cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Its number; the first is 1.
    pub line: i64,
    /// Which field, after the line's kind: `slot.resource`.
    pub field: String,
    /// Why.
    pub obstacle: Obstacle,
}

/// What a line names and what is neither in the file nor in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A clinic.
    Clinic,
    /// A speciality.
    Speciality,
    /// A doctor, a room, a piece of equipment.
    Resource,
    /// A patient's card.
    Patient,
}

/// What is in a line's way. The texts are English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It names what is not there.
    Unknown(Named),
    /// A cell has so many active visits, more than it would have places.
    BelowVisits(i64),
    /// Another client application of the file has the GUID.
    GuidInFile,
    /// Another client application of the database has the GUID.
    GuidInDatabase,
    /// A cell or a resource to be removed has so many active visits.
    HasVisits(i64),
    /// A patient to be removed has so many active visits.
    PatientHasVisits(i64),
    /// A clinic or a speciality to be removed has so many resources, with removed ones that something names.
    HasResources(i64),
    /// A clinic to be removed has so many patients, with removed ones that visits name.
    HasPatients(i64),
    /// So many entries of the waiting list name a speciality to be removed.
    IsWaitedFor(i64),
    /// `Internet` is what unknown sources count as.
    IsDefault,
    /// `Registry` is what the desk writes through.
    IsDesk,
    /// Visits were made or changed through a client application to be removed.
    HasMadeVisits,
}

impl Objection {
    /// A row of a check: `line`, `field`, `obstacle` (the name of the [`Obstacle`]) and `count`.
    pub(super) fn of(row: &Row) -> rusqlite::Result<Self> {
        let count: i64 = row.get::<_, Option<i64>>("count")?.unwrap_or_default();
        let index = row.as_ref().column_index("obstacle")?;
        let obstacle = match row.get_ref(index)?.as_str()? {
            "unknown clinic" => Obstacle::Unknown(Named::Clinic),
            "unknown speciality" => Obstacle::Unknown(Named::Speciality),
            "unknown resource" => Obstacle::Unknown(Named::Resource),
            "unknown patient" => Obstacle::Unknown(Named::Patient),
            "below visits" => Obstacle::BelowVisits(count),
            "guid in file" => Obstacle::GuidInFile,
            "guid in database" => Obstacle::GuidInDatabase,
            "has visits" => Obstacle::HasVisits(count),
            "patient has visits" => Obstacle::PatientHasVisits(count),
            "has resources" => Obstacle::HasResources(count),
            "has patients" => Obstacle::HasPatients(count),
            "is waited for" => Obstacle::IsWaitedFor(count),
            "is default" => Obstacle::IsDefault,
            "is desk" => Obstacle::IsDesk,
            "has made visits" => Obstacle::HasMadeVisits,
            _ => {
                return Err(rusqlite::Error::InvalidColumnType(
                    index,
                    "obstacle".to_owned(),
                    rusqlite::types::Type::Text,
                ));
            }
        };
        Ok(Objection {
            line: row.get("line")?,
            field: row.get("field")?,
            obstacle,
        })
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Obstacle::Unknown(named) => {
                let named = match named {
                    Named::Clinic => "clinic",
                    Named::Speciality => "speciality",
                    Named::Resource => "resource",
                    Named::Patient => "patient",
                };
                write!(out, "no such {named} in the file or the database")
            }
            Obstacle::BelowVisits(count) => write!(out, "below its {count} active visits"),
            Obstacle::GuidInFile => out.write_str("another client application of the file has it"),
            Obstacle::GuidInDatabase => out.write_str("another client application of the database has it"),
            Obstacle::HasVisits(count) => write!(out, "not removed: it has active visits ({count})"),
            Obstacle::PatientHasVisits(count) => {
                write!(out, "not removed: there are active visits ({count})")
            }
            Obstacle::HasResources(count) => write!(
                out,
                "not removed: it has resources ({count}, with removed ones that visits or the waiting list name)"
            ),
            Obstacle::HasPatients(count) => write!(
                out,
                "not removed: it has patients ({count}, with removed ones that visits name)"
            ),
            Obstacle::IsWaitedFor(count) => write!(out, "not removed: the waiting list names it ({count})"),
            Obstacle::IsDefault => out.write_str("not removed: unknown sources count as Internet"),
            Obstacle::IsDesk => out.write_str("not removed: `infomat cancel` cancels through it"),
            Obstacle::HasMadeVisits => out.write_str("not removed: visits were made or changed through it"),
        }
    }
}
