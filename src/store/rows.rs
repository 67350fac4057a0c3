//! From rows to nouns: what several statements return alike.

use super::Store;
use super::damage::{BoundedCount, Model, Seconds, damaged};
use crate::exchange::site::Mode;
use crate::model::{
    Access, AgeBounds, ApplicationId, BusyType, Cell, CellId, ClientApplication, ClosureId, ExamId, Handled,
    HoldId, IssueKind, Lpu, LpuId, Moment, Owner, PatientId, ReferralId, ReferralType, Resource, ResourceId,
    ResourceType, Role, Speciality, SpecialityId, StaffId, VisitId, VisitStatus, WaitingEntryId,
    WaitingStatus, doc_fio, for_row_ids,
};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Result, Row, RowIndex};
use std::sync::Arc;

/// Numbers of a kind of their own, kept as integers.
macro_rules! kept_as_integer {
    ($($name:ident),+) => {$(
        impl FromSql for $name {
            fn column_result(value: ValueRef) -> FromSqlResult<Self> {
                value.as_i64().map($name)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }
    )+};
}

kept_as_integer!(Access);
for_row_ids!(kept_as_integer);

/// Words that are written as they are read.
macro_rules! written_as_word {
    ($($name:ident),+) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                let known = $name::WORDS.iter().find(|(_, meaning)| meaning == self);
                Ok(known.map_or("", |(word, _)| *word).into())
            }
        }
    )+};
}

written_as_word!(IssueKind, Mode, Owner, VisitStatus);

/// Values that the schema keeps as words.
macro_rules! kept_as_word {
    ($($name:ident),+) => {$(
        impl FromSql for $name {
            fn column_result(value: ValueRef) -> FromSqlResult<Self> {
                let text = value.as_str()?;
                let known = $name::WORDS.iter().find(|(word, _)| *word == text);
                known.map(|(_, meaning)| *meaning).ok_or(FromSqlError::InvalidType)
            }
        }
    )+};
}

kept_as_word!(
    Handled,
    IssueKind,
    Mode,
    Owner,
    ReferralType,
    ResourceType,
    Role,
    VisitStatus,
    WaitingStatus
);

/// Returns a text in the row without copying it.
pub fn text<'a>(row: &'a Row, column: impl RowIndex) -> Result<&'a str> {
    let index = column.idx(row.as_ref())?;
    let value = row.get_ref(index)?;
    value.as_str().map_err(|_| damaged(row, index))
}

/// Returns the texts of a JSON array in the row.
pub fn texts(row: &Row, column: &str) -> Result<Vec<String>> {
    let index = column.idx(row.as_ref())?;
    serde_json::from_str(text(row, index)?).map_err(|_| damaged(row, index))
}

pub fn speciality(row: &Row) -> Result<Speciality> {
    Ok(Speciality {
        id: row.get("id")?,
        code: row.get("code")?,
        name: row.get("name")?,
    })
}

pub fn lpu(row: &Row) -> Result<Lpu> {
    Ok(Lpu {
        id: row.get("id")?,
        is_children: row.get("is_children")?,
        model: row.get::<_, Model>("model")?.0,
    })
}

/// Returns `docFio` from the columns of `resource`, its type under the name `resource_type`.
pub fn row_doc_fio(row: &Row) -> Result<String> {
    let kind = row.get("resource_type")?;
    Ok(doc_fio(
        kind,
        text(row, "family")?,
        text(row, "name")?,
        text(row, "patronymic")?,
        text(row, "title")?,
    ))
}

/// Returns the whole name of the patient in a row that has its parts under the names `patient_...`.
pub fn patient_name(row: &Row) -> Result<String> {
    let names: [String; 3] = [
        row.get("patient_family")?,
        row.get("patient_name")?,
        row.get("patient_patronymic")?,
    ];
    Ok(names.join(" ").trim_end().to_owned())
}

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

