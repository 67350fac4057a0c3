//! One PostgreSQL for all tests of the crate: in a folder of its own, on a socket alone, and gone with this process.

use postgres::{Client, NoTls};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Serves until its standard input ends, which is when the tests' process does.
const KEEPER: &str = r#"
initdb=$1; postgres=$2; cd "$3"
"$initdb" -D data -U centre -A trust --no-sync --no-locale -E UTF8 >initdb.log 2>&1 || exit
"$postgres" -D data -k "$3" -c listen_addresses= -c fsync=off -c max_connections=200 -c shared_buffers=32MB \
    -c wal_level=minimal -c max_wal_senders=0 >postgres.log 2>&1 &
cat
kill -INT $!
wait
rm -rf "$3"/* "$3"
"#;

/// PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;

pub struct Cluster {
    folder: PathBuf,
    _ends_with_this: ChildStdin,
}

/// Returns the cluster; none where there is no PostgreSQL.
pub fn shared() -> Option<&'static Cluster> {
    static SHARED: LazyLock<Option<Cluster>> = LazyLock::new(start);
    SHARED.as_ref()
}

/// Returns a program of PostgreSQL: Debian keeps those of servers aside.
pub fn program(name: &str) -> Option<PathBuf> {
    let aside = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let aside = aside.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = aside.chain(std::env::split_paths(&path).collect::<Vec<_>>());
    folders.map(|folder| folder.join(name)).find(|path| path.exists())
}

/// Makes a folder that a server may have, whoever runs the tests. The path of its socket has to be short.
pub fn folder() -> PathBuf {
    let folder = Path::new("/tmp").join(format!("infomat-pg-{}", Uuid::now_v7().simple()));
    fs::create_dir(&folder).unwrap();
    give_away(&folder);
    folder
}

/// Gives a file or folder to whom PostgreSQL runs as.
pub fn give_away(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o700)).unwrap();
    if rustix::process::geteuid().is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// Lets a command run as somebody who may run PostgreSQL.
pub fn unprivileged(command: &mut Command) -> &mut Command {
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn start() -> Option<Cluster> {
    let (initdb, postgres) = (program("initdb")?, program("postgres")?);
    let folder = folder();
    let mut command = Command::new("sh");
    command
        .args(["-c", KEEPER, "sh"])
        .args([&initdb, &postgres, &folder])
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    #[expect(clippy::zombie_processes, reason = "it outlives this process")]
    let mut keeper = unprivileged(&mut command).spawn().unwrap();
    let cluster = Cluster {
        folder,
        _ends_with_this: keeper.stdin.take().unwrap(),
    };
    wait_until_it_serves(&cluster.url("postgres"), &cluster.folder);
    Some(cluster)
}

/// Waits for a server to take connections.
pub fn wait_until_it_serves(url: &str, folder: &Path) {
    const PATIENCE: Duration = Duration::from_mins(1);
    let began = Instant::now();
    while let Err(error) = Client::connect(url, NoTls) {
        let log = || fs::read_to_string(folder.join("postgres.log")).unwrap_or_default();
        assert!(began.elapsed() < PATIENCE, "{error}: {}", log());
        thread::sleep(Duration::from_millis(20));
    }
}

impl Cluster {
    /// Returns the URL of a database.
    pub fn url(&self, database: &str) -> String {
        url(&self.folder, database)
    }

    /// Makes a database, and returns its URL.
    pub fn database(&self) -> String {
        let name = format!("t{}", Uuid::now_v7().simple());
        let mut client = Client::connect(&self.url("postgres"), NoTls).unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        self.url(&name)
    }
}

/// Returns the host of a URL, of the server whose socket is in a folder.
pub fn host(folder: &Path) -> String {
    folder.to_str().unwrap().replace('/', "%2F")
}

/// Returns the URL of a database of the server whose socket is in a folder.
pub fn url(folder: &Path, database: &str) -> String {
    format!("postgresql://centre@{}/{database}", host(folder))
}
