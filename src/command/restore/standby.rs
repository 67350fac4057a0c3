//! What a standby folder knows that a database lacks: the journals of its bases and the lines of its tails.

use crate::command::{Failure, exchange, failed};
use crate::exchange::Hash;
use crate::exchange::site::BoxStore;
use crate::exchange::standby::{StandbyKind, StandbyName};
use crate::exchange::wire::TailItem;
use crate::files::read_private_file;
use crate::import::BoxTx;
use crate::language::text;
use crate::model::record::Record;
use crate::model::{Moment, Zone};
use crate::store::{Fault, Store};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Records that are replayed in one transaction.
const REPLAYED_AT_ONCE: usize = 1_000;

/// Longest line of a tail.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// A standby folder.
pub struct Standby {
    folder: PathBuf,
    zone: Zone,
    names: BTreeSet<StandbyName>,
}

/// What was replayed.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Records that the database lacked.
    pub records: usize,
    /// Number and moment of the last record of each life that the folder has.
    pub upto: BTreeMap<Uuid, (u64, i64)>,
    /// Files with a line that does not follow from the one before, with its number: the lines from there on were left out.
    pub broken: Vec<(StandbyName, usize)>,
}

impl Standby {
    /// Looks at a folder.
    pub fn look(folder: &Path, zone: Zone) -> io::Result<Standby> {
        Ok(Standby {
            folder: folder.to_owned(),
            zone,
            names: exchange::names(folder)?,
        })
    }

    pub fn path(&self, name: StandbyName) -> PathBuf {
        self.folder.join(name.to_string())
    }

    /// The newest base of each life.
    fn bases(&self) -> BTreeMap<Uuid, StandbyName> {
        let bases = self.names.iter().filter(|name| name.kind == StandbyKind::Base);
        bases.map(|name| (name.incarnation, *name)).collect()
    }

    /// Returns the base to begin with: of the life that no other base goes on from.
    pub fn newest(&self) -> Result<StandbyName, Failure> {
        let bases = self.bases();
        let mut before = BTreeSet::new();
        for base in bases.values() {
            let lives = Store::open_to_read(&self.path(*base), self.zone)
                .ok()
                .and_then(|store| store.lives().ok());
            let others = lives.unwrap_or_default().into_iter();
            before.extend(others.filter(|life| *life != base.incarnation));
        }
        let mut ends = bases.values().filter(|base| !before.contains(&base.incarnation));
        let Some(newest) = ends.next() else {
            return Err(failed!(
                "{}: нет ни одного файла base-...",
                "{}: there is no file base-...",
                self.folder.display()
            ));
        };
        if let Some(other) = ends.next() {
            return Err(failed!(
                "{}: здесь базы разных жизней, {newest} и {other}: назовите нужную, --from {}",
                "{}: there are bases of different lives, {newest} and {other}: name one, --from {}",
                self.folder.display(),
                self.path(*newest).display()
            ));
        }
        Ok(*newest)
    }

    /// Replays on a database that only reads all that it lacks and this folder has of its own lives and of those that went on from
    /// them.
    pub fn replay(&self, store: &mut Store, now: Moment) -> Result<Replayed, Failure> {
        let mut replayed = Replayed::default();
        let own = store.lives()?;
        let mut bases: Vec<_> = self.bases().into_values().collect();
        bases.sort_by_key(|base| base.seq);
        for base in bases {
            let known = match Store::open_to_read(&self.path(base), self.zone) {
                Ok(known) => Some(known),
                // Its tail counts all the same.
                Err(error) => {
                    log::warn!("{base}: passed over: {error}");
                    None
                }
            };
            let mut lives = known.as_ref().map(Store::lives).transpose()?.unwrap_or_default();
            lives.insert(base.incarnation);
            if lives.is_disjoint(&own) {
                continue;
            }
            let mut replay = Replay {
                store: &mut *store,
                now,
                waiting: Vec::new(),
                replayed: &mut replayed,
            };
            if let Some(known) = &known {
                replay.take_journal(known, base)?;
            }
            let is_tail =
                |name: &&StandbyName| name.kind == StandbyKind::Tail && name.incarnation == base.incarnation;
            for tail in self.names.iter().filter(is_tail) {
                let before = known.as_ref().map(|known| known.written(tail.seq)).transpose()?;
                replay.take_tail(&self.path(*tail), *tail, before.flatten().map(|(_, hash)| hash))?;
            }
            replay.flush()?;
        }
        Ok(replayed)
    }
}

