//! What an exchange with the region's centre reads and writes besides visits ([crate::contract::exchange]): where this box is
//! in the chains of records and of messages, what it remembers, who owns a cell.

use super::damage::Damage;
use super::journal::Tip;
use super::{Fault, Store, WriteTx};
use crate::exchange::site::{Memory, Mode, Site};
use crate::exchange::wire::{RECORDS_BYTES_SENT_MAX, RECORDS_SENT_MAX, Sent};
use crate::exchange::{Hash, Message, MessagePoint};
use crate::model::record::{Content, Hex, MessageTold, OwnerTold, RecordKind, StoppedFor};
use crate::model::{IssueKind, Owner};
use rusqlite::named_params;
use uuid::Uuid;

/// Records that are read at once: some 64 KiB.
const PAGE_RECORDS: u32 = 64;

/// Most cells that are released at once: bookings wait for them.
const RELEASED_MAX: u32 = 256;

impl Store {
    /// Returns what the box with this GUID is, as its file says.
    pub(crate) fn site(&self, guid: Uuid) -> Result<Site, Fault> {
        let tip = self.tip()?;
        let (first, begun): (i64, i64) = self.one(
            "life",
            include_str!("exchange/site.sql"),
            named_params! { ":life": tip.life },
            |row| Ok((row.get("first_seq")?, row.get("begun_seq")?)),
        )?;
        Ok(Site {
            guid,
            incarnation: tip.incarnation,
            mode: tip.mode,
            first_seq: first.cast_unsigned(),
            begun_seq: begun.cast_unsigned(),
            last: (tip.seq.cast_unsigned(), tip.hash),
            applied: self.applied()?,
        })
    }

    /// Returns the last message that is behind the box.
    pub(crate) fn applied(&self) -> Result<MessagePoint, Fault> {
        let sql = "SELECT id, applied_seq, applied_hash FROM exchange";
        let applied = self.optional("exchange", sql, [], |row| {
            Ok(MessagePoint {
                seq: row.get::<_, i64>("applied_seq")?.cast_unsigned(),
                hash: row.get("applied_hash")?,
            })
        })?;
        Ok(applied.unwrap_or(MessagePoint::START))
    }

    /// Whether this box has ever exchanged anything with a centre.
    pub(super) fn is_in_region(&self) -> Result<bool, Fault> {
        self.exists("SELECT 1 FROM exchange", [])
    }

    /// Returns what this life remembers of its exchanges.
    pub(crate) fn memory(&self) -> Result<Memory, Fault> {
        let sql = "SELECT id, memory FROM exchange";
        let text: Option<String> = self.optional("exchange", sql, [], |row| row.get("memory"))?;
        match text.filter(|text| !text.is_empty()) {
            Some(text) => serde_json::from_str(&text)
                .map_err(|_| Fault::Damaged(Damage::no_rows("exchange").to_string())),
            None => Ok(Memory::default()),
        }
    }

    /// Returns the lines of records from a number on: at least one if there is one, and as many as fit into a request.
    pub(crate) fn records_to_send(&self, from: u64) -> Result<Vec<Sent>, Fault> {
        let mut sent: Vec<Sent> = Vec::new();
        let mut bytes = 0;
        loop {
            let page = self.records(from + sent.len() as u64, PAGE_RECORDS)?;
            let is_last = page.len() < PAGE_RECORDS as usize;
            for record in page {
                let record = Sent::of(record)?;
                bytes += record.text.len() + 1;
                let is_full = sent.len() == RECORDS_SENT_MAX || bytes > RECORDS_BYTES_SENT_MAX;
                if is_full && !sent.is_empty() {
                    return Ok(sent);
                }
                sent.push(record);
            }
            if is_last {
                return Ok(sent);
            }
        }
    }

    /// Returns which life wrote a record, and its hash.
    pub(crate) fn written(&self, seq: u64) -> Result<Option<(Uuid, Hash)>, Fault> {
        let Ok(seq) = i64::try_from(seq) else {
            return Ok(None);
        };
        self.optional(
            "journal",
            include_str!("exchange/written.sql"),
            named_params! { ":seq": seq },
            |row| Ok((row.get("incarnation")?, row.get("hash")?)),
        )
    }
}

