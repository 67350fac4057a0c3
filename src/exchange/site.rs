//! The box's side: what to say next, and what of an answer counts.

use super::wire::{Answer, Header, Request, Sent, State, TailItem, TailPlace};
use super::{Hash, Message, MessagePoint};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Most requests that wait for their answers: more make the oldest forgotten, and its answer a late one. On a stick they carry a
/// month of 1,000 bookings a day in one journey.
pub const REQUESTS_MAX: usize = 64;

/// What a life may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Serving,
    /// It only reads, until the lost tail is back.
    Recovering,
    /// It wrote `stopped`: its journal has ended.
    Stopped,
}

impl Mode {
    /// Each with its word in the database.
    pub const WORDS: [(&'static str, Mode); 3] = [
        ("serving", Mode::Serving),
        ("recovering", Mode::Recovering),
        ("stopped", Mode::Stopped),
    ];
}

/// What a box is, as its database says.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// GUID of the box.
    pub guid: Uuid,
    /// The life that writes.
    pub incarnation: Uuid,
    pub mode: Mode,
    /// Number of the first record that the journal has.
    pub first_seq: u64,
    /// Number of this life's `begun`.
    pub begun_seq: u64,
    /// Number and hash of the last record.
    pub last: (u64, Hash),
    /// The last message behind the box, applied or refused.
    pub applied: MessagePoint,
}

/// What a life remembers of its exchanges. It lies in the database, and a new life begins with none: a cursor, a generation or a
/// request of another life is worth nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Memory {
    /// The centre's generation heard last; empty: none.
    pub generation: String,
    /// The centre has the records up to this one. A hint: each answer says it anew.
    pub received: Option<u64>,
    /// How far before the last hint records are sent, to find what the centre knows; 0: the hint holds.
    pub back: u64,
    /// Records of this life up to this one are in the centre's backups.
    pub safe: u64,
    /// Requests whose answers may be believed, oldest first.
    pub requests: Vec<String>,
    /// Number of the last record heard of the lost tail.
    pub arrival: u64,
    /// The last cell whose owner was heard.
    pub cell: Uuid,
}

/// A look at the box's database, in one transaction.
pub trait BoxRead {
    /// A failure of the store: the transaction is undone.
    type Error: From<serde_json::Error>;

    fn site(&mut self) -> Result<Site, Self::Error>;

    fn memory(&mut self) -> Result<Memory, Self::Error>;

    /// Returns records from a number on, at least one if there is one, within [`super::wire::RECORDS_SENT_MAX`] and
    /// [`super::wire::RECORDS_BYTES_SENT_MAX`].
    fn records(&mut self, from: u64) -> Result<Vec<Sent>, Self::Error>;

    /// Returns which life wrote a record, and its hash.
    fn written(&mut self, seq: u64) -> Result<Option<(Uuid, Hash)>, Self::Error>;
}

/// A transaction on the box's database.
pub trait BoxStore: BoxRead {
    fn remember(&mut self, memory: &Memory) -> Result<(), Self::Error>;

    /// Applies a message, whole or not at all, and writes `applied` or `refusedMessage`.
    fn apply(&mut self, message: &Message) -> Result<(), Self::Error>;

    /// Replays a piece of the lost tail: what is there already changes nothing. Owners and the numbers of messages count only
    /// while the life is [`Mode::Recovering`].
    fn replay(&mut self, item: &TailItem) -> Result<(), Self::Error>;

    /// Lists a message of a lost centre: what it told may have been promised to somebody.
    fn list_stranger(&mut self, message: &Message) -> Result<(), Self::Error>;

    /// Ends the reading only.
    fn serve(&mut self) -> Result<(), Self::Error>;

    /// Writes `stopped`, the last record of this life.
    fn stop(&mut self, reason: &str) -> Result<(), Self::Error>;
}

/// What an answer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// There is nothing more to say, on either side.
    Complete,
    /// Another exchange goes on from here.
    Continue,
    /// It answered no request of this life that still counts: its messages alone were looked at.
    Late,
}

/// Returns the next request. `name` is random and new; it is remembered before the request leaves.
pub fn request<S: BoxStore>(store: &mut S, name: &str, program: &str) -> Result<Request, S::Error> {
    request_after(store, None, name, program)
}

/// Returns a request with the records after one, beside requests that still wait for their answers: what does not fit into one
/// goes on in the next.
pub fn request_after<S: BoxStore>(
    store: &mut S,
    after: Option<u64>,
    name: &str,
    program: &str,
) -> Result<Request, S::Error> {
    let mut memory = store.memory()?;
    memory.requests.push(name.to_owned());
    let forgotten = memory.requests.len().saturating_sub(REQUESTS_MAX);
    memory.requests.drain(..forgotten);
    store.remember(&memory)?;
    ask(store, &memory, after, name, program)
}

/// Returns a request with the records after one, by default after those that the centre has. The caller keeps its name with the
/// memory.
pub fn ask<S: BoxRead>(
    store: &mut S,
    memory: &Memory,
    after: Option<u64>,
    name: &str,
    program: &str,
) -> Result<Request, S::Error> {
    let site = store.site()?;
    let from = match after {
        Some(after) => after + 1,
        None => begin(store, &site, memory)?,
    };
    let records = store.records(from)?;
    let mut header = Header::new(site.guid, site.incarnation, site.last, site.applied);
    name.clone_into(&mut header.request);
    program.clone_into(&mut header.program);
    header.generation.clone_from(&memory.generation);
    header.first = from;
    header.count = records.len();
    header.tail_from = Some(TailPlace {
        arrival: memory.arrival,
        owners: (site.mode == Mode::Recovering).then_some(memory.cell),
    });
    Ok(Request { header, records })
}

