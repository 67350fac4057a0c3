//! From rows to nouns: what several statements return alike.

use super::Store;
use super::damage::{Count, Model, Seconds, damaged};
use crate::model::{
    AgeBounds, BusyType, Cell, ClientApplication, Lpu, Moment, ReferralType, Resource, ResourceType,
    Speciality, doc_fio,
};
use rusqlite::types::FromSql;
use rusqlite::{Result, Row, RowIndex};

/// A word of the schema's, read as what it stands for.
fn word<T: Copy>(row: &Row, index: usize, words: &[(&str, T)]) -> Result<T> {
    let text = text(row, index)?;
    let known = words.iter().find(|(word, _)| *word == text);
    known
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| damaged(row, index))
}

/// A text in the row, without a copy.
pub fn text<'a>(row: &'a Row, column: impl RowIndex) -> Result<&'a str> {
    let index = column.idx(row.as_ref())?;
    let value = row.get_ref(index)?;
    value.as_str().map_err(|_| damaged(row, index))
}

/// `type` of a referral.
pub fn referral_type(row: &Row) -> Result<ReferralType> {
    word(row, row.as_ref().column_index("type")?, &ReferralType::WORDS)
}

/// Whether `status` is the first of the words that it may be.
pub fn is_active(row: &Row, words: &[&str; 2]) -> Result<bool> {
    let index = row.as_ref().column_index("status")?;
    word(row, index, &[(words[0], true), (words[1], false)])
}

/// The columns of `speciality`.
pub fn speciality(row: &Row) -> Result<Speciality> {
    Ok(Speciality {
        id: row.get("id")?,
        code: row.get("code")?,
        name: row.get("name")?,
    })
}

/// The columns of `lpu`.
pub fn lpu(row: &Row) -> Result<Lpu> {
    Ok(Lpu {
        id: row.get("id")?,
        is_children: row.get("is_children")?,
        model: row.get::<_, Model>("model")?.0,
    })
}

/// `type` of a resource, under the name `resource_type`.
pub fn resource_type(row: &Row) -> Result<ResourceType> {
    word(
        row,
        row.as_ref().column_index("resource_type")?,
        &ResourceType::WORDS,
    )
}

/// `docFio` from the columns of `resource`, its type under the name `resource_type`.
pub fn row_doc_fio(row: &Row) -> Result<String> {
    let kind = resource_type(row)?;
    Ok(doc_fio(
        kind,
        text(row, "family")?,
        text(row, "name")?,
        text(row, "patronymic")?,
        text(row, "title")?,
    ))
}

/// Family name, name and patronymic of the patient in a row that has them under the names `patient_...`.
pub fn patient_name(row: &Row) -> Result<String> {
    let names: [String; 3] = [
        row.get("patient_family")?,
        row.get("patient_name")?,
        row.get("patient_patronymic")?,
    ];
    Ok(names.join(" ").trim_end().to_owned())
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

/// `busyType` of a visit; none when its cell was removed.
pub fn visit_busy_type(row: &Row) -> Result<Option<BusyType>> {
    let Some(kind) = row.get("busy_type")? else {
        return Ok(None);
    };
    Ok(Some(BusyType {
        kind,
        code: row.get("busy_code")?,
        name: row.get("busy_name")?,
    }))
}

/// The columns of a row from left to right: looking each up by its name takes a fifth of reading a cell's row.
struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    fn of(row: &'a Row<'a>) -> Self {
        Columns { row, next: 0 }
    }

    fn next<T: FromSql>(&mut self) -> Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    fn word<T: Copy>(&mut self, words: &[(&str, T)]) -> Result<T> {
        self.next += 1;
        word(self.row, self.next - 1, words)
    }

    fn text(&mut self) -> Result<&'a str> {
        self.next += 1;
        text(self.row, self.next - 1)
    }
}

impl Store {
    /// When the patient came for a visit that begins then. A mark of another day is from before the visit was put off.
    pub(super) fn checked_in(&self, row: &Row, begin: Moment) -> Result<Option<Moment>> {
        let at: Option<Seconds> = row.get("checked_in_at")?;
        let at = at.map(|Seconds(at)| self.zone.at(at));
        Ok(at.filter(|at| at.date_naive() == begin.date_naive()))
    }

    /// A moment in the row, kept as seconds since 1970.
    pub(super) fn moment(&self, row: &Row, column: &str) -> Result<Moment> {
        let Seconds(at) = row.get(column)?;
        Ok(self.zone.at(at))
    }

    /// A row of the view `cell`, its columns in their order.
    pub(super) fn cell(&self, row: &Row) -> Result<Cell> {
        let mut columns = Columns::of(row);
        let cell = Cell {
            id: columns.next()?,
            guid: columns.next()?,
            begin: self.zone.at(columns.next::<Seconds>()?.0),
            end: self.zone.at(columns.next::<Seconds>()?.0),
            plan_count: columns.next::<Count>()?.0,
            used_count: columns.next::<Count>()?.0,
            flag_access: columns.next()?,
            busy_type: BusyType {
                kind: columns.next()?,
                code: columns.next()?,
                name: columns.next()?,
            },
            room: columns.next()?,
            ages: ages(&mut columns)?,
            resource: resource_columns(&mut columns)?,
        };
        if cell.used_count > cell.plan_count {
            return Err(damaged(row, row.as_ref().column_index("used_count")?));
        }
        Ok(cell)
    }
}

/// A resource in a row that has its columns alone and in the order of the view `cell`.
pub fn resource(row: &Row) -> Result<Resource> {
    resource_columns(&mut Columns::of(row))
}

/// Of the view `cell`, the columns from `resource_id` to `speciality`.
fn resource_columns(columns: &mut Columns) -> Result<Resource> {
    Ok(Resource {
        id: columns.next()?,
        guid: columns.next()?,
        doc_fio: doc_fio(
            columns.word(&ResourceType::WORDS)?,
            columns.text()?,
            columns.text()?,
            columns.text()?,
            columns.text()?,
        ),
        role: columns.next()?,
        room: columns.next()?,
        flat: columns.next()?,
        ages: ages(columns)?,
        dispensary_only: columns.next()?,
        speciality_id: columns.next()?,
        speciality: columns.next()?,
    })
}

fn ages(columns: &mut Columns) -> Result<AgeBounds> {
    Ok(AgeBounds {
        from: columns.next()?,
        to: columns.next()?,
    })
}
