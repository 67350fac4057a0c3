//! Goal: the alerts that the manual gives go off when they have to, and not before. Method: promtool plays them on numbers made up
//! (`tests/others/alerts.test.yaml`), and a real Prometheus with them collects from the real server.

use super::folder;
use crate::clinic;
use crate::harness::{Beside, Client, PATIENCE, Site, lacks, tried};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The alerts as the file of rules has them: the manual's block in a group.
fn rules(manual: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("packaging")
        .join(manual);
    let text = fs::read_to_string(path).unwrap();
    let mut blocks = text.split("```yaml\n").skip(1);
    let block = blocks.find(|block| block.starts_with("- alert:")).unwrap();
    let block = block.split("```").next().unwrap();
    let lines = block.lines().map(|line| format!("      {line}\n"));
    format!(
        "groups:\n  - name: infomat\n    rules:\n{}",
        lines.collect::<String>()
    )
}

fn is_there(program: &str) -> bool {
    let version = Command::new(program).arg("--version").output();
    !lacks(&format!("{program} (of the package prometheus)"), version.is_ok())
}

/// Plays the made-up numbers on these rules.
fn played(rules: &str) -> Output {
    let scratch = TempDir::new().unwrap();
    fs::write(scratch.path().join("alerts.yaml"), rules).unwrap();
    fs::copy(
        folder().join("alerts.test.yaml"),
        scratch.path().join("test.yaml"),
    )
    .unwrap();
    let mut command = Command::new("promtool");
    command
        .args(["test", "rules", "test.yaml"])
        .current_dir(scratch.path());
    command.output().unwrap()
}

#[test]
fn the_manuals_alerts_go_off_when_they_have_to() {
    if !is_there("promtool") {
        return;
    }
    let good = rules("manual.md");
    let expressions = |rules: &str| -> Vec<String> {
        let lines = rules.lines().filter(|line| line.contains("expr:"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(
        expressions(&good),
        expressions(&rules("manual.ru.md")),
        "in both languages"
    );
    let output = played(&good);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let faults = [
        ("3 * 86400", "2 * 86400"),
        ("< 3", "> 3"),
        ("route=\"book\",", ""),
        ("5..", "4.."),
        ("[5m]", "[30m]"),
        ("infomat_health > 0", "infomat_health > 1"),
    ];
    for (right, wrong) in faults {
        let bad = good.replacen(right, wrong, 1);
        assert_ne!(bad, good);
        assert!(!played(&bad).status.success(), "{wrong} for {right} is not seen");
    }
    let played = fs::read_to_string(folder().join("alerts.test.yaml")).unwrap();
    tried(
        "moments at which an alert of the manual has to go off or not (`promtool test rules`)",
        played.matches("alertname").count(),
        "each as it has to be",
        &format!("{} alerts with one thing wrong, each seen", faults.len()),
    );
}

/// Prometheus beside a test, which asks a server each second.
struct Prometheus {
    folder: TempDir,
    address: SocketAddr,
    _process: Beside,
}

impl Prometheus {
    fn start(server: SocketAddr) -> Prometheus {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("alerts.yaml"), rules("manual.md")).unwrap();
        let settings = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [alerts.yaml]\n\
             scrape_configs: [{{job_name: infomat, static_configs: [{{targets: ['{server}']}}]}}]\n"
        );
        fs::write(folder.path().join("prometheus.yml"), settings).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut command = Command::new("prometheus");
        command
            .args([
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=data",
                "--log.level=error",
            ])
            .arg(format!("--web.listen-address={address}"))
            .current_dir(folder.path())
            .stdout(Stdio::null());
        let process = Beside::start(&mut command);
        Prometheus {
            folder,
            address,
            _process: process,
        }
    }

    /// What it answers; nothing while it is not up.
    fn ask(&self, target: &str) -> Value {
        let Ok(mut client) = Client::try_connect(self.address) else {
            return Value::Null;
        };
        let answer = client.ask("GET", target, &[], b"");
        if answer.status == 200 {
            answer.json()
        } else {
            Value::Null
        }
    }

    /// The alerts that have gone off: name, and speciality or check.
    fn alerts(&self) -> BTreeSet<(String, String)> {
        let said = self.ask("/api/v1/alerts");
        let alerts = said["data"]["alerts"].as_array().into_iter().flatten();
        let firing = alerts.filter(|alert| alert["state"] == "firing");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        firing
            .map(|alert| {
                let labels = &alert["labels"];
                (
                    text(&labels["alertname"]),
                    text(&labels["speciality"]) + &text(&labels["check"]),
                )
            })
            .collect()
    }

    fn wait(&self, what: &str, is_so: impl Fn(&BTreeSet<(String, String)>) -> bool) {
        let until = Instant::now() + 2 * PATIENCE;
        loop {
            let alerts = self.alerts();
            if is_so(&alerts) {
                return;
            }
            assert!(
                Instant::now() < until,
                "{what}: {alerts:?}, {}",
                self.folder.path().display()
            );
            thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Cells for a day: the alert goes off. Cells for ten: it ends, beside those of another speciality without any.
#[test]
fn a_real_prometheus_collects_and_alerts() {
    if !is_there("prometheus") {
        return;
    }
    let site = Site::new("");
    let mut lines = clinic::small();
    lines.extend([clinic::speciality("28"), clinic::doctor(5, 1, "28", "Другова")]);
    lines.push(clinic::slot(6, 5, 1, "10:00"));
    site.import(&lines);
    let server = site.serve();
    let prometheus = Prometheus::start(server.address);
    let no_cells = |speciality: &str| ("NoCellsLoaded".to_owned(), speciality.to_owned());
    let backup = ("Health".to_owned(), "backup".to_owned());
    prometheus.wait(
        "nothing is loaded beyond tomorrow, and no backup is there",
        |alerts| {
            alerts.contains(&no_cells("27")) && alerts.contains(&no_cells("28")) && alerts.contains(&backup)
        },
    );
    // The control: what is mended alerts no more, and what is not does.
    site.import(&[clinic::slot(7, 2, 10, "10:00")]);
    site.run_well(&["backup", site.path("copy.db").to_str().unwrap()], "");
    prometheus.wait(
        "one speciality has cells again, and a backup is there",
        |alerts| !alerts.contains(&no_cells("27")) && alerts.contains(&no_cells("28")),
    );
    let up = prometheus.ask("/api/v1/query?query=min_over_time(up[1h])");
    assert_eq!(up["data"]["result"][0]["value"][1], json!("1"), "{up}");
    let samples = prometheus.ask("/api/v1/query?query=sum_over_time(scrape_samples_scraped[1h])");
    let samples = samples["data"]["result"][0]["value"][1]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    tried(
        "samples that a real Prometheus collects from the server, each second",
        samples,
        "every collection succeeds; the alerts of a speciality without cells and of a missing backup go off",
        "what is loaded in the meantime alerts no more, what is not does",
    );
    assert!(server.terminate().success());
}
