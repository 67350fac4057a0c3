//! Cells of the box.

use super::super::fault::Fault;
use super::{Site, column, hash, number};
use crate::exchange::centre::Cell;
use crate::exchange::{Owner, Point};
use postgres::Row;
use uuid::Uuid;

/// One lookup for each: asked for together, PostgreSQL may read all cells of the box.
const FIND: &str = "SELECT cell.* FROM unnest($2::uuid[]) AS asked (slot) CROSS JOIN LATERAL ( \
        SELECT slot, owner, places, granted, known_incarnation, known_seq, known_hash \
        FROM infomat.cell WHERE box = $1 AND cell.slot = asked.slot LIMIT 1 \
    ) cell";

const AFTER: &str = "SELECT slot, owner, places, granted, known_incarnation, known_seq, known_hash \
    FROM infomat.cell WHERE box = $1 AND slot > $2 ORDER BY slot LIMIT $3";

const PUT: &str = "INSERT INTO infomat.cell (box, slot, owner, places, granted, known_incarnation, known_seq, known_hash) \
    SELECT $1, new.* FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::uuid[], $7::bigint[], \
    $8::bytea[]) AS new \
    ON CONFLICT (box, slot) DO UPDATE SET owner = excluded.owner, places = excluded.places, \
    granted = excluded.granted, known_incarnation = excluded.known_incarnation, known_seq = excluded.known_seq, \
    known_hash = excluded.known_hash";

impl Site<'_> {
    pub(super) fn find_cell(&mut self, guid: Uuid) -> Result<Option<Cell>, Fault> {
        if !self.cells.knows(&guid) {
            self.read_cells(&[guid])?;
        }
        Ok(self.cells.get(&guid))
    }

    /// Reads these cells, of which nothing is known.
    pub(super) fn read_cells(&mut self, guids: &[Uuid]) -> Result<(), Fault> {
        for row in self.tx.query(FIND, &[&self.guid, &guids])? {
            let cell = cell(&row)?;
            self.cells.learn(cell.guid, Some(cell));
        }
        for guid in guids {
            self.cells.learn(*guid, None);
        }
        Ok(())
    }

    pub(super) fn cells_after(&mut self, after: Uuid, most: usize) -> Result<Vec<Cell>, Fault> {
        self.write_cells()?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = self.tx.query(AFTER, &[&self.guid, &after, &most])?;
        let cells = rows.iter().map(cell).collect::<Result<Vec<_>, _>>()?;
        for cell in &cells {
            self.cells.learn(cell.guid, Some(*cell));
        }
        Ok(cells)
    }

    pub(super) fn write_cells(&mut self) -> Result<(), Fault> {
        let cells = self.cells.take_changed();
        if cells.is_empty() {
            return Ok(());
        }
        let known = |cell: &Cell| cell.known_by;
        let guids: Vec<_> = cells.iter().map(|cell| cell.guid).collect();
        let owners: Vec<_> = cells.iter().map(|cell| word(cell.owner)).collect();
        let places: Vec<_> = cells.iter().map(|cell| cell.places).collect();
        let granted: Vec<_> = cells.iter().map(|cell| column(cell.granted)).collect();
        let lives: Vec<_> = cells
            .iter()
            .map(|cell| known(cell).map(|by| by.incarnation))
            .collect();
        let seqs: Vec<_> = cells
            .iter()
            .map(|cell| known(cell).map(|by| column(by.seq)))
            .collect();
        let hashes: Vec<_> = cells
            .iter()
            .map(|cell| known(cell).map(|by| by.hash.to_vec()))
            .collect();
        let values: [&(dyn postgres::types::ToSql + Sync); 8] = [
            &self.guid, &guids, &owners, &places, &granted, &lives, &seqs, &hashes,
        ];
        self.tx.change(PUT, &values)?;
        Ok(())
    }
}

fn word(owner: Owner) -> &'static str {
    match owner {
        Owner::Box => "box",
        Owner::Centre => "centre",
        Owner::Nobody => "nobody",
    }
}

fn cell(row: &Row) -> Result<Cell, Fault> {
    let word: &str = row.get("owner");
    let owner = Owner::WORDS.iter().find(|(known, _)| *known == word);
    let known_by = match row.get::<_, Option<Uuid>>("known_incarnation") {
        Some(incarnation) => Some(Point {
            incarnation,
            seq: number(row.get("known_seq"))?,
            hash: hash(row.get("known_hash"))?,
        }),
        None => None,
    };
    Ok(Cell {
        guid: row.get("slot"),
        owner: owner.ok_or(Fault::Damaged("owner"))?.1,
        places: row.get("places"),
        granted: number(row.get("granted"))?,
        known_by,
    })
}
