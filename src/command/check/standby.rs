//! Check of the standby: whether its folder has what it needs to make this database anew.

use super::Report;
use crate::command::Failure;
use crate::command::exchange::newest_base;
use crate::config::Config;
use crate::files::read_private_file;
use crate::language::text;
use crate::model::Moment;
use crate::model::record::Record;
use crate::store::{Fault, Store};
use chrono::TimeDelta;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use uuid::Uuid;

/// Age from which a record should have been written there: the standby follows within a second.
const BEHIND_MAX: TimeDelta = TimeDelta::minutes(1);

/// How much of a tail's end is read at first, and at most: a record has some KB.
const WINDOW_BYTES: u64 = 64 << 10;
const WINDOW_BYTES_MAX: u64 = 16 << 20;

/// Looks at the folder, if the configuration names one.
pub fn look(config: &Config, store: &Store, now: Moment, report: &mut Report) -> Result<(), Fault> {
    const WHAT: &str = "standby";
    let Some(folder) = &config.standby else {
        return Ok(());
    };
    let life = store.site(Uuid::nil())?.incarnation;
    let upto = match known_upto(folder, life) {
        Ok(upto) => upto,
        Err(error) => {
            report.bad(WHAT, Failure::of(folder.display(), error));
            return Ok(());
        }
    };
    let Some(upto) = upto else {
        report.warn(
            WHAT,
            text!(
                "в {} еще нет копии этой базы данных: ее делает `infomat exchange --follow`, посмотрите \
                 `systemctl status infomat-exchange`",
                "{} has no base of this database yet: `infomat exchange --follow` makes it, look at \
                 `systemctl status infomat-exchange`",
                folder.display()
            ),
        );
        return Ok(());
    };
    let first = store.records(upto + 1, 1)?;
    let late = first
        .first()
        .filter(|first| now - config.zone.at(first.at) > BEHIND_MAX);
    match late {
        None => report.good(
            WHAT,
            text!(
                "знает журнал до строки {upto}",
                "the standby knows the journal up to record {upto}"
            ),
        ),
        Some(first) => report.warn(
            WHAT,
            text!(
                "в {} нет строк журнала с {} от {}: посмотрите `systemctl status infomat-exchange`",
                "{} lacks the records from {} of {} on: look at `systemctl status infomat-exchange`",
                folder.display(),
                first.seq,
                config.zone.at(first.at).format("%Y-%m-%d %H:%M")
            ),
        ),
    }
    Ok(())
}

/// Returns up to which record a folder knows the journal of a life; nothing where it has no base of it.
fn known_upto(folder: &Path, life: Uuid) -> io::Result<Option<u64>> {
    let Some(base) = newest_base(folder, life)? else {
        return Ok(None);
    };
    match read_private_file(&folder.join(base.tail().to_string())) {
        Ok(tail) => Ok(Some(last_record(tail)?.unwrap_or(base.seq))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(base.seq)),
        Err(error) => Err(error),
    }
}

/// Returns the number of the last record of a tail that is there to its end. Of the file no more than its end is read.
fn last_record(mut tail: impl Read + Seek) -> io::Result<Option<u64>> {
    let bytes = tail.seek(SeekFrom::End(0))?;
    let mut window = WINDOW_BYTES;
    loop {
        let begin = bytes.saturating_sub(window);
        tail.seek(SeekFrom::Start(begin))?;
        let mut end = Vec::new();
        (&mut tail).take(window).read_to_end(&mut end)?;
        let is_end = |byte: &u8| *byte == b'\n';
        // What follows the last end is being written.
        let whole = end.iter().rposition(is_end).map(|last| &end[..last]);
        let line = whole.and_then(|whole| match whole.iter().rposition(is_end) {
            Some(before) => Some(&whole[before + 1..]),
            None => (begin == 0).then_some(whole),
        });
        if let Some(line) = line {
            let record: Record = serde_json::from_slice(line)?;
            return Ok(Some(record.seq));
        }
        if begin == 0 {
            return Ok(None);
        }
        if window >= WINDOW_BYTES_MAX {
            return Err(io::Error::other("the last line has no end"));
        }
        window *= 16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn record(seq: u64, content: &str) -> String {
        let record = serde_json::json!({
            "v": 1, "incarnation": Uuid::nil(), "seq": seq, "at": 0, "kind": "upkeep", "subject": Uuid::nil(),
            "contentText": content, "salt": "00".repeat(16), "digest": "00".repeat(32), "hash": "00".repeat(32)
        });
        format!("{record}\n")
    }

    #[test]
    fn the_last_whole_record_is_found_from_the_end() {
        let upto = |text: &str| last_record(Cursor::new(text)).unwrap();
        assert_eq!(upto(""), None);
        let (first, second) = (record(7, "{}"), record(8, &"x".repeat(200_000)));
        let cut = &second[..second.len() - 1];
        assert_eq!(upto(&first), Some(7));
        assert_eq!(upto(&format!("{first}{second}")), Some(8));
        assert_eq!(upto(&format!("{first}{cut}")), Some(7));
        assert_eq!(upto(cut), None);
        assert_eq!(upto(&first.repeat(1_000)), Some(7));
        last_record(Cursor::new("no record\n")).unwrap_err();
    }
}
