//! Goal: `/metrics` is Prometheus text in which the right numbers rise, told to the right addresses, and what it says of
//! free places is what a terminal shows. Method: the text is read strictly, by the rules of its format, and by promtool.

use crate::clinic::{self, Ask, guid};
use crate::harness::{Answer, Client, Server, Site, lacks};
use crate::reading::demo;
use crate::tickets::{LPU, OCULIST, OTHER, PATIENT, THERAPIST, ask_as, lines, path, ticket_guid};
use rusqlite::Connection;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::process::{Command, Stdio};

/// GUID of the terminals' client application.
const TERMINALS: &str = "00000000-0000-4000-8000-0000000000aa";

/// What the text says.
pub struct Numbers {
    pub text: String,
    samples: BTreeMap<String, f64>,
}

impl Numbers {
    /// Asks for them.
    pub fn of(client: &mut Client) -> Numbers {
        let answer = client.ask("GET", "/metrics", &[], b"");
        assert_eq!(answer.status, 200, "{}", answer.json());
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("text/plain; version=0.0.4; charset=utf-8"));
        Numbers::read(String::from_utf8(answer.body).unwrap())
    }

    /// Reads the text: each metric has its help, then its type, then its samples, none twice.
    fn read(text: String) -> Numbers {
        assert!(text.ends_with('\n'));
        let mut samples = BTreeMap::new();
        let (mut families, mut family, mut kind) = (HashSet::new(), String::new(), String::new());
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, words) = help.split_once(' ').unwrap();
                assert!(name.starts_with("infomat_") && words.ends_with('.'), "{line}");
                assert!(families.insert(name.to_owned()), "{name} twice");
                (family, kind) = (name.to_owned(), String::new());
            } else if let Some(words) = line.strip_prefix("# TYPE ") {
                let (name, word) = words.split_once(' ').unwrap();
                assert!(name == family && kind.is_empty(), "{line}");
                assert!(["counter", "gauge", "histogram"].contains(&word), "{line}");
                word.clone_into(&mut kind);
            } else {
                let (series, value) = line.rsplit_once(' ').unwrap();
                let name = series.split('{').next().unwrap();
                let ending = name.strip_prefix(&*family).unwrap_or_else(|| panic!("{line}"));
                let endings: &[&str] = match &*kind {
                    "histogram" => &["_bucket", "_sum", "_count"],
                    "counter" | "gauge" => &[""],
                    _ => panic!("no type before {line}"),
                };
                assert!(endings.contains(&ending), "{line}");
                assert_eq!(kind == "counter", family.ends_with("_total"), "{line}");
                see_labels(series);
                let value: f64 = value.parse().unwrap();
                assert!(
                    samples.insert(series.to_owned(), value).is_none(),
                    "{series} twice"
                );
            }
        }
        Numbers { text, samples }
    }

    /// A number by its name and labels; zero when it is not there, as a counter is before it counts.
    pub fn get(&self, series: &str) -> f64 {
        self.samples.get(series).copied().unwrap_or(0.0)
    }

    /// The series of a metric with labels.
    fn series<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, f64)> {
        let begin = format!("{name}{{");
        let samples = self.samples.iter();
        samples
            .filter(move |(series, _)| series.starts_with(&begin))
            .map(|(series, value)| (&**series, *value))
    }
}

/// `{name="value",name="value"}`, or nothing.
fn see_labels(series: &str) {
    let Some((_, labels)) = series.split_once('{') else {
        return;
    };
    let labels = labels.strip_suffix('}').unwrap();
    for label in labels.split("\",") {
        let (name, value) = label.split_once("=\"").unwrap_or_else(|| panic!("{series}"));
        let word = |sign: char| sign.is_ascii_lowercase() || sign == '_';
        assert!(!name.is_empty() && name.chars().all(word), "{series}");
        let value = value.strip_suffix('"').unwrap_or(value);
        assert!(!value.contains(['"', '\\']), "{series}");
    }
}

/// The value of a label.
fn label<'a>(series: &'a str, name: &str) -> &'a str {
    let (_, rest) = series.split_once(&format!("{name}=\"")).unwrap();
    rest.split('"').next().unwrap()
}

fn site() -> Site {
    let site = Site::new("");
    let mut all = lines();
    all.extend([
        clinic::slot(100, THERAPIST, 1, "08:00"),
        clinic::slot(101, OCULIST, 1, "09:00"),
    ]);
    site.import(&all);
    site
}

