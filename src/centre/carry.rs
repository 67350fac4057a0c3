//! `infomat-centre carry`: requests that a stick brings, and answers that it takes back ([crate::contract::exchange]).

use super::boxes;
use super::database::Connection;
use super::exchange::exchange;
use crate::command::{Failure, output};
use crate::exchange::stick::{Direction, FILE_BYTES_MAX, NONCE_BYTES, StickKey, StickName, told};
use crate::exchange::wire::Request;
use crate::files::Draft;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

/// Takes in all requests of a folder, in their order, and writes an answer beside each.
///
/// # Errors
/// [`Failure::Failed`]: some files were not taken in, each of which was told; the others were.
pub fn run(connection: &mut Connection, folder: &Path) -> Result<(), Failure> {
    let listed =
        fs::read_dir(folder).map_err(|error| Failure::Failed(format!("{}: {error}", folder.display())))?;
    let names = listed.filter_map(|entry| StickName::parse(entry.ok()?.file_name().to_str()?));
    let mut names: Vec<_> = names.filter(|name| name.direction == Direction::Out).collect();
    names.sort();
    if names.is_empty() {
        return Err(Failure::Failed(format!(
            "{}: there is no file out-...",
            folder.display()
        )));
    }
    let mut bad = 0;
    for name in &names {
        match take(connection, folder, *name) {
            Ok(records) => output::tell(format_args!("{name}: records taken in: {records}")),
            Err(Failure::Failed(reason)) => {
                bad += 1;
                output::warn(format_args!("{name}: {reason}\n"));
            }
            Err(failure) => return Err(failure),
        }
    }
    if bad == 0 {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "files that were not taken in: {bad} of {}",
        names.len()
    )))
}

/// Takes in one request. Returns how many records it had.
fn take(connection: &mut Connection, folder: &Path, name: StickName) -> Result<usize, Failure> {
    let failed = |text: &dyn std::fmt::Display| Failure::Failed(text.to_string());
    let file = read(&folder.join(name.to_string())).map_err(|error| failed(&error))?;
    let site = told(&file).map_or(name.site, |told| told.site);
    let keys = boxes::stick_keys(connection, site)?;
    if keys.is_empty() {
        return Err(failed(&format_args!("there is no box {site}")));
    }
    let mut opened = None;
    let mut reason = None;
    for key in keys {
        match StickKey::of_bytes(key).open(Direction::Out, name.site, &file) {
            Ok(text) => opened = Some((text, key)),
            Err(error) => reason = Some(error),
        }
    }
    let Some((text, key)) = opened else {
        return Err(reason.map_or_else(|| failed(&"it has no seal"), |error| failed(&error)));
    };
    let request = Request::parse(&text).map_err(|error| failed(&error))?;
    if request.header.site != site {
        return Err(failed(&"its request is of another box than its seal"));
    }
    boxes::use_stick_key(connection, site, &key)?;
    let answer = exchange(connection, &request)?.ok_or_else(|| failed(&"there is no such box any more"))?;
    let answer = answer.print().map_err(|error| failed(&error))?;
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|error| failed(&format_args!("random bytes: {error}")))?;
    let sealed = StickKey::of_bytes(key).seal(Direction::In, site, nonce, &answer);
    let back = StickName {
        direction: Direction::In,
        ..name
    };
    let path = folder.join(back.to_string());
    let mut draft = Draft::of(&path)?;
    draft.file.write_all(&sealed).map_err(|error| failed(&error))?;
    draft.put_in_place(&path)?;
    Ok(request.records.len())
}

/// Reads a file, up to the most that one may have and a byte.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let most = u64::try_from(FILE_BYTES_MAX)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
