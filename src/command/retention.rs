//! Which backups of the configured folder are kept.

use crate::config::BackupFolder;
use crate::files::DRAFT_SUFFIX;
use chrono::{NaiveDateTime, TimeDelta};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Format of a backup's name: local time, so that names sort as times.
const NAME: &str = "infomat-%Y-%m-%dT%H-%M-%S.db";

/// Returns the name of a backup that shows the database at this local time.
pub fn name(local: NaiveDateTime) -> String {
    local.format(NAME).to_string()
}

/// Removes backups that need not be kept, and drafts that a kill has left. Other files stay. The caller has just made a good
/// backup in the folder and holds the lock of backups.
pub fn remove_old(folder: &Path, now: NaiveDateTime, wanted: &BackupFolder) -> io::Result<Vec<PathBuf>> {
    let mut backups = BTreeMap::new();
    let mut removed = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if let Some(made) = made(name) {
            backups.insert(made, entry.path());
        } else if name.strip_suffix(DRAFT_SUFFIX).and_then(made).is_some() {
            removed.push(entry.path());
        }
    }
    removed.extend(old(&backups, now, wanted));
    removed.iter().try_for_each(fs::remove_file)?;
    Ok(removed)
}

/// Returns backups older than `keep_days`, except the newest `keep`, which is at least 1.
fn old(
    backups: &BTreeMap<NaiveDateTime, PathBuf>,
    now: NaiveDateTime,
    wanted: &BackupFolder,
) -> Vec<PathBuf> {
    let limit = now - TimeDelta::days(wanted.keep_days);
    let newest_last = backups.len().saturating_sub(wanted.keep);
    let candidates = backups.iter().take(newest_last);
    candidates
        .filter(|(made, _)| **made < limit)
        .map(|(_, path)| path.clone())
        .collect()
}

/// Returns the local time in a backup's name.
fn made(name: &str) -> Option<NaiveDateTime> {
    let made = NaiveDateTime::parse_from_str(name, NAME).ok()?;
    // Without leading zeros it was named by somebody else.
    (self::name(made) == name).then_some(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn kept(backups: &[&str], now: &str, keep_days: i64, keep: usize) -> Vec<NaiveDateTime> {
        let mut backups: BTreeMap<_, _> = backups
            .iter()
            .map(|made| (at(made), PathBuf::from(made)))
            .collect();
        let wanted = BackupFolder {
            folder: PathBuf::new(),
            keep_days,
            keep,
        };
        let old = old(&backups, at(now), &wanted);
        backups.retain(|_, path| !old.contains(path));
        backups.into_keys().collect()
    }

    #[test]
    fn young_ones_and_the_newest_few_are_kept() {
        let all = [
            "2026-01-01T03:00:00",
            "2026-01-02T03:00:00",
            "2026-01-03T03:00:00",
            "2026-01-04T03:00:00",
        ];
        let newest = |count: usize| {
            all[all.len() - count..]
                .iter()
                .map(|made| at(made))
                .collect::<Vec<_>>()
        };
        assert_eq!(kept(&all, "2026-01-04T04:00:00", 30, 1), newest(4));
        assert_eq!(kept(&all, "2026-01-04T04:00:00", 2, 1), newest(2));
        assert_eq!(kept(&all, "2026-01-04T04:00:00", 2, 3), newest(3));
        // The clock has jumped ahead.
        assert_eq!(kept(&all, "2099-01-01T00:00:00", 30, 1), newest(1));
        // It has fallen back: nothing is old.
        assert_eq!(kept(&all, "1970-01-01T00:00:00", 30, 1), newest(4));
    }

    #[test]
    fn only_names_of_our_own_are_touched() {
        assert_eq!(
            made("infomat-2026-01-02T03-04-05.db"),
            Some(at("2026-01-02T03:04:05"))
        );
        for name in [
            "infomat-2026-1-2T3-4-5.db",
            "infomat-2026-01-02T03-04-05.db.gz",
            "infomat.db",
            "infomat-before-new-year.db",
        ] {
            assert_eq!(made(name), None, "{name}");
        }
    }
}
