//! What must be true of a record and a file. Each finding begins with the name of its check.

use super::call::{Asked, Call, Came};
use super::file::{File, Visit};
use super::stays::{self, Stay};
use super::town::{CELLS, Cell, cell_of};
use crate::harness::Site;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

/// Sees that `infomat verify` finds the journal's chain whole, and each visit to be what its last record says.
pub fn verified(site: &Site) -> Vec<String> {
    let output = site.run(&["verify"], "");
    if output.status.success() {
        return Vec::new();
    }
    vec![format!("journal: {}", String::from_utf8_lossy(&output.stdout))]
}

/// Compares the file with all calls until now, whose outcomes are known.
pub fn file(calls: &[Call], file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    let stays = stays::visits(calls);
    let mut kept: HashMap<&str, &Visit> = HashMap::new();
    for visit in &file.visits {
        kept.insert(&visit.guid, visit);
    }
    for call in calls.iter().filter(|call| call.is_done()) {
        acknowledged(call, &kept, &mut findings);
    }
    let booked: HashSet<&str> = calls.iter().filter_map(Call::booked).collect();
    for visit in &file.visits {
        if !booked.contains(&*visit.guid) {
            findings.push(format!("unasked: {visit:?}"));
        }
        if visit.is_active && !visit.is_in_place {
            findings.push(format!("times: {visit:?} is not where its cell is"));
        }
        let last = stays.iter().rfind(|stay| stay.is_of(&visit.guid));
        if let Some(last) = last.filter(|stay| stay.cell != visit.cell || stay.patient != visit.patient) {
            findings.push(format!("place: {visit:?} should be {last:?}"));
        }
        let arrivals = calls.iter().filter(|call| call.is_done());
        let is_asked = |call: &Call| matches!(&call.asked, Asked::Arrive { ticket } if *ticket == visit.guid);
        if visit.has_come && !arrivals.into_iter().any(is_asked) {
            findings.push(format!(
                "unasked: nobody said that the patient of {visit:?} has come"
            ));
        }
        let is_cancelled = stays.iter().any(|stay| {
            stay.is_of(&visit.guid) && stay.possible.1 < Duration::MAX && stay.cell == visit.cell
        });
        if !visit.is_active && !is_cancelled {
            findings.push(format!("unasked: nobody cancelled {visit:?}"));
        }
    }
    phones(calls, file, &mut findings);
    counts(file, &mut findings);
    patients(file, &mut findings);
    findings
}

/// Sees that the file keeps what a call was told.
fn acknowledged(call: &Call, kept: &HashMap<&str, &Visit>, findings: &mut Vec<String>) {
    let mut lacks = |ticket: &str, is_kept: &dyn Fn(&Visit) -> bool| {
        if !kept.get(ticket).is_some_and(|visit| is_kept(visit)) {
            findings.push(format!("lost: {call:?}, and the file has {:?}", kept.get(ticket)));
        }
    };
    match (&call.asked, &call.came) {
        (Asked::Book { .. }, Came::Ticket { guid, num, .. }) => {
            lacks(guid, &|visit| visit.num == *num && visit.patient == call.patient);
        }
        (Asked::Cancel { ticket }, _) => lacks(ticket, &|visit| !visit.is_active),
        (Asked::Arrive { ticket }, _) => lacks(ticket, &|visit| visit.has_come),
        _ => {}
    }
}

/// Sees that a card has no telephone but of a booking that was made.
fn phones(calls: &[Call], file: &File, findings: &mut Vec<String>) {
    for (patient, kept) in file.phones.iter().filter(|(_, kept)| !kept.is_empty()) {
        let mut made = calls
            .iter()
            .filter(|call| call.booked().is_some() && call.patient == *patient);
        if !made.any(|call| matches!(&call.asked, Asked::Book { phone, .. } if phone == kept)) {
            findings.push(format!(
                "card: {patient} has a telephone of no booking that was made"
            ));
        }
    }
}

/// Sees that used and held places are those that are used and held.
fn counts(file: &File, findings: &mut Vec<String>) {
    for cell in &CELLS {
        let used = file
            .visits
            .iter()
            .filter(|visit| visit.is_active && visit.cell == cell.number);
        let held = file.holds.iter().filter(|hold| hold.cell == cell.number);
        let (used, held) = (used.count(), held.count());
        let kept = file.counts.get(&cell.number).copied();
        if kept != Some((used, held)) || used + held > cell.places {
            findings.push(format!(
                "places: {cell:?} has {used} visits and {held} holds, and counts {kept:?}"
            ));
        }
    }
}

