//! The centre's tables of one box on PostgreSQL, in one transaction under the lock of the box's row.
//!
//! Reads of a request are made ahead, all keys of a table in one statement; writes are kept until [`Site::commit`] and go in as
//! arrays. So the lock is held for a dozen statements, however many records a request has.

mod cache;
mod cells;
mod issues;
mod journal;
mod lives;
mod messages;
mod visits;
mod wanted;

pub use journal::chains;
pub use wanted::Wanted;

use super::database::Tx;
use super::fault::Fault;
use super::generation;
use crate::exchange::centre::{Account, Cell, CentreStore, Issue, Kin, Life, Row, Visit};
use crate::exchange::{Hash, Message, MessagePoint};
use cache::Cache;
use std::collections::HashMap;
use uuid::Uuid;

const LOCK: &str = "SELECT reported, arrivals, lives, safe, is_retired, told_seq, told_hash \
    FROM infomat.box WHERE box = $1 FOR UPDATE";

const PUT_ACCOUNT: &str = "UPDATE infomat.box SET reported = $2, arrivals = $3, lives = $4, safe = $5, \
    is_retired = $6, told_seq = $7, told_hash = $8 WHERE box = $1";

/// A box, locked.
pub struct Site<'a> {
    tx: Tx<'a>,
    guid: Uuid,
    generation: String,
    account: Account,
    told: MessagePoint,
    is_account_changed: bool,
    lives: Cache<Uuid, Life>,
    are_lives_known: bool,
    journal: journal::Cached,
    messages: Cache<u64, Message>,
    cells: Cache<Uuid, Cell>,
    visits: Cache<Uuid, Visit>,
    /// Active visits by cell.
    counts: HashMap<Uuid, i64>,
    issues: Vec<Issue>,
}

impl<'a> Site<'a> {
    /// Locks a box; `None`: there is none with this GUID.
    pub fn lock(mut tx: Tx<'a>, guid: Uuid) -> Result<Option<Self>, Fault> {
        let Some(row) = tx.find(LOCK, &[&guid])? else {
            return Ok(None);
        };
        let account = Account {
            reported: row.get("reported"),
            arrivals: number(row.get("arrivals"))?,
            lives: number(row.get("lives"))?,
            safe: number(row.get("safe"))?,
            is_retired: row.get("is_retired"),
        };
        let told = MessagePoint {
            seq: number(row.get("told_seq"))?,
            hash: hash(row.get("told_hash"))?,
        };
        let generation = generation::present(&mut tx)?;
        Ok(Some(Site {
            tx,
            guid,
            generation,
            account,
            told,
            is_account_changed: false,
            lives: Cache::new(),
            are_lives_known: false,
            journal: journal::Cached::default(),
            messages: Cache::new(),
            cells: Cache::new(),
            visits: Cache::new(),
            counts: HashMap::new(),
            issues: Vec::new(),
        }))
    }

    /// Returns the transaction, for what is no matter of the exchange.
    pub fn tx(&mut self) -> &mut Tx<'a> {
        &mut self.tx
    }

    /// Writes what was put, and ends the transaction.
    pub fn commit(mut self) -> Result<(), Fault> {
        self.write_lives()?;
        self.write_rows()?;
        self.write_messages()?;
        self.write_cells()?;
        self.write_visits()?;
        self.write_issues()?;
        if self.is_account_changed {
            let Account {
                reported,
                arrivals,
                lives,
                safe,
                is_retired,
            } = &self.account;
            let (arrivals, lives, safe) = (column(*arrivals), column(*lives), column(*safe));
            let (seq, hash) = (column(self.told.seq), self.told.hash.as_slice());
            let values: [&(dyn postgres::types::ToSql + Sync); 8] = [
                &self.guid, reported, &arrivals, &lives, &safe, is_retired, &seq, &hash,
            ];
            self.tx.change(PUT_ACCOUNT, &values)?;
        }
        self.tx.commit()
    }
}

/// Returns a number that is never negative as a column has it. A record may name one that is too large for any database: it
/// means nothing that is there.
fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(column: i64) -> Result<u64, Fault> {
    u64::try_from(column).map_err(|_| Fault::Damaged("a negative number"))
}

fn hash(column: &[u8]) -> Result<Hash, Fault> {
    column.try_into().map_err(|_| Fault::Damaged("a hash"))
}

impl CentreStore for Site<'_> {
    type Error = Fault;

    fn generation(&mut self) -> Result<String, Fault> {
        Ok(self.generation.clone())
    }

    fn account(&mut self) -> Result<Account, Fault> {
        Ok(self.account.clone())
    }

    fn put_account(&mut self, account: &Account) -> Result<(), Fault> {
        self.account = account.clone();
        self.is_account_changed = true;
        Ok(())
    }

    fn lives(&mut self) -> Result<Vec<Life>, Fault> {
        self.all_lives()
    }

    fn put_life(&mut self, life: &Life) -> Result<(), Fault> {
        self.lives.put(life.incarnation, life.clone());
        Ok(())
    }

    fn rows(&mut self, seq: u64) -> Result<Vec<Row>, Fault> {
        self.rows_of(seq)
    }

    fn put_row(&mut self, row: &Row) -> Result<(), Fault> {
        self.keep_row(row)
    }

    fn rows_beside(&mut self, kin: &[Kin], after: u64, most: usize) -> Result<Vec<Row>, Fault> {
        self.rows_of_others(kin, after, most)
    }

    fn last_arrived(&mut self, incarnation: Uuid, arrival: u64) -> Result<Option<u64>, Fault> {
        self.last_of(incarnation, arrival)
    }

    fn told(&mut self) -> Result<MessagePoint, Fault> {
        Ok(self.told)
    }

    fn messages(&mut self, from: u64, most: usize) -> Result<Vec<Message>, Fault> {
        self.messages_from(from, most)
    }

    fn put_message(&mut self, message: &Message) -> Result<(), Fault> {
        if message.seq >= self.told.seq {
            self.told = message.point();
            self.is_account_changed = true;
        }
        self.messages.put(message.seq, message.clone());
        Ok(())
    }

    fn cell(&mut self, guid: Uuid) -> Result<Option<Cell>, Fault> {
        self.find_cell(guid)
    }

    fn put_cell(&mut self, cell: &Cell) -> Result<(), Fault> {
        self.cells.put(cell.guid, *cell);
        Ok(())
    }

    fn cells(&mut self, after: Uuid, most: usize) -> Result<Vec<Cell>, Fault> {
        self.cells_after(after, most)
    }

    fn visit(&mut self, guid: Uuid) -> Result<Option<Visit>, Fault> {
        self.find_visit(guid)
    }

    fn put_visit(&mut self, visit: &Visit) -> Result<(), Fault> {
        self.keep_visit(visit)
    }

    fn active_visits(&mut self, slot: Uuid) -> Result<i64, Fault> {
        self.count_active(slot)
    }

    fn list(&mut self, issue: Issue) -> Result<(), Fault> {
        self.issues.push(issue);
        Ok(())
    }
}
