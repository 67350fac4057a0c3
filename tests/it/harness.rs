//! The real binary in a folder of its own: made, filled by import, served on a port that the system chooses, and asked
//! over plain HTTP. Nothing of the library is used here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sha2::Sha256;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The key that signs tokens in every site of the tests.
pub const KEY: &[u8] = b"a key of the tests, known to everybody";

/// The clinic's offset from UTC in every site of the tests.
pub const OFFSET_HOURS: i32 = 3;

/// How long a test waits for anything before it gives up: a loaded machine needs its time, a hung server gets no more.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Bounds for a day that no test meets unless it is about them.
const WIDE_LIMITS: &str =
    "[limits]\nbookings_a_day = 1000000\nwaiting_entries_a_day = 1000000\nholds_a_day = 1000000\n";

/// Most bytes of an answer's body.
const BODY_BYTES_MAX: usize = 16 << 20;

/// A folder with configuration, key and database.
pub struct Site {
    folder: TempDir,
}

impl Site {
    /// A new site with a fresh database. `more` is added to the configuration.
    pub fn new(more: &str) -> Site {
        let site = Site {
            folder: TempDir::new().unwrap(),
        };
        fs::write(site.path("hmac.key"), KEY).unwrap();
        fs::set_permissions(site.path("hmac.key"), Permissions::from_mode(0o600)).unwrap();
        site.configure(more);
        site.run_well(&["init"], "");
        site
    }

    /// Writes the configuration anew. `more` may hold any section but those that are here. Unless it says otherwise, a patient
    /// may book as often as a test likes.
    pub fn configure(&self, more: &str) {
        let limits = if more.contains("[limits]") {
            ""
        } else {
            WIDE_LIMITS
        };
        let configuration = format!(
            "database = 'infomat.db'\n\
             listen = '127.0.0.1:0'\n\
             utc_offset = '+{OFFSET_HOURS:02}:00'\n\
             [tokens]\n\
             sign_with = 'main'\n\
             [[tokens.keys]]\n\
             id = 'main'\n\
             file = 'hmac.key'\n\
             {limits}{more}\n"
        );
        fs::write(self.path("infomat.toml"), configuration).unwrap();
    }

    /// A file in the site's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with the site's configuration and these arguments, in English.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .args(arguments)
            .arg("--config")
            .arg(self.path("infomat.toml"));
        command
    }

    /// Runs it to its end with `input` on standard input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who refuses at once ends without reading it.
        let given = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        assert!(given.is_ok() || !output.status.success(), "{given:?}");
        output
    }

    /// Runs it and sees that it succeeds; what it printed.
    pub fn run_well(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Imports lines of clinic data.
    pub fn import<'a>(&self, lines: impl IntoIterator<Item = &'a Value>) {
        let lines: Vec<String> = lines.into_iter().map(Value::to_string).collect();
        self.run_well(&["import", "-"], &lines.join("\n"));
    }

    /// Starts the server and waits for its word that it takes requests.
    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// The same with further options.
    pub fn serve_with(&self, options: &[&str]) -> Server {
        self.start(&mut self.command(&[&["serve"], options].concat()))
    }

    /// Starts a server by this command, which may have an environment of its own.
    pub fn start(&self, command: &mut Command) -> Server {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path("server.log"))
            .unwrap();
        started(command, log.into()).unwrap_or_else(|said| {
            let log = fs::read_to_string(self.path("server.log"));
            panic!("the server said {said:?} and logged {log:?}")
        })
    }
}

/// A program beside a test, which ends with it, also where the test fails.
pub struct Beside(Child);

impl Beside {
    pub fn start(command: &mut Command) -> Beside {
        Beside(
            command
                .stdin(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        )
    }

    /// Sends it a signal, and waits until it has ended.
    pub fn end(&mut self, signal: Signal) -> ExitStatus {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
        self.0.wait().unwrap()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a server by this command, and waits for its word that it takes requests. An error is what it said instead.
pub fn started(command: &mut Command, log: Stdio) -> Result<Server, String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://");
    match address.and_then(|address| address.parse().ok()) {
        Some(address) => Ok(Server {
            child,
            stdout,
            address,
        }),
        None => Err(line),
    }
}

/// Prints what this test adds to the table of `packaging/tried.md`: what was done to the program and how often, what came out, and
/// what the control showed. `tests/tried` gathers these lines.
pub fn tried(done: &str, times: usize, came_out: &str, control: &str) {
    println!("TRIED | {done} | {times} | {came_out} | {control}");
}

/// The program, which speaks English whatever the locale of the tests is. `INFOMAT_TESTED` names another build of it, such as one
/// with a planted fault.
pub fn program() -> Command {
    let tested = std::env::var_os("INFOMAT_TESTED");
    in_english(tested.unwrap_or_else(|| env!("CARGO_BIN_EXE_infomat").into()))
}

/// The same of a program elsewhere: a copy of ours, or one that starts ours.
pub fn in_english(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", "en_US.UTF-8");
    command
}

/// A server that runs as long as this lives.
pub struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub address: SocketAddr,
}

impl Server {
    /// A client with a connection of its own.
    pub fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Ends it without a chance to do anything more.
    pub fn pull_the_plug(&self) {
        self.signal(Signal::KILL);
    }

