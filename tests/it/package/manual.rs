//! Goal: every command of the manual works as it stands there, in the manual's order. Method: the real package in a container
//! whose first process is systemd; each line of each `sh` block is run as root, in the folder where the files lie that the
//! manual names.

use super::container::Container;
use super::{book, clinic_data, package};
use crate::clinic::guid;

const MANUAL: &str = include_str!("../../../packaging/manual.md");
const RUSSIAN_MANUAL: &str = include_str!("../../../packaging/manual.ru.md");

/// What stands in the manual for the GUID of a ticket, and of a doctor.
const TICKET: &str = "TICKET";
const DOCTOR: &str = "DOCTOR";

/// A manual's commands, in their order.
pub fn commands(manual: &str) -> Vec<&str> {
    let mut is_shell = false;
    let mut commands = Vec::new();
    for line in manual.lines() {
        match line {
            "```sh" => is_shell = true,
            "```" => is_shell = false,
            command if is_shell && !command.is_empty() => commands.push(command),
            _ => {}
        }
    }
    commands
}

/// Both manuals have the same commands and the same number of alarms.
#[test]
fn the_russian_manual_has_the_commands_of_the_english_one() {
    assert_eq!(commands(RUSSIAN_MANUAL), commands(MANUAL));
    let rows = |manual: &str| manual.lines().filter(|line| line.starts_with('|')).count();
    assert_eq!(rows(RUSSIAN_MANUAL), rows(MANUAL));
}

#[test]
fn every_command_of_the_manual_works() {
    let commands = commands(MANUAL);
    assert!(commands.len() >= 30, "{commands:?}");
    let Some(package) = package() else { return };
    let Some(container) = Container::boot() else {
        return;
    };
    container.bring(&package, "/root/infomat.deb");
    container.well_with("cat > /root/clinic.ndjson", &clinic_data());
    for command in commands {
        let mut command = command.replace(DOCTOR, &guid(2));
        if command.contains(TICKET) {
            let booked = book(&container);
            let ticket = booked["ticketGuid"].as_str();
            command = command.replace(TICKET, ticket.unwrap_or_else(|| panic!("{booked}")));
        }
        println!("{command}");
        container.well(&format!("cd /root\n{command}"));
    }
}