/// Sees that no patient has what the rules refuse, and that no number or key was used twice.
fn patients(file: &File, findings: &mut Vec<String>) {
    let active: Vec<&Visit> = file.visits.iter().filter(|visit| visit.is_active).collect();
    for (at, one) in active.iter().enumerate() {
        for other in active[at + 1..]
            .iter()
            .filter(|other| other.patient == one.patient)
        {
            if let Some(rule) = conflict(cell_of(one.cell), cell_of(other.cell)) {
                findings.push(format!("{rule}: {one:?} beside {other:?}"));
            }
        }
    }
    let mut numbers = BTreeMap::new();
    let mut keys = BTreeMap::new();
    for visit in &file.visits {
        let twice = numbers.insert((&visit.numbered, visit.num), visit);
        findings.extend(twice.map(|other| format!("number: {visit:?} and {other:?}")));
        if visit.is_active {
            let twice = keys.insert(&visit.key, visit);
            findings.extend(twice.map(|other| format!("key: {visit:?} and {other:?}")));
        }
    }
}

/// Returns the rule that keeps a patient from having both.
fn conflict(one: &Cell, other: &Cell) -> Option<&'static str> {
    if one.speciality == other.speciality {
        Some("speciality")
    } else {
        one.overlaps(other).then_some("overlap")
    }
}

/// Sees that each answer was right at a moment between question and answer, and that no cell had more than its places.
pub fn record(calls: &[Call]) -> Vec<String> {
    let mut findings = Vec::new();
    let (visits, holds) = (stays::visits(calls), stays::holds(calls));
    for call in calls {
        match &call.came {
            Came::Refused(status, code) => {
                repeated(call, calls, &visits, &mut findings);
                if !is_reason(call, (*status, code), calls, &visits, &holds) {
                    findings.push(format!("refusal: {call:?} without a reason"));
                }
            }
            Came::List(listed) => list(call, listed, &visits, &mut findings),
            Came::Unknown | Came::Lost => {}
            _ => done(call, calls, &visits, &mut findings),
        }
    }
    for cell in &CELLS {
        crowded(cell, visits.iter().chain(&holds), &mut findings);
    }
    findings
}

/// Returns whether a refusal may have been right.
fn is_reason(call: &Call, answer: (u16, &str), calls: &[Call], visits: &[Stay], holds: &[Stay]) -> bool {
    let (wanted, own) = match &call.asked {
        Asked::Book { cell, .. } | Asked::Hold { cell } => (Some(cell_of(*cell)), None),
        Asked::Move { ticket, to } => (Some(cell_of(*to)), Some(ticket)),
        _ => (None, None),
    };
    let of_patient = || {
        visits.iter().filter(|stay| {
            stay.patient == call.patient && stay.may_touch(call) && !own.is_some_and(|own| stay.is_of(own))
        })
    };
    match (answer, wanted, &call.asked) {
        ((400, "4848"), Some(place), _) => visits
            .iter()
            .any(|stay| stay.patient == call.patient && stay.cell == place.number && stay.may_touch(call)),
        ((400, "4008"), Some(place), _) => {
            of_patient().any(|stay| stay.place().speciality == place.speciality)
        }
        ((400, "4011"), Some(place), _) => of_patient().any(|stay| stay.place().overlaps(place)),
        ((400, "4009"), Some(place), _) => {
            let others = holds.iter().filter(|hold| hold.patient != call.patient);
            let taken = visits.iter().chain(others);
            let taken = taken.filter(|stay| stay.cell == place.number && stay.may_touch(call));
            taken.count() >= place.places
        }
        // The key belongs to another cell by now: its visit was moved.
        ((400, "5000"), _, Asked::Book { key, .. }) => calls.iter().any(|other| {
            matches!(&other.asked, Asked::Book { key: same, .. } if same == key) && other.begin < call.begin
        }),
        ((400, "4022"), _, Asked::Cancel { ticket } | Asked::Move { ticket, .. })
        | ((400, "5000"), _, Asked::Arrive { ticket }) => {
            cancels(ticket, calls).any(|cancel| cancel.begin < call.end)
        }
        _ => false,
    }
}

/// Returns the calls that cancelled a visit: one, unless the reception was told once more.
fn cancels<'c>(visit: &'c str, calls: &'c [Call]) -> impl Iterator<Item = &'c Call> {
    calls
        .iter()
        .filter(move |call| call.is_done() && call.cancels() == Some(visit))
}

