//! What answers in the place of a centre: a listener that takes each request whole, keeps it, and answers as it is told.

use crate::clinic;
use crate::harness::Site;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs::{self, Permissions};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// The secret of the box in these tests.
pub const SECRET: &str = "a-secret-of-the-tests-of-40-bytes-and-on";

/// GUID of the box in these tests.
pub const BOX: &str = "b0000000-0000-4000-8000-000000000001";

/// How a connection over TLS begins (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// A proxy at which nobody answers.
const DEAD_PROXY: &str = "http://127.0.0.1:9";

/// A site of one small clinic with a centre at `url`.
pub fn region_site(url: &str, more: &str) -> Site {
    let site = Site::new("");
    site.import(&clinic::small());
    fs::write(site.path("centre.secret"), format!("{SECRET}\n")).unwrap();
    fs::set_permissions(site.path("centre.secret"), Permissions::from_mode(0o600)).unwrap();
    configure(&site, url, more);
    site
}

/// Names the centre in the configuration, in place of another one.
pub fn configure(site: &Site, url: &str, more: &str) {
    let path = site.path("infomat.toml");
    let text = fs::read_to_string(&path).unwrap();
    let kept = text.split("[centre]").next().unwrap().trim_end();
    let section = format!("{kept}\n[centre]\nurl = \"{url}\"\nbox = \"{BOX}\"\n{more}");
    fs::write(&path, section).unwrap();
}

/// What `infomat exchange` said and how it ended.
pub struct Said {
    pub status: Option<i32>,
    pub said: String,
}

/// Runs it with little patience, and with a proxy in the environment that leads nowhere.
pub fn exchange(site: &Site) -> Said {
    let mut command = site.command(&["exchange", "--patience", "2"]);
    for name in [
        "ALL_PROXY",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "all_proxy",
        "https_proxy",
    ] {
        command.env(name, DEAD_PROXY);
    }
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = [&output.stdout[..], &output.stderr].concat();
    Said {
        status: output.status.code(),
        said: String::from_utf8(said).unwrap(),
    }
}

/// A connection, in the clear or not.
pub trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

pub struct Peer {
    address: SocketAddr,
    /// How its address begins.
    begin: &'static str,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Peer {
    /// Answers each request by `work`, which gets it whole.
    pub fn start(work: impl Fn(&mut dyn Stream, &[u8]) + Send + 'static) -> Peer {
        Peer::over(None, work)
    }

    /// Answers every request with these bytes, and closes.
    pub fn answering(bytes: Vec<u8>) -> Peer {
        Peer::start(move |stream, _| {
            let _ = stream.write_all(&bytes);
        })
    }

    /// Does the same over TLS, as `localhost`.
    pub fn with_tls(certificate: &Certificate, bytes: Vec<u8>) -> Peer {
        Peer::over(Some(certificate.config()), move |stream, _| {
            let _ = stream.write_all(&bytes);
            let _ = stream.flush();
        })
    }

    fn over(tls: Option<Arc<ServerConfig>>, work: impl Fn(&mut dyn Stream, &[u8]) + Send + 'static) -> Peer {
        let begin = if tls.is_some() {
            "https://localhost"
        } else {
            "http://127.0.0.1"
        };
        let peer = Peer::listening(begin);
        let (listener, requests) = (peer.0, Arc::clone(&peer.1.requests));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                let mut stream: Box<dyn Stream> = match &tls {
                    None => Box::new(stream),
                    Some(config) => {
                        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                        Box::new(StreamOwned::new(connection, stream))
                    }
                };
                // Whoever takes the certificate for a wrong one says so and goes.
                let Ok(request) = read_request(&mut *stream) else {
                    continue;
                };
                requests.lock().unwrap().push(request.clone());
                work(&mut *stream, &request);
            }
        });
        peer.1
    }

    /// A proxy that lets everybody through.
    pub fn tunnelling() -> Peer {
        let (listener, peer) = Peer::listening("http://127.0.0.1");
        let requests = Arc::clone(&peer.requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut near = stream.unwrap();
                let head = read_request(&mut near).unwrap();
                requests.lock().unwrap().push(head.clone());
                let text = String::from_utf8(head).unwrap();
                let port = text.split([':', ' ']).nth(2).unwrap();
                let mut far = TcpStream::connect(("127.0.0.1", port.parse().unwrap())).unwrap();
                near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    .unwrap();
                let (mut from, mut to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                thread::spawn(move || io::copy(&mut from, &mut to));
                thread::spawn(move || io::copy(&mut far, &mut near));
            }
        });
        peer
    }

    fn listening(begin: &'static str) -> (TcpListener, Peer) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = Peer {
            address: listener.local_addr().unwrap(),
            begin,
            requests: Arc::default(),
        };
        (listener, peer)
    }

    pub fn url(&self) -> String {
        format!("{}:{}", self.begin, self.address.port())
    }

    /// The requests that came, head and body.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads a request with its body, as its `Content-Length` says.
fn read_request(stream: &mut dyn Stream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut piece = [0; 1 << 14];
    loop {
        let read = stream.read(&mut piece)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        request.extend_from_slice(&piece[..read]);
        // Somebody who begins with TLS waits for an answer.
        if request[0] == TLS_HANDSHAKE {
            return Ok(request);
        }
        let text = String::from_utf8_lossy(&request);
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length: ")
                .map(str::to_owned)
        });
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        if request.len() >= head.len() + 4 + length {
            return Ok(request);
        }
    }
}

pub fn has_openssl() -> bool {
    let output = Command::new("openssl").arg("version").output();
    output.is_ok_and(|output| output.status.success())
}

/// A certificate that signs itself, for one name.
pub struct Certificate(TempDir);

impl Certificate {
    pub fn of(name: &str) -> Certificate {
        let folder = TempDir::new().unwrap();
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ])
            .args(["-days", "2", "-keyout", "key.pem", "-out", "cert.pem"])
            .args(["-subj", &format!("/CN={name}")])
            .args(["-addext", &format!("subjectAltName=DNS:{name}")])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .current_dir(folder.path())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success());
        Certificate(folder)
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("cert.pem")
    }

    pub fn key_path(&self) -> PathBuf {
        self.0.path().join("key.pem")
    }

    fn config(&self) -> Arc<ServerConfig> {
        let certificate = CertificateDer::from_pem_file(self.path()).unwrap();
        let key = PrivateKeyDer::from_pem_file(self.key_path()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Arc::new(config)
    }
}
