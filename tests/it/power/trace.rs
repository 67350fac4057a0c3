//! What a program did to its files and told its clients, in order: read from the log that strace wrote of it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

/// What is looked at. What else would change a file by name or content is looked at too, so that it is not missed.
const CALLS: &str = "openat,pwrite64,write,writev,pwritev,fallocate,ftruncate,fdatasync,fsync,unlink,unlinkat,rename,renameat,renameat2,sendto";
/// More than a call writes: strace shows it whole.
const SHOWN_BYTES_MAX: &str = "1000000";

/// One thing that happened. Files are named by their whole paths.
#[derive(Debug)]
pub enum Event {
    /// The file was opened and may have been made.
    Opened { file: String },
    /// These bytes were written.
    Wrote {
        file: String,
        offset: usize,
        bytes: Vec<u8>,
    },
    /// The file was given this length.
    Resized { file: String, length: usize },
    /// A flush of the file or folder succeeded; it began when so many events had happened.
    Flushed { file: String, began: usize },
    /// These bytes were sent on a socket.
    Sent(Vec<u8>),
}

/// The command that runs `program` and logs what it does.
pub fn traced(program: &Command, log: &Path) -> Command {
    let mut command = Command::new("strace");
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

/// Reads a log.
pub fn events(log: &Path) -> Vec<Event> {
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
            events.extend(event(call));
        } else if !call.ends_with("<unfinished ...>") {
            assert!(call.ends_with("= 0"), "a flush failed: {call}");
            let (file, began) = flushes.remove(thread).unwrap();
            events.push(Event::Flushed { file, began });
        }
    }
    events
}

/// What a call that is no flush does; what it is given stands where it begins.
fn event(text: &str) -> Option<Event> {
    let (name, arguments) = text.split_once('(')?;
    Some(match name {
        "openat" => {
            let (_, path) = arguments.split_once(", ")?;
            let file = String::from_utf8(bytes(path).0).unwrap();
            Event::Opened { file }
        }
        "pwrite64" => {
            let (bytes, rest) = bytes(arguments.split_once(", ")?.1);
            let (_, offset) = rest.trim_start_matches(", ").split_once(", ")?;
            Event::Wrote {
                file: path(arguments),
                offset: number(offset),
                bytes,
            }
        }
        "ftruncate" => Event::Resized {
            file: path(arguments),
            length: number(arguments.split_once(", ")?.1),
        },
        "sendto" => Event::Sent(bytes(arguments.split_once(", ")?.1).0),
        // Elsewhere the program may do so: here it would be a change that is not followed.
        "write" | "writev" | "pwritev" | "fallocate" | "unlink" | "unlinkat" | "rename" | "renameat"
        | "renameat2" => {
            assert!(
                !text.contains(&hex(b"infomat.db")) || text.contains(&hex(b"infomat.db-shm")),
                "{text}"
            );
            return None;
        }
        _ => return None,
    })
}

/// The path of the descriptor that is the first argument.
fn path(arguments: &str) -> String {
    let path = arguments
        .split_once('<')
        .and_then(|(_, path)| path.split_once('>'));
    let (path, _) = path.unwrap_or_else(|| panic!("no path in {arguments}"));
    String::from_utf8(unhexed(path)).unwrap()
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
