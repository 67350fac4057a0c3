//! Goal: a disk that fills and a server that is restarted while the page's file comes or a backup is made are told, leave nothing
//! behind, and the same works afterwards. Method: the real binary on a small disk of its own; a kill between two pieces.

use super::status::{STATUS, begin, ended, files, import, lines, piece};
use super::{Person, add, code, site};
use crate::clinic::{patient, slot};
use crate::full_disk::SmallDisk;
use serde_json::json;
use std::fs;

/// Room for the server's stretched log, and for what an import must find free.
const DISK_MEBIBYTES: u32 = 200;

#[test]
fn a_disk_that_fills_while_a_file_comes_is_told() {
    let site = site("");
    let password = add(&site, "chief", "administrator");
    let Some(disk) = SmallDisk::over(&site, DISK_MEBIBYTES) else {
        return;
    };
    let server = site.start(&mut disk.command(&["serve"]));
    let mut person = Person::stranger(&server);
    assert_eq!(person.sign_in("chief", &password).status, 200);
    let good = lines([&slot(90, 2, 3, "09:00"), &patient(91, 1)]);
    let long = good.clone() + &" ".repeat(200_000);
    let path = begin(&mut person, "a", long.len(), false);
    disk.fill();
    let (mut at, mut refusal) = (0, None);
    while at < long.len() {
        let end = (at + 65_536).min(long.len());
        match piece(&mut person, &path, at, &long[at..end]) {
            (200, _) => at = end,
            (503, _) => (),
            (400, told) => {
                refusal = Some(told);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    let no_room = "Файл не записать на диск сервера: освободите место и повторите";
    let job = ended(&mut person);
    assert_eq!(
        [&job["phase"], &job["message"]],
        ["failed", no_room],
        "{refusal:?}"
    );

    // Neither an import nor a backup is begun in vain, or says that it was made.
    let wish = json!({"name": "a", "bytes": 1});
    let refused = person.change("POST", &format!("{STATUS}/import"), &wish);
    assert_eq!(code(&refused), (400, "5000".to_owned()));
    let told = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(told.starts_with("На диске базы данных мало места"), "{told}");
    person.do_well("POST", &format!("{STATUS}/backup"), &json!({}));
    let job = ended(&mut person);
    assert_eq!(job["phase"], "failed", "{job}");
    let told = job["message"].as_str().unwrap();
    assert!(told.contains("мест") || told.contains("диск"), "{told}");

    disk.empty();
    assert_eq!(import(&mut person, "a", &good, 65_536, false)["phase"], "done");
    person.do_well("POST", &format!("{STATUS}/backup"), &json!({}));
    assert_eq!(ended(&mut person)["phase"], "done");
    let logged = fs::read_to_string(site.path("server.log")).unwrap();
    assert!(logged.contains("a file that is sent cannot be kept"), "{logged}");
}

#[test]
fn a_restart_while_a_file_comes_ends_it_and_the_next_one_is_taken() {
    let site = site("");
    let server = site.serve();
    let mut person = Person::of(&site, &server, "administrator");
    let good = lines([&slot(90, 2, 3, "09:00"), &patient(91, 1)]);
    let path = begin(&mut person, "a", good.len(), false);
    assert_eq!(piece(&mut person, &path, 0, &good[..10]).0, 200);
    drop(person);
    server.pull_the_plug();
    drop(server);
    let server = site.serve();
    let before = files(&site);
    let password = site.run_well(&["staff", "reset", "administrator-1"], "");
    let mut person = Person::stranger(&server);
    let password = password.trim().strip_prefix("password: ").unwrap();
    assert_eq!(person.sign_in("administrator-1", password).status, 200);
    assert_eq!(person.see(STATUS)["job"], json!(null));
    let (status, told) = piece(&mut person, &path, 10, &good[10..]);
    assert_eq!(status, 400);
    assert_eq!(
        told["message"],
        "Этот файл уже не передается. Если он не загружен, отправьте его еще раз"
    );
    assert_eq!(import(&mut person, "a", &good, 65_536, false)["phase"], "done");
    assert_eq!(files(&site), before, "nothing stays of a file");
    drop(server);
    site.run_well(&["verify"], "");
}