/// Returns the number of the first record to send.
///
/// What a centre knows of a new life, or knows after it was restored itself, is found by going back: 1, 2, 4, 8 ... records, until
/// the first one is known. The whole journal at last is always taken.
fn begin<S: BoxRead>(store: &mut S, site: &Site, memory: &Memory) -> Result<u64, S::Error> {
    // At first from the record before `begun`: if the centre has it, it knows all before.
    let hint = memory
        .received
        .unwrap_or(site.begun_seq.saturating_sub(2))
        .min(site.last.0);
    let mut from = (hint + 1).saturating_sub(memory.back).max(site.first_seq);
    let is_guess = memory.received.is_none() || memory.back > 0;
    // The centre takes a `begun` without its parent: what lies between would never be sent.
    while is_guess && from > site.first_seq && begins_life(store, from)? {
        from -= 1;
    }
    Ok(from)
}

fn begins_life<S: BoxRead>(store: &mut S, seq: u64) -> Result<bool, S::Error> {
    let life = |written: Option<(Uuid, Hash)>| written.map(|(life, _)| life);
    Ok(life(store.written(seq)?) != life(store.written(seq - 1)?))
}

/// Takes an answer in: by network or stick, in time or late, once or twice.
pub fn take<S: BoxStore>(store: &mut S, answer: &Answer) -> Result<Taken, S::Error> {
    let site = store.site()?;
    let mut memory = store.memory()?;
    let place = memory.requests.iter().position(|name| *name == answer.request);
    let Some(place) = place.filter(|_| answer.incarnation == site.incarnation) else {
        if site.mode == Mode::Serving {
            take_messages(store, &memory, answer)?;
        }
        return Ok(Taken::Late);
    };
    memory.requests.drain(..=place);
    let is_reported = memory.generation == answer.generation;
    if !is_reported {
        memory.generation.clone_from(&answer.generation);
        // Arrivals are numbered by each generation.
        (memory.arrival, memory.cell) = (0, Uuid::nil());
    }
    take_received(store, &site, &mut memory, answer)?;
    if let Some(safe) = answer.safe.filter(|safe| safe.incarnation == site.incarnation)
        && memory.back == 0
    {
        // Up to the record that is known to be the same: a copy may have others behind it.
        let same = memory.received.unwrap_or_default();
        memory.safe = memory.safe.max(safe.seq.min(same));
    }
    for item in &answer.lost_tail {
        match item {
            TailItem::Record { arrival, .. } => memory.arrival = memory.arrival.max(*arrival),
            TailItem::Owner { slot, .. } => memory.cell = memory.cell.max(*slot),
        }
        if site.mode != Mode::Stopped {
            store.replay(item)?;
        }
    }
    let is_tail_back = answer.tail_next.is_none();
    if site.mode == Mode::Serving || is_tail_back {
        take_messages(store, &memory, answer)?;
    }
    let now = store.site()?;
    let has_all = answer
        .messages
        .last()
        .is_none_or(|last| last.seq <= now.applied.seq)
        && !answer.more;
    // The tail ends only in an answer of a centre that has all records of this life.
    if now.mode == Mode::Recovering && is_tail_back && has_all {
        store.serve()?;
    }
    store.remember(&memory)?;
    let last = store.site()?.last.0;
    let is_all_there = memory.back == 0 && memory.received == Some(last);
    let is_complete = is_reported && is_all_there && is_tail_back && has_all;
    Ok(if is_complete {
        Taken::Complete
    } else {
        Taken::Continue
    })
}

/// Believes what the centre has, and stops a life that is not the one which the centre knows.
fn take_received<S: BoxStore>(
    store: &mut S,
    site: &Site,
    memory: &mut Memory,
    answer: &Answer,
) -> Result<(), S::Error> {
    let mut is_strange = false;
    let mine = match answer.received {
        Some(received) => {
            let written = store.written(received.seq)?;
            let is_mine = written == Some((received.incarnation, received.hash));
            is_strange = !is_mine && received.incarnation == site.incarnation;
            is_mine.then_some(received.seq)
        }
        None => None,
    };
    if mine.is_some() {
        (memory.received, memory.back) = (mine, 0);
    } else {
        memory.back = (memory.back * 2).clamp(1, site.last.0.max(1));
    }
    let reason = if answer.state == State::ReadOnly {
        &answer.reason
    } else if answer.last_seq > site.last.0 || is_strange {
        "the centre has records of this life that are not in this database: it is an old copy"
    } else {
        return Ok(());
    };
    if site.mode == Mode::Stopped {
        return Ok(());
    }
    store.stop(reason)
}

/// Applies the messages that are next. Only those of the generation that this life has heard of count: a lost centre's promises
/// are listed.
fn take_messages<S: BoxStore>(store: &mut S, memory: &Memory, answer: &Answer) -> Result<(), S::Error> {
    for message in &answer.messages {
        let site = store.site()?;
        if site.mode == Mode::Stopped || !message.is_behind(site.applied) {
            continue;
        }
        if answer.generation == memory.generation {
            store.apply(message)?;
        } else if !memory.generation.is_empty() {
            store.list_stranger(message)?;
        }
    }
    Ok(())
}
