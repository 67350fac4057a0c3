//! What the other lines of a file and the database have against a line.

use super::{Kind, ROWS_OF_LINE};
use rusqlite::Row;
use thiserror::Error;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum Named {
    #[error("clinic")]
    Clinic,
    #[error("speciality")]
    Speciality,
    #[error("resource")]
    Resource,
    #[error("patient")]
    Patient,
}

/// What is in a line's way. The texts are English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum Obstacle {
    #[error("no such {0} in the file or the database")]
    Unknown(Named),
    #[error("below its {0} active visits")]
    BelowVisits(i64),
    #[error("the region's centre owns it")]
    OfCentre,
    #[error("this server owns it: ask for it by a recall")]
    OfBox,
    #[error("the region's centre told it, and alone changes it")]
    ByMessage,
    #[error("it is set aside, and only the region's centre gives it back")]
    OtherOwner,
    #[error("not removed: the region's centre owns cells of it ({0})")]
    HasCellsOfCentre(i64),
    #[error("its day is not replaced: the region's centre told cells of it ({0}), and alone removes them")]
    HasToldCells(i64),
    #[error("another client application of the file has it")]
    GuidInFile,
    #[error("another client application of the database has it")]
    GuidInDatabase,
    #[error("not removed: it has active visits ({0})")]
    HasVisits(i64),
    #[error("not removed: there are active visits ({0})")]
    PatientHasVisits(i64),
    #[error("not removed: it has resources ({0}, with removed ones that visits or the waiting list name)")]
    HasResources(i64),
    #[error("not removed: it has patients ({0}, with removed ones that visits name)")]
    HasPatients(i64),
    #[error("not removed: the waiting list names it ({0})")]
    IsWaitedFor(i64),
    #[error("not removed: unknown sources count as Internet")]
    IsDefault,
    #[error("not removed: `infomat cancel` cancels through it")]
    IsDesk,
    #[error("not removed: visits were made or changed through it")]
    HasMadeVisits,
}

impl Objection {
    /// Returns the kind of the line.
    pub(super) fn kind(&self) -> Option<Kind> {
        let word = self.field.split('.').next()?;
        let known = Kind::WORDS.into_iter().find(|(known, _)| *known == word);
        known.map(|(_, kind)| kind)
    }

    /// A row of a check: `line`, `field`, `obstacle` (the name of the [`Obstacle`]) and `count`. It is `None` for a row that no
    /// line of the file is behind.
    pub(super) fn of(row: &Row) -> rusqlite::Result<Option<Self>> {
        let line: i64 = row.get("line")?;
        if line < 0 {
            return Ok(None);
        }
        let count: i64 = row.get::<_, Option<i64>>("count")?.unwrap_or_default();
        let index = row.as_ref().column_index("obstacle")?;
        let obstacle = match row.get_ref(index)?.as_str()? {
            "unknown clinic" => Obstacle::Unknown(Named::Clinic),
            "unknown speciality" => Obstacle::Unknown(Named::Speciality),
            "unknown resource" => Obstacle::Unknown(Named::Resource),
            "unknown patient" => Obstacle::Unknown(Named::Patient),
            "below visits" => Obstacle::BelowVisits(count),
            "of centre" => Obstacle::OfCentre,
            "of box" => Obstacle::OfBox,
            "by message" => Obstacle::ByMessage,
            "other owner" => Obstacle::OtherOwner,
            "has cells of centre" => Obstacle::HasCellsOfCentre(count),
            "has told cells" => Obstacle::HasToldCells(count),
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
        Ok(Some(Objection {
            line: line / ROWS_OF_LINE,
            field: row.get("field")?,
            obstacle,
        }))
    }
}