impl WriteTx<'_> {
    /// Keeps what this life remembers of its exchanges. What is known already is not written again: a commit that changes the
    /// file makes the server forget the lists that it has read.
    pub(crate) fn remember(&self, memory: &Memory) -> Result<(), Fault> {
        self.run(
            include_str!("exchange/remember.sql"),
            named_params! { ":memory": serde_json::to_string(memory)? },
        )?;
        Ok(())
    }

    /// Writes that a message is behind the box; with `reasons`, without effect.
    pub(crate) fn tell_message(
        &self,
        kind: RecordKind,
        message: &Message,
        reasons: Option<Vec<String>>,
        at: i64,
    ) -> Result<(), Fault> {
        if let Some(reasons) = &reasons {
            self.add_issue(IssueKind::RefusedMessage, &reasons.join("\n"), at)?;
        }
        let told = MessageTold {
            seq: message.seq,
            hash: Hex(message.hash),
            lines: message.lines.clone(),
            reasons,
        };
        self.record(kind, Uuid::nil(), &Content::Message(told), at)?;
        self.run(
            include_str!("exchange/tell_message.sql"),
            named_params! { ":seq": message.seq.cast_signed(), ":hash": message.hash },
        )?;
        Ok(())
    }

    /// Keeps a message of a centre that was lost. The same one is kept once.
    pub(crate) fn keep_strange_message(&self, message: &Message, at: i64) -> Result<(), Fault> {
        let kept = self.run(
            include_str!("exchange/keep_strange_message.sql"),
            named_params! {
                ":at": at,
                ":hash": message.hash,
                ":seq": message.seq.cast_signed(),
                ":lines": message.lines,
            },
        )?;
        if kept > 0 {
            self.add_issue(IssueKind::LostCentre, &message.lines, at)?;
        }
        Ok(())
    }

    /// Answers a recall: the cell is the centre's if nobody has a place in it.
    pub(crate) fn recall(&self, slot: Uuid, at: i64) -> Result<(), Fault> {
        let message = self.applied()?.seq;
        let found: Option<(Owner, i64)> = self.optional(
            "slot",
            "SELECT id, owner, used_count + held_count AS taken FROM slot WHERE guid = :slot",
            named_params! { ":slot": slot },
            |row| Ok((row.get("owner")?, row.get("taken")?)),
        )?;
        let (kind, owner) = match found {
            Some((Owner::Centre, _) | (_, 0)) => {
                self.set_owner(slot, Owner::Centre)?;
                (RecordKind::Released, Owner::Centre)
            }
            Some((owner, _)) => (RecordKind::Kept, owner),
            None => (RecordKind::Kept, Owner::Nobody),
        };
        self.record(kind, slot, &Content::Owner(OwnerTold { owner, message }), at)
    }

    /// Gives the centre cells that it told, that nobody has a place in, and that begin after `now` and no later than `until`; at
    /// most [`RELEASED_MAX`]. Returns how many.
    pub(crate) fn release_until(&self, now: i64, until: i64) -> Result<usize, Fault> {
        let parameters = named_params! { ":now": now, ":until": until, ":limit": RELEASED_MAX };
        let slots: Vec<Uuid> = self.all(
            "slot",
            include_str!("exchange/release_until.sql"),
            parameters,
            |row| row.get("guid"),
        )?;
        for slot in &slots {
            self.recall(*slot, now)?;
        }
        Ok(slots.len())
    }

    /// Takes what the centre says of a cell's owner while this life only reads.
    pub(crate) fn recover_owner(&self, slot: Uuid, owner: Owner, at: i64) -> Result<(), Fault> {
        if self.set_owner(slot, owner)? {
            let message = self.applied()?.seq;
            let told = Content::Owner(OwnerTold { owner, message });
            self.record(RecordKind::Recovered, slot, &told, at)?;
        }
        Ok(())
    }

    /// Gives a cell an owner. Returns whether it had another.
    fn set_owner(&self, slot: Uuid, owner: Owner) -> Result<bool, Fault> {
        let changed = self.run(
            "UPDATE slot SET owner = :owner WHERE guid = :slot AND owner <> :owner",
            named_params! { ":slot": slot, ":owner": owner },
        )?;
        Ok(changed > 0)
    }

    /// Writes the last record of this life.
    pub(crate) fn stop(&self, reason: &str, at: i64) -> Result<(), Fault> {
        let stopped = Content::Stopped(StoppedFor {
            reason: reason.to_owned(),
        });
        self.record(RecordKind::Stopped, Uuid::nil(), &stopped, at)?;
        self.add_issue(IssueKind::Stopped, reason, at)?;
        self.set_mode(Mode::Stopped)
    }

    /// Lets this life, or no longer, write.
    pub(crate) fn set_mode(&self, mode: Mode) -> Result<(), Fault> {
        let tip = self.own_tip()?;
        self.run(
            "UPDATE life SET mode = :mode WHERE id = :life",
            named_params! { ":mode": mode, ":life": tip.life },
        )?;
        self.tip.set(Some(Tip { mode, ..tip }));
        Ok(())
    }
}
