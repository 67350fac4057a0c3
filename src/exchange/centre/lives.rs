//! The lives of a box: which one lives, and what changes when another begins.

use super::{Beginning, Cell, CentreStore, Issue, Kin, Life, Row};
use crate::exchange::content::Begun;
use crate::exchange::wire::Header;
use crate::exchange::{Hash, Owner, Point};
use crate::model::record::{Record, digest_of, hash_of};
use uuid::Uuid;

/// Most cells that are looked at at once.
const CELLS_MAX: usize = 1_000;

/// The lives of a box: a few, so all are at hand.
pub struct Lives(Vec<Life>);

impl Lives {
    pub fn load<S: CentreStore>(store: &mut S) -> Result<Lives, S::Error> {
        store.lives().map(Lives)
    }

    pub fn get(&self, incarnation: Uuid) -> Option<&Life> {
        self.0.iter().find(|life| life.incarnation == incarnation)
    }

    /// Changes a life, which may be new, and stores it.
    pub fn change<S: CentreStore>(
        &mut self,
        store: &mut S,
        incarnation: Uuid,
        change: impl FnOnce(&mut Life),
    ) -> Result<(), S::Error> {
        let place = self.0.iter().position(|life| life.incarnation == incarnation);
        let place = place.unwrap_or_else(|| {
            self.0.push(Life {
                incarnation,
                beginning: None,
                head: None,
                announced: 0,
                is_in_conflict: false,
                is_stopped: false,
            });
            self.0.len() - 1
        });
        let before = self.0[place].clone();
        change(&mut self.0[place]);
        if self.0[place] != before || before.announced == 0 {
            store.put_life(&self.0[place])?;
        }
        Ok(())
    }

    /// Notes how many records a life has.
    pub fn announce<S: CentreStore>(&mut self, store: &mut S, header: &Header) -> Result<(), S::Error> {
        self.change(store, header.incarnation, |life| {
            life.announced = life.announced.max(header.last_seq);
        })
    }

    /// Returns the life whose records move owners: the one heard of last among those that no other one named as over, if it has
    /// neither stopped nor two versions.
    pub fn living(&self) -> Option<Uuid> {
        let beginnings = || self.0.iter().filter_map(|life| life.beginning.as_ref());
        let is_over = |life: &&Life| beginnings().any(|other| other.over.contains(&life.incarnation));
        let candidates = self
            .0
            .iter()
            .filter(|life| life.beginning.is_some() && !is_over(life));
        let last = candidates.max_by_key(|life| life.beginning.as_ref().map(|beginning| beginning.heard));
        last.filter(|life| !life.is_in_conflict && !life.is_stopped)
            .map(|life| life.incarnation)
    }

