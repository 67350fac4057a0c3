//! The centre's side: what it keeps of one box, and what it answers.
//!
//! A record that came is a *row*. The first chain of a life is its main one; a row beside it is a fork, and the life is in
//! *conflict*. A row is *counted* when it has moved owners and messages: only rows of the living life are, at once or when a life
//! begins that descends from them. Visits are facts whoever tells them.

mod intake;
mod lives;
mod messages;
mod region;
mod safe;
mod tail;
mod visits;

pub use region::{BadMessage, Denial, book, cancel, retire, tell};
pub use safe::{Mark, mark, mark_safe};

use super::wire::{Answer, ITEMS_MAX, PART_BYTES_MAX, Request, Safe, Sent, State};
use super::{Hash, Message, MessagePoint, Owner, Point};
use crate::model::VisitStatus;
use lives::Lives;
use uuid::Uuid;

/// What the centre keeps of a box as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The generation of the centre in which the living life has reported.
    pub reported: String,
    /// How many rows have come.
    pub arrivals: u64,
    /// How many lives have begun.
    pub lives: u64,
    /// Rows up to this one, by arrival, are in all backups.
    pub safe: u64,
    /// The region gave the box up.
    pub is_retired: bool,
}

/// A life of a box, as the centre has heard of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    pub incarnation: Uuid,
    /// How it began; `None` while only a request has named it.
    pub beginning: Option<Beginning>,
    /// Number and hash of the last row of its main chain.
    pub head: Option<(u64, Hash)>,
    /// The highest number that a request of this life announced.
    pub announced: u64,
    /// There are two versions of its records.
    pub is_in_conflict: bool,
    /// Its `stopped` has come.
    pub is_stopped: bool,
}

/// How a life began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// 1, 2, 3 ... by order of hearing.
    pub heard: u64,
    pub parent: Option<Point>,
    /// Lives that are over, its parent's too.
    pub over: Vec<Uuid>,
}

/// A record as the centre keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// 1, 2, 3 ... for each box, by order of arrival.
    pub arrival: u64,
    pub sent: Sent,
    /// It is of the first chain of its life that came.
    pub is_main: bool,
    /// It has moved owners and messages.
    pub is_counted: bool,
}

/// A cell of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub guid: Uuid,
    pub owner: Owner,
    /// How many visits it takes.
    pub places: i64,
    /// Number of the message that gave it to the box last; 0: none did.
    pub granted: u64,
    /// Of a cell of the centre: the record by which the box says that it knows. None: the cell never was the box's.
    pub known_by: Option<Point>,
}

/// A visit, of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    pub guid: Uuid,
    pub slot: Option<Uuid>,
    pub status: VisitStatus,
}

/// What a person has to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Issue {
    /// The life's records after one number up to another were announced, or followed, and never came.
    Missing { incarnation: Uuid, after: u64, to: u64 },
    /// There are two versions of a record: the box was copied, or an old copy put in its place.
    Conflict { incarnation: Uuid, seq: u64 },
    /// A record does not prove itself.
    Damaged { incarnation: Uuid, seq: u64 },
    /// A record of a version or kind that this program does not know.
    Unknown { incarnation: Uuid, seq: u64 },
    /// A cell has more active visits than places, this one among them.
    Overfull { slot: Uuid, visit: Uuid },
    /// The box refused a message.
    RefusedMessage { seq: u64 },
    /// The box has another message behind it than was told.
    StrangeMessage { seq: u64 },
    /// A life was told to stop.
    ToldToStop { incarnation: Uuid },
}

/// Ancestry: rows of the main chain of this life up to this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kin {
    pub incarnation: Uuid,
    pub until: u64,
}

/// A transaction on the rows of one box. Each `put` replaces what has the same key.
pub trait CentreStore {
    /// A failure of the store: the transaction is undone.
    type Error: From<serde_json::Error>;

    /// Returns the most lost-tail items, and the most messages, of an answer. A test asks for few.
    fn page(&self) -> usize {
        ITEMS_MAX
    }

    /// Returns the name of the database's present generation: another after each restore and failover.
    fn generation(&mut self) -> Result<String, Self::Error>;

    fn account(&mut self) -> Result<Account, Self::Error>;
    fn put_account(&mut self, account: &Account) -> Result<(), Self::Error>;

    fn lives(&mut self) -> Result<Vec<Life>, Self::Error>;
    fn put_life(&mut self, life: &Life) -> Result<(), Self::Error>;

    /// Returns the rows with a number, of all lives: nearly always one.
    fn rows(&mut self, seq: u64) -> Result<Vec<Row>, Self::Error>;
    fn put_row(&mut self, row: &Row) -> Result<(), Self::Error>;

    /// Returns the first rows after one, by arrival, that are not of these kin.
    fn rows_beside(&mut self, kin: &[Kin], after: u64, most: usize) -> Result<Vec<Row>, Self::Error>;

