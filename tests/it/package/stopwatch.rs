//! Goal: a box dies, and within minutes another machine books on: with the tickets that patients hold, their numbers, and all but the
//! bookings of the last second. Method: in a container that has nothing but Debian the real package is installed, bookings are made
//! until everything is killed, and the package with all data is purged; then the commands of the manual are run anew, and the time until
//! the first booking is told. What is missing has to be the end of what was booked.

use super::container::Container;
use super::life::INSTALL;
use super::{centre, package};
use crate::clinic::{self, guid, with};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Cells, and as many patients; the last of each are for after the death.
const CELLS: u32 = 200;

/// Bookings that are acknowledged before the box dies.
const BOOKED: usize = 60;

/// Books one cell after the other, for one patient each, from `$1` to `$2`, until nobody answers. A line for each ticket.
const BOOK: &str = r#"
lpu=00000000-0000-4000-8000-000000000001
for n in $(seq "$1" "$2"); do
    token=$(infomat token --lpu $lpu --mkab "$(printf '00000000-0000-4000-8000-%012d' $((1000 + n)))") || exit 0
    cell=$(printf '00000000-0000-4000-8000-%012d' $((5000 + n)))
    curl -sf --max-time 20 -X POST -H "Authorization: Bearer $token" \
        "http://127.0.0.1:8080/api/v2/visit/$lpu?timeTable=$cell" || exit 0
    echo " $(date +%s%N)"
done
"#;

/// Where `infomat.toml` and keys are kept for the day.
const KEPT: &str = "cp -a /etc/infomat /root/kept";