    /// Returns why a life must not book, for a person. A life of which only its name is known may.
    pub fn reason_to_stop(&self, incarnation: Uuid) -> Option<&'static str> {
        let life = self.get(incarnation).filter(|life| life.beginning.is_some())?;
        if life.is_in_conflict {
            Some("the centre has two versions of this life's records: this database or another is a copy")
        } else if life.is_stopped {
            Some("this life of the database has stopped")
        } else if self.living() != Some(incarnation) {
            Some("another life of this box has begun since")
        } else {
            None
        }
    }

    /// Returns the ancestry of a life, itself included. What descends from a life in conflict is left out: its rows are of
    /// either version.
    pub fn kin(&self, incarnation: Uuid) -> Vec<Kin> {
        let mut kin = Vec::new();
        let mut next = Some(Kin {
            incarnation,
            until: u64::MAX,
        });
        while let Some(Kin { incarnation, until }) = next {
            let life = self.get(incarnation);
            if life.is_some_and(|life| !life.is_in_conflict) {
                kin.push(Kin { incarnation, until });
            }
            let parent = life
                .and_then(|life| life.beginning.as_ref())
                .and_then(|beginning| beginning.parent)
                .map(|parent| Kin {
                    incarnation: parent.incarnation,
                    until: parent.seq,
                });
            // Each life begins after its parent's record: a circle is a lie, and ends here.
            next = parent.filter(|parent| parent.until < until);
        }
        kin
    }

    /// Notes how a life began. If it lives, what the rows of other lives moved is put right.
    pub fn begin<S: CentreStore>(
        &mut self,
        store: &mut S,
        begun: &Point,
        Begun { parent, mut over }: Begun,
    ) -> Result<(), S::Error> {
        let mut account = store.account()?;
        account.lives += 1;
        let heard = account.lives;
        over.extend(parent.map(|parent| parent.incarnation));
        over.retain(|over| *over != begun.incarnation);
        self.change(store, begun.incarnation, |life| {
            life.beginning = Some(Beginning {
                heard,
                parent,
                over: over.clone(),
            });
        })?;
        let lives = self.living() == Some(begun.incarnation);
        if lives {
            // Whoever has reported was another life.
            account.reported.clear();
        }
        let was_retired = std::mem::take(&mut account.is_retired);
        store.put_account(&account)?;
        self.list_missing(store, parent, &over)?;
        if lives && was_retired {
            give_back_set_aside(store)?;
        }
        Ok(())
    }

    /// Lists records that were heard of and are not here.
    fn list_missing<S: CentreStore>(
        &self,
        store: &mut S,
        parent: Option<Point>,
        over: &[Uuid],
    ) -> Result<(), S::Error> {
        let last_of = |incarnation: Uuid| {
            let head = self.get(incarnation).and_then(|life| life.head);
            head.map_or(0, |(seq, _)| seq)
        };
        if let Some(parent) = parent
            && row(store, parent)?.is_none()
        {
            let Point {
                incarnation, seq: to, ..
            } = parent;
            store.list(Issue::Missing {
                incarnation,
                after: last_of(incarnation),
                to,
            })?;
        }
        for &incarnation in over {
            let after = last_of(incarnation);
            let announced = self.get(incarnation).map_or(0, |life| life.announced);
            if announced > after {
                store.list(Issue::Missing {
                    incarnation,
                    after,
                    to: announced,
                })?;
            }
        }
        Ok(())
    }

    /// Gives up the centre's cells of which the life with this last record does not know that they are the centre's: another
    /// life released them, or this one heard of their owner from a centre that was lost since.
    pub fn give_up_unheard<S: CentreStore>(&self, store: &mut S, last: Point) -> Result<(), S::Error> {
        let kin = self.kin(last.incarnation);
        let covers = |record: Point| {
            let covers = |kin: &Kin| kin.incarnation == record.incarnation && record.seq <= kin.until;
            kin.iter().any(covers)
        };
        let is_in_conflict = |incarnation| self.get(incarnation).is_some_and(|life| life.is_in_conflict);
        let mut unsure = Vec::new();
        for_cells(store, |store, cell| {
            let Some(known_by) = cell.known_by.filter(|_| cell.owner == Owner::Centre) else {
                return Ok(());
            };
            if is_in_conflict(known_by.incarnation) {
                unsure.push((cell, known_by));
                return Ok(());
            }
            if covers(known_by) {
                return Ok(());
            }
            give_up(store, cell)
        })?;
        if unsure.is_empty() {
            return Ok(());
        }
        // Of two versions only the chain itself tells.
        let mut next = row(store, last)?;
        while let Some(row) = next {
            unsure.retain(|(_, known_by)| *known_by != row.sent.point());
            next = before(store, &row)?;
        }
        unsure.into_iter().try_for_each(|(cell, _)| give_up(store, cell))
    }
}

/// Does something with each cell of the box.
pub fn for_cells<S: CentreStore>(
    store: &mut S,
    mut act: impl FnMut(&mut S, Cell) -> Result<(), S::Error>,
) -> Result<(), S::Error> {
    let mut after = Uuid::nil();
    loop {
        let cells = store.cells(after, CELLS_MAX)?;
        let Some(last) = cells.last() else { return Ok(()) };
        after = last.guid;
        for cell in cells {
            act(store, cell)?;
        }
    }
}

fn give_up<S: CentreStore>(store: &mut S, cell: Cell) -> Result<(), S::Error> {
    store.put_cell(&Cell {
        owner: Owner::Box,
        known_by: None,
        ..cell
    })
}

/// Gives back the cells of a retired box that were set aside: a new life of it has begun.
fn give_back_set_aside<S: CentreStore>(store: &mut S) -> Result<(), S::Error> {
    for_cells(store, |store, cell| match cell.owner {
        Owner::Nobody => give_up(store, cell),
        Owner::Box | Owner::Centre => Ok(()),
    })
}

/// Returns the row of a record.
pub fn row<S: CentreStore>(store: &mut S, point: Point) -> Result<Option<Row>, S::Error> {
    let rows = store.rows(point.seq)?;
    Ok(rows.into_iter().find(|row| row.sent.point() == point))
}

/// Returns the row that another one follows.
pub fn before<S: CentreStore>(store: &mut S, row: &Row) -> Result<Option<Row>, S::Error> {
    let rows = store.rows(row.sent.seq - 1)?;
    let is_before = |before: &Row| {
        let same_life = before.sent.incarnation == row.sent.incarnation;
        row.sent
            .record
            .as_ref()
            .map_or(same_life, |record| follows(record, before.sent.hash))
    };
    Ok(rows.into_iter().find(is_before))
}

/// Returns whether a record is the one behind another in the chain, whatever its content.
pub fn follows(record: &Record, before: Hash) -> bool {
    let Record {
        incarnation,
        seq,
        at,
        kind,
        subject,
        digest,
        hash,
        ..
    } = record;
    hash_of(&before, *incarnation, *seq, *at, kind.word(), *subject, digest) == *hash
}

/// Returns whether the content of a record is what was written, or was purged.
pub fn is_whole(record: &Record) -> bool {
    match (&record.salt, &record.content) {
        (Some(salt), Some(content)) => digest_of(salt, content) == record.digest,
        _ => true,
    }
}
