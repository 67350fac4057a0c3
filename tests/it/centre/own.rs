//! A PostgreSQL of one test's own, which may be stopped, killed, copied, promoted and put back.

use super::cluster::{self, program, unprivileged, wait_until_it_serves};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What each has: a socket alone, small memory, and what a standby needs.
const SETTINGS: &str = "listen_addresses = ''\nshared_buffers = 32MB\nfsync = off\nwal_level = replica\n\
    max_wal_senders = 4\nhot_standby = on\nwal_keep_size = 64MB\n";

/// One server: its folder holds data, socket and log.
pub struct Own {
    folder: PathBuf,
    port: u16,
    running: Option<Child>,
}

impl Own {
    /// Makes a cluster that does not run yet; none where there is no PostgreSQL.
    pub fn make() -> Option<Own> {
        let initdb = program("initdb")?;
        program("postgres")?;
        let own = Own::empty();
        let arguments = "-D data -U centre -A trust --no-sync --no-locale -E UTF8";
        own.well(&initdb, &arguments.split(' ').collect::<Vec<_>>());
        own.set(SETTINGS);
        own.set_socket();
        Some(own)
    }

    fn empty() -> Own {
        Own {
            folder: cluster::folder(),
            port: 5432,
            running: None,
        }
    }

    /// Returns a copy of a running server, as pg_basebackup makes it: a standby of it where that is asked for.
    pub fn copy_of(other: &Own, is_standby: bool) -> Own {
        let own = Own::empty();
        let from = other.url("postgres");
        let mut arguments = vec!["-D", "data", "-d", &from, "--checkpoint=fast", "--no-sync"];
        if is_standby {
            arguments.push("-R");
        }
        own.well(&program("pg_basebackup").unwrap(), &arguments);
        own.set_socket();
        own
    }

    /// Runs a program of PostgreSQL in the folder.
    fn well(&self, program: &Path, arguments: &[&str]) {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("LC_ALL", "C");
        let output = unprivileged(&mut command).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Adds lines to the configuration; the last of a name counts.
    pub fn set(&self, lines: &str) {
        let path = self.path("data/postgresql.conf");
        let mut file = File::options().append(true).open(path).unwrap();
        writeln!(file, "{lines}").unwrap();
    }

    /// Lets it listen on this machine's loopback too. Returns the port.
    pub fn listen(&mut self) -> u16 {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        self.port = free.local_addr().unwrap().port();
        self.set(&format!("listen_addresses = '127.0.0.1'\nport = {}", self.port));
        self.port
    }

    fn set_socket(&self) {
        self.set(&format!("unix_socket_directories = '{}'", self.folder.display()));
    }

    /// Puts a file into the folder, which the server alone may read.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        cluster::give_away(&path);
    }

    pub fn start(&mut self) {
        assert!(self.running.is_none());
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path("postgres.log"))
            .unwrap();
        let mut command = Command::new(program("postgres").unwrap());
        command
            .args(["-D", "data"])
            .current_dir(&self.folder)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .process_group(0);
        self.running = Some(unprivileged(&mut command).spawn().unwrap());
        wait_until_it_serves(&self.url("postgres"), &self.folder);
    }

    /// Ends all of its processes at once: what they had in memory is gone.
    pub fn kill(&mut self) {
        let mut running = self.running.take().unwrap();
        kill_process_group(Pid::from_child(&running), Signal::KILL).unwrap();
        running.wait().unwrap();
    }

    /// Ends it as an administrator does.
    pub fn stop(&mut self) {
        let mut running = self.running.take().unwrap();
        kill_process(Pid::from_child(&running), Signal::INT).unwrap();
        assert!(running.wait().unwrap().success());
    }

    /// Makes a standby the one that is written to.
    pub fn promote(&self) {
        self.well(&program("pg_ctl").unwrap(), &["-D", "data", "-w", "promote"]);
    }

    pub fn sql(&self) -> postgres::Client {
        postgres::Client::connect(&self.url("postgres"), postgres::NoTls).unwrap()
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgresql://centre@{}/{database}", self.host())
    }

    /// Host and port in a URL.
    pub fn host(&self) -> String {
        format!("{}:{}", cluster::host(&self.folder), self.port)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.kill();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