    /// Returns the highest number of the main chain of a life among the rows up to one, by arrival.
    fn last_arrived(&mut self, incarnation: Uuid, arrival: u64) -> Result<Option<u64>, Self::Error>;

    /// Returns the last message's place.
    fn told(&mut self) -> Result<MessagePoint, Self::Error>;
    /// Returns the first messages from a number on.
    fn messages(&mut self, from: u64, most: usize) -> Result<Vec<Message>, Self::Error>;
    fn put_message(&mut self, message: &Message) -> Result<(), Self::Error>;

    fn cell(&mut self, guid: Uuid) -> Result<Option<Cell>, Self::Error>;
    fn put_cell(&mut self, cell: &Cell) -> Result<(), Self::Error>;
    /// Returns the first cells with GUIDs after one.
    fn cells(&mut self, after: Uuid, most: usize) -> Result<Vec<Cell>, Self::Error>;

    fn visit(&mut self, guid: Uuid) -> Result<Option<Visit>, Self::Error>;
    fn put_visit(&mut self, visit: &Visit) -> Result<(), Self::Error>;
    /// Returns how many active visits a cell has.
    fn active_visits(&mut self, slot: Uuid) -> Result<i64, Self::Error>;

    /// Lists an issue once.
    fn list(&mut self, issue: Issue) -> Result<(), Self::Error>;
}

/// Takes a request in and answers it. The caller has proved that it is from this box.
pub fn answer<S: CentreStore>(store: &mut S, request: &Request) -> Result<Answer, S::Error> {
    let header = &request.header;
    let generation = store.generation()?;
    let mut answer = Answer::to(header, generation.clone());
    let mut lives = Lives::load(store)?;
    lives.announce(store, header)?;
    let taken = intake::take(store, &mut lives, &request.records)?;
    let life = lives.get(header.incarnation).cloned();
    let head_of = |life: Option<&Life>| {
        life.and_then(|life| {
            life.head.map(|(seq, hash)| Point {
                incarnation: life.incarnation,
                seq,
                hash,
            })
        })
    };
    let of_first = || {
        request
            .records
            .first()
            .and_then(|first| lives.get(first.incarnation))
    };
    answer.received = taken
        .or_else(|| head_of(life.as_ref()))
        .or_else(|| head_of(of_first()));
    answer.last_seq = life.as_ref().map_or(0, |life| life.announced);
    let mut account = store.account()?;
    // Of two versions of a record, the box may have the one that came after the backups.
    if life.as_ref().is_some_and(|life| !life.is_in_conflict) {
        let last_arrived = store.last_arrived(header.incarnation, account.safe)?;
        answer.safe = last_arrived.map(|seq| Safe {
            incarnation: header.incarnation,
            seq,
        });
    }
    let is_begun = life.as_ref().is_some_and(|life| life.beginning.is_some());
    let given_up = account.is_retired.then_some("the region has given this box up");
    if let Some(reason) = lives.reason_to_stop(header.incarnation).or(given_up) {
        answer.state = State::ReadOnly;
        reason.clone_into(&mut answer.reason);
        store.list(Issue::ToldToStop {
            incarnation: header.incarnation,
        })?;
        return Ok(answer);
    }
    let last = Point {
        incarnation: header.incarnation,
        seq: header.last_seq,
        hash: header.last_hash,
    };
    let has_all = is_begun && lives::row(store, last)?.is_some();
    if has_all {
        // A life that reads only may still hear of messages that this centre has lost.
        let is_serving = header.tail_from.is_some_and(|tail| tail.owners.is_none());
        if header.generation == generation && is_serving && account.reported != generation {
            lives.give_up_unheard(store, last)?;
            account.reported = generation;
            store.put_account(&account)?;
        }
        tail::tell(store, &lives, header, &mut answer)?;
    } else {
        answer.tail_next = header.tail_from;
    }
    tell_messages(
        store,
        header.applied_message,
        has_all.then_some(last),
        &mut answer,
    )?;
    answer.more |= answer.tail_next.is_some();
    Ok(answer)
}

/// Puts into the answer what the box has not applied. `last` is its last record, if all are here.
fn tell_messages<S: CentreStore>(
    store: &mut S,
    applied: MessagePoint,
    last: Option<Point>,
    answer: &mut Answer,
) -> Result<(), S::Error> {
    if !messages::is_told(store, applied)? {
        if let Some(last) = last {
            messages::take_back_from(store, last)?;
        }
        if !messages::is_told(store, applied)? {
            // The records that tell this message are still to come.
            answer.more = true;
            if last.is_some() {
                store.list(Issue::StrangeMessage { seq: applied.seq })?;
            }
            return Ok(());
        }
    }
    let mut bytes = 0;
    for message in store.messages(applied.seq + 1, store.page())? {
        bytes += serde_json::to_string(&message)?.len() + 1;
        if bytes > PART_BYTES_MAX {
            break;
        }
        answer.messages.push(message);
    }
    let last = answer.messages.last().map_or(applied.seq, |last| last.seq);
    answer.more |= last < store.told()?.seq;
    Ok(())
}
