//! The exchange by stick: sealed files in a folder that somebody carries.

use super::ExchangeError;
use super::network::{PROGRAM, believed_now};
use crate::command::texts::Told;
use crate::command::{Failure, failed, output};
use crate::config::{Centre, CentreSecret, Config};
use crate::exchange::site::{self, BoxRead, REQUESTS_MAX, Taken};
use crate::exchange::stick::{Direction, FILE_BYTES_MAX, NONCE_BYTES, StickKey, StickName};
use crate::exchange::wire::Answer;
use crate::files::{Draft, FileError, read_private_file};
use crate::import::BoxTx;
use crate::language::text;
use crate::store::{Store, random_guid};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// Most files of answers that are looked at: more than one journey brings.
const FILES_MAX: usize = 1_000;

/// A box and the folder of a stick.
pub struct Stick<'a> {
    pub config: &'a Config,
    pub centre: &'a Centre,
    pub secret: &'a CentreSecret,
    pub store: Store,
    pub folder: &'a Path,
}

impl Stick<'_> {
    /// Writes what the centre has to hear, each request to a file of its own; at most as many as may wait for their answers.
    pub fn write(mut self) -> Result<(), Failure> {
        let key = StickKey::of_secret(self.secret.text().as_bytes());
        let mut after = None;
        for _ in 0..REQUESTS_MAX {
            let (name, sealed, is_last) = self.request(&key, &mut after)?;
            let path = self.folder.join(name.to_string());
            let mut draft = Draft::of(&path)?;
            draft.file.write_all(&sealed).map_err(FileError::of(&path))?;
            draft.put_in_place(&path)?;
            output::tell(text!(
                "{}: строк журнала {}",
                "{}: {} records",
                path.display(),
                name.last + 1 - name.first
            ));
            if is_last {
                return Ok(());
            }
        }
        output::tell(text!(
            "это не все: следующие файлы запишет `infomat exchange --out` после ответа центра",
            "this is not all: `infomat exchange --out` writes more after the centre has answered"
        ));
        Ok(())
    }

    /// Returns the next file, and whether nothing follows it.
    fn request(
        &mut self,
        key: &StickKey,
        after: &mut Option<u64>,
    ) -> Result<(StickName, Vec<u8>, bool), ExchangeError> {
        let name = random_guid()?.to_string();
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|error| ExchangeError::Random(io::Error::other(error)))?;
        let now = believed_now(self.config.zone, &self.store)?;
        let mut tx = BoxTx::begin(&mut self.store, self.centre.guid, now)?;
        let request = site::request_after(&mut tx, *after, &name, PROGRAM)?;
        tx.commit()?;
        let header = &request.header;
        let last = header.first + request.records.len() as u64 - 1;
        let name = StickName {
            direction: Direction::Out,
            site: header.site,
            incarnation: header.incarnation,
            first: header.first,
            last,
        };
        *after = Some(last);
        let sealed = key.seal(Direction::Out, header.site, nonce, &request.print()?);
        Ok((name, sealed, last >= header.last_seq))
    }

    /// Takes the centre's answers in their order. What is wrong with one is said, and changes nothing; the others are taken all
    /// the same.
    pub fn read(mut self) -> Result<(), Failure> {
        let key = StickKey::of_secret(self.secret.text().as_bytes());
        let names = self
            .answers()
            .map_err(|error| Failure::of(self.folder.display(), error))?;
        let ours = |name: &&StickName| name.site == self.centre.guid;
        if !names.iter().any(|name| ours(&name)) {
            return Err(failed!(
                "{}: нет ни одного ответа центра для этой клиники, {}",
                "{}: there is no answer of the centre to this clinic, {}",
                self.folder.display(),
                self.centre.guid
            ));
        }
        let (mut wrong, mut is_complete) = (0, false);
        for name in names.iter().filter(ours) {
            match self.take(&key, name) {
                Ok(taken) => {
                    is_complete = taken == Taken::Complete;
                    output::tell(format_args!("{name}: {}", told(taken)));
                }
                Err(error) => {
                    wrong += 1;
                    output::warn(format_args!("{name}: {}\n", error.told()));
                }
            }
        }
        if wrong > 0 {
            return Err(failed!(
                "не принято файлов: {wrong}",
                "{wrong} files were not taken"
            ));
        }
        if !is_complete {
            output::tell(text!(
                "обмен не завершен: запишите ответ `infomat exchange --out` и отвезите его в центр",
                "the exchange is not complete: write what follows with `infomat exchange --out` and carry it to the centre"
            ));
        }
        Ok(())
    }

    /// Returns the names of answers in the folder, in the order in which they are taken.
    fn answers(&self) -> io::Result<Vec<StickName>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder)? {
            let name = entry?.file_name();
            let parsed = name.to_str().and_then(StickName::parse);
            names.extend(parsed.filter(|name| name.direction == Direction::In));
            if names.len() > FILES_MAX {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn take(&mut self, key: &StickKey, name: &StickName) -> Result<Taken, ExchangeError> {
        let path = self.folder.join(name.to_string());
        let mut sealed = Vec::new();
        read_private_file(&path)
            .and_then(|file| file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut sealed))
            .map_err(FileError::of(&path))?;
        let answer = Answer::parse(&key.open(Direction::In, self.centre.guid, &sealed)?)?;
        let now = believed_now(self.config.zone, &self.store)?;
        let mut tx = BoxTx::begin(&mut self.store, self.centre.guid, now)?;
        let taken = site::take(&mut tx, &answer)?;
        let is_stopped = tx.site()?.mode == site::Mode::Stopped;
        tx.commit()?;
        if is_stopped {
            Err(ExchangeError::Stopped)
        } else {
            Ok(taken)
        }
    }
}

fn told(taken: Taken) -> String {
    match taken {
        Taken::Complete => text!("принят, обмен завершен", "taken, the exchange is complete"),
        Taken::Continue => text!("принят", "taken"),
        Taken::Late => text!(
            "ответ на запрос, который уже не ждет ответа: приняты только новые сообщения",
            "answers a request that no longer waits: only its new messages count"
        ),
    }
}
