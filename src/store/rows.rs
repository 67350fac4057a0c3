//! From rows to nouns: what several statements return alike.

use super::Store;
use crate::visit::{
    AgeBounds, BusyType, Cell, ClientApplication, Lpu, ReferralType, Resource, ResourceType, doc_fio,
};
use rusqlite::types::Type;
use rusqlite::{Result, Row};

/// A word of the schema's, read as what it stands for.
fn word<T: Copy>(row: &Row, column: &str, words: &[(&str, T)]) -> Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    let known = words.iter().find(|(word, _)| *word == text);
    known.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let index = row.as_ref().column_index(column).unwrap_or_default();
        rusqlite::Error::InvalidColumnType(index, column.to_owned(), Type::Text)
    })
}

/// `type` of a referral.
pub fn referral_type(row: &Row) -> Result<ReferralType> {
    word(row, "type", &ReferralType::WORDS)
}

/// The columns of `lpu`.
pub fn lpu(row: &Row) -> Result<Lpu> {
    Ok(Lpu {
        id: row.get("id")?,
        is_children: row.get("is_children")?,
        model: row.get("model")?,
    })
}

/// `type` of a resource, under the name `resource_type`.
pub fn resource_type(row: &Row) -> Result<ResourceType> {
    word(row, "resource_type", &ResourceType::WORDS)
}

/// `docFio` from the columns of `resource`, its type under the name `resource_type`.
pub fn row_doc_fio(row: &Row) -> Result<String> {
    let text = |column| -> Result<&str> { Ok(row.get_ref(column)?.as_str()?) };
    let kind = resource_type(row)?;
    Ok(doc_fio(
        kind,
        text("family")?,
        text("name")?,
        text("patronymic")?,
        text("title")?,
    ))
}

/// The columns of `client_application`.
pub fn application(row: &Row) -> Result<ClientApplication> {
    Ok(ClientApplication {
        id: row.get("id")?,
        guid: row.get("guid")?,
        mnem: row.get("mnem")?,
        source: row.get("source")?,
        name: row.get("name")?,
        description: row.get("description")?,
        access: row.get("access")?,
        self_service: row.get("self_service")?,
        schedule_days: row.get("schedule_days")?,
    })
}

/// `busyType` from the columns of `slot`.
fn busy_type(row: &Row) -> Result<BusyType> {
    Ok(BusyType {
        kind: row.get("busy_type")?,
        code: row.get("busy_code")?,
        name: row.get("busy_name")?,
    })
}

/// `busyType` of a visit; none when its cell was removed.
pub fn visit_busy_type(row: &Row) -> Result<Option<BusyType>> {
    row.get::<_, Option<i64>>("busy_type")?
        .map(|_| busy_type(row))
        .transpose()
}

impl Store {
    /// A row of the view `cell`.
    pub(super) fn cell(&self, row: &Row) -> Result<Cell> {
        Ok(Cell {
            id: row.get("id")?,
            guid: row.get("guid")?,
            resource: resource(row)?,
            begin: self.zone.at(row.get("begin_at")?),
            end: self.zone.at(row.get("end_at")?),
            plan_count: row.get("plan_count")?,
            used_count: row.get("used_count")?,
            flag_access: row.get("flag_access")?,
            busy_type: busy_type(row)?,
            room: row.get("room")?,
            ages: AgeBounds {
                from: row.get("age_from")?,
                to: row.get("age_to")?,
            },
        })
    }
}

/// The resource in a row of the view `cell`, or in one with columns of the same names.
pub fn resource(row: &Row) -> Result<Resource> {
    Ok(Resource {
        id: row.get("resource_id")?,
        guid: row.get("resource_guid")?,
        doc_fio: row_doc_fio(row)?,
        role: row.get("role")?,
        speciality_id: row.get("speciality_id")?,
        speciality: row.get("speciality")?,
        room: row.get("resource_room")?,
        flat: row.get("flat")?,
        ages: AgeBounds {
            from: row.get("resource_age_from")?,
            to: row.get("resource_age_to")?,
        },
        dispensary_only: row.get("dispensary_only")?,
    })
}