    /// Asks it to end and waits until it has.
    pub fn terminate(self) -> ExitStatus {
        self.terminate_and_read().0
    }

    /// The same, with all that it has printed on standard output since it took requests.
    pub fn terminate_and_read(self) -> (ExitStatus, String) {
        self.signal(Signal::TERM);
        self.wait_and_read()
    }

    /// Waits until it has ended by itself; what it has printed.
    pub fn wait_and_read(mut self) -> (ExitStatus, String) {
        let mut printed = String::new();
        self.stdout.read_to_string(&mut printed).unwrap();
        (self.child.wait().unwrap(), printed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One keep-alive connection.
pub struct Client {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Client {
        Client::try_connect(address).unwrap()
    }

    /// The same where the server may be gone already.
    pub fn try_connect(address: SocketAddr) -> io::Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Client {
            stream: BufReader::new(stream),
            address,
        })
    }

    /// Sends one request and reads its answer. Connects anew when the server closes the connection after it.
    pub fn ask(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_ask(method, target, headers, body).unwrap()
    }

    /// The same where the server may die meanwhile.
    pub fn try_ask(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut request = Vec::new();
        write!(
            request,
            "{method} {target} HTTP/1.1\r\nHost: {}\r\n",
            self.address
        )
        .unwrap();
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        if !body.is_empty() || method == "POST" {
            write!(request, "Content-Length: {}\r\n", body.len()).unwrap();
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body);
        self.send(&request)?;
        let answer = self.read(method == "HEAD")?;
        if answer.header("connection") == Some("close") {
            *self = Client::try_connect(self.address)?;
        }
        Ok(answer)
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) {
        self.stream.get_mut().shutdown(Shutdown::Write).unwrap();
    }

    /// Reads one answer, if the server gives one.
    pub fn read(&mut self, head_only: bool) -> io::Result<Answer> {
        let line = self.read_line()?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("not a status line: {line:?}"));
        let mut headers = Vec::new();
        while let Some((name, value)) = self.read_line()?.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        let length = answer
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        assert!(length <= BODY_BYTES_MAX, "an answer of {length} bytes");
        if !head_only {
            answer.body.resize(length, 0);
            self.stream.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }

    /// A line without its end; an error when there is none.
    fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

impl Answer {
    /// The first header field of this name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let field = self.headers.iter().find(|(field, _)| field == name);
        field.map(|(_, value)| &**value)
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?}", String::from_utf8_lossy(&self.body)))
    }
}

/// Returns whether a test has to go without something that it needs, and says so. Where `INFOMAT_REQUIRE=all` is set, that
/// is a failure.
pub fn lacks(thing: &str, is_there: bool) -> bool {
    if is_there {
        return false;
    }
    let required = std::env::var("INFOMAT_REQUIRE").is_ok_and(|value| value == "all");
    assert!(!required, "this test needs {thing}");
    let test = thread::current().name().unwrap_or("a test").to_owned();
    // Not `eprintln!`: the test runner keeps the output of a test that passes to itself.
    let _ = writeln!(io::stderr(), "SKIPPED: {test} needs {thing}");
    let _ = writeln!(SKIPPED.lock().unwrap(), "{thing}");
    true
}

/// Where skipped tests are counted. The runner has no last moment of its own: a program that lives as long as this
/// process holds the pipe tells the sum.
static SKIPPED: LazyLock<Mutex<ChildStdin>> = LazyLock::new(|| {
    #[expect(clippy::zombie_processes, reason = "it outlives this process")]
    let mut tally = Command::new("sh")
        .args(["-c", TALLY])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    Mutex::new(tally.stdin.take().unwrap())
});

/// Reads one thing a line, and says at the end how many tests were skipped for want of which.
const TALLY: &str = r#"sort | uniq -c | (
    total=0; things=
    while read -r count thing; do
        total=$((total + count)); things="$things${things:+, }$thing ($count)"
    done
    echo "$total tests were skipped for want of: $things" >&2
)"#;

/// Waits until something is so that has to happen by itself.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Now on the clinic's clock.
pub fn now() -> DateTime<FixedOffset> {
    Utc::now().with_timezone(&FixedOffset::east_opt(OFFSET_HOURS * 3_600).unwrap())
}

/// Claims of a token that holds now, as contract::tokens shows them.
pub fn claims(lpu: &str, mkab: &str, source: &str) -> Value {
    let time = |moment: DateTime<FixedOffset>| moment.format("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
    json!({
        "Patient": { "Lpu": lpu, "Mkab": mkab, "IsClosed": false },
        "TokenBeginLifeTime": time(now() - TimeDelta::minutes(1)),
        "TokenEndLifeTime": time(now() + TimeDelta::minutes(9)),
        "login": "", "authSource": source, "privilege": false, "tokenType": "LpuToken"
    })
}

/// Header and claims signed with a key (RFC 7515, A.1).
pub fn sign(claims: &Value, key: &[u8]) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = encode(&json!({"alg": "HS256", "typ": "JWT"})) + "." + &encode(claims);
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    let signature = mac.chain_update(&signed).finalize().into_bytes();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
