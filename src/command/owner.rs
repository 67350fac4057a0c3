//! Who besides root can change what a path leads to, and work with that user's rights.

use super::{Failure, failed};
use nix::unistd::{User, getgrouplist};
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use std::ffi::{CString, OsString};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::{panic, thread};

/// Most symbolic links that a path leads over, as the system has it.
const LINKS_MAX: u32 = 40;

/// Bits of a mode by which others than the owner may change a file or folder.
const MODE_OF_OTHERS_WHO_WRITE: u32 = 0o022;

/// The group of those who are in none (Debian's `nogroup`).
const NO_GROUP: u32 = 65_534;

/// Stands for standard input or output where a file can be named.
pub const STANDARD: &str = "-";

/// A user other than root, on whose ground a path lies.
pub struct Owner {
    uid: u32,
    gid: u32,
    groups: Vec<Gid>,
    /// The path as far as only root can change it without links, and the rest.
    pub path: PathBuf,
}

impl Owner {
    /// Who besides root can change what a path leads to; none for others than root, who have no more rights to give up.
    ///
    /// # Errors
    /// [`Failure::Failed`] when the system cannot tell the user's groups.
    pub fn of(path: &Path) -> Result<Option<Owner>, Failure> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        let path = std::path::absolute(path).map_err(|error| Failure::of(path.display(), error))?;
        let Some((uid, gid, path)) = who_can_change(&path) else {
            return Ok(None);
        };
        let groups = groups(uid, gid).map_err(|error| Failure::of(path.display(), error))?;
        Ok(Some(Owner {
            uid,
            gid: groups[0].as_raw(),
            groups,
            path,
        }))
    }

    /// Makes this thread, and those that it starts, the owner's.
    pub fn become_it(&self) -> io::Result<()> {
        let (uid, gid) = (Uid::from_raw(self.uid), Gid::from_raw(self.gid));
        set_thread_groups(&self.groups)?;
        set_thread_res_gid(gid, gid, gid)?;
        Ok(set_thread_res_uid(uid, uid, uid)?)
    }
}

/// The first on the way along a path who can put something else in its place, with the path from there on. Of the owner of a
/// folder that is always so; of another thing's, where others may write to the folder it lies in.
fn who_can_change(path: &Path) -> Option<(u32, u32, PathBuf)> {
    let mut ahead: Vec<OsString> = names(path);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = ahead.pop() {
        if name == ".." {
            at.pop();
            continue;
        }
        // Where nothing is any more, nobody but whom the folder belongs to makes anything.
        let folder = at.metadata().ok()?;
        let next = at.join(&name);
        let found = next.symlink_metadata().ok()?;
        let is_open = folder.mode() & MODE_OF_OTHERS_WHO_WRITE != 0;
        if found.uid() != 0 && (found.is_dir() || is_open) {
            let path = next.join(ahead.iter().rev().collect::<PathBuf>());
            return Some((found.uid(), found.gid(), path));
        }
        if found.is_symlink() {
            links += 1;
            let target = next.read_link().ok()?;
            if target.is_absolute() {
                at = PathBuf::from("/");
            }
            ahead.extend(names(&target));
            if links > LINKS_MAX {
                return None;
            }
        } else {
            at = next;
        }
    }
    None
}

/// The names in a path, last first.
fn names(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    names.collect()
}

/// The groups of a user, the first of them before all. Who is unknown to the system has the group of the folder alone, but
/// never root's.
fn groups(uid: u32, gid_of_folder: u32) -> io::Result<Vec<Gid>> {
    let Some(user) = User::from_uid(uid.into())? else {
        let gid = if gid_of_folder == 0 {
            NO_GROUP
        } else {
            gid_of_folder
        };
        return Ok(vec![Gid::from_raw(gid)]);
    };
    let mut groups = getgrouplist(&CString::new(user.name)?, user.gid)?;
    groups.retain(|gid| *gid != user.gid);
    groups.insert(0, user.gid);
    Ok(groups
        .into_iter()
        .map(|gid| Gid::from_raw(gid.as_raw()))
        .collect())
}

/// Returns what is said when root could not become this user.
pub fn cannot_be_given_up(owner: &Owner, error: &io::Error) -> Failure {
    let (uid, path) = (owner.uid, owner.path.display());
    failed!(
        "{path} принадлежит пользователю {uid}, а стать им не удалось ({error}): запустите команду от его имени",
        "{path} belongs to user {uid}, and root could not become that user ({error}): run the command as that user"
    )
}

/// Whether a file can be changed by root alone, so that root may open it.
pub fn is_roots_own(file: &Path) -> Result<bool, Failure> {
    Ok(file != Path::new(STANDARD) && Owner::of(file)?.is_none())
}

/// Does work on a file with the rights of whoever can change what lies there: a thread of its own becomes that user. Nothing
/// that the user may have prepared is followed, apart from names in a folder.
///
/// # Errors
/// Those of the work; and when the thread cannot become the user.
pub fn as_owner_of<T: Send>(
    path: &Path,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    let Some(owner) = Owner::of(path)? else {
        return work();
    };
    let work = || {
        owner
            .become_it()
            .map_err(|error| cannot_be_given_up(&owner, &error))?;
        work()
    };
    thread::scope(|scope| scope.spawn(work).join()).unwrap_or_else(|panicked| panic::resume_unwind(panicked))
}
