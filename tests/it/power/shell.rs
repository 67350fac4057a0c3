//! The real binary under strace: a server, and commands beside it, in one log.

use super::trace;
use crate::harness::{Server, Site};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// Starts the server that its arguments name, then does what it reads, line by line, and tells the status of each.
const SCRIPT: &str = "\"$@\" & while read -r line <&3; do eval \"$line\"; echo \"ended $?\" >&4; done";

/// What a command that succeeded writes.
pub const SUCCEEDED: &str = "ended 0\n";

pub struct Shell<'s> {
    site: &'s Site,
    pub server: Server,
    lines: File,
    ends: BufReader<File>,
    _pipes: TempDir,
    log: PathBuf,
}

impl Shell<'_> {
    /// Starts the server of a site.
    pub fn start(site: &Site) -> Shell<'_> {
        let pipes = TempDir::new().unwrap();
        let [lines, ends] = ["lines", "ends"].map(|name| pipes.path().join(name));
        let open = |path: &PathBuf| {
            mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
            OpenOptions::new().read(true).write(true).open(path).unwrap()
        };
        let (lines_file, ends_file) = (open(&lines), open(&ends));
        let server = site.command(&["serve"]);
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!(
            "exec 3<{} 4>{}; {SCRIPT}",
            lines.display(),
            ends.display()
        ));
        shell.arg("sh").arg(server.get_program()).args(server.get_args());
        let log = pipes.path().join("trace");
        Shell {
            site,
            server: site.start(&mut trace::traced(&shell, &log)),
            lines: lines_file,
            ends: BufReader::new(ends_file),
            _pipes: pipes,
            log,
        }
    }

    /// Runs a command of the program to its end, which has to be a good one.
    pub fn run(&mut self, arguments: &[&str]) {
        let command = self.site.command(arguments);
        let words = [command.get_program()].into_iter().chain(command.get_args());
        let quoted: Vec<_> = words
            .map(|word| format!("'{}'", word.to_str().unwrap()))
            .collect();
        let said = self.log.with_file_name("said");
        self.tell(&format!(
            "{} </dev/null >{} 2>&1",
            quoted.join(" "),
            said.display()
        ));
    }

    /// Ends the server in order.
    pub fn end_server(&mut self) {
        self.tell("kill $! && wait $!");
    }

    /// Makes it read its configuration again.
    pub fn reload_server(&mut self) {
        self.tell("kill -HUP $!");
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.lines, "{line}").unwrap();
        let mut end = String::new();
        self.ends.read_line(&mut end).unwrap();
        let said = std::fs::read_to_string(self.log.with_file_name("said"));
        assert_eq!(end, SUCCEEDED, "{line}: {said:?}");
    }

    /// The power goes. What happened until then.
    pub fn cut(mut self) -> Vec<trace::Event> {
        writeln!(self.lines, "kill -9 $!; exit").unwrap();
        self.server.wait_and_read();
        let folder = self.site.path(super::past::DATABASE);
        trace::events(&self.log, folder.parent().unwrap().to_str().unwrap())
    }
}
