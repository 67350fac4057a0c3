//! What the administrator asks for on the status page and the deciding thread must not wait for: the check, a backup, an import of a
//! file that was sent. Each is done on a thread of its own, as the command of that name does it ([`Maintenance`]).
//!
//! One job runs at a time, and one check beside it. A file comes in pieces ([`PIECE_BYTES_MAX`]), each an ordinary request, which the
//! gate bounds as any other; the thread of the job writes them to a file without a name beside the database, so that nothing is left
//! of it when the job ends, however it ends.

use crate::files::{beside, new_private_file};
use crate::health::{DISK_FREE_BYTES_MIN, Finding};
use crate::model::job::{ImportEvent, ImportWish, Job, JobKind, PIECE_BYTES_MAX, Phase};
use crate::model::{Moment, Zone};
use crate::refusal::DeskRefusal;
use crate::store::disk_free_bytes;
use std::fmt::Debug;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Pieces of a file that wait to be written: one more, and the page has to wait.
const WAITING_PIECES: usize = 4;

/// Longest time without a piece: whoever sent the file has gone.
const SILENCE_MAX: Duration = Duration::from_mins(1);

/// Longest time in which a file has to come.
const SENDING_MAX: Duration = Duration::from_mins(30);

/// Pause between two checks: each measures flushes of the disk.
const CHECK_PAUSE: Duration = Duration::from_secs(2);

/// What an import needs of the disk beside its file: the lines that it stages, and what it writes.
const IMPORT_ROOM: u64 = 4;

/// What the commands do, for the page. Each call lasts as long as its command.
pub trait Maintenance: Debug + Send + Sync {
    /// Looks at everything, as `infomat check` does.
    ///
    /// # Errors
    /// What kept it from looking.
    fn check(&self) -> Result<Vec<Finding>, String>;

    /// Makes a backup in the configured folder. Returns what was done.
    ///
    /// # Errors
    /// Why there is none.
    fn back_up(&self) -> Result<String, String>;

    /// Imports a file from its begin: all of it, or all but its bad lines where that is wanted. Returns what was left out; empty
    /// where nothing was.
    ///
    /// # Errors
    /// Why nothing was imported.
    fn import(
        &self,
        file: File,
        wish: &ImportWish,
        tell: &mut dyn FnMut(ImportEvent),
    ) -> Result<String, String>;
}

/// What the last check found.
#[derive(Clone, Debug)]
pub struct Checked {
    pub at: Moment,
    pub findings: Result<Vec<Finding>, String>,
}

/// The jobs of a server.
pub struct Jobs {
    maintenance: Arc<dyn Maintenance>,
    state: Arc<Mutex<State>>,
    zone: Zone,
    /// The file of the database: what is sent lies beside it.
    database: PathBuf,
}

#[derive(Default)]
struct State {
    checked: Option<Checked>,
    /// When the last check began.
    check_began: Option<Instant>,
    is_checking: bool,
    job: Option<Job>,
    /// The way of pieces to the thread, while a file is being sent.
    pieces: Option<SyncSender<Vec<u8>>>,
}

impl Jobs {
    /// No job yet.
    pub fn new(maintenance: Arc<dyn Maintenance>, zone: Zone, database: &Path) -> Jobs {
        Jobs {
            maintenance,
            state: Arc::default(),
            zone,
            database: database.to_owned(),
        }
    }

    /// Returns the last check, whether another is under way, and the job under way or the last.
    pub fn look<T>(&self, show: impl FnOnce(Option<&Checked>, bool, Option<&Job>) -> T) -> T {
        let state = lock(&self.state);
        show(state.checked.as_ref(), state.is_checking, state.job.as_ref())
    }

