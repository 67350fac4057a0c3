//! A Debian of its own to install things in: this machine's files below a layer in memory, with systemd as its first
//! process and a network of its own. Nothing of it stays, and nothing outside changes.

use crate::harness::lacks;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the start may take, and anything that is waited for in it.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often is looked whether something has come about.
const LOOK: Duration = Duration::from_millis(50);

/// Sets the files up in a mount namespace that ends with it, then becomes the container's manager. `$1` is an empty
/// folder. Services of this machine are not started, nor does it index manual pages or forbid to start what is installed.
const BOOT: &str = r#"
set -e
mount -t tmpfs -o size=2g,mode=755 infomat-test "$1"
mkdir "$1/upper" "$1/work" "$1/root" "$1/state"
mkdir -p /run/systemd/nspawn
mount --bind "$1/state" /run/systemd/nspawn
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
rm -f "$1/root/var/lib/man-db/auto-update" "$1/root/usr/sbin/policy-rc.d" "$1"/root/etc/systemd/system/*.wants/*
exec systemd-nspawn --quiet --directory="$1/root" --machine=infomat-test-$$ --register=no --keep-unit \
    --private-network --link-journal=no --console=pipe --boot
"#;

/// A running container; it is gone when this goes.
pub struct Container {
    manager: Child,
    init: String,
    _folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// One container at a time: the first process of one that starts units while another one ends does not get their control groups.
static TURN: Mutex<()> = Mutex::new(());

impl Container {
    /// Starts one, or says what is missing for it.
    pub fn boot() -> Option<Container> {
        let is_root = rustix::process::geteuid().is_root();
        let programs = ["/usr/bin/systemd-nspawn", "/usr/bin/dpkg", "/lib/systemd/systemd"];
        let can = is_root && programs.iter().all(|program| Path::new(program).exists());
        if lacks("root, and Debian's packages systemd and systemd-container", can) {
            return None;
        }
        // A test that failed before has let its container go.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let manager = Command::new("unshare")
            .args(["--mount", "--propagation=private", "sh", "-c", BOOT, "sh"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut container = Container {
            manager,
            init: String::new(),
            _folder: folder,
            _turn: turn,
        };
        container.wait_until("the container's start", |container| {
            let ended = container.manager.try_wait().unwrap();
            assert!(ended.is_none(), "the container did not start: {ended:?}");
            container.find_init();
            let state = container.says("systemctl is-system-running --wait");
            ["running", "degraded"].contains(&state.trim())
        });
        Some(container)
    }

    /// The container's first process is the only child of its manager.
    fn find_init(&mut self) {
        let pid = self.manager.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let mut children = children.split_whitespace();
        if let (Some(init), None) = (children.next(), children.next()) {
            init.clone_into(&mut self.init);
        }
    }

    /// Runs a line of shell in it as root, with nothing on standard input.
    pub fn run(&self, line: &str) -> Output {
        self.run_with(line, "")
    }

    /// The same with `input` on standard input.
    pub fn run_with(&self, line: &str, input: &str) -> Output {
        let mut child = Command::new("nsenter")
            .args([
                "--target", &self.init, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
            ])
            .args([
                "--root",
                "env",
                "--chdir=/",
                "-i",
                "DEBIAN_FRONTEND=noninteractive",
                "LC_ALL=C.UTF-8",
            ])
            .args(["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-c", line])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Runs a line that has to succeed; all that it said.
    pub fn well(&self, line: &str) -> String {
        self.well_with(line, "")
    }

    /// The same with `input` on standard input.
    pub fn well_with(&self, line: &str, input: &str) -> String {
        let output = self.run_with(line, input);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{line}: {said}\n{}", self.log());
        said
    }

    /// What a line says, however it ends.
    pub fn says(&self, line: &str) -> String {
        String::from_utf8(self.run(line).stdout).unwrap()
    }

    /// The last lines of the server's journal.
    pub fn log(&self) -> String {
        self.says("journalctl --no-pager --lines=30 --unit=infomat.service")
    }

    /// Waits until something has come about.
    pub fn wait_until(&mut self, what: &str, has: impl Fn(&mut Container) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !has(self) {
            assert!(
                Instant::now() < deadline,
                "waited in vain for {what}\n{}",
                self.log()
            );
            std::thread::sleep(LOOK);
        }
    }

    /// The same where nothing of it changes.
    pub fn wait_for(&self, what: &str, has: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !has() {
            assert!(
                Instant::now() < deadline,
                "waited in vain for {what}\n{}",
                self.log()
            );
            std::thread::sleep(LOOK);
        }
    }

    /// Copies a file of it to this machine.
    pub fn fetch(&self, file: &str, to: &Path) {
        fs::copy(format!("/proc/{}/root{file}", self.init), to).unwrap();
    }

    /// Copies a file of this machine into it.
    pub fn bring(&self, file: &Path, to: &str) {
        let bytes = fs::read(file).unwrap();
        fs::write(format!("/proc/{}/root{to}", self.init), bytes).unwrap();
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Its first process takes all others with it, and the manager ends then.
        let init = self.init.parse().ok().and_then(rustix::process::Pid::from_raw);
        match init {
            Some(init) => _ = rustix::process::kill_process(init, rustix::process::Signal::KILL),
            None => _ = self.manager.kill(),
        }
        let _ = self.manager.wait();
    }
}
