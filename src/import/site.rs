//! The box's side of an exchange over its database ([`crate::exchange::site`]).

use super::told;
use crate::exchange::Hash;
use crate::exchange::Message;
use crate::exchange::site::{self, BoxRead, BoxStore, Memory, Mode, Site};
use crate::exchange::wire::{Request, Sent, TailItem};
use crate::model::Moment;
use crate::model::record::Record;
use crate::store::{Fault, Store, WriteTx};
use uuid::Uuid;

const SECONDS_OF_HOUR: i64 = 60 * 60;

/// A request by network. Its answer comes to this process or to nobody, so that nothing of it is written: an exchange with nothing
/// to say leaves the database as it is.
pub struct Asked {
    name: String,
    /// What was remembered when it was made.
    memory: Memory,
}

impl Asked {
    /// Returns the next request of the box with this GUID, from one look at its database. `name` is random and new. Where the note
    /// beside the database tells of another one, this life ends first.
    pub fn of(
        store: &mut Store,
        guid: Uuid,
        name: &str,
        program: &str,
        now: Moment,
    ) -> Result<(Asked, Request), Fault> {
        store.heed_note(now)?;
        let _snapshot = store.snapshot()?;
        let mut look = BoxLook { store, guid };
        let memory = look.memory()?;
        let request = site::ask(&mut look, &memory, None, name, program)?;
        let name = name.to_owned();
        Ok((Asked { name, memory }, request))
    }
}

/// A look at the box's database.
struct BoxLook<'a> {
    store: &'a Store,
    guid: Uuid,
}

impl BoxRead for BoxLook<'_> {
    type Error = Fault;

    fn site(&mut self) -> Result<Site, Fault> {
        self.store.site(self.guid)
    }

    fn memory(&mut self) -> Result<Memory, Fault> {
        self.store.memory()
    }

    fn records(&mut self, from: u64) -> Result<Vec<Sent>, Fault> {
        self.store.records_to_send(from)
    }

    fn written(&mut self, seq: u64) -> Result<Option<(Uuid, Hash)>, Fault> {
        self.store.written(seq)
    }
}

/// One transaction of an exchange on the box's database. Dropped without [`BoxTx::commit`], nothing of it has happened.
pub struct BoxTx<'a> {
    tx: WriteTx<'a>,
    guid: Uuid,
    now: Moment,
    asked: Option<Asked>,
}

impl<'a> BoxTx<'a> {
    /// Begins a transaction for the box with this GUID. Waits for another writer as a booking does. Where the note beside the
    /// database tells of another one, this life ends first.
    pub fn begin(store: &'a mut Store, guid: Uuid, now: Moment) -> Result<BoxTx<'a>, Fault> {
        store.heed_note(now)?;
        let tx = store.write_as_site()?;
        let asked = None;
        Ok(BoxTx { tx, guid, now, asked })
    }

    /// Begins a transaction on a restored database that is not in its place yet: nothing beside it tells of it.
    pub fn apart(store: &'a mut Store, now: Moment) -> Result<BoxTx<'a>, Fault> {
        let (tx, guid, asked) = (store.write_as_site()?, Uuid::nil(), None);
        Ok(BoxTx { tx, guid, now, asked })
    }

    /// Takes the answer to a request by network. It is a late one if another exchange has changed what is remembered since.
    #[must_use]
    pub fn answering(self, asked: Asked) -> Self {
        let asked = Some(asked);
        BoxTx { asked, ..self }
    }

    /// Makes what happened last.
    pub fn commit(self) -> Result<(), Fault> {
        self.tx.commit()
    }

    /// Gives the centre the cells that nobody has booked and that begin within so many hours, as if it had recalled them; at most
    /// some hundred, so that bookings do not wait: it is to be called until it returns 0. Only after an exchange that was
    /// complete, and while the clock is believed. A life that does not serve gives nothing.
    pub fn release_before(&self, hours: u32) -> Result<usize, Fault> {
        if self.tx.site(self.guid)?.mode != Mode::Serving {
            return Ok(0);
        }
        let now = self.now.timestamp();
        self.tx
            .release_until(now, now + i64::from(hours) * SECONDS_OF_HOUR)
    }

    fn is_recovering(&self) -> Result<bool, Fault> {
        Ok(self.tx.site(self.guid)?.mode == Mode::Recovering)
    }
}

impl BoxRead for BoxTx<'_> {
    type Error = Fault;

    fn site(&mut self) -> Result<Site, Fault> {
        self.tx.site(self.guid)
    }

    fn memory(&mut self) -> Result<Memory, Fault> {
        let mut memory = self.tx.memory()?;
        if let Some(asked) = &self.asked
            && asked.memory == memory
        {
            memory.requests.push(asked.name.clone());
        }
        Ok(memory)
    }

    fn records(&mut self, from: u64) -> Result<Vec<Sent>, Fault> {
        self.tx.records_to_send(from)
    }

    fn written(&mut self, seq: u64) -> Result<Option<(Uuid, Hash)>, Fault> {
        self.tx.written(seq)
    }
}

impl BoxStore for BoxTx<'_> {
    fn remember(&mut self, memory: &Memory) -> Result<(), Fault> {
        self.tx.remember(memory)
    }

    fn apply(&mut self, message: &Message) -> Result<(), Fault> {
        told::apply(&self.tx, message, self.now)
    }

    fn replay(&mut self, item: &TailItem) -> Result<(), Fault> {
        let is_recovering = self.is_recovering()?;
        match item {
            TailItem::Owner { slot, owner } if is_recovering => {
                told::replay_owner(&self.tx, *slot, *owner, self.now)
            }
            TailItem::Owner { .. } => Ok(()),
            TailItem::Record { line, .. } => {
                let Ok(record) = serde_json::from_str::<Record>(line.get()) else {
                    log::warn!("a record of the lost tail has a form that this program does not know");
                    return Ok(());
                };
                told::replay(&self.tx, &record, is_recovering, self.now)
            }
        }
    }

    fn list_stranger(&mut self, message: &Message) -> Result<(), Fault> {
        self.tx.keep_strange_message(message, self.now.timestamp())
    }

    fn serve(&mut self) -> Result<(), Fault> {
        self.tx.set_mode(Mode::Serving)
    }

    fn stop(&mut self, reason: &str) -> Result<(), Fault> {
        self.tx.stop(reason, self.now.timestamp())
    }
}
