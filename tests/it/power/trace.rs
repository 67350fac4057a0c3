//! What programs did to the files of a folder and told others, in order: read from the log that strace wrote of them.

use crate::harness::in_english;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

/// What is looked at. What else would change a file by name or content is looked at too, so that it is not missed.
const CALLS: &str = "openat,pwrite64,write,writev,pwritev,fallocate,ftruncate,fdatasync,fsync,unlink,unlinkat,rename,renameat,\
                     renameat2,link,linkat,symlink,symlinkat,lseek,sendfile,copy_file_range,sendto";
/// More than a call writes: strace shows it whole.
const SHOWN_BYTES_MAX: &str = "1000000";

/// One thing that happened. Files are named by their whole paths.
#[derive(Debug)]
pub enum Event {
    /// The file was opened for whoever makes it where it is missing; `empties`: what was in it is gone.
    Opened { file: String, empties: bool },
    /// These bytes were written.
    Wrote {
        file: String,
        offset: usize,
        bytes: Vec<u8>,
    },
    /// The file was given this length.
    Resized { file: String, length: usize },
    /// A file got a name, in place of a file that had it; `from`, its name before, is gone if it `moved`.
    Named { from: String, to: String, moved: bool },
    /// A name is gone.
    Unlinked { file: String },
    /// A flush of the file or folder succeeded; it began when so many events had happened.
    Flushed { file: String, began: usize },
    /// These bytes were sent on a socket, or written where somebody reads them.
    Sent(Vec<u8>),
}

/// The command that runs `program` and logs what it and its children do.
pub fn traced(program: &Command, log: &Path) -> Command {
    let mut command = in_english("strace");
    command
        .args([
            "--follow-forks",
            "--seccomp-bpf",
            "--decode-fds=path",
            "--strings-in-hex=all",
        ])
        .args(["--string-limit", SHOWN_BYTES_MAX, "--trace", CALLS])
        .arg("--output")
        .arg(log)
        .arg(program.get_program())
        .args(program.get_args());
    command
}

/// Reads a log: what happened to the files of `folder`, and what was sent.
pub fn events(log: &Path, folder: &str) -> Vec<Event> {
    let mut reader = Reading {
        folder,
        places: HashMap::new(),
    };
    let mut events = Vec::new();
    let mut flushes = HashMap::new();
    for line in BufReader::new(File::open(log).unwrap()).lines() {
        let line = line.unwrap();
        let (thread, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        if call.starts_with("fdatasync(") || call.starts_with("fsync(") {
            flushes.insert(thread.to_owned(), (path(call), events.len()));
        }
        let of_flush = call.contains("sync(") || call.contains("sync resumed>");
        if !of_flush {
            events.extend(reader.event(call));
        } else if !call.ends_with("<unfinished ...>") {
            assert!(call.ends_with("= 0"), "a flush failed: {call}");
            let (file, began) = flushes.remove(thread).unwrap();
            events.extend(file.map(|file| Event::Flushed { file, began }));
        }
    }
    events
}

struct Reading<'f> {
    folder: &'f str,
    /// Where the next `write` to a file goes.
    places: HashMap<String, usize>,
}