/// The manual's commands for another machine, up to where the data comes from.
const REPLACE: &str = "systemctl stop infomat infomat-exchange
    install -m 644 /root/kept/infomat.toml /etc/infomat/infomat.toml
    install -m 640 -g infomat /root/kept/keys/* /etc/infomat/keys/";

fn lines() -> Vec<Value> {
    let mut lines = vec![
        clinic::lpu(1),
        clinic::speciality("27"),
        clinic::doctor(2, 1, "27", "Врачова"),
    ];
    for n in 0..CELLS {
        let (day, quarter) = (1 + n / 40, n % 40);
        let time = format!("{:02}:{:02}", 8 + quarter / 4, quarter % 4 * 15);
        let cell = clinic::slot(5_000 + n, 2, i64::from(day), &time);
        lines.push(with(cell, &json!({"owner": "box"})));
        lines.push(clinic::patient(1_000 + n, 1));
    }
    lines
}

fn text(lines: &[Value]) -> String {
    let lines: Vec<_> = lines.iter().map(Value::to_string).collect();
    lines.join("\n")
}

/// What was acknowledged, in its order: GUID, number, and when.
fn acknowledged(said: &str) -> Vec<(String, String, u64)> {
    let tickets = said.lines().map(|line| {
        let (ticket, nanos) = line.rsplit_once(' ').unwrap();
        let ticket: Value = serde_json::from_str(ticket).unwrap();
        let field = |name: &str| ticket[name].as_str().unwrap().to_owned();
        (field("ticketGuid"), field("num"), nanos.parse().unwrap())
    });
    tickets.collect()
}

/// The visits of the box, with their numbers.
fn visits(container: &Container) -> BTreeMap<String, i64> {
    container.well("rm -f /var/lib/infomat/seen.db && infomat backup /var/lib/infomat/seen.db");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("seen.db");
    container.fetch("/var/lib/infomat/seen.db", &copy);
    let database = rusqlite::Connection::open(copy).unwrap();
    let mut visits = database
        .prepare("SELECT lower(hex(guid)), num FROM visit")
        .unwrap();
    let rows = visits.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

fn book(container: &Container, from: u32, to: u32) -> String {
    container.well_with(&format!("sh -c \"$(cat)\" sh {from} {to}"), BOOK)
}

/// Books until enough is acknowledged, kills the box in the middle of the next booking, and takes away all that it was. Returns what
/// was acknowledged.
fn dies(container: &Container) -> (Vec<(String, String, u64)>, u64) {
    let (said, died) = std::thread::scope(|scope| {
        let booking = scope.spawn(|| book(container, 0, CELLS - 2));
        container.wait_for("bookings", || {
            let count = container.says("infomat journal | grep -c '\"kind\":\"booked\"'");
            count.trim().parse().is_ok_and(|count: usize| count > BOOKED)
        });
        let died = container.says("systemctl kill --signal=KILL infomat infomat-exchange; date +%s%N");
        container.run("systemctl stop infomat infomat-exchange");
        (booking.join().unwrap(), died.trim().parse().unwrap())
    });
    let before = acknowledged(&said);
    assert!(before.len() >= BOOKED);
    container.well(KEPT);
    container.well(
        "echo 'infomat infomat/erase-data boolean true' | debconf-set-selections && dpkg --purge infomat",
    );
    container.well("test ! -e /var/lib/infomat && test ! -e /etc/infomat");
    (before, died)
}

/// Runs the manual's commands on the bare machine, until somebody has a ticket.
fn comes_again(container: &Container, from: &str, before: &[(String, String, u64)], died: u64) {
    let began = Instant::now();
    container.well(&format!("{INSTALL} /root/infomat.deb"));
    container.well(REPLACE);
    let said = container.well(&format!("infomat restore {from}"));
    container.well("systemctl start infomat infomat-exchange");
    container.wait_for("the first booking", || {
        book(container, CELLS - 1, CELLS - 1).lines().count() == 1
    });
    let seconds = began.elapsed().as_secs_f64();
    container.well("infomat verify");
    let after = visits(container);
    let is_there = |(guid, num, _): &(String, String, u64)| {
        let known = after.get(&guid.replace('-', ""));
        assert!(
            known.is_none_or(|known| format!("{known:03}") == *num),
            "another number"
        );
        known.is_some()
    };
    let kept = before.iter().take_while(|ticket| is_there(ticket)).count();
    assert!(
        !before[kept..].iter().any(is_there),
        "something is missing between others: {said}"
    );
    let missing = before.len() - kept;
    let last = before[..kept].last().map_or(0, |(_, _, at)| *at);
    println!(
        "restore {from}: dead box to first booking in {seconds:.1} s; {missing} of {} bookings missing; the last kept one was made \
         {:.2} s before the death",
        before.len(),
        Duration::from_nanos(died.saturating_sub(last)).as_secs_f64()
    );
    let kept_first = before.first().unwrap();
    assert!(is_there(kept_first), "{said}");
}

#[test]
fn a_dead_box_is_replaced_from_the_standby_folder() {
    let Some(package) = package() else { return };
    let Some(container) = Container::boot() else {
        return;
    };
    container.bring(&package, "/root/infomat.deb");
    container.well(&format!("{INSTALL} /root/infomat.deb"));
    container.well_with("infomat import -", &text(&lines()));
    // As the manual has it: another disk, named in the configuration and in a drop-in.
    container.well("install -d -m 700 -o infomat /mnt/standby && printf '\\n[standby]\\nfolder = \"/mnt/standby\"\\n' >> /etc/infomat/infomat.toml");
    let drop_in = "/etc/systemd/system/infomat-exchange.service.d";
    container.well_with(
        &format!("mkdir -p {drop_in} && cat > {drop_in}/standby.conf"),
        "[Service]\nReadWritePaths=/mnt/standby\n",
    );
    container.well("systemctl daemon-reload && systemctl restart infomat infomat-exchange");
    container.wait_for("a base", || {
        container.run("ls /mnt/standby/base-*").status.success()
    });
    let (before, died) = dies(&container);
    comes_again(&container, "--from /mnt/standby", &before, died);
}

#[test]
fn a_dead_box_is_replaced_from_the_centre() {
    let Some(package) = package() else { return };
    let Some((container, _)) = centre::prepared() else {
        return;
    };
    container.well("dpkg --install /root/infomat-centre.deb && cat /root/database.url > /etc/infomat-centre/database.url");
    container.well("infomat-centre init && systemctl start infomat-centre");
    let told = container.well(&format!("infomat-centre enrol --lpu {}", guid(1)));
    let (_, site) = told.split_once("box = \"").unwrap();
    let site = &site[..36];
    let (_, secret) = told.split_once("secret: ").unwrap();
    container.bring(&package, "/root/infomat.deb");
    container.well(&format!("{INSTALL} /root/infomat.deb"));
    container.well_with(
        "umask 027; cat > /etc/infomat/keys/centre.secret && chgrp infomat /etc/infomat/keys/centre.secret",
        secret.lines().next().unwrap(),
    );
    container.well_with(
        "cat >> /etc/infomat/infomat.toml",
        &format!("\n[centre]\nurl = \"http://127.0.0.1:8090\"\nbox = \"{site}\"\nsecret = \"/etc/infomat/keys/centre.secret\"\n"),
    );
    container.well_with(&format!("infomat-centre tell --box {site} -"), &text(&lines()));
    container.well("infomat exchange && systemctl restart infomat infomat-exchange");
    let (before, died) = dies(&container);
    comes_again(&container, "--from-centre", &before, died);
    container.well("infomat exchange && infomat-centre verify");
}
