//! Checks of the machine: its time zone, its disk, and the port with the server behind it.

use super::{Report, ask_root};
use crate::command::texts::Told;
use crate::command::{Failure, failed};
use crate::config::Config;
use crate::engine;
use crate::files::folder_of;
use crate::health::{self, Subject};
use crate::language::{Language, pick, text};
use crate::model::Zone;
use crate::store::{disk_free_bytes, server_instance};
use crate::wire::ready::INSTANCE_FIELD;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::process::{self, Command};
use std::time::{Duration, Instant};

/// Flushes that are measured; the median counts.
const FLUSHES: usize = 15;

/// Bytes of one flush: a page of most disks.
const FLUSH_BYTES: usize = 4096;

/// Timeout of the server's answer.
const ANSWER_MAX: Duration = Duration::from_secs(8);

/// The label of the lines about the port.
const PORT: &str = "port";

/// Most bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 1 << 16;

/// Checks the clinic's time zone.
pub fn look_at_zone(config: &Config, report: &mut Report) {
    const WHAT: &str = "time zone";
    let offset = *engine::now(config.zone).offset();
    match config.zone {
        Zone::Fixed(_) => report.good(
            WHAT,
            text!(
                "{offset}, как задано в utc_offset",
                "{offset}, as utc_offset says"
            ),
        ),
        Zone::System if offset.local_minus_utc() == 0 => report.warn(
            WHAT,
            pick(
                "машина живет по UTC: задайте utc_offset в настройках или timedatectl set-timezone",
                "the machine goes by UTC: set utc_offset in the configuration, or timedatectl set-timezone",
            ),
        ),
        Zone::System => {
            let link = fs::read_link("/etc/localtime").unwrap_or_default();
            let name = link.to_string_lossy();
            let name = name.split_once("zoneinfo/").map_or("", |(_, name)| name);
            report.good(
                WHAT,
                text!(
                    "{offset}, как у машины {name}",
                    "{offset}, as the machine says {name}"
                )
                .trim_end(),
            );
        }
    }
}

/// Checks that the machine's clock is synchronised.
pub fn look_at_time_source(report: &mut Report) {
    let found = told_by_timedatectl().or_else(engine::is_synchronised);
    if found.is_none() {
        return report.warn(
            Subject::TimeSource.name(),
            pick(
                "неизвестно, сверяются ли часы с точным временем: посмотрите `timedatectl`",
                "nobody tells whether the clock is synchronised: see `timedatectl`",
            ),
        );
    }
    report.judged(
        Subject::TimeSource,
        health::time_source(found),
        pick("часы сверяются с точным временем", "the clock is synchronised"),
    );
}

/// Returns whether the kernel's clock is synchronised, by way of systemd; `None` without systemd.
fn told_by_timedatectl() -> Option<bool> {
    let asked = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .output();
    match asked.ok()?.stdout.trim_ascii() {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => None,
    }
}

/// Checks the free space on the disk of the database.
pub fn look_at_space(config: &Config, report: &mut Report) {
    let folder = folder_of(&config.database);
    let free = match disk_free_bytes(folder) {
        Ok(free) => free,
        Err(error) => return report.bad(Subject::Disk.name(), Failure::of(folder.display(), error)),
    };
    let database = config.database.metadata().map_or(0, |file| file.len());
    report.judged(
        Subject::Disk,
        health::disk(free, database),
        text!(
            "свободно {} МиБ на диске каталога {}",
            "{} MiB free on the disk of {}",
            free >> 20,
            folder.display()
        ),
    );
}

/// Measures a flush beside the database: every booking waits for one.
pub fn look_at_flush(config: &Config, report: &mut Report) {
    const WHAT: &str = "flush";
    let folder = folder_of(&config.database);
    match measured_flush(folder) {
        Ok(time) => report.judged(
            Subject::Flush,
            health::flush(time),
            text!(
                "{:.1} мс на 4 КиБ",
                "{:.1} ms for 4 KiB",
                time.as_secs_f64() * 1000.0
            ),
        ),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            report.warn(
                WHAT,
                text!(
                    "не измерена: этому пользователю нельзя писать в {}",
                    "not measured, {} may not be written to by this user",
                    folder.display()
                ),
            );
        }
        Err(error) => report.bad(WHAT, Failure::of(folder.display(), error)),
    }
}

/// Returns the median of some flushes of a file in this folder, which is removed.
fn measured_flush(folder: &Path) -> io::Result<Duration> {
    let path = folder.join(format!(".infomat-check-{}", process::id()));
    let file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    let times = flushes(&file);
    fs::remove_file(&path)?;
    let mut times = times?;
    times.sort_unstable();
    Ok(times[FLUSHES / 2])
}

fn flushes(file: &File) -> io::Result<[Duration; FLUSHES]> {
    let mut times = [Duration::ZERO; FLUSHES];
    file.write_all_at(&[0; FLUSH_BYTES], 0)?;
    file.sync_all()?;
    for time in &mut times {
        file.write_all_at(&[1; FLUSH_BYTES], 0)?;
        let began = Instant::now();
        file.sync_data()?;
        *time = began.elapsed();
    }
    Ok(times)
}