    /// Begins a check unless one is under way, or has just been made.
    ///
    /// # Errors
    /// [`DeskRefusal::JobFailed`] when the system has no thread.
    pub fn check(&self) -> Result<(), DeskRefusal> {
        let mut state = lock(&self.state);
        let is_recent = state
            .check_began
            .is_some_and(|began| began.elapsed() < CHECK_PAUSE);
        if state.is_checking || is_recent {
            return Ok(());
        }
        let (maintenance, shared, zone) = (Arc::clone(&self.maintenance), Arc::clone(&self.state), self.zone);
        spawn("check", move || {
            let findings = maintenance.check();
            let mut state = lock(&shared);
            state.is_checking = false;
            state.checked = Some(Checked {
                at: super::now(zone),
                findings,
            });
        })?;
        (state.is_checking, state.check_began) = (true, Some(Instant::now()));
        Ok(())
    }

    /// Begins a backup.
    ///
    /// # Errors
    /// [`DeskRefusal::JobRuns`], [`DeskRefusal::JobFailed`].
    pub fn back_up(&self, guid: Uuid, login: &str) -> Result<(), DeskRefusal> {
        let mut state = self.free()?;
        let (maintenance, shared, zone) = (Arc::clone(&self.maintenance), Arc::clone(&self.state), self.zone);
        spawn("backup", move || {
            end(&shared, zone, maintenance.back_up());
        })?;
        state.job = Some(self.job(guid, JobKind::Backup, login, Phase::Working, None));
        Ok(())
    }

    /// Begins an import, whose file is then sent.
    ///
    /// # Errors
    /// [`DeskRefusal::JobRuns`], [`DeskRefusal::DiskShort`], [`DeskRefusal::JobFailed`].
    pub fn begin_import(&self, guid: Uuid, login: &str, wish: ImportWish) -> Result<(), DeskRefusal> {
        let mut state = self.free()?;
        let needed = wish.bytes.saturating_mul(IMPORT_ROOM) + DISK_FREE_BYTES_MIN;
        let folder = crate::files::folder_of(&self.database);
        if disk_free_bytes(folder).is_ok_and(|free| free < needed) {
            return Err(DeskRefusal::DiskShort { mib: needed >> 20 });
        }
        let file = unnamed_file(&self.database).map_err(|error| {
            not_kept(&error);
            DeskRefusal::NotKept
        })?;
        let (sender, pieces) = sync_channel(WAITING_PIECES);
        let (maintenance, shared, zone) = (Arc::clone(&self.maintenance), Arc::clone(&self.state), self.zone);
        let sent = wish.clone();
        spawn("import", move || {
            let imported = receive(file, &pieces, sent.bytes).and_then(|file| {
                advance(&shared, |job| job.phase = Phase::Working);
                maintenance.import(file, &sent, &mut |event| {
                    advance(&shared, |job| {
                        if event == ImportEvent::Placing {
                            job.phase = Phase::Placing;
                        }
                        job.told.take(event);
                    });
                })
            });
            end(&shared, zone, imported);
        })?;
        state.pieces = Some(sender);
        state.job = Some(self.job(guid, JobKind::Import, login, Phase::Sending, Some(wish)));
        Ok(())
    }

    /// Takes a piece of the file that is being sent. A piece that has come before is taken once. Returns the bytes that have come.
    ///
    /// # Errors
    /// [`DeskRefusal::NoSuchJob`]; [`DeskRefusal::PieceMisplaced`] for one that does not follow or is too long;
    /// [`DeskRefusal::PieceTooSoon`] while earlier ones are not written.
    pub fn take_piece(&self, guid: Uuid, offset: u64, piece: &[u8]) -> Result<u64, DeskRefusal> {
        let mut state = lock(&self.state);
        let State { job, pieces, .. } = &mut *state;
        let job = job
            .as_mut()
            .filter(|job| job.guid == guid && job.phase == Phase::Sending)
            .ok_or(DeskRefusal::NoSuchJob)?;
        let bytes = job.file.as_ref().map_or(0, |file| file.bytes);
        let misplaced = DeskRefusal::PieceMisplaced { next: job.received };
        let length = piece.len() as u64;
        let end = offset.checked_add(length).ok_or(misplaced.clone())?;
        if length == 0 || piece.len() > PIECE_BYTES_MAX || offset > job.received || end > bytes {
            return Err(misplaced);
        }
        if end <= job.received {
            return Ok(job.received);
        }
        if offset != job.received {
            return Err(misplaced);
        }
        let sender = pieces.as_ref().ok_or(DeskRefusal::NoSuchJob)?;
        match sender.try_send(piece.to_owned()) {
            Ok(()) => job.received = end,
            Err(TrySendError::Full(_)) => return Err(DeskRefusal::PieceTooSoon),
            Err(TrySendError::Disconnected(_)) => return Err(DeskRefusal::NoSuchJob),
        }
        if end == bytes {
            *pieces = None;
        }
        Ok(end)
    }

