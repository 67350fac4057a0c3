//! The real nginx with the site of `packaging/nginx`, unprivileged, in a folder of its own, and curl as its client.

use crate::harness::{Answer, lacks};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The name that the certificate is for.
pub const NAME: &str = "infomat.clinic.example";

/// Longest time that curl waits for an answer.
const ANSWER_SECONDS_MAX: &str = "20";

/// Everything around the site: what Debian's own file has, as far as it matters here.
const AROUND: &str = "\
daemon off;
pid nginx.pid;
error_log main.log;
events { worker_connections 768; }
http {
    gzip on;
    access_log main.access.log;
    client_body_temp_path temp_body;
    proxy_temp_path temp_proxy;
    fastcgi_temp_path temp_fastcgi;
    uwsgi_temp_path temp_uwsgi;
    scgi_temp_path temp_scgi;
    include site.conf;
}
";

/// Whether a test with nginx cannot be run.
pub fn is_missing() -> bool {
    let answers = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output();
        output.is_ok_and(|output| output.status.success())
    };
    lacks("nginx (Debian's package nginx-light)", answers("nginx", "-v"))
        || lacks("curl (Debian's package curl)", answers("curl", "--version"))
        || lacks(
            "openssl (Debian's package openssl)",
            answers("openssl", "version"),
        )
}

/// The site as it is delivered.
pub fn site() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/nginx/infomat.conf");
    fs::read_to_string(path).unwrap()
}

/// nginx in front of a server, as long as this lives.
pub struct Nginx {
    folder: TempDir,
    child: Child,
    port: u16,
}

impl Nginx {
    /// Starts it. The port is the system's choice: nginx inherits the listening socket, as it does when it is upgraded,
    /// and clients wait in the socket's queue until it takes them.
    pub fn start(infomat: SocketAddr) -> Nginx {
        let folder = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        prepare(folder.path(), port, infomat);
        let tried = command(folder.path(), listener.try_clone().unwrap())
            .arg("-t")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&tried.stderr);
        assert!(tried.status.success(), "{said}");
        let complaint = said
            .lines()
            .find(|line| line.contains("[warn]") || line.contains("[emerg]"));
        assert_eq!(complaint, None);
        let child = command(folder.path(), listener)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Nginx { folder, child, port }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A file in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Asks over TLS from this loopback address; `more` goes to curl.
    pub fn ask(&self, from: &str, target: &str, more: &[&str]) -> Answer {
        let port = self.port;
        let output = Command::new("curl")
            .args([
                "--silent",
                "--show-error",
                "--include",
                "--http1.1",
                "--path-as-is",
            ])
            .args([
                "--max-time",
                ANSWER_SECONDS_MAX,
                "--noproxy",
                "*",
                "--interface",
                from,
            ])
            .args(["--resolve", &format!("{NAME}:{port}:127.0.0.1")])
            .arg("--cacert")
            .arg(self.path("certificate.pem"))
            .args(more)
            .arg(format!("https://{NAME}:{port}{target}"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{target}: {said}");
        read(&*output.stdout)
    }

    /// Sends a request as it is over TLS.
    pub fn send(&self, request: &str) -> Answer {
        let mut tls = Command::new("openssl")
            .args(["s_client", "-quiet", "-verify_quiet", "-connect"])
            .arg(format!("127.0.0.1:{}", self.port))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tls.stdin.as_mut().unwrap().write_all(request.as_bytes()).unwrap();
        let answer = read(BufReader::new(tls.stdout.take().unwrap()));
        tls.kill().unwrap();
        tls.wait().unwrap();
        answer
    }

    /// All that it has written, file by file.
    pub fn logs(&self) -> Vec<(PathBuf, String)> {
        let files = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let logs = files.filter(|path| path.extension().is_some_and(|ending| ending == "log"));
        logs.map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
            .collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master ends its workers, which a plain kill would leave behind.
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

/// Writes the site with this folder's paths and these ports, what stands around it, and a certificate for it.
fn prepare(folder: &Path, port: u16, infomat: SocketAddr) {
    let mut site = site();
    for (delivered, here) in [
        ("    listen [::]:443 ssl default_server;\n", String::new()),
        ("listen 443 ", format!("listen 127.0.0.1:{port} ")),
        ("server 127.0.0.1:8080;", format!("server {infomat};")),
        ("/etc/nginx/infomat/", String::new()),
        ("/var/log/nginx/", String::new()),
    ] {
        assert!(site.contains(delivered), "the site has no {delivered:?}");
        site = site.replace(delivered, &here);
    }
    fs::write(folder.join("site.conf"), site).unwrap();
    fs::write(folder.join("nginx.conf"), AROUND).unwrap();
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args([
            "-subj",
            &format!("/CN={NAME}"),
            "-addext",
            &format!("subjectAltName=DNS:{NAME}"),
        ])
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// nginx in this folder, with the listening socket as its standard input.
fn command(folder: &Path, listener: TcpListener) -> Command {
    let mut command = Command::new("nginx");
    command
        .arg("-p")
        .arg(folder)
        .args(["-e", "main.log", "-c", "nginx.conf"])
        .env("NGINX", "0;")
        .stdin(OwnedFd::from(listener));
    command
}

/// One answer with its body.
fn read(mut printed: impl BufRead) -> Answer {
    let mut next = || {
        let mut line = String::new();
        printed.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let status = next();
    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut answer = Answer {
        status: status.expect("a status line"),
        headers: Vec::new(),
        body: Vec::new(),
    };
    while let Some((name, value)) = next().split_once(':') {
        let field = (name.to_ascii_lowercase(), value.trim().to_owned());
        answer.headers.push(field);
    }
    let length = answer
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    answer.body.resize(length, 0);
    printed.read_exact(&mut answer.body).unwrap();
    answer
}
