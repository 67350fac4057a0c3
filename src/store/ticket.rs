//! Reading tickets: a visit with all that an answer shows of it.

use super::{Fault, Store, rows};
use crate::visit::{Change, Ticket};
use rusqlite::{Row, named_params};

impl Store {
    /// The visit in a row that is there.
    pub fn ticket(&self, visit: i64) -> Result<Ticket, Fault> {
        let mut statement = self.connection.prepare_cached(include_str!("sql/ticket.sql"))?;
        let mut ticket =
            statement.query_row(named_params! { ":visit": visit }, |row| self.bare_ticket(row))?;
        ticket.history = self.history(visit)?;
        Ok(ticket)
    }

    /// A ticket without its history.
    fn bare_ticket(&self, row: &Row) -> rusqlite::Result<Ticket> {
        let text = |column| {
            row.get::<_, Option<String>>(column)
                .map(Option::unwrap_or_default)
        };
        let cell_room = text("room")?;
        Ok(Ticket {
            id: row.get("id")?,
            guid: row.get("guid")?,
            lpu: row.get("lpu_guid")?,
            lpu_model: row.get("model")?,
            num: row.get("num")?,
            uchastok_num: row.get("uchastok_num")?,
            room: if cell_room.is_empty() {
                row.get("resource_room")?
            } else {
                cell_room
            },
            flat: row.get("flat")?,
            busy_type: rows::visit_busy_type(row)?,
            cell: row.get("slot_guid")?,
            doc_fio: rows::row_doc_fio(row)?,
            resource: row.get("resource_guid")?,
            role: row.get("role")?,
            speciality: row.get("speciality")?,
            begin: self.zone.at(row.get("begin_at")?),
            end: self.zone.at(row.get("end_at")?),
            made: self.zone.at(row.get("made_at")?),
            plan_count: row.get::<_, Option<i64>>("plan_count")?.unwrap_or(0),
            used_count: row.get::<_, Option<i64>>("used_count")?.unwrap_or(0),
            source: row.get("source")?,
            source_name: row.get("mnem")?,
            login: row.get("login")?,
            exam: row.get("exam_guid")?,
            is_active: row.get_ref("status")?.as_str()? == "active",
            history: Vec::new(),
        })
    }

    fn history(&self, visit: i64) -> Result<Vec<Change>, Fault> {
        let mut statement = self.connection.prepare_cached(include_str!("sql/history.sql"))?;
        let changes = statement.query_map(named_params! { ":visit": visit }, |row| {
            Ok(Change {
                element: row.get("element")?,
                old_value: row.get("old_value")?,
                new_value: row.get("new_value")?,
                editor: row.get("editor")?,
                at: self.zone.at(row.get("at")?),
                client_mnem: row.get("mnem")?,
                client_name: row.get("name")?,
                client_description: row.get("description")?,
            })
        })?;
        Ok(changes.collect::<Result<_, _>>()?)
    }
}