impl Reading<'_> {
    /// What a call that is no flush does; what it is given stands where it begins.
    fn event(&mut self, text: &str) -> Option<Event> {
        let (name, arguments) = text.split_once('(')?;
        // What failed changed nothing. Of what had not ended when something else was logged, only openat may fail here: it
        // makes no file then, and nothing follows.
        if text.contains(") = -1 ") {
            return None;
        }
        let ours = |path: Option<String>| path.filter(|path| path.starts_with(self.folder));
        match name {
            "openat" => {
                let (file, flags) = bytes(arguments.split_once(", ")?.1);
                let file = ours(String::from_utf8(file).ok())?;
                if !flags.contains("O_CREAT") && !flags.contains("O_TRUNC") {
                    self.places.insert(file, 0);
                    return None;
                }
                self.places.insert(file.clone(), 0);
                let empties = flags.contains("O_TRUNC");
                Some(Event::Opened { file, empties })
            }
            "pwrite64" => {
                let file = ours(path(arguments))?;
                let (bytes, rest) = bytes(arguments.split_once(", ")?.1);
                let (_, offset) = rest.trim_start_matches(", ").split_once(", ")?;
                let offset = number(offset);
                Some(Event::Wrote { file, offset, bytes })
            }
            "write" => {
                let (bytes, _) = bytes(arguments.split_once(", ")?.1);
                let Some(file) = ours(path(arguments)) else {
                    return Some(Event::Sent(bytes));
                };
                let place = self.places.entry(file.clone()).or_default();
                let offset = *place;
                *place += bytes.len();
                Some(Event::Wrote { file, offset, bytes })
            }
            "ftruncate" => Some(Event::Resized {
                file: ours(path(arguments))?,
                length: number(arguments.split_once(", ")?.1),
            }),
            "rename" | "link" => {
                let (from, rest) = bytes(arguments);
                let (to, _) = bytes(rest.trim_start_matches(", "));
                self.named(from, to, name == "rename")
            }
            "linkat" | "renameat" | "renameat2" => {
                let (from, rest) = bytes(arguments.split_once(", ")?.1);
                let (to, _) = bytes(rest.trim_start_matches(", ").split_once(", ")?.1);
                self.named(from, to, name != "linkat")
            }
            "unlink" => Some(Event::Unlinked {
                file: ours(String::from_utf8(bytes(arguments).0).ok())?,
            }),
            "unlinkat" => Some(Event::Unlinked {
                file: ours(String::from_utf8(bytes(arguments.split_once(", ")?.1).0).ok())?,
            }),
            "sendto" => Some(Event::Sent(bytes(arguments.split_once(", ")?.1).0)),
            // Elsewhere a program may do so: here it would be a change that is not followed.
            "lseek" | "writev" | "pwritev" | "fallocate" | "symlink" | "symlinkat" | "sendfile"
            | "copy_file_range" => {
                let is_only_a_look = name == "lseek" && text.contains(", 0, SEEK_END");
                assert!(
                    is_only_a_look || !text.contains(&hex(self.folder.as_bytes())),
                    "{text}"
                );
                None
            }
            _ => None,
        }
    }

    fn named(&mut self, from: Vec<u8>, to: Vec<u8>, moved: bool) -> Option<Event> {
        let [from, to] = [from, to].map(|path| String::from_utf8(path).unwrap());
        let place = self.places.get(&from).copied();
        self.places.extend(place.map(|place| (to.clone(), place)));
        to.starts_with(self.folder)
            .then_some(Event::Named { from, to, moved })
    }
}

/// The path of the descriptor that is the first argument, while it has one.
fn path(arguments: &str) -> Option<String> {
    let (_, path) = arguments.split_once('<')?;
    let (path, rest) = path.split_once('>')?;
    let is_gone = rest.starts_with("(deleted)");
    (!is_gone).then(|| String::from_utf8_lossy(&unhexed(path)).into_owned())
}

/// The text in quotation marks at the beginning, as bytes, and what follows it.
fn bytes(text: &str) -> (Vec<u8>, &str) {
    let quoted = text.strip_prefix('"').and_then(|text| text.split_once('"'));
    let (quoted, rest) = quoted.unwrap_or_else(|| panic!("no text in {text}"));
    assert!(
        !rest.starts_with("..."),
        "{SHOWN_BYTES_MAX} bytes are shown, and no more"
    );
    (unhexed(quoted), rest)
}

/// The number at the beginning.
fn number(text: &str) -> usize {
    let end = text.find(|char: char| !char.is_ascii_digit());
    text[..end.unwrap_or(text.len())].parse().unwrap()
}

/// As strace shows it.
fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |shown, byte| shown + &format!("\\x{byte:02x}"))
}

fn unhexed(text: &str) -> Vec<u8> {
    let codes = text.split("\\x").skip(1);
    codes.map(|code| u8::from_str_radix(code, 16).unwrap()).collect()
}
