//! What speaks against staged lines.

use super::{Kind, Objection, ROWS_OF_LINE, Staging, Target};
use crate::store::Fault;
use rusqlite::named_params;

/// Most lines that are left out before all are checked again.
const LEFT_OUT_MAX: usize = 10_000;

impl Staging<'_> {
    /// Leaves out the line with this number.
    pub(crate) fn leave_out(&self, line: i64) -> Result<(), Fault> {
        Kind::WORDS
            .into_iter()
            .try_for_each(|(_, kind)| self.leave_out_of(kind, line))
    }

    /// Leaves out what a line says of one kind.
    fn leave_out_of(&self, kind: Kind, line: i64) -> Result<(), Fault> {
        let sql = format!(
            "DELETE FROM temp.{} WHERE line >= :from AND line < :until",
            kind.table()
        );
        let from = line * ROWS_OF_LINE;
        self.store.run(
            &sql,
            named_params! { ":from": from, ":until": from + ROWS_OF_LINE },
        )?;
        Ok(())
    }

    /// Checks the kept lines with each other and with the database; how many bad ones it reported and kept. Where bad lines are
    /// skipped, they are left out, and what names their things is checked again.
    pub fn check(&mut self, report: &mut dyn FnMut(Objection)) -> Result<u64, Fault> {
        if !self.skips {
            return self.object(report);
        }
        loop {
            let mut left_out = Vec::new();
            self.object(&mut |objection| {
                if left_out.len() < LEFT_OUT_MAX {
                    left_out.push((objection.kind(), objection.line));
                    report(objection);
                }
            })?;
            if left_out.is_empty() {
                return Ok(0);
            }
            for (kind, line) in left_out {
                match kind {
                    Some(kind) => self.leave_out_of(kind, line)?,
                    None => self.leave_out(line)?,
                }
            }
            self.keep_unnamed()?;
        }
    }

    fn object(&self, report: &mut dyn FnMut(Objection)) -> Result<u64, Fault> {
        let mut bad_lines = 0;
        if self.replaces {
            self.stage_unnamed()?;
        }
        self.store.connection.execute_batch(include_str!("compare.sql"))?;
        // Every cell is this server's own until a centre has told it something.
        let owners = match self.store {
            Target::Alone(_) if !self.store.is_in_region()? => None,
            Target::Alone(_) => Some(include_str!("check_owners.sql")),
            Target::Told(_) => Some(include_str!("check_told_owners.sql")),
        };
        let checks = [
            Some(include_str!("check_references.sql")),
            Some(include_str!("check_changes.sql")),
            owners,
            self.replaces.then_some(include_str!("check_replaced.sql")),
            Some(include_str!("check_removals.sql")),
        ];
        for sql in checks.into_iter().flatten() {
            let mut statement = self.store.connection.prepare_cached(sql)?;
            // A check that does not ask for the time has no such parameter.
            if let Some(index) = statement.parameter_index(":now")? {
                statement.raw_bind_parameter(index, self.now.timestamp())?;
            }
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                // Outside the lock, a cell that nothing names any more may be booked at this moment.
                if let Some(objection) = Objection::of(row)? {
                    report(objection);
                    bad_lines += 1;
                }
            }
        }
        Ok(bad_lines)
    }
}
