//! Reading what a clinic consists of, and the client applications.

use super::damage::named;
use super::{Fault, Store, WriteTx, rows};
use crate::model::typed::sort_key;
use crate::model::{ClientApplication, ListedResource, Lpu, Speciality};
use rusqlite::{OptionalExtension, Row, named_params};
use thiserror::Error;
use uuid::Uuid;

/// Most damaged rows of one table that are told.
const FAULTS_MAX: usize = 20;

/// A client application cannot have the GUID that it is to have: another one has it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("applications: `{mnem}` cannot have the guid {guid}: in the database another application has it")]
pub struct GuidTaken {
    /// The application that is to have it.
    pub mnem: String,
    /// The GUID.
    pub guid: Uuid,
}

impl Store {
    /// All clinics, by name as in Russian.
    pub fn lpus(&self) -> Result<Vec<Lpu>, Fault> {
        let mut statement = self.connection.prepare_cached(include_str!("sql/lpus.sql"))?;
        let lpu = named("lpu", |row| {
            Ok((sort_key(rows::text(row, "name")?), rows::lpu(row)?))
        });
        let lpus = statement.query_map([], lpu)?;
        let mut lpus: Vec<_> = lpus.collect::<Result<_, _>>()?;
        lpus.sort_by(|(name, _), (other, _)| name.cmp(other));
        Ok(lpus.into_iter().map(|(_, lpu)| lpu).collect())
    }

    /// What is damaged of clinics, client applications and specialities, which all requests need; at most [`FAULTS_MAX`] of
    /// each.
    pub fn damaged_base(&self) -> Vec<Fault> {
        let mut faults = damaged(self, "lpu", include_str!("sql/lpus.sql"), rows::lpu);
        faults.extend(damaged(
            self,
            "client_application",
            include_str!("sql/applications.sql"),
            rows::application,
        ));
        faults.extend(damaged(
            self,
            "speciality",
            include_str!("sql/specialities.sql"),
            rows::speciality,
        ));
        faults
    }

    /// A speciality by its code.
    pub fn find_speciality(&self, code: &str) -> Result<Option<Speciality>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_speciality.sql"))?;
        let speciality = statement.query_row(
            named_params! { ":code": code },
            named("speciality", rows::speciality),
        );
        Ok(speciality.optional()?)
    }

    /// A clinic's resources that are to be shown, of one speciality or of all, by name.
    pub fn shown_resources(
        &self,
        lpu_id: i64,
        speciality: Option<&Speciality>,
    ) -> Result<Vec<ListedResource>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/shown_resources.sql"))?;
        let parameters =
            named_params! { ":lpu": lpu_id, ":speciality": speciality.map(|speciality| speciality.id) };
        let resources = statement.query_map(parameters, named("resource", listed_resource))?;
        let mut resources: Vec<ListedResource> = resources.collect::<Result<_, _>>()?;
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

    /// A resource by its GUID, in one clinic, to be shown or not; none when it was removed.
    pub fn find_resource(&self, guid: Uuid, lpu_id: i64) -> Result<Option<ListedResource>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_resource.sql"))?;
        let resource = statement.query_row(
            named_params! { ":guid": guid, ":lpu": lpu_id },
            named("resource", listed_resource),
        );
        Ok(resource.optional()?)
    }

    /// All client applications, the oldest first.
    pub fn applications(&self) -> Result<Vec<ClientApplication>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/applications.sql"))?;
        let applications = statement.query_map([], named("client_application", rows::application))?;
        Ok(applications.collect::<Result<_, _>>()?)
    }

    /// A client application by its GUID.
    pub fn find_application_by_guid(&self, guid: Uuid) -> Result<Option<ClientApplication>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_application_by_guid.sql"))?;
        let application = statement.query_row(
            named_params! { ":guid": guid },
            named("client_application", rows::application),
        );
        Ok(application.optional()?)
    }
}

impl WriteTx<'_> {
    /// Gives client applications, by their mnemonics, their GUIDs, and makes those that nobody has described yet. At the
    /// first whose GUID is another's it stops.
    pub fn name_applications(&self, named: &[(&str, Uuid)]) -> Result<Result<(), GuidTaken>, Fault> {
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

    fn set_application_guid(&self, mnem: &str, guid: Uuid) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/set_application_guid.sql"))?;
        statement.execute(named_params! { ":guid": guid, ":mnem": mnem })?;
        Ok(())
    }
}

/// Those of a statement's rows that are damaged, and why it could not be read to its end.
fn damaged<T>(
    store: &Store,
    table: &'static str,
    sql: &str,
    decode: impl Fn(&Row) -> rusqlite::Result<T>,
) -> Vec<Fault> {
    let read = || {
        let mut statement = store.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], named(table, decode))?;
        let faults = rows.filter_map(|row| row.err().map(Fault::from));
        Ok(faults.take(FAULTS_MAX).collect())
    };
    read().unwrap_or_else(|error: rusqlite::Error| vec![error.into()])
}

fn listed_resource(row: &Row) -> rusqlite::Result<ListedResource> {
    Ok(ListedResource {
        resource: rows::resource(row)?,
        kind: rows::resource_type(row)?,
        family: row.get("family")?,
        name: row.get("name")?,
        patronymic: row.get("patronymic")?,
        speciality_code: row.get("speciality_code")?,
    })
}
