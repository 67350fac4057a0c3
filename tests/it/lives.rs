//! Goal: a file that is not what was written last books nothing, until a person says so. Method: databases of a box that has
//! exchanged with a centre are put back, moved and restored under the real server.

use crate::clinic::{Ask, guid};
use crate::harness::{Site, lacks};
use crate::messages::{OURS, place, records, site, tell, theirs};
use crate::tickets::{LPU, PATIENT};
use infomat::exchange::site::Mode;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

fn note(site: &Site) -> PathBuf {
    site.path("infomat.db.life")
}

/// Makes a copy of the database as it is now.
fn copy(site: &Site) -> PathBuf {
    let copy = site.path("copy.db");
    site.run_well(&["backup", copy.to_str().unwrap()], "");
    copy
}

/// Puts a file in the place of the database, as a hand would.
fn put_back(site: &Site, file: &Path) {
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(site.path(&format!("infomat.db{suffix}")));
    }
    fs::copy(file, site.path("infomat.db")).unwrap();
}

/// Starts and ends a server. Returns the status of a booking.
fn booking(site: &Site) -> u16 {
    let server = site.serve();
    let mut client = server.client();
    let status = Ask::new(LPU, PATIENT, OURS).send(&mut client).status;
    drop(client);
    assert!(server.terminate().success());
    status
}

/// The life has ended for this reason, once, however often the server starts.
fn assert_stopped(site: &Site, reason: &str) {
    assert_eq!([booking(site), booking(site)], [503, 503], "{reason}");
    let last = place(site);
    assert_eq!(last.mode, Mode::Stopped);
    let [(kind, _, content)] = &records(site, last.last.0)[..] else {
        panic!("one last record");
    };
    assert_eq!(kind, "stopped");
    assert!(content["reason"].as_str().unwrap().contains(reason), "{content}");
    assert!(
        records(site, last.last.0 - 1)[0].0 != "stopped",
        "it was written twice"
    );
    site.run_well(&["verify"], "");
}

#[test]
fn an_old_file_that_was_put_back_books_nothing() {
    let site = site();
    let copy = copy(&site);
    assert_eq!(booking(&site), 200);
    tell(&site, &[theirs(301, "11:00")]);
    put_back(&site, &copy);
    assert_stopped(&site, "old file");
    // A person says that it goes on from here, and what is booked then is booked.
    site.run_well(&["restore", "--here"], "");
    site.run_well(&["restore", "--book-on"], "");
    assert_eq!(booking(&site), 200);
    assert_eq!(booking(&site), 400, "the cell is taken");
    assert!(note(&site).exists());
}

/// After a restore the replaced file is put back, which knows nothing of the life that began.
#[test]
fn the_file_that_a_backup_has_replaced_books_nothing() {
    let site = site();
    let copy = copy(&site);
    site.run_well(&["restore", copy.to_str().unwrap()], "");
    assert!(!note(&site).exists(), "it was of the replaced one");
    assert_eq!(booking(&site), 503);
    let restored = place(&site);
    assert_eq!(restored.mode, Mode::Recovering, "it has not ended");
    let names = fs::read_dir(site.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_kept = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.contains(".replaced-") && path.extension().unwrap() == "db"
    };
    let kept: Vec<PathBuf> = names.filter(is_kept).collect();
    put_back(&site, &kept[0]);
    assert_stopped(&site, "another file");
    // The life that was put away is over then, though this file has not heard of it.
    site.run_well(&["restore", "--here"], "");
    let begun = &records(&site, place(&site).last.0)[0].2;
    let over = begun["over"].as_array().unwrap();
    assert!(over.contains(&json!(restored.incarnation)), "{begun}");
}

#[test]
fn a_folder_that_was_copied_to_another_machine_books_nothing() {
    let id = fs::read_to_string("/etc/machine-id").unwrap_or_default();
    if lacks("/etc/machine-id", !id.trim().is_empty()) {
        return;
    }
    let site = site();
    place(&site);
    let noted = fs::read_to_string(note(&site)).unwrap();
    let at = noted.find("machine\":\"").unwrap() + "machine\":\"".len();
    assert!(!noted.contains(id.trim()), "the machine's id is told to nobody");
    let other = format!("{}{}{}", &noted[..at], "0".repeat(32), &noted[at + 32..]);
    assert_ne!(noted, other);
    fs::write(note(&site), other).unwrap();
    assert_stopped(&site, "another machine");
}

/// A note that says nothing, or none, stops nobody; a clinic without a centre has none.
#[test]
fn what_is_no_note_is_passed_over() {
    let site = site();
    for text in [
        "",
        "{}",
        "half of a no",
        &json!({"v": 2, "incarnation": guid(1), "seq": 1, "machine": ""}).to_string(),
    ] {
        fs::write(note(&site), text).unwrap();
        assert_ne!(booking(&site), 503, "{text}");
        let noted = fs::read_to_string(note(&site)).unwrap();
        assert!(noted.starts_with("{\"v\":1,") && noted.len() == 256, "{noted}");
    }
    let alone = Site::new("");
    alone.import(&crate::tickets::lines());
    booking(&alone);
    assert!(!note(&alone).exists());
}