    /// Ends the sending of a file; what has come is dropped.
    ///
    /// # Errors
    /// [`DeskRefusal::NoSuchJob`]: also once the whole file has come.
    pub fn stop_sending(&self, guid: Uuid) -> Result<(), DeskRefusal> {
        let mut state = lock(&self.state);
        let is_sending = |job: &Job| job.guid == guid && job.phase == Phase::Sending;
        if !state.job.as_ref().is_some_and(is_sending) || state.pieces.is_none() {
            return Err(DeskRefusal::NoSuchJob);
        }
        // The thread meets the end of the pieces.
        state.pieces = None;
        Ok(())
    }

    /// Returns the state where no job runs.
    fn free(&self) -> Result<MutexGuard<'_, State>, DeskRefusal> {
        let state = lock(&self.state);
        match state.job.as_ref().filter(|job| job.is_running()) {
            Some(job) => Err(DeskRefusal::JobRuns {
                login: job.login.clone(),
            }),
            None => Ok(state),
        }
    }

    fn job(&self, guid: Uuid, kind: JobKind, login: &str, phase: Phase, file: Option<ImportWish>) -> Job {
        Job {
            guid,
            kind,
            login: login.to_owned(),
            began: super::now(self.zone),
            ended: None,
            phase,
            file,
            received: 0,
            told: crate::model::job::ImportTold::default(),
            message: String::new(),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), DeskRefusal> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned.map(drop).map_err(|error| {
        log::error!("no thread for a job: {error}");
        DeskRefusal::JobFailed
    })
}

/// Changes the job under way.
fn advance(state: &Mutex<State>, change: impl FnOnce(&mut Job)) {
    if let Some(job) = &mut lock(state).job {
        change(job);
    }
}

/// Ends the job under way.
fn end(state: &Mutex<State>, zone: Zone, done: Result<String, String>) {
    let is_done = done.is_ok();
    let mut state = lock(state);
    state.pieces = None;
    if let Some(job) = &mut state.job {
        job.phase = if is_done { Phase::Done } else { Phase::Failed };
        job.message = done.unwrap_or_else(|why| why);
        job.ended = Some(super::now(zone));
        log::info!(target: "desk", "login={} job={:?} done={is_done}", job.login, job.kind);
    }
}

/// Returns a new file beside the database that has no name: nobody else finds it, and it goes when it is closed.
fn unnamed_file(database: &Path) -> io::Result<File> {
    let path = beside(database, ".sent");
    let file = new_private_file(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Writes the pieces of a file as they come. Returns the file from its begin.
fn receive(mut file: File, pieces: &Receiver<Vec<u8>>, bytes: u64) -> Result<File, String> {
    let began = Instant::now();
    let mut received = 0;
    while received < bytes {
        let left = SENDING_MAX.saturating_sub(began.elapsed());
        let piece = pieces.recv_timeout(SILENCE_MAX.min(left));
        let piece = piece.map_err(|_| DeskRefusal::SendingEnded.text())?;
        received += piece.len() as u64;
        file.write_all(&piece).map_err(|error| not_kept(&error))?;
    }
    file.rewind().map_err(|error| not_kept(&error))?;
    Ok(file)
}

fn not_kept(error: &io::Error) -> String {
    log::error!("a file that is sent cannot be kept: {error}");
    DeskRefusal::NotKept.text()
}
