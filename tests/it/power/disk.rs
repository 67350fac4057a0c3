//! A disk that loses its power: what it holds then of what was written and not yet flushed is a matter of luck, sector by
//! sector and in no order. Names change in order, as file systems with a journal keep them: of those that were not flushed with
//! their folder, the later ones are lost.

use super::trace::Event;
use crate::model::Dice;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a disk writes as a whole.
const SECTOR_BYTES: usize = 512;

/// The files of one folder, by their whole paths.
#[derive(Clone)]
pub struct Disk {
    pub folder: String,
    contents: Vec<Content>,
    /// Which content has a name now, and which after a cut, whatever happens.
    now: Names,
    durable: Names,
    /// What else became of names, with the number of the event.
    pending: Vec<(usize, Naming)>,
}

type Names = BTreeMap<String, usize>;

/// Names that change together: the content that each has then, if any.
type Naming = Vec<(String, Option<usize>)>;

/// Files by their names, as a program would find them.
pub type Image = BTreeMap<String, Vec<u8>>;

#[derive(Clone, Default)]
struct Content {
    /// What is there after a cut, whatever happens.
    durable: Vec<u8>,
    /// What is there while the power is.
    now: Vec<u8>,
    /// What may be there besides, with the number of the event.
    pending: Vec<(usize, Change)>,
}

#[derive(Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Resize(usize),
}

/// What becomes of what was not flushed.
pub enum Luck<'a> {
    /// All of it is lost.
    Bad,
    /// All of it has reached the disk by itself.
    Good,
    /// Each sector has or has not, so many times of eight.
    Mixed(&'a mut Dice, usize),
}

impl Disk {
    /// A folder as it is now, flushed long ago.
    pub fn of(folder: &Path) -> Disk {
        let mut disk = Disk {
            folder: folder.to_str().unwrap().to_owned(),
            contents: Vec::new(),
            now: Names::new(),
            durable: Names::new(),
            pending: Vec::new(),
        };
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            disk.now
                .insert(path.to_str().unwrap().to_owned(), disk.contents.len());
            disk.contents.push(Content {
                durable: bytes.clone(),
                now: bytes,
                pending: Vec::new(),
            });
        }
        disk.durable = disk.now.clone();
        disk
    }

    /// What happened next, under its number; of flushes, only those that are `flushed` count.
    pub fn see(&mut self, number: usize, event: &Event, flushed: impl Fn(&str) -> bool) {
        match event {
            Event::Opened { file, empties } => {
                if !self.now.contains_key(file) {
                    self.contents.push(Content::default());
                    self.name(number, vec![(file.clone(), Some(self.contents.len() - 1))]);
                } else if *empties {
                    self.change(number, file, Change::Resize(0));
                }
            }
            Event::Wrote { file, offset, bytes } => {
                let (offset, bytes) = (*offset, bytes.clone());
                self.change(number, file, Change::Write { offset, bytes });
            }
            Event::Resized { file, length } => self.change(number, file, Change::Resize(*length)),
            Event::Named { from, to, moved } => {
                let content = self.now.get(from).copied();
                let content = content.unwrap_or_else(|| panic!("{from}: where is it from?"));
                let mut names = vec![(to.clone(), Some(content))];
                if *moved {
                    names.push((from.clone(), None));
                }
                self.name(number, names);
            }
            Event::Unlinked { file } => self.name(number, vec![(file.clone(), None)]),
            Event::Flushed { file, began } if flushed(file) => self.flush(file, *began),
            Event::Flushed { .. } | Event::Sent(_) => {}
        }
    }

    fn name(&mut self, number: usize, names: Naming) {
        set(&mut self.now, &names);
        self.pending.push((number, names));
    }

    fn change(&mut self, number: usize, file: &str, change: Change) {
        if let Some(content) = self.now.get(file).map(|content| &mut self.contents[*content]) {
            change.make(&mut content.now, &mut Luck::Good);
            content.pending.push((number, change));
        }
    }

    /// What happened to the file or folder before the event `began` lasts.
    fn flush(&mut self, file: &str, began: usize) {
        if file == self.folder {
            let later = self.pending.partition_point(|(number, _)| *number < began);
            for (_, names) in self.pending.drain(..later) {
                set(&mut self.durable, &names);
            }
        } else if let Some(content) = self.now.get(file).map(|content| &mut self.contents[*content]) {
            let later = content.pending.partition_point(|(number, _)| *number < began);
            for (_, change) in content.pending.drain(..later) {
                change.make(&mut content.durable, &mut Luck::Good);
            }
        }
    }

    /// What is there while the power is.
    pub fn now(&self) -> Image {
        let content =
            |(name, content): (&String, &usize)| (name.clone(), self.contents[*content].now.clone());
        self.now.iter().map(content).collect()
    }

    /// What is left after a cut now.
    pub fn cut(&self, luck: &mut Luck) -> Image {
        let mut names = self.durable.clone();
        let lasting = match luck {
            Luck::Bad => 0,
            Luck::Good => self.pending.len(),
            Luck::Mixed(dice, _) => dice.roll(self.pending.len() + 1),
        };
        for (_, later) in &self.pending[..lasting] {
            set(&mut names, later);
        }
        let mut content = |content: usize| {
            let content = &self.contents[content];
            let mut bytes = content.durable.clone();
            for (_, change) in &content.pending {
                change.make(&mut bytes, luck);
            }
            bytes
        };
        names
            .into_iter()
            .map(|(name, number)| (name, content(number)))
            .collect()
    }
}

fn set(names: &mut Names, entries: &[(String, Option<usize>)]) {
    for (name, content) in entries {
        match content {
            Some(content) => names.insert(name.clone(), *content),
            None => names.remove(name),
        };
    }
}

impl Change {
    /// As much of it as luck will have.
    fn make(&self, content: &mut Vec<u8>, luck: &mut Luck) {
        match self {
            Change::Resize(length) if luck.strikes() => content.resize(*length, 0),
            Change::Resize(_) => {}
            Change::Write { offset, bytes } => {
                let (mut at, end) = (*offset, offset + bytes.len());
                while at < end {
                    let until = end.min(at - at % SECTOR_BYTES + SECTOR_BYTES);
                    if luck.strikes() {
                        content.resize(content.len().max(until), 0);
                        content[at..until].copy_from_slice(&bytes[at - offset..until - offset]);
                    }
                    at = until;
                }
            }
        }
    }
}

impl Luck<'_> {
    fn strikes(&mut self) -> bool {
        match self {
            Luck::Bad => false,
            Luck::Good => true,
            Luck::Mixed(dice, times) => dice.roll(8) < *times,
        }
    }
}
