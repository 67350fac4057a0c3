//! Files of ours: made for their owner alone, and never reached through a link that somebody has put in their place.

use rustix::fs::OFlags;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Returns the path with `suffix` at its end.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Returns the folder that a file lies in.
pub fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// The error of a file system, with the file that it is about.
#[derive(Debug, Error)]
#[error("{}: {error}", path.display())]
pub struct FileError {
    pub path: PathBuf,
    #[source]
    pub error: io::Error,
}

impl FileError {
    pub fn of(path: &Path) -> impl Fn(io::Error) -> FileError {
        |error| FileError {
            path: path.to_owned(),
            error,
        }
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        io::Error::new(error.error.kind(), error)
    }
}

/// How an unfinished file's name ends.
pub const DRAFT_SUFFIX: &str = ".new";

/// What `SQLite` lays beside a database, by the ends of their names.
const BESIDE_DATABASE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// An unfinished file beside the one that it will be, readable by its owner alone. It vanishes unless it is put in place. What
/// a kill leaves, the next draft of the same name overwrites.
pub struct Draft {
    path: PathBuf,
    pub file: File,
    is_placed: bool,
}

impl Draft {
    pub fn of(target: &Path) -> Result<Draft, FileError> {
        let path = beside(target, DRAFT_SUFFIX);
        Ok(Draft {
            file: new_private_file(&path).map_err(FileError::of(&path))?,
            path,
            is_placed: false,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Flushes the file, gives it the name `to`, in place of a file that has it, and flushes the folder.
    pub fn put_in_place(&mut self, to: &Path) -> Result<(), FileError> {
        let renamed = self.file.sync_all().and_then(|()| fs::rename(&self.path, to));
        renamed.map_err(FileError::of(&self.path))?;
        self.is_placed = true;
        sync_folder(to)
    }

    /// Does the same unless a file has that name. Returns whether it did.
    pub fn put_where_none_is(self, to: &Path) -> Result<bool, FileError> {
        match self.file.sync_all().and_then(|()| fs::hard_link(&self.path, to)) {
            Ok(()) => sync_folder(to).map(|()| true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(FileError::of(&self.path)(error)),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.is_placed {
            return;
        }
        for suffix in [""].iter().chain(&BESIDE_DATABASE) {
            let path = beside(&self.path, suffix);
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != ErrorKind::NotFound
            {
                log::error!("{}: {error}", path.display());
            }
        }
    }
}

/// Flushes the names in the folder of a file.
pub fn sync_folder(path: &Path) -> Result<(), FileError> {
    let folder = folder_of(path);
    let flushed = File::open(folder).and_then(|folder| folder.sync_all());
    flushed.map_err(FileError::of(folder))
}

/// Opens a file for writing and makes it, readable by its owner alone, where it is missing.
///
/// # Errors
/// Those of the file system; and for anything else than a file of one name, such as a link.
pub fn private_file(path: &Path) -> io::Result<File> {
    opened_plain(path, options().write(true).create(true).truncate(false))
}

/// Opens a file for reading.
///
/// # Errors
/// As of a private file.
pub fn read_private_file(path: &Path) -> io::Result<File> {
    opened_plain(path, options().read(true))
}

fn opened_plain(path: &Path, options: &OpenOptions) -> io::Result<File> {
    let file =
        options
            .open(path)
            .map_err(|error| match path.symlink_metadata().map(|found| plain(&found)) {
                Ok(Err(told)) => told,
                _ => error,
            })?;
    plain(&file.metadata()?)?;
    Ok(file)
}

/// Makes a new file, readable by its owner alone, in place of what a kill has left of an earlier one.
///
/// # Errors
/// As of a private file.
pub fn new_private_file(path: &Path) -> io::Result<File> {
    if is_plain_or_missing(path)? {
        fs::remove_file(path)?;
    }
    options().read(true).write(true).create_new(true).open(path)
}

/// Returns whether a plain file of one name is there.
///
/// # Errors
/// Those of the file system; and where something else is there, such as a link.
pub fn is_plain_or_missing(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(found) => plain(&found).map(|()| true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Does not follow a link, and does not wait for who reads a FIFO.
fn options() -> OpenOptions {
    let mut options = File::options();
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.mode(0o600).custom_flags(flags.bits().cast_signed());
    options
}

/// Why a file is not one of ours: writing would reach what lies elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotOneFile {
    #[error("is a symbolic link, which is not followed: remove it")]
    Link,
    #[error("is no plain file: remove it")]
    NoFile,
    #[error("is a hard link, a file with another name besides: remove it")]
    SecondName,
}

/// Refuses what is no file, or has a second name.
fn plain(found: &Metadata) -> io::Result<()> {
    let wrong = if found.is_symlink() {
        NotOneFile::Link
    } else if !found.is_file() {
        NotOneFile::NoFile
    } else if found.nlink() > 1 {
        NotOneFile::SecondName
    } else {
        return Ok(());
    };
    Err(io::Error::new(ErrorKind::AlreadyExists, wrong))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// Neither a link nor a second name lets anybody write elsewhere.
    #[test]
    fn what_is_no_plain_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("target"), "dear").unwrap();
        symlink(path("target"), path("link")).unwrap();
        symlink(path("nowhere"), path("dangling")).unwrap();
        fs::hard_link(path("target"), path("second")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            path("fifo"),
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )
        .unwrap();
        for (name, told) in [
            ("link", "symbolic link"),
            ("dangling", "symbolic link"),
            ("second", "hard link"),
            ("fifo", "no plain file"),
            (".", "no plain file"),
        ] {
            let opened = path(name);
            for made in [
                private_file(&opened),
                new_private_file(&opened),
                read_private_file(&opened),
            ] {
                assert!(made.unwrap_err().to_string().contains(told), "{name}");
            }
        }
        assert_eq!(fs::read_to_string(path("target")).unwrap(), "dear");
        assert!(!path("nowhere").exists());

        fs::write(path("left"), "half").unwrap();
        assert_eq!(private_file(&path("left")).unwrap().metadata().unwrap().len(), 4);
        assert_eq!(
            new_private_file(&path("left")).unwrap().metadata().unwrap().len(),
            0
        );
    }
}