#[test]
fn what_happens_is_counted() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let before = Numbers::of(&mut client);
    let mut ask = Ask::new(LPU, PATIENT, 100);
    ask.key = Some("once".to_owned());
    let ticket = ask.book(&mut client);
    assert_eq!(ask.book(&mut client)["ticketGuid"], ticket["ticketGuid"]);
    let refused = Ask::new(LPU, OTHER, 100).send(&mut client);
    assert_eq!(refused.json()["message_code"], "4009");
    let cancelled = ask_as(&mut client, PATIENT, "DELETE", &path(&ticket_guid(&ticket)));
    assert_eq!(cancelled.status, 200);
    let again = ask_as(&mut client, PATIENT, "DELETE", &path(&ticket_guid(&ticket)));
    assert_eq!(again.json()["message_code"], "4022");
    assert_eq!(client.ask("GET", "/nothing/here", &[], b"").status, 404);
    assert_eq!(client.ask("PATCH", "/lpu", &[], b"").status, 405);
    let mut malformed = server.client();
    malformed.send(b"GET / HTTP/9.9\r\n\r\n").unwrap();
    assert_eq!(malformed.read(false).unwrap().status, 505);
    // A request is counted after its answer was sent, and before its connection ends.
    assert!(malformed.read(false).is_err());
    let after = Numbers::of(&mut client);
    for (series, grown) in [
        ("infomat_bookings_total", 1.0),
        ("infomat_cancellations_total", 1.0),
        ("infomat_requests_total{route=\"book\",status=\"200\"}", 2.0),
        ("infomat_requests_total{route=\"book\",status=\"400\"}", 1.0),
        ("infomat_requests_total{route=\"cancel\",status=\"200\"}", 1.0),
        ("infomat_requests_total{route=\"cancel\",status=\"400\"}", 1.0),
        ("infomat_requests_total{route=\"metrics\",status=\"200\"}", 1.0),
        ("infomat_requests_total{route=\"unknown\",status=\"404\"}", 1.0),
        ("infomat_requests_total{route=\"unknown\",status=\"405\"}", 1.0),
        ("infomat_requests_total{route=\"unknown\",status=\"505\"}", 1.0),
        ("infomat_refusals_total{code=\"4009\"}", 1.0),
        ("infomat_refusals_total{code=\"4022\"}", 1.0),
        ("infomat_refusals_total{code=\"5000\"}", 3.0),
        ("infomat_refusals_total{code=\"2000\"}", 0.0),
        ("infomat_commit_seconds_count", 5.0),
        ("infomat_batch_requests_sum", 5.0),
        ("infomat_batch_requests_bucket{le=\"1\"}", 5.0),
    ] {
        let seen = after.get(series) - before.get(series);
        assert!(
            (seen - grown).abs() < f64::EPSILON,
            "{series}: {seen}\n{}",
            after.text
        );
    }
    for (series, at_least) in [
        ("infomat_wal_bytes", 1_024.0),
        ("infomat_disk_free_bytes", 1.0),
        ("infomat_connections", 1.0),
        ("infomat_queue_requests", 1.0),
        ("infomat_clock_plausible", 1.0),
        ("infomat_build_info{version=\"0.1.0\"}", 1.0),
    ] {
        assert!(after.get(series) >= at_least, "{series}\n{}", after.text);
    }
}

#[test]
fn promtool_finds_nothing_to_say() {
    let there = Command::new("promtool").arg("--version").output().is_ok();
    if lacks("promtool (of Debian's package prometheus)", there) {
        return;
    }
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    Ask::new(LPU, PATIENT, 100).book(&mut client);
    let text = Numbers::of(&mut client).text;
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = promtool.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    let said = promtool.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
    assert!(said.status.success() && words.is_empty(), "{words}");
}

/// Goal: strangers learn nothing, and are told which setting would let them. Method: the server takes this machine for a
/// proxy, which names its clients.
#[test]
fn only_this_machine_and_named_addresses_are_told() {
    let site = Site::new("");
    let configuration = std::fs::read_to_string(site.path("infomat.toml")).unwrap();
    let proxied = "trusted_proxies = ['127.0.0.1']\nmetrics_addresses = ['192.0.2.9']\n";
    std::fs::write(site.path("infomat.toml"), proxied.to_owned() + &configuration).unwrap();
    let server = site.serve();
    let mut client = server.client();
    let mut from =
        |address: &str| -> Answer { client.ask("GET", "/metrics", &[("X-Forwarded-For", address)], b"") };
    assert_eq!(from("192.0.2.9").status, 200);
    assert_eq!(from("::1").status, 200);
    let stranger = from("192.0.2.8");
    let body = stranger.json();
    assert_eq!(
        (stranger.status, &body["message_code"]),
        (403, &Value::from("5000"))
    );
    assert!(
        body["message"].as_str().unwrap().contains("metrics_addresses"),
        "{body}"
    );
}

