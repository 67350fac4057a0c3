//! The work that the status page of the reception begins: commands of this program, each run as a process of its own.
//!
//! Not in the server's process: the check opens the files of the database, and whoever closes such a file takes the locks away that
//! `SQLite` has on it in that process. So the memory that an import takes is given back too, and its mistakes end it alone.

use super::PARTLY;
use crate::engine::Maintenance;
use crate::health::Finding;
use crate::language::Language;
use crate::model::job::{ImportEvent, ImportWish};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

/// This program, even if another one has been installed in its place since.
const PROGRAM: &str = "/proc/self/exe";

/// Variables by which the service manager knows the server: they are not for its children.
const OF_SERVICE: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// Most bytes of what a command prints that are read at once.
const PRINTED_BYTES_MAX: u64 = 16 << 20;

/// Most bytes of what a command says of its failure.
const FAILURE_BYTES_MAX: u64 = 16 << 10;

/// The commands, run with the configuration of the server.
#[derive(Debug)]
pub struct Commands {
    config: PathBuf,
}

impl Commands {
    /// Commands with the configuration at `config`.
    pub fn new(config: &Path) -> Commands {
        Commands {
            // The folder that the server works in may be another one later.
            config: std::path::absolute(config).unwrap_or_else(|_| config.to_owned()),
        }
    }

    fn run(&self, arguments: &[&str], input: Stdio) -> Result<Running, String> {
        let mut command = Command::new(PROGRAM);
        command.arg("--config").arg(&self.config);
        command.args(["--lang", Language::Russian.tag()]).args(arguments);
        for variable in OF_SERVICE {
            command.env_remove(variable);
        }
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::start(&mut command).map_err(|error| unrun(&error))
    }
}

/// How a command ended.
enum Ended {
    Well,
    /// Without what it was told to leave out; it says what that is.
    Partly(String),
    /// With what it says of its failure.
    Badly(String),
}

/// A command that runs.
struct Running {
    child: Child,
    printed: BufReader<ChildStdout>,
    /// Reads what it says of its failure: it must not wait for that.
    failure: JoinHandle<String>,
}

impl Running {
    fn start(command: &mut Command) -> io::Result<Running> {
        let mut child = command.spawn()?;
        let (Some(printed), Some(mut said)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let failure = thread::Builder::new().name("failure".into()).spawn(move || {
            let mut kept = Vec::new();
            let _ = said.by_ref().take(FAILURE_BYTES_MAX).read_to_end(&mut kept);
            let _ = io::copy(&mut said, &mut io::sink());
            String::from_utf8_lossy(&kept).into_owned()
        })?;
        Ok(Running {
            child,
            printed: BufReader::new(printed),
            failure,
        })
    }

    /// Waits for its end.
    fn end(mut self) -> Result<Ended, String> {
        // It must not wait for a reader.
        let _ = io::copy(&mut self.printed, &mut io::sink());
        let status = self.child.wait().map_err(|error| unrun(&error))?;
        let said = self.failure.join().unwrap_or_default();
        Ok(match status.code() {
            Some(0) => Ended::Well,
            Some(code) if code == i32::from(PARTLY) => Ended::Partly(told(&said, status)),
            _ => Ended::Badly(told(&said, status)),
        })
    }
}

/// Returns the last line that the program itself said; its log goes there too.
fn told(said: &str, status: ExitStatus) -> String {
    const PREFIX: &str = "infomat: ";
    let mut lines = said.lines().rev();
    let line = lines.find_map(|line| line.strip_prefix(PREFIX));
    line.map_or_else(|| format!("infomat: {status}"), str::to_owned)
}

fn unrun(error: &io::Error) -> String {
    log::error!("a command could not be run: {error}");
    "команда не запускается: причина в журнале сервера".to_owned()
}

impl Maintenance for Commands {
    fn check(&self) -> Result<Vec<Finding>, String> {
        let mut running = self.run(&["check", "--format", "json"], Stdio::null())?;
        let mut printed = Vec::new();
        let read = running
            .printed
            .by_ref()
            .take(PRINTED_BYTES_MAX)
            .read_to_end(&mut printed);
        read.map_err(|error| unrun(&error))?;
        let ended = running.end()?;
        // It fails when something is wrong, which its findings tell.
        match (serde_json::from_slice(&printed), ended) {
            (Ok(findings), _) => Ok(findings),
            (Err(_), Ended::Badly(why)) => Err(why),
            (Err(error), Ended::Well | Ended::Partly(_)) => Err(unrun(&error.into())),
        }
    }

    fn back_up(&self) -> Result<String, String> {
        let mut running = self.run(&["backup"], Stdio::null())?;
        let mut printed = String::new();
        let read = running
            .printed
            .by_ref()
            .take(FAILURE_BYTES_MAX)
            .read_to_string(&mut printed);
        read.map_err(|error| unrun(&error))?;
        match running.end()? {
            Ended::Badly(why) => Err(why),
            Ended::Well | Ended::Partly(_) => Ok(printed.trim_end().to_owned()),
        }
    }

    fn import(
        &self,
        file: File,
        wish: &ImportWish,
        tell: &mut dyn FnMut(ImportEvent),
    ) -> Result<String, String> {
        let mut arguments = vec!["import", "-", "--format", "json"];
        arguments.extend(wish.is_trial.then_some("--check"));
        arguments.extend(wish.replace.then_some("--replace"));
        arguments.extend(wish.skip_bad.then_some("--skip-bad"));
        let mut running = self.run(&arguments, file.into())?;
        let mut line = String::new();
        loop {
            line.clear();
            let read = running
                .printed
                .by_ref()
                .take(PRINTED_BYTES_MAX)
                .read_line(&mut line)
                .map_err(|error| unrun(&error))?;
            if read == 0 {
                break;
            }
            if let Ok(event) = serde_json::from_str(&line) {
                tell(event);
            }
        }
        match running.end()? {
            Ended::Well => Ok(String::new()),
            Ended::Partly(left_out) => Ok(left_out),
            Ended::Badly(why) => Err(why),
        }
    }
}
