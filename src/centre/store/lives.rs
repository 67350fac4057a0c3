//! Lives of the box.

use super::super::fault::Fault;
use super::{Site, column, hash, number};
use crate::exchange::Point;
use crate::exchange::centre::{Beginning, Life};
use postgres::Row;
use uuid::Uuid;

const ALL: &str = "SELECT incarnation, heard, parent_incarnation, parent_seq, parent_hash, over_lives, head_seq, \
    head_hash, announced, is_in_conflict, is_stopped FROM infomat.life WHERE box = $1";

const PUT: &str = "INSERT INTO infomat.life (box, incarnation, heard, parent_incarnation, parent_seq, parent_hash, \
    over_lives, head_seq, head_hash, announced, is_in_conflict, is_stopped) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
    ON CONFLICT (box, incarnation) DO UPDATE SET heard = excluded.heard, \
    parent_incarnation = excluded.parent_incarnation, parent_seq = excluded.parent_seq, \
    parent_hash = excluded.parent_hash, over_lives = excluded.over_lives, head_seq = excluded.head_seq, \
    head_hash = excluded.head_hash, announced = excluded.announced, is_in_conflict = excluded.is_in_conflict, \
    is_stopped = excluded.is_stopped";

impl Site<'_> {
    pub(super) fn all_lives(&mut self) -> Result<Vec<Life>, Fault> {
        if !self.are_lives_known {
            for row in self.tx.query(ALL, &[&self.guid])? {
                let life = life(&row)?;
                self.lives.learn(life.incarnation, Some(life));
            }
            self.are_lives_known = true;
        }
        Ok(self.lives.all())
    }

    /// A request changes one or two.
    pub(super) fn write_lives(&mut self) -> Result<(), Fault> {
        for life in self.lives.take_changed() {
            let beginning = life.beginning.as_ref();
            let heard = beginning.map(|beginning| column(beginning.heard));
            let parent = beginning.and_then(|beginning| beginning.parent);
            let over = beginning.map_or(&[][..], |beginning| &beginning.over);
            let values: [&(dyn postgres::types::ToSql + Sync); 12] = [
                &self.guid,
                &life.incarnation,
                &heard,
                &parent.map(|parent| parent.incarnation),
                &parent.map(|parent| column(parent.seq)),
                &parent.map(|parent| parent.hash.to_vec()),
                &over,
                &life.head.map(|(seq, _)| column(seq)),
                &life.head.map(|(_, hash)| hash.to_vec()),
                &column(life.announced),
                &life.is_in_conflict,
                &life.is_stopped,
            ];
            self.tx.change(PUT, &values)?;
        }
        Ok(())
    }
}

fn life(row: &Row) -> Result<Life, Fault> {
    let parent = match row.get::<_, Option<Uuid>>("parent_incarnation") {
        Some(incarnation) => Some(Point {
            incarnation,
            seq: number(row.get("parent_seq"))?,
            hash: hash(row.get("parent_hash"))?,
        }),
        None => None,
    };
    let beginning = match row.get::<_, Option<i64>>("heard") {
        Some(heard) => Some(Beginning {
            heard: number(heard)?,
            parent,
            over: row.get("over_lives"),
        }),
        None => None,
    };
    let head = match row.get::<_, Option<i64>>("head_seq") {
        Some(seq) => Some((number(seq)?, hash(row.get("head_hash"))?)),
        None => None,
    };
    Ok(Life {
        incarnation: row.get("incarnation"),
        beginning,
        head,
        announced: number(row.get("announced"))?,
        is_in_conflict: row.get("is_in_conflict"),
        is_stopped: row.get("is_stopped"),
    })
}
