//! Reading what a clinic consists of, and the client applications.

use super::damage::named;
use super::{Fault, Store, WriteTx, rows};
use crate::model::typed::sort_key;
use crate::model::{Cell, ClientApplication, ListedResource, Lpu, LpuId, Speciality};
use rusqlite::{Row, named_params};
use std::sync::Arc;
use thiserror::Error;
use uuid::Uuid;

/// Most damaged rows of one table that are told.
const FAULTS_MAX: usize = 20;

const LPUS: &str = "SELECT id, is_children, model, name FROM lpu ORDER BY id";
const SPECIALITIES: &str = "SELECT id, code, name FROM speciality ORDER BY id";
const APPLICATIONS: &str = include_str!("clinic/applications.sql");

/// A client application cannot get the GUID that it is to have: another one has it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("applications: `{mnem}` cannot have the guid {guid}: in the database another application has it")]
pub struct GuidTaken {
    /// The application that is to have it.
    pub mnem: String,
    /// The GUID.
    pub guid: Uuid,
}

impl Store {
    /// Returns a cell of any clinic by its GUID, with the clinic's.
    pub(crate) fn cell_of_any(&self, guid: Uuid) -> Result<Option<(Cell, Uuid)>, Fault> {
        let lpu: Option<(LpuId, Uuid)> = self.optional(
            "slot",
            "SELECT l.id, l.guid AS lpu_guid FROM slot s JOIN resource r ON r.id = s.resource_id JOIN lpu l ON l.id = r.lpu_id
             WHERE s.guid = :guid",
            named_params! { ":guid": guid },
            |row| Ok((row.get("id")?, row.get("lpu_guid")?)),
        )?;
        let Some((lpu, lpu_guid)) = lpu else {
            return Ok(None);
        };
        let cell = self.find_cell_by_guid(guid, lpu)?;
        Ok(cell.map(|cell| (cell, lpu_guid)))
    }

    /// Returns all clinics, by name as in Russian.
    pub fn lpus(&self) -> Result<Vec<Lpu>, Fault> {
        let mut lpus = self.all("lpu", LPUS, [], |row| {
            Ok((sort_key(rows::text(row, "name")?), rows::lpu(row)?))
        })?;
        lpus.sort_by(|(name, _), (other, _)| name.cmp(other));
        Ok(lpus.into_iter().map(|(_, lpu)| lpu).collect())
    }

    /// Returns the damaged rows of clinics, client applications and specialities, which all requests need; at most
    /// [`FAULTS_MAX`] of each.
    pub(crate) fn damaged_base(&self) -> Vec<Fault> {
        let mut faults = self.damaged("lpu", LPUS, rows::lpu);
        faults.extend(self.damaged("client_application", APPLICATIONS, rows::application));
        faults.extend(self.damaged("speciality", SPECIALITIES, rows::speciality));
        faults
    }

    /// Returns the damaged rows of a statement, and why the statement could not be read to its end.
    fn damaged<T>(
        &self,
        table: &'static str,
        sql: &str,
        decode: impl Fn(&Row) -> rusqlite::Result<T>,
    ) -> Vec<Fault> {
        let read = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map([], named(table, decode))?;
            let faults = rows.filter_map(|row| row.err().map(Fault::from));
            Ok(faults.take(FAULTS_MAX).collect())
        };
        read().unwrap_or_else(|error: rusqlite::Error| vec![error.into()])
    }

    pub(crate) fn find_speciality(&self, code: &str) -> Result<Option<Speciality>, Fault> {
        self.optional(
            "speciality",
            "SELECT id, code, name FROM speciality WHERE code = :code",
            named_params! { ":code": code },
            rows::speciality,
        )
    }

    /// Reads a clinic's resources that are to be shown, by name.
    pub(super) fn read_shown_resources(&self, lpu_id: LpuId) -> Result<Vec<ListedResource>, Fault> {
        let mut resources = self.all(
            "resource",
            include_str!("clinic/read_shown_resources.sql"),
            named_params! { ":lpu": lpu_id },
            listed_resource,
        )?;
        resources.sort_by_cached_key(|listed| {
            let names = [
                &listed.family,
                &listed.name,
                &listed.patronymic,
                &listed.resource.doc_fio,
            ];
            names.map(|name| sort_key(name))
        });
        Ok(resources)
    }

    /// Returns a resource of a clinic by its GUID, to be shown or not; `None` when it was removed.
    pub(crate) fn find_resource(&self, guid: Uuid, lpu_id: LpuId) -> Result<Option<ListedResource>, Fault> {
        self.optional(
            "resource",
            include_str!("clinic/find_resource.sql"),
            named_params! { ":guid": guid, ":lpu": lpu_id },
            listed_resource,
        )
    }

    /// Returns all client applications, the oldest first.
    pub fn applications(&self) -> Result<Vec<ClientApplication>, Fault> {
        self.all("client_application", APPLICATIONS, [], rows::application)
    }

    pub(crate) fn find_application_by_guid(&self, guid: Uuid) -> Result<Option<ClientApplication>, Fault> {
        self.optional(
            "client_application",
            include_str!("clinic/find_application_by_guid.sql"),
            named_params! { ":guid": guid },
            rows::application,
        )
    }
}

impl WriteTx<'_> {
    /// Gives client applications, named by their mnemonics, their GUIDs. Makes those that nobody has described yet. Stops at
    /// the first whose GUID another application has.
    pub(crate) fn name_applications(&self, named: &[(&str, Uuid)]) -> Result<Result<(), GuidTaken>, Fault> {
        for (mnem, guid) in named {
            let holder = self.find_application_by_guid(*guid)?;
            if holder.is_some_and(|holder| holder.mnem != *mnem) {
                return Ok(Err(GuidTaken {
                    mnem: (*mnem).to_owned(),
                    guid: *guid,
                }));
            }
            self.set_application_guid(mnem, *guid)?;
        }
        Ok(Ok(()))
    }

    fn set_application_guid(&self, mnem: &str, guid: Uuid) -> Result<usize, Fault> {
        self.run(
            include_str!("clinic/set_application_guid.sql"),
            named_params! { ":guid": guid, ":mnem": mnem },
        )
    }
}

fn listed_resource(row: &Row) -> rusqlite::Result<ListedResource> {
    Ok(ListedResource {
        resource: Arc::new(rows::resource(row)?),
        kind: row.get("resource_type")?,
        family: row.get("family")?,
        name: row.get("name")?,
        patronymic: row.get("patronymic")?,
        speciality_code: row.get("speciality_code")?,
        uchastok_nums: rows::texts(row, "uchastok_nums")?,
    })
}
