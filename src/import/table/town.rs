//! What the database and the records before have of clinics, specialities and doctors: few, and kept in memory.

use super::cells::Cells;
use super::words::{Column, folded};
use crate::import::reason::{BadField, Reason};
use crate::model;
use crate::store::Fault;
use crate::store::import::{
    KnownResource, Named, Obstacle, ResourceRow, Row, RowKey, SpecialityRow, Staging,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Longest code of a speciality that its name gives.
const CODE_CHARS_MAX: usize = crate::import::bounds::CODE_CHARS_MAX;

/// Bytes of a GUID.
const GUID_BYTES: usize = 16;

/// Returns the GUID of a thing without one: the same for the same texts, in every file and every clinic's database. `number` tells it
/// from things that have had this GUID and are something else by now.
pub fn made_guid(texts: &[&str], number: u32) -> Uuid {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.as_bytes());
        digest.update([0]);
    }
    digest.update(number.to_be_bytes());
    let mut bytes = [0; GUID_BYTES];
    bytes.copy_from_slice(&digest.finalize()[..GUID_BYTES]);
    Uuid::new_v8(bytes)
}

/// A speciality that a record names.
#[derive(Clone)]
pub struct Speciality {
    pub code: String,
    /// The row of one that is not there yet.
    pub new: Option<String>,
}

impl Speciality {
    /// Returns what has to be staged for it.
    pub fn row(&self) -> Option<(RowKey, Row)> {
        let row = Row::Speciality(SpecialityRow {
            name: self.new.clone()?,
        });
        Some((RowKey::Text(self.code.clone()), row))
    }
}

/// A resource with its names as they are compared.
struct Resident {
    known: KnownResource,
    /// The parts of a person's name together.
    name: String,
    title: String,
}

impl Resident {
    fn of(known: KnownResource) -> Resident {
        let row = &known.row;
        Resident {
            name: folded(&[&*row.family, &row.name, &row.patronymic].concat()),
            title: folded(&row.title),
            known,
        }
    }
}

pub struct Town {
    clinics: Vec<(Uuid, String)>,
    specialities: Vec<(String, String)>,
    resources: Vec<Resident>,
    /// The first resources that are not in the database.
    new_from: usize,
}

impl Town {
    pub fn read(staging: &Staging) -> Result<Town, Fault> {
        let resources = staging.known_resources()?;
        Ok(Town {
            clinics: staging.known_clinics()?,
            specialities: staging.known_specialities()?,
            new_from: resources.len(),
            resources: resources.into_iter().map(Resident::of).collect(),
        })
    }

    pub fn clinics(&self) -> usize {
        self.clinics.len()
    }

    /// Returns the names of the doctors that the records have added, with their specialities.
    pub fn added(&self) -> impl Iterator<Item = String> {
        self.resources[self.new_from..].iter().map(|resident| {
            let row = &resident.known.row;
            let name = [&*row.family, &row.name, &row.patronymic].join(" ");
            format!("{} ({})", name.trim_end(), self.speciality_name(&row.speciality))
        })
    }

    fn speciality_name(&self, code: &str) -> String {
        let known = self.specialities.iter().find(|(known, _)| known == code);
        known.map_or(code, |(_, name)| name).to_owned()
    }

    /// Returns the clinic of a record.
    pub fn clinic(&self, cells: &Cells) -> Result<Uuid, BadField> {
        let refuse = |reason| Err(cells.bad(Column::Clinic, reason));
        let Some(text) = cells.get(Column::Clinic) else {
            return match &self.clinics[..] {
                [(guid, _)] => Ok(*guid),
                _ => refuse(Reason::Missing),
            };
        };
        let guid = model::guid(text);
        let name = folded(text);
        let mut found = self
            .clinics
            .iter()
            .filter(|(known, known_name)| Some(*known) == guid || folded(known_name) == name);
        match (found.next(), found.next()) {
            (Some((guid, _)), None) => Ok(*guid),
            (None, _) => refuse(Reason::InTheWay(Obstacle::Unknown(Named::Clinic))),
            _ => refuse(Reason::Ambiguous(Named::Clinic)),
        }
    }