/// Checks whether the port is free, or whose it is, and asks our own server for its state.
pub fn look_at_server(config: &Config, report: &mut Report) {
    let listen = config.listen;
    match TcpListener::bind(listen) {
        Ok(_) => report.good(
            PORT,
            text!(
                "{listen} свободен: сервер там не работает",
                "{listen} is free: no server listens there"
            ),
        ),
        Err(error) if error.kind() == ErrorKind::AddrInUse => look_at_holder(config, report),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            report.warn(
                PORT,
                text!(
                    "{listen} этому пользователю не проверить: выполните команду от root",
                    "{listen} may not be tried by this user: run this as root"
                ),
            );
        }
        Err(error) => report.bad(
            PORT,
            failed!(
                "{listen}: {}; задайте в listen адрес этой машины",
                "{listen}: {}; set listen to an address of this machine",
                error.told()
            ),
        ),
    }
}

/// Reports who has the port: the server of this database, or another.
fn look_at_holder(config: &Config, report: &mut Report) {
    let listen = config.listen;
    let answering = health(listen);
    let own = server_instance(&config.database);
    match (&answering, &own) {
        (Some(Some(instance)), Ok(own)) if instance == own => {
            report.good(PORT, text!("{listen} занимает наш сервер", "{listen} is our server's"));
            look_at_state(ready(listen), report);
        }
        (Some(_), Err(error)) if error.kind() == ErrorKind::PermissionDenied => {
            report.warn(PORT, text!(
                    "{listen} занимает сервер infomat; для этой ли базы данных: {}",
                    "a server of infomat has {listen}; whether it is this database's: {}",
                    ask_root()
                ));
        }
        (Some(Some(_)), _) => report.bad(
            PORT,
            failed!(
                "{listen} занимает сервер infomat с другой базой данных: остановите его (`ss -ltnp` назовет) или измените listen",
                "a server of infomat on another database has {listen}: stop it (`ss -ltnp` names it), or change listen"
            ),
        ),
        (Some(None), _) => report.warn(
            PORT,
            text!(
                "{listen} занимает сервер infomat старше этой программы: перезапустите его",
                "a server of infomat older than this program has {listen}: start it anew"),
        ),
        (None, _) => report.bad(
            PORT,
            failed!(
                "{listen} занимает другая программа, или наш сервер завис: остановите ее (`ss -ltnp` назовет) или измените listen",
                "another program has {listen}, or our server is stuck: stop it (`ss -ltnp` names it), or change listen"
            ),
        ),
    }
}

/// The answer of `/readyz`.
struct ReadyAnswer {
    is_ready: bool,
    words: Vec<String>,
}

fn look_at_state(state: Option<ReadyAnswer>, report: &mut Report) {
    const WHAT: &str = "server";
    let Some(state) = state else {
        let text = pick(
            "не говорит, готов ли он: посмотрите его журнал",
            "does not say whether it is ready: look at its log",
        );
        return report.bad(WHAT, Failure::Failed(text.to_owned()));
    };
    let words = if state.is_ready && report.is_for_page {
        Vec::new()
    } else {
        state.words
    };
    if state.is_ready && words.is_empty() {
        report.good(WHAT, pick("готов", "is ready"));
    }
    for words in words {
        if state.is_ready {
            report.warn(WHAT, words);
        } else {
            report.bad(WHAT, Failure::Failed(words));
        }
    }
}

/// Asks who is behind the port. Returns the name of a running server of this program; `Some(None)` for an earlier version without
/// such a name; `None` for another program.
#[expect(clippy::option_option, reason = "three cases, told at the function")]
fn health(listen: SocketAddr) -> Option<Option<String>> {
    let (head, body) = ask(listen, "/healthz").ok()?;
    let body: serde_json::Value = serde_json::from_str(&body).ok()?;
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut instances = fields.filter(|(name, _)| name.eq_ignore_ascii_case(INSTANCE_FIELD));
    let instance = instances.next().map(|(_, value)| value.trim().to_owned());
    let is_alive = body["status"] == "alive";
    // The standard answer to an unknown path: a server that has none of its own for this one.
    (is_alive || body["message_code"].is_string()).then_some(instance)
}

/// Asks the server whether it is ready; `None` when it does not say.
fn ready(listen: SocketAddr) -> Option<ReadyAnswer> {
    let (head, body) = ask(listen, "/readyz").ok()?;
    let body: serde_json::Value = serde_json::from_str(&body).ok()?;
    let words = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    match head.split(' ').nth(1)? {
        "200" => Some(ReadyAnswer {
            is_ready: true,
            words: body["warnings"].as_array()?.iter().filter_map(words).collect(),
        }),
        "503" => Some(ReadyAnswer {
            is_ready: false,
            words: vec![words(&body["message"])?],
        }),
        _ => None,
    }
}

/// Returns head and body of the answer.
fn ask(listen: SocketAddr, path: &str) -> io::Result<(String, String)> {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let address = SocketAddr::new(ip, listen.port());
    let tag = Language::current().tag();
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_MAX)?;
    stream.set_read_timeout(Some(ANSWER_MAX))?;
    stream.write_all(
        format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept-Language: {tag}\r\nConnection: close\r\n\r\n"
        )
        .as_bytes(),
    )?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    let parts = answer.split_once("\r\n\r\n");
    let (head, body) = parts.ok_or(ErrorKind::InvalidData)?;
    Ok((head.to_owned(), body.to_owned()))
}
