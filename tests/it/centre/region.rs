//! A region of a test: a database, the program, and boxes that exchange with it.

use super::cluster::Cluster;
use crate::harness::{Client, Server, in_english, started};
use crate::region::database::Database;
use crate::region::real::Real;
use infomat::exchange::site::Taken;
use infomat::exchange::wire::Answer;
use postgres::NoTls;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};
use uuid::Uuid;

/// Most exchanges until both sides have said all.
const EXCHANGES_MAX: usize = 100;

pub struct Region {
    pub url: String,
}

/// A box that the region knows.
pub struct Enrolled {
    pub guid: Uuid,
    pub secret: String,
    pub db: Real,
}

impl Region {
    /// Makes a region over a fresh database.
    pub fn new(cluster: &Cluster) -> Region {
        Region::over(cluster.database())
    }

    /// Makes a region over this database.
    pub fn over(url: String) -> Region {
        let region = Region { url };
        region.run_well(&["init"], "");
        region
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(arguments).env("INFOMAT_CENTRE_DATABASE", &self.url);
        command
    }

    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who refuses at once ends without reading it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs the program and sees that it succeeds; what it printed.
    pub fn run_well(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn serve(&self) -> Server {
        self.serve_at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    pub fn serve_at(&self, address: SocketAddr) -> Server {
        let mut command = self.command(&["serve", "--listen", &address.to_string()]);
        started(&mut command, Stdio::inherit()).unwrap()
    }

    pub fn sql(&self) -> postgres::Client {
        postgres::Client::connect(&self.url, NoTls).unwrap()
    }

    /// Returns a number that a statement asks for.
    pub fn number(&self, sql: &str) -> i64 {
        self.sql().query_one(sql, &[]).unwrap().get(0)
    }

    /// Makes a box of this clinic known. Returns its GUID and secret.
    pub fn admit(&self, lpu: Uuid) -> (Uuid, String) {
        let printed = self.run_well(&["enrol", "--lpu", &lpu.to_string()], "");
        let after = |word: &str| {
            let (_, rest) = printed.split_once(word).unwrap();
            rest.lines().next().unwrap().trim_matches(['"', ' ']).to_owned()
        };
        (after("box =").parse().unwrap(), after("secret:"))
    }

    /// Makes a box of this clinic known, and its database.
    pub fn enrol(&self, lpu: Uuid) -> Enrolled {
        let (guid, secret) = self.admit(lpu);
        let db = Real::make(guid, Uuid::now_v7());
        Enrolled { guid, secret, db }
    }

    pub fn tell(&self, site: Uuid, lines: &str) {
        self.run_well(&["tell", "--box", &site.to_string(), "-"], lines);
    }

    pub fn application(&self) -> Application {
        let printed = self.run_well(&["application", "portal"], "");
        Application(printed.trim().strip_prefix("secret: ").unwrap().to_owned())
    }
}

/// The program, without a database of the machine's own.
pub fn program() -> Command {
    let mut command = in_english(env!("CARGO_BIN_EXE_infomat-centre"));
    command
        .env_remove("INFOMAT_CENTRE_DATABASE")
        .env_remove("INFOMAT_CENTRE_DATABASE_FILE");
    command
}

impl Enrolled {
    /// Sends bytes as this box does. Returns status and body.
    pub fn post(&self, client: &mut Client, bytes: &[u8]) -> (u16, Vec<u8>) {
        post(client, &self.secret, bytes)
    }

    /// One request and its answer.
    pub fn exchange_once(&mut self, client: &mut Client) -> Taken {
        let request = self.db.request(&Uuid::now_v7().to_string()).print().unwrap();
        let (status, body) = self.post(client, &request);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let answer = Answer::parse(&body).unwrap();
        self.db.take(answer, None, || true).unwrap()
    }

    /// Exchanges until there is nothing more to say.
    pub fn exchange(&mut self, client: &mut Client) {
        let complete = (0..EXCHANGES_MAX).any(|_| self.exchange_once(client) == Taken::Complete);
        assert!(complete, "no end after {EXCHANGES_MAX} exchanges");
    }
}

/// Sends a request of a box with this secret. Returns status and body.
pub fn post(client: &mut Client, secret: &str, bytes: &[u8]) -> (u16, Vec<u8>) {
    let authorization = bearer(secret);
    let fields = [("Authorization", &*authorization)];
    let answer = client.ask("POST", "/api/centre/v1/exchange", &fields, bytes);
    (answer.status, answer.body)
}

pub fn bearer(secret: &str) -> String {
    format!("Bearer {secret}")
}

/// A program of the region.
pub struct Application(String);

impl Application {
    pub fn ask(&self, client: &mut Client, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.try_ask(client, method, path, body).unwrap()
    }

    /// The same where the centre may die meanwhile.
    pub fn try_ask(
        &self,
        client: &mut Client,
        method: &str,
        path: &str,
        body: &Value,
    ) -> io::Result<(u16, Value)> {
        let bytes = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let target = format!("/api/centre/v1/{path}");
        let answer = client.try_ask(method, &target, &[("Authorization", &bearer(&self.0))], &bytes)?;
        Ok((answer.status, answer.json()))
    }

    pub fn book(&self, client: &mut Client, slot: Uuid, more: &Value) -> (u16, Value) {
        let mut wish = json!({"lpu": crate::region::town::LPU, "slot": slot, "patient": crate::region::town::PATIENT, "source": crate::region::town::SOURCE});
        for (name, value) in more.as_object().into_iter().flatten() {
            wish[name] = value.clone();
        }
        self.ask(client, "POST", "visit", &wish)
    }
}
