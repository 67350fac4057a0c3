//! The terminal's page and the reception's in a real browser, on the real binary with its demo clinic.
//!
//! The scripts in `tests/page/` drive Debian's Chromium with playwright-core under node's own test runner; see there
//! what each of them looks at. They need node, `/usr/bin/chromium` and `npm ci` in `tests/page`.

use crate::harness::lacks;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CHROMIUM: &str = "/usr/bin/chromium";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page")
}

/// Whether something is missing to run the scripts.
fn lacks_browser() -> bool {
    let node = Command::new("node")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    lacks("node (package nodejs)", node.is_ok_and(|status| status.success()))
        || lacks(
            "/usr/bin/chromium (package chromium)",
            Path::new(CHROMIUM).exists(),
        )
        || lacks(
            "playwright-core (npm ci in tests/page)",
            folder().join("node_modules/playwright-core").exists(),
        )
}

/// Runs one script to its end, its words going to this test's output.
fn run(script: &str) {
    if lacks_browser() {
        return;
    }
    let succeeds = || {
        let output = Command::new("node")
            .args(["--test", "--test-reporter=spec", script])
            .current_dir(folder())
            .env("INFOMAT_BINARY", env!("CARGO_BIN_EXE_infomat"))
            .output()
            .unwrap();
        println!("{}", String::from_utf8_lossy(&output.stdout));
        output.status.success()
    };
    // On a machine that does much else a browser loses a touch in some hundreds. A fault of the page fails twice.
    let first = succeeds();
    if !first {
        let _ = writeln!(io::stderr(), "{script} failed, and is run once more");
    }
    assert!(first || succeeds(), "{script} failed twice");
}

#[test]
fn every_flow_by_touch() {
    run("flows.test.mjs");
}

#[test]
fn every_time_that_can_be_booked() {
    run("calendar.test.mjs");
}

#[test]
fn every_refusal_shown() {
    run("refusals.test.mjs");
}

#[test]
fn what_is_shown_is_what_is_done() {
    run("truth.test.mjs");
}

#[test]
fn every_refusal_has_a_way_on() {
    run("ways.test.mjs");
}

#[test]
fn several_terminals_at_one_time() {
    run("together.test.mjs");
}

#[test]
fn outages_of_the_line_and_the_server() {
    run("line.test.mjs");
}

#[test]
fn nothing_stays_of_the_person_before() {
    run("privacy.test.mjs");
}

#[test]
fn fields_for_telephone_and_date() {
    run("fields.test.mjs");
}

#[test]
fn keyboard_and_scanner() {
    run("hands.test.mjs");
}

#[test]
fn presses_that_count() {
    run("touch.test.mjs");
}

#[test]
fn how_the_terminal_starts() {
    if lacks("curl", Path::new("/usr/bin/curl").exists()) {
        return;
    }
    run("start.test.mjs");
}

#[test]
fn what_the_printer_says_of_itself() {
    run("printer.test.mjs");
}

#[test]
fn a_printer_without_paper() {
    run("outofpaper.test.mjs");
}

#[test]
fn a_ticket_printed_again() {
    run("reprint.test.mjs");
}

#[test]
fn voice_and_help() {
    run("aside.test.mjs");
}

#[test]
fn the_ticket_on_paper() {
    run("paper.test.mjs");
}

#[test]
fn every_screen_in_every_size_and_mode() {
    run("sizes.test.mjs");
}

#[test]
fn every_screen_for_everyone() {
    run("everyone.test.mjs");
}

#[test]
fn every_screen_for_pa11y() {
    let pa11y = folder().with_file_name("others/node_modules/pa11y");
    if !lacks("pa11y (npm ci in tests/others)", pa11y.exists()) {
        run("pa11y.test.mjs");
    }
}

#[test]
fn the_reception() {
    run("desk.test.mjs");
}

#[test]
fn the_administrator_at_the_reception() {
    run("status.test.mjs");
}

/// The policies let the browser go to the address that its start script opens, and nowhere else.
#[test]
fn the_terminal_may_see_its_own_page_only() {
    let kiosk = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/kiosk");
    let script = std::fs::read_to_string(kiosk.join("kiosk-browser")).unwrap();
    let (_, rest) = script.split_once("INFOMAT_KIOSK_ADDRESS:-").unwrap();
    let (address, _) = rest.split_once("/}").unwrap();
    let policies = std::fs::read_to_string(kiosk.join("policies.json")).unwrap();
    let policies: serde_json::Value = serde_json::from_str(&policies).unwrap();
    assert_eq!(
        policies["URLAllowlist"],
        serde_json::json!([address, "file:///run/user"])
    );
    assert_eq!(policies["URLBlocklist"][0], "*");
    assert_eq!(policies["DeveloperToolsAvailability"], 2, "never");
    assert_eq!(policies["DownloadRestrictions"], 3, "none at all");
    let printers = policies["PrinterTypeDenyList"].as_array().unwrap();
    assert!(printers.contains(&"pdf".into()), "no ticket becomes a file");
}