/// Sees that whoever asks again for a visit that surely stands where it was booked is not refused.
fn repeated(call: &Call, calls: &[Call], visits: &[Stay], findings: &mut Vec<String>) {
    let Asked::Book { cell, key, .. } = &call.asked else {
        return;
    };
    let same = calls
        .iter()
        .filter(|other| matches!(&other.asked, Asked::Book { key: same, .. } if same == key));
    for ticket in same.filter_map(Call::booked) {
        let is_there = |stay: &Stay| stay.is_of(ticket) && stay.cell == *cell && stay.covers(call);
        if visits.iter().any(is_there) {
            findings.push(format!("key: {call:?}, and {ticket} was there"));
        }
    }
}

/// Sees that a patient's list has what surely was there, and nothing else.
fn list(call: &Call, listed: &[(String, u32)], visits: &[Stay], findings: &mut Vec<String>) {
    let has = |stay: &Stay| {
        listed
            .iter()
            .any(|(ticket, cell)| stay.is_of(ticket) && stay.cell == *cell)
    };
    for stay in visits
        .iter()
        .filter(|stay| stay.patient == call.patient && stay.covers(call))
    {
        if !has(stay) {
            findings.push(format!("list: {call:?} lacks {stay:?}"));
        }
    }
    for (ticket, cell) in listed {
        let is_there = |stay: &Stay| stay.is_of(ticket) && stay.cell == *cell && stay.may_touch(call);
        if !visits
            .iter()
            .any(|stay| is_there(stay) && stay.patient == call.patient)
        {
            findings.push(format!("list: {call:?} has {ticket}, which was not there"));
        }
    }
}

/// Sees that what was done might be done.
fn done(call: &Call, calls: &[Call], visits: &[Stay], findings: &mut Vec<String>) {
    let (wanted, own) = match (&call.asked, &call.came) {
        (
            Asked::Book { cell, .. },
            Came::Ticket {
                guid, cell: given, ..
            },
        ) => {
            if cell != given {
                findings.push(format!("place: {call:?} is elsewhere"));
            }
            (Some(*cell), guid.as_str())
        }
        (Asked::Hold { cell }, _) => (Some(*cell), ""),
        (Asked::Move { ticket, to }, _) => (Some(*to), ticket.as_str()),
        (Asked::Arrive { ticket }, _) => (None, ticket.as_str()),
        // The reception is told once more that a visit is cancelled.
        (Asked::Cancel { ticket }, _) if !call.at_desk => (None, ticket.as_str()),
        _ => return,
    };
    if cancels(own, calls).any(|cancel| cancel.end < call.begin) {
        findings.push(format!("cancelled: {call:?} of a visit that is no more"));
    }
    let Some(place) = wanted.map(cell_of) else { return };
    let mut besides = visits
        .iter()
        .filter(|stay| stay.patient == call.patient && !stay.is_of(own) && stay.covers(call));
    let hindrance = besides.find_map(|stay| Some((conflict(stay.place(), place)?, stay)));
    if let Some((rule, stay)) = hindrance {
        findings.push(format!("{rule}: {call:?} beside {stay:?}"));
    }
    if let Asked::Book { key, .. } = &call.asked {
        let others = calls.iter().filter(|other| {
            matches!(&other.asked, Asked::Book { key: same, .. } if same == key)
                && other.booked().is_some_and(|other| other != own)
        });
        for other in others.filter_map(Call::booked) {
            if visits.iter().any(|stay| stay.is_of(other) && stay.covers(call)) {
                findings.push(format!("key: {call:?}, whose key has {other} already"));
            }
        }
    }
}

/// Sees that at no moment more places of a cell were surely taken than it has.
fn crowded<'s>(cell: &Cell, stays: impl Iterator<Item = &'s Stay>, findings: &mut Vec<String>) {
    let sure: Vec<&Stay> = stays
        .filter(|stay| stay.cell == cell.number && stay.sure.0 < stay.sure.1)
        .collect();
    for stay in &sure {
        let moment = stay.sure.0;
        let there = sure
            .iter()
            .filter(|other| other.sure.0 <= moment && moment < other.sure.1);
        let there: Vec<_> = there.collect();
        if there.len() > cell.places {
            findings.push(format!("seats: {cell:?} had {there:?} at {moment:?}"));
        }
    }
}
