//! Goal: every command of the manual works as it stands there, in the manual's order. Method: the real package in a container
//! whose first process is systemd; each line of each `sh` block is run as root, in the folder where the files lie that the
//! manual names.

use super::container::Container;
use super::package;
use crate::clinic::{doctor, guid, lpu, patient, slot, speciality};
use serde_json::Value;

const MANUAL: &str = include_str!("../../../packaging/manual.md");

/// What stands in the manual for the GUID of a ticket.
const TICKET: &str = "TICKET";

const LPU: u32 = 1;
const DOCTOR: u32 = 2;
const SLOT: u32 = 10;
const PATIENT: u32 = 100;

/// The manual's commands, in their order.
fn commands() -> Vec<&'static str> {
    let mut is_shell = false;
    let mut commands = Vec::new();
    for line in MANUAL.lines() {
        match line {
            "```sh" => is_shell = true,
            "```" => is_shell = false,
            command if is_shell && !command.is_empty() => commands.push(command),
            _ => {}
        }
    }
    commands
}

/// What the clinic's own system would have written.
fn clinic_data() -> String {
    let lines = [
        lpu(LPU),
        speciality("97"),
        doctor(DOCTOR, LPU, "97", "Врачова"),
        slot(SLOT, DOCTOR, 1, "10:00"),
        patient(PATIENT, LPU),
    ];
    lines.map(|line| line.to_string()).join("\n")
}

/// Books the cell; the ticket's GUID.
fn book(container: &Container) -> String {
    let (lpu, cell) = (guid(LPU), guid(SLOT));
    let token = format!(
        "runuser -u infomat -- infomat token --lpu {lpu} --mkab {}",
        guid(PATIENT)
    );
    let address = format!("http://127.0.0.1:8080/api/v2/visit/{lpu}?timeTable={cell}");
    let said = container.well(&format!(
        "curl -s --max-time 20 -X POST -H \"Authorization: Bearer $({token})\" '{address}'"
    ));
    let ticket: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    ticket["ticketGuid"]
        .as_str()
        .unwrap_or_else(|| panic!("{said}"))
        .to_owned()
}

#[test]
fn every_command_of_the_manual_works() {
    let commands = commands();
    assert!(commands.len() >= 30, "{commands:?}");
    let Some(package) = package() else { return };
    let Some(container) = Container::boot() else {
        return;
    };
    container.bring(&package, "/root/infomat.deb");
    container.well_with("cat > /root/clinic.ndjson", &clinic_data());
    for command in commands {
        let mut command = command.to_owned();
        if command.contains(TICKET) {
            command = command.replace(TICKET, &book(&container));
        }
        println!("{command}");
        container.well(&format!("cd /root\n{command}"));
    }
}