/// Goal: free places are those that a terminal shows, and the last cell is the last that was loaded. Method: the demo clinic,
/// once by the list of specialities, once by a query of this test's own.
#[test]
fn free_places_are_those_that_a_terminal_shows() {
    let site = demo::site();
    site.configure(&format!(
        "[[applications]]\nmnem = 'Infomat'\nguid = '{TERMINALS}'"
    ));
    let server = site.serve();
    let mut client = server.client();
    let numbers = Numbers::of(&mut client);
    let mut shown = 0;
    let header = [("ClientApplication", TERMINALS)];
    for lpu in client.ask("GET", "/lpu", &[], b"").json().as_array().unwrap() {
        let lpu = lpu["guid"].as_str().unwrap();
        let list = client
            .ask("GET", &format!("/lpu/{lpu}/speciality"), &header, b"")
            .json();
        for row in list.as_array().unwrap() {
            let (code, name) = (row["code"].as_str().unwrap(), row["name"].as_str().unwrap());
            let labels = format!("{{lpu=\"{lpu}\",name=\"{name}\",speciality=\"{code}\"}}");
            let free = numbers.samples[&format!("infomat_free_places{labels}")];
            let listed = row["countFree"].as_f64().unwrap();
            assert!((free - listed).abs() < f64::EPSILON, "{row}: {free}");
            shown += 1;
        }
    }
    assert_eq!(numbers.series("infomat_free_places").count(), shown);
    assert!(
        numbers
            .series("infomat_free_places")
            .any(|(_, free)| free > 100.0)
    );
    let database = Connection::open(site.path("infomat.db")).unwrap();
    for (series, last) in numbers.series("infomat_last_cell_timestamp_seconds") {
        let expected: f64 = database
            .query_row(
                "SELECT CAST(coalesce(max(begin_at), 0) AS REAL) FROM cell
                 WHERE lpu_id = (SELECT id FROM lpu WHERE lower(hex(guid)) = ?1) AND speciality_code = ?2
                       AND shown = 1 AND begin_at > unixepoch()",
                [
                    label(series, "lpu").replace('-', ""),
                    label(series, "speciality").to_owned(),
                ],
                |row| row.get(0),
            )
            .unwrap();
        assert!(
            (last - expected).abs() < f64::EPSILON,
            "{series}: {last}, {expected}"
        );
    }
}

/// Goal: a speciality whose cells were not loaded is seen. Method: one with a doctor and no cell, one with a full cell.
#[test]
fn a_speciality_without_cells_is_told() {
    let site = Site::new("");
    let mut all = lines();
    all.push(clinic::slot(100, THERAPIST, 1, "08:00"));
    site.import(&all);
    let server = site.serve();
    let mut client = server.client();
    Ask::new(LPU, PATIENT, 100).book(&mut client);
    let numbers = Numbers::of(&mut client);
    let lpu = guid(LPU);
    let of = |name: &str, code: &str| {
        numbers.samples[&format!("{name}{{lpu=\"{lpu}\",name=\"{code}\",speciality=\"{code}\"}}")]
    };
    let none = |number: f64| number.abs() < f64::EPSILON;
    assert!(none(of("infomat_free_places", "27")) && none(of("infomat_free_places", "7")));
    assert!(none(of("infomat_last_cell_timestamp_seconds", "7")));
    assert!(of("infomat_last_cell_timestamp_seconds", "27") > 1.0e9);
}

/// Goal: where the clock is behind, free places are counted from the last booking on, and what is over by then is not.
/// Method: cells of tomorrow, of which one is booked, and of a later day; the booking is dated between the two.
#[test]
fn places_are_counted_from_the_last_booking_on() {
    let site = Site::new("");
    let mut all = lines();
    let cells = [(100, 1), (101, 1), (102, 6)];
    all.extend(cells.map(|(cell, day)| clinic::slot(cell, THERAPIST, day, &format!("08:{}", cell - 90))));
    site.import(&all);
    let free = |server: &Server| {
        let lpu = guid(LPU);
        let series = format!("infomat_free_places{{lpu=\"{lpu}\",name=\"27\",speciality=\"27\"}}");
        Numbers::of(&mut server.client()).samples[&series]
    };
    let server = site.serve();
    Ask::new(LPU, PATIENT, 100).book(&mut server.client());
    assert!((free(&server) - 2.0).abs() < f64::EPSILON);
    drop(server);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let dated = database.execute("UPDATE journal SET at = at + 3 * 86400", []);
    assert_eq!(dated.unwrap(), 2, "begun, booked");
    let server = site.serve();
    assert!((free(&server) - 1.0).abs() < f64::EPSILON);
}