    /// Returns the speciality of a record, by its code or its name; one that is not there is new.
    pub fn speciality(&self, cells: &Cells) -> Result<Option<Speciality>, BadField> {
        let name = cells.get(Column::Speciality);
        let is_known = |code: &str| self.specialities.iter().any(|(known, _)| known == code);
        let known = |code: &str| {
            Ok(Some(Speciality {
                code: code.to_owned(),
                new: None,
            }))
        };
        if let Some(code) = cells.get(Column::SpecialityCode) {
            return match name {
                _ if is_known(code) => known(code),
                None => Err(cells.bad(
                    Column::SpecialityCode,
                    Reason::InTheWay(Obstacle::Unknown(Named::Speciality)),
                )),
                Some(name) => Ok(Some(Speciality {
                    code: code.to_owned(),
                    new: Some(name.to_owned()),
                })),
            };
        }
        let Some(name) = name else { return Ok(None) };
        let wanted = folded(name);
        let mut named = self
            .specialities
            .iter()
            .filter(|(_, known)| folded(known) == wanted);
        match (named.next(), named.next()) {
            (Some((code, _)), None) => known(code),
            (Some(_), Some(_)) => Err(cells.bad(Column::Speciality, Reason::Ambiguous(Named::Speciality))),
            (None, _) if is_known(name) => known(name),
            (None, _) => Ok(Some(Speciality {
                code: if name.chars().nth(CODE_CHARS_MAX).is_none() {
                    name.to_owned()
                } else {
                    made_guid(&["speciality", &wanted], 0).to_string()
                },
                new: Some(name.to_owned()),
            })),
        }
    }

    /// Returns the resource with this GUID, unless it was removed.
    pub fn resource(&self, guid: Uuid) -> Option<&KnownResource> {
        let mut present = self.resources.iter().map(|resident| &resident.known);
        present.find(|known| known.guid == guid && !known.removed)
    }

    /// Finds a doctor, a room or equipment by name, speciality and, of several, room. `None`: there is none.
    pub fn find(
        &self,
        cells: &Cells,
        lpu: Uuid,
        name: &[String; 3],
        speciality: Option<&Speciality>,
    ) -> Result<Option<&KnownResource>, BadField> {
        let is_here = |known: &KnownResource| {
            known.row.lpu == lpu
                && !known.removed
                && speciality.is_none_or(|speciality| speciality.code == known.row.speciality)
        };
        let here = || self.resources.iter().filter(|resident| is_here(&resident.known));
        let whole = folded(&name.concat());
        let is_named =
            |resident: &&Resident| resident.name == whole || !whole.is_empty() && resident.title == whole;
        let mut found: Vec<_> = here().filter(is_named).map(|resident| &resident.known).collect();
        if found.is_empty() {
            let known = here().map(|resident| &resident.known);
            found = known.filter(|known| is_short_for(name, &known.row)).collect();
        }
        if found.len() > 1
            && let Some(room) = cells.get(Column::Room)
        {
            let room = folded(room);
            let there = found
                .iter()
                .copied()
                .filter(|known| folded(&known.row.room) == room);
            let there: Vec<_> = there.collect();
            if there.len() == 1 {
                found = there;
            }
        }
        match found[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(cells.bad(cells.naming(), Reason::Ambiguous(Named::Resource))),
        }
    }

    /// Returns the GUID of a doctor that is not there. One whom an import removed comes back.
    pub fn new_guid(&self, lpu: Uuid, name: &[String; 3], speciality: &Speciality) -> Uuid {
        let (lpu, name) = (lpu.to_string(), folded(&name.concat()));
        let guids = (0..).map(|number| made_guid(&["resource", &lpu, &name, &speciality.code], number));
        let is_free = |guid: &Uuid| {
            let taken = self
                .resources
                .iter()
                .find(|resident| resident.known.guid == *guid);
            taken.is_none_or(|Resident { known, name: has, .. }| {
                known.removed && *has == name && known.row.speciality == speciality.code
            })
        };
        let mut free = guids.filter(is_free);
        free.next().expect("there are more numbers than resources")
    }

    /// Notes what a record has added.
    pub fn add(&mut self, speciality: Option<&Speciality>, guid: Uuid, row: &ResourceRow) {
        if let Some(Speciality {
            code,
            new: Some(name),
        }) = speciality
        {
            self.specialities.push((code.clone(), name.clone()));
        }
        if self.resource(guid).is_none() {
            let returns = self
                .resources
                .iter()
                .position(|resident| resident.known.guid == guid);
            if let Some(place) = returns {
                self.resources.remove(place);
                self.new_from -= usize::from(place < self.new_from);
            }
            self.resources.push(Resident::of(KnownResource {
                guid,
                row: row.clone(),
                removed: false,
            }));
        }
    }
}

/// Returns whether a name with initials is short for a resource's: `Иванова А. Б.`
fn is_short_for([family, name, patronymic]: &[String; 3], row: &ResourceRow) -> bool {
    let begins = |initial: &str, whole: &str| {
        let initial = folded(initial);
        initial.chars().count() <= 1 && folded(whole).starts_with(&initial)
    };
    !name.is_empty()
        && folded(family) == folded(&row.family)
        && begins(name, &row.name)
        && begins(patronymic, &row.patronymic)
}
