//! Visits of the box, and how many a cell has.

use super::super::fault::Fault;
use super::Site;
use crate::exchange::centre::Visit;
use crate::model::VisitStatus;
use uuid::Uuid;

/// One lookup for each, as for cells.
const FIND: &str = "SELECT visit.* FROM unnest($2::uuid[]) AS asked (visit) CROSS JOIN LATERAL ( \
        SELECT visit, slot, status FROM infomat.visit WHERE box = $1 AND visit.visit = asked.visit LIMIT 1 \
    ) visit";

const COUNT: &str = "SELECT asked.slot, ( \
        SELECT count(*) FROM infomat.visit WHERE box = $1 AND visit.slot = asked.slot AND status = 'active' \
    ) FROM unnest($2::uuid[]) AS asked (slot)";

const PUT: &str = "INSERT INTO infomat.visit (box, visit, slot, status) \
    SELECT $1, new.* FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS new \
    ON CONFLICT (box, visit) DO UPDATE SET slot = excluded.slot, status = excluded.status";

/// Most cells whose visits are counted with one that is asked for.
const COUNTED_AHEAD_MAX: usize = 1_000;

impl Site<'_> {
    pub(super) fn find_visit(&mut self, guid: Uuid) -> Result<Option<Visit>, Fault> {
        if !self.visits.knows(&guid) {
            self.read_visits(&[guid])?;
        }
        Ok(self.visits.get(&guid))
    }

    /// Reads these visits, of which nothing is known.
    pub(super) fn read_visits(&mut self, guids: &[Uuid]) -> Result<(), Fault> {
        for row in self.tx.query(FIND, &[&self.guid, &guids])? {
            let status = match row.get("status") {
                "active" => VisitStatus::Active,
                "cancelled" => VisitStatus::Cancelled,
                _ => return Err(Fault::Damaged("status")),
            };
            let visit = Visit {
                guid: row.get("visit"),
                slot: row.get("slot"),
                status,
            };
            self.visits.learn(visit.guid, Some(visit));
        }
        for guid in guids {
            self.visits.learn(*guid, None);
        }
        Ok(())
    }

    pub(super) fn keep_visit(&mut self, visit: &Visit) -> Result<(), Fault> {
        let before = self.find_visit(visit.guid)?;
        let mut count = |visit: &Visit, change: i64| {
            if visit.status == VisitStatus::Active
                && let Some(slot) = visit.slot
                && let Some(count) = self.counts.get_mut(&slot)
            {
                *count += change;
            }
        };
        if let Some(before) = before {
            count(&before, -1);
        }
        count(visit, 1);
        self.visits.put(visit.guid, *visit);
        Ok(())
    }

    pub(super) fn count_active(&mut self, slot: Uuid) -> Result<i64, Fault> {
        if let Some(count) = self.counts.get(&slot) {
            return Ok(*count);
        }
        // Who asks of one cell soon asks of others that were read.
        let counts = &self.counts;
        let uncounted = |guid: &Uuid| *guid != slot && !counts.contains_key(guid);
        let others = self.cells.known().filter(uncounted).take(COUNTED_AHEAD_MAX);
        let slots: Vec<Uuid> = others.chain([slot]).collect();
        self.count_all(&slots)?;
        Ok(self.counts[&slot])
    }

    /// Counts the active visits of these cells.
    pub(super) fn count_all(&mut self, slots: &[Uuid]) -> Result<(), Fault> {
        self.write_visits()?;
        let rows = self.tx.query(COUNT, &[&self.guid, &slots])?;
        self.counts.extend(
            rows.iter()
                .map(|row| (row.get::<_, Uuid>(0), row.get::<_, i64>(1))),
        );
        Ok(())
    }

    pub(super) fn write_visits(&mut self) -> Result<(), Fault> {
        let visits = self.visits.take_changed();
        if visits.is_empty() {
            return Ok(());
        }
        let guids: Vec<_> = visits.iter().map(|visit| visit.guid).collect();
        let slots: Vec<_> = visits.iter().map(|visit| visit.slot).collect();
        let words: Vec<_> = visits.iter().map(|visit| visit.status.to_string()).collect();
        self.tx.change(PUT, &[&self.guid, &guids, &slots, &words])?;
        Ok(())
    }
}