/// A replay of one life's files.
struct Replay<'a> {
    store: &'a mut Store,
    now: Moment,
    waiting: Vec<Box<RawValue>>,
    replayed: &'a mut Replayed,
}

impl Replay<'_> {
    /// Takes the journal of a base, from the first record on that the database does not have as it is there.
    fn take_journal(&mut self, known: &Store, base: StandbyName) -> Result<(), Failure> {
        const PAGE_RECORDS: u32 = 500;
        let mut from = self.first_unknown(known, base.seq)?;
        loop {
            let page = known.records(from, PAGE_RECORDS)?;
            let Some(last) = page.last() else { return Ok(()) };
            from = last.seq + 1;
            for record in &page {
                self.take(record)?;
            }
        }
    }

    /// Returns the number of the first record that the database does not have: both are chains, equal up to some record.
    fn first_unknown(&self, known: &Store, last: u64) -> Result<u64, Fault> {
        let (mut same, mut other) = (0, last + 1);
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            let there = known.written(middle)?;
            // Entries before the chain are no records, and the same wherever a record behind them is.
            if there.is_none() || there == self.store.written(middle)? {
                same = middle;
            } else {
                other = middle;
            }
        }
        Ok(other)
    }

    /// Takes the lines of a tail, up to the first that does not follow from the one before, which a kill may have cut.
    fn take_tail(&mut self, path: &Path, name: StandbyName, before: Option<Hash>) -> Result<(), Failure> {
        let of_file = |error| Failure::of(path.display(), error);
        let mut lines = BufReader::new(read_private_file(path).map_err(of_file)?);
        let (mut before, mut next, mut line) = (before, name.seq + 1, Vec::new());
        for number in 1.. {
            line.clear();
            let mut bounded = (&mut lines).take(LINE_BYTES_MAX);
            bounded.read_until(b'\n', &mut line).map_err(of_file)?;
            // Nothing, or what was being written when it was cut.
            if line.last() != Some(&b'\n') && line.len() as u64 != LINE_BYTES_MAX {
                break;
            }
            let read = serde_json::from_slice::<Record>(&line).ok();
            let follows =
                |record: &Record| record.seq == next && before.is_none_or(|before| record.follows(&before));
            let Some(record) = read.filter(follows) else {
                self.replayed.broken.push((name, number));
                break;
            };
            self.take(&record)?;
            (before, next) = (Some(record.hash), record.seq + 1);
        }
        Ok(())
    }

    /// Takes one record, unless the database has it.
    fn take(&mut self, record: &Record) -> Result<(), Failure> {
        let upto = self.replayed.upto.entry(record.incarnation).or_default();
        *upto = (*upto).max((record.seq, record.at));
        if self.store.written(record.seq)? == Some((record.incarnation, record.hash)) {
            return Ok(());
        }
        let line = serde_json::to_string(record).and_then(RawValue::from_string);
        self.waiting.push(line.map_err(Fault::from)?);
        if self.waiting.len() < REPLAYED_AT_ONCE {
            return Ok(());
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut tx = BoxTx::apart(self.store, self.now)?;
        for line in self.waiting.drain(..) {
            self.replayed.records += 1;
            let arrival = self.replayed.records as u64;
            tx.replay(&TailItem::Record { arrival, line })?;
        }
        Ok(tx.commit()?)
    }
}

impl Replayed {
    /// Returns what there is to tell.
    pub fn told(&self, zone: Zone) -> String {
        let mut told = text!(
            "Из запасного каталога возвращено строк журнала: {}\n",
            "Records brought back from the standby: {}\n",
            self.records
        );
        for (life, (seq, at)) in &self.upto {
            let at = zone.at(*at).format("%d.%m.%Y %H:%M:%S");
            told += &text!(
                "Каталог знает жизнь {life} до строки {seq} от {at}.\n",
                "The standby knows the life {life} up to record {seq} of {at}.\n"
            );
        }
        for (name, line) in &self.broken {
            told += &text!(
                "{name}: строка {line} и следующие испорчены и пропущены.\n",
                "{name}: line {line} and those behind it are damaged and were left out.\n"
            );
        }
        told
    }
}