/// Returns `busyType` of a visit; `None` when its cell was removed.
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
struct RowColumns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> RowColumns<'a> {
    fn of(row: &'a Row<'a>) -> Self {
        RowColumns { row, next: 0 }
    }

    fn next<T: FromSql>(&mut self) -> Result<T> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    fn text(&mut self) -> Result<&'a str> {
        self.next += 1;
        text(self.row, self.next - 1)
    }
}

impl Store {
    /// Returns when the patient came for a visit that begins at `begin`. A mark of another day is from before the visit was put
    /// off.
    pub(super) fn checked_in(&self, row: &Row, begin: Moment) -> Result<Option<Moment>> {
        let at: Option<Seconds> = row.get("checked_in_at")?;
        let at = at.map(|Seconds(at)| self.zone.at(at));
        Ok(at.filter(|at| at.date_naive() == begin.date_naive()))
    }

    /// Returns a moment of the row, which keeps it as seconds since 1970.
    pub(super) fn moment(&self, row: &Row, column: &str) -> Result<Moment> {
        let Seconds(at) = row.get(column)?;
        Ok(self.zone.at(at))
    }

    /// The same of a moment that may be absent.
    pub(super) fn moment_or_none(&self, row: &Row, column: &str) -> Result<Option<Moment>> {
        let at: Option<Seconds> = row.get(column)?;
        Ok(at.map(|Seconds(at)| self.zone.at(at)))
    }

    /// Returns a row of the view `cell`, read in the order of its columns.
    pub(super) fn cell(&self, row: &Row) -> Result<Cell> {
        self.cell_with(row, |columns| Ok(Arc::new(resource_columns(columns)?)))
    }

    /// Returns a cell of this resource, from a row with the view's columns up to those of the resource.
    pub(super) fn cell_of(&self, resource: &Arc<Resource>, row: &Row) -> Result<Cell> {
        self.cell_with(row, |_| Ok(Arc::clone(resource)))
    }

    fn cell_with(
        &self,
        row: &Row,
        resource: impl Fn(&mut RowColumns) -> Result<Arc<Resource>>,
    ) -> Result<Cell> {
        let mut columns = RowColumns::of(row);
        let cell = Cell {
            id: columns.next()?,
            guid: columns.next()?,
            begin: self.zone.at(columns.next::<Seconds>()?.0),
            end: self.zone.at(columns.next::<Seconds>()?.0),
            plan_count: columns.next::<BoundedCount>()?.0,
            used_count: columns.next::<BoundedCount>()?.0,
            flag_access: columns.next()?,
            busy_type: BusyType {
                kind: columns.next()?,
                code: columns.next()?,
                name: columns.next()?,
            },
            room: columns.next()?,
            ages: ages(&mut columns)?,
            owner: columns.next()?,
            closed: columns.next()?,
            held_count: columns.next()?,
            has_own_hold: false,
            resource: resource(&mut columns)?,
        };
        for (column, taken) in [
            ("used_count", cell.used_count),
            ("held_count", cell.used_count.saturating_add(cell.held_count)),
        ] {
            if taken > cell.plan_count {
                return Err(damaged(row, row.as_ref().column_index(column)?));
            }
        }
        Ok(cell)
    }
}

/// Returns a resource from a row that has only its columns, in the order of the view `cell`.
pub fn resource(row: &Row) -> Result<Resource> {
    resource_columns(&mut RowColumns::of(row))
}

/// Of the view `cell`, the columns from `resource_id` to `speciality`.
fn resource_columns(columns: &mut RowColumns) -> Result<Resource> {
    Ok(Resource {
        id: columns.next()?,
        guid: columns.next()?,
        doc_fio: doc_fio(
            columns.next()?,
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

fn ages(columns: &mut RowColumns) -> Result<AgeBounds> {
    Ok(AgeBounds {
        from: columns.next()?,
        to: columns.next()?,
    })
}
