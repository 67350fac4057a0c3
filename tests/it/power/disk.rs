//! A disk that loses its power: what it holds then of what was written and not yet flushed is a matter of luck, sector by
//! sector and in no order. Of a file whose folder was not flushed since it was made, not even the name is sure.

use super::trace::Event;
use crate::model::Dice;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a disk writes as a whole.
const SECTOR_BYTES: usize = 512;

/// Some files of one folder, by their whole paths.
pub struct Disk {
    folder: String,
    files: BTreeMap<String, Content>,
}

#[derive(Default)]
struct Content {
    /// What is there after a cut, whatever happens.
    durable: Vec<u8>,
    /// What may be there besides, with the number of the event.
    pending: Vec<(usize, Change)>,
    /// Whether there is such a file.
    is_made: bool,
    /// Since this event, while its name is not sure.
    made: Option<usize>,
    /// How often it was flushed.
    flushes: usize,
}

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
    /// Each sector has or has not.
    Mixed(&'a mut Dice),
}

impl Disk {
    /// These files of a folder as they are now, flushed long ago.
    pub fn of(folder: &Path, names: &[&str]) -> Disk {
        let content = |name: &&str| {
            let path = folder.join(name);
            let content = Content {
                durable: fs::read(&path).unwrap_or_default(),
                is_made: path.exists(),
                ..Content::default()
            };
            (path.to_str().unwrap().to_owned(), content)
        };
        Disk {
            folder: folder.to_str().unwrap().to_owned(),
            files: names.iter().map(content).collect(),
        }
    }

    /// What happened next, under its number.
    pub fn see(&mut self, number: usize, event: Event) {
        let (file, change) = match event {
            Event::Wrote { file, offset, bytes } => (file, Change::Write { offset, bytes }),
            Event::Resized { file, length } => (file, Change::Resize(length)),
            Event::Flushed { file, began } => return self.flush(&file, began),
            Event::Opened { file } => {
                if let Some(content) = self.files.get_mut(&file).filter(|content| !content.is_made) {
                    (content.is_made, content.made) = (true, Some(number));
                }
                return;
            }
            Event::Sent(_) => return,
        };
        if let Some(content) = self.files.get_mut(&file) {
            content.pending.push((number, change));
        }
    }

    /// What happened to the file or folder before the event `began` lasts.
    fn flush(&mut self, file: &str, began: usize) {
        if file == self.folder {
            for content in self.files.values_mut() {
                content.made = content.made.filter(|made| *made > began);
            }
        } else if let Some(content) = self.files.get_mut(file) {
            content.flushes += 1;
            let later = content.pending.partition_point(|(number, _)| *number < began);
            for (_, change) in content.pending.drain(..later) {
                change.make(&mut content.durable, &mut Luck::Good);
            }
        }
    }

    /// How often each file was flushed.
    pub fn flushes(&self) -> Vec<usize> {
        self.files.values().map(|content| content.flushes).collect()
    }

    /// Puts what is left after a cut now into another folder.
    pub fn cut(&self, luck: &mut Luck, into: &Path) {
        for (path, content) in &self.files {
            let copy = into.join(Path::new(path).file_name().unwrap());
            let _ = fs::remove_file(&copy);
            if content.is_made && (content.made.is_none() || luck.strikes()) {
                let mut bytes = content.durable.clone();
                for (_, change) in &content.pending {
                    change.make(&mut bytes, luck);
                }
                fs::write(copy, bytes).unwrap();
            }
        }
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
            Luck::Mixed(dice) => dice.roll(2) == 1,
        }
    }
}
