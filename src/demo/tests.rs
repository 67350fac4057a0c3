//! The demo's lines are read back as anybody would read them, as JSON, and held against the contract.

use super::{CHILDREN, Character, POLYCLINIC, base, cells, characters};
use crate::model::{Moment, Patient, PatientId, Zone};
use crate::refusal::Refusal;
use chrono::{DateTime, Days, FixedOffset, NaiveDate, Timelike};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

type Object = Map<String, Value>;

/// The contract's kinds with their fields; a required one ends with `*`.
const KINDS: [(&str, &str); 9] = [
    (
        "lpu",
        "guid* name* ferName* address* type* phone* mcod* fullName* fcod* stLpu* hostID* isChildrenPoliclinic* \
         isCallDoctor* isWaitingList* isDisp* isActive* haveSchedule* parent* postIndex* ratings* addressDetail* \
         worktimes* cityId* inn* kpp* ogrn* okato* lic* management* photo* site* email* gps*",
    ),
    ("speciality", "code* name*"),
    (
        "resource",
        "guid* lpu* type family name patronymic title uchastokNums role speciality* room flat ageFrom ageTo dispensaryOnly shown",
    ),
    (
        "slot",
        "guid* resource* begin* end* planCount flagAccess busyType room ageFrom ageTo",
    ),
    (
        "patient",
        "guid* lpu* family* name* patronymic birthDate* sex policySeries policyNumber snils passportSeries \
         passportNumber phone email emailConfirmAgree uchastokNum selfBookingBanned closed personGuid",
    ),
    ("referral", "number* type* patient*"),
    ("dispensaryRegistration", "patient* resource*"),
    ("exam", "guid* patient* name*"),
    (
        "clientApplication",
        "mnem* guid source name description access selfService scheduleDays",
    ),
];

/// Access bits of the terminal: 32 is its own, 4 that of the Internet.
const TERMINAL_AND_INTERNET: i64 = 0b10_0100;

fn moscow() -> Zone {
    Zone::Fixed(FixedOffset::east_opt(3 * 3600).unwrap())
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Weeks of days on which somebody may start the demo: around a New Year, before a leap day, in ten years.
fn starts() -> impl Iterator<Item = NaiveDate> {
    ["2026-12-28", "2028-02-20", "2036-06-15"]
        .into_iter()
        .flat_map(|first| date(first).iter_days().take(7))
}

fn read(lines: impl Iterator<Item = String>) -> Vec<Object> {
    lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
}

/// The lines of a fortnight's cells.
fn slots(from: NaiveDate) -> impl Iterator<Item = String> {
    cells(from, 14, moscow()).map(|cell| cell.line)
}

fn whole(today: NaiveDate) -> Vec<Object> {
    read(base(today).chain(slots(today)))
}

fn text<'a>(object: &'a Object, field: &str) -> &'a str {
    object.get(field).map_or("", |value| value.as_str().unwrap())
}

fn flag(object: &Object, field: &str) -> bool {
    object.get(field).is_some_and(|value| value.as_bool().unwrap())
}

fn number(object: &Object, field: &str, default: i64) -> i64 {
    object.get(field).map_or(default, |value| value.as_i64().unwrap())
}

fn of_kind<'a>(lines: &'a [Object], kind: &'a str) -> impl Iterator<Item = &'a Object> {
    lines.iter().filter(move |line| text(line, "kind") == kind)
}

fn begin(slot: &Object) -> Moment {
    DateTime::parse_from_rfc3339(text(slot, "begin")).unwrap()
}

/// The kind of appointment is a reception.
fn is_reception(slot: &Object) -> bool {
    slot.get("busyType").is_none_or(|busy| busy["type"] != 0)
}

/// Full years on `day` lie within the bounds of a cell or a resource.
fn holds(bounds: &Object, years: i64) -> bool {
    number(bounds, "ageFrom", 0) <= years && years <= number(bounds, "ageTo", i64::MAX)
}

#[test]
fn lines_have_the_contracts_fields_and_every_kind_is_there() {
    let lines = whole(date("2025-11-24"));
    for (kind, fields) in KINDS {
        let allowed: BTreeSet<_> = fields
            .split(' ')
            .map(|field| field.trim_end_matches('*'))
            .collect();
        let required: BTreeSet<_> = fields
            .split(' ')
            .filter_map(|field| field.strip_suffix('*'))
            .collect();
        assert!(of_kind(&lines, kind).next().is_some(), "no {kind}");
        for line in of_kind(&lines, kind) {
            let found: BTreeSet<_> = line
                .keys()
                .map(|field| &**field)
                .filter(|field| *field != "kind")
                .collect();
            assert!(
                found.is_subset(&allowed) && required.is_subset(&found),
                "{line:?}"
            );
        }
    }
    let known: BTreeSet<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
    assert!(lines.iter().all(|line| known.contains(text(line, "kind"))));
}

#[test]
fn guids_are_unique_and_references_resolve() {
    let lines = whole(date("2025-11-24"));
    let mut owners = HashMap::new();
    for line in &lines {
        let key = ["guid", "code", "number"]
            .into_iter()
            .map(|field| text(line, field))
            .find(|key| !key.is_empty());
        if let Some(key) = key {
            assert_eq!(owners.insert(key, text(line, "kind")), None, "{key} twice");
        }
    }
    for (field, kind) in [
        ("lpu", "lpu"),
        ("speciality", "speciality"),
        ("resource", "resource"),
        ("patient", "patient"),
    ] {
        for line in lines.iter().filter(|line| line.contains_key(field)) {
            assert_eq!(owners.get(text(line, field)), Some(&kind), "{field} of {line:?}");
        }
    }
    let policies: BTreeSet<_> = of_kind(&lines, "patient")
        .map(|card| (text(card, "policySeries"), text(card, "policyNumber")))
        .collect();
    assert_eq!(policies.len(), of_kind(&lines, "patient").count());
}

/// Who tries the terminal types a number from a list: in it no digit stands more than three times in a row.
#[test]
fn documents_are_typed_by_hand() {
    let lines = whole(date("2026-11-29"));
    let mut snils = BTreeSet::new();
    for card in of_kind(&lines, "patient") {
        for field in ["policyNumber", "snils"] {
            let digits = text(card, field).trim_start_matches('0').as_bytes();
            let is_run = |run: &[u8]| run.iter().all(|digit| *digit == run[0]);
            assert!(!digits.windows(4).any(is_run), "{}", text(card, field));
        }
        assert!(snils.insert(text(card, "snils")), "{}", text(card, "snils"));
    }
    // The check numbers as whoever reads the papers computes them.
    assert_eq!(super::patients::policy_number(1), "0012345678121232");
    assert!(snils.contains("00011212329"));
}

#[test]
fn the_clinic_is_as_large_as_it_claims() {
    let lines = whole(date("2025-11-24"));
    let main_doctors: Vec<_> = of_kind(&lines, "resource")
        .filter(|line| text(line, "type") == "doctor" && text(line, "lpu") == POLYCLINIC.to_string())
        .collect();
    let specialities: BTreeSet<_> = main_doctors.iter().map(|line| text(line, "speciality")).collect();
    assert_eq!(main_doctors.len(), 36);
    assert!(specialities.len() >= 12);
    let slot_has = |what: &dyn Fn(&Object) -> bool| assert!(of_kind(&lines, "slot").any(what));
    slot_has(&|slot| number(slot, "planCount", 1) == 8);
    slot_has(&|slot| slot.get("busyType").is_some_and(|busy| busy["code"] == "322"));
    slot_has(&|slot| slot.get("busyType").is_some_and(|busy| busy["code"] == "323"));
    for access in [1, 10, 36, 64] {
        slot_has(&|slot| number(slot, "flagAccess", 127) == access);
    }
    let children = CHILDREN.to_string();
    assert!(
        of_kind(&lines, "patient")
            .filter(|card| text(card, "lpu") == children)
            .count()
            >= 60
    );
    assert!(of_kind(&lines, "patient").count() >= 300);
    assert!(of_kind(&lines, "patient").any(|card| !text(card, "policySeries").is_empty()));
}

/// The same day gives the same lines. Of another year's base only the birth dates differ.
#[test]
fn only_dates_differ_from_run_to_run() {
    let (today, later) = (date("2025-11-24"), date("2031-03-02"));
    assert!(base(today).eq(base(today)));
    assert!(slots(today).eq(slots(today)));
    let undated = |today| {
        let mut lines = read(base(today));
        for line in &mut lines {
            line.remove("birthDate");
        }
        lines
    };
    assert!(!base(today).eq(base(later)));
    assert_eq!(undated(today), undated(later));
}

/// A day's cells are the same lines, from whichever day the timetable is asked for.
#[test]
fn a_later_start_names_the_same_cells() {
    let (first, second) = (date("2025-11-24"), date("2025-11-27"));
    let of_fortnight = |from: NaiveDate| -> BTreeMap<String, String> {
        let common = second
            .iter_days()
            .take(11)
            .map(|day| day.to_string())
            .collect::<Vec<_>>();
        slots(from)
            .filter_map(|line| {
                let slot: Object = serde_json::from_str(&line).unwrap();
                let day = begin(&slot).date_naive().to_string();
                common
                    .contains(&day)
                    .then(|| (text(&slot, "guid").to_owned(), line))
            })
            .collect()
    };
    assert!(of_fortnight(first).len() > 5000);
    assert_eq!(of_fortnight(first), of_fortnight(second));
}

/// Of one resource no cell begins before the one before it has ended.
#[test]
fn cells_of_a_resource_do_not_overlap() {
    let mut free_from = HashMap::new();
    for slot in read(slots(date("2025-11-24"))) {
        let end = DateTime::parse_from_rfc3339(text(&slot, "end")).unwrap();
        assert!(begin(&slot) < end);
        let before = free_from.insert(text(&slot, "resource").to_owned(), end);
        assert!(before.is_none_or(|before| before <= begin(&slot)), "{slot:?}");
    }
}

/// Whenever somebody starts the demo, in both clinics and on every day there is a place that a terminal and the
/// Internet may book, of a resource that is shown and takes anybody; the last one begins shortly before midnight.
#[test]
fn every_day_can_be_booked_in_both_clinics() {
    for today in starts() {
        let lines = whole(today);
        for lpu in [POLYCLINIC, CHILDREN] {
            let open: BTreeSet<_> = of_kind(&lines, "resource")
                .filter(|line| text(line, "lpu") == lpu.to_string())
                .filter(|line| {
                    line.get("shown") != Some(&Value::Bool(false)) && !flag(line, "dispensaryOnly")
                })
                .filter(|line| !line.contains_key("ageFrom") && !line.contains_key("ageTo"))
                .map(|line| text(line, "guid"))
                .collect();
            for day in today.iter_days().take(14) {
                let last = of_kind(&lines, "slot")
                    .filter(|slot| open.contains(text(slot, "resource")) && begin(slot).date_naive() == day)
                    .filter(|slot| {
                        number(slot, "flagAccess", 127) & TERMINAL_AND_INTERNET == TERMINAL_AND_INTERNET
                            && is_reception(slot)
                    })
                    .filter(|slot| !slot.contains_key("ageFrom") && !slot.contains_key("ageTo"))
                    .map(|slot| begin(slot).hour())
                    .max();
                assert_eq!(last, Some(23), "{lpu} on {day}, started on {today}");
            }
        }
    }
}

/// What the contract says to a character, read plainly from the lines: no code of the booking is used.
fn verdict(lines: &[Object], character: &Character, today: NaiveDate) -> Option<Refusal> {
    let find = |kind, guid: &str| {
        of_kind(lines, kind)
            .find(|line| text(line, "guid") == guid)
            .unwrap()
    };
    let (mkab, lpu) = (character.mkab.to_string(), character.lpu.to_string());
    let card = find("patient", &mkab);
    assert_eq!(text(card, "lpu"), lpu);
    assert_eq!(text(card, "policyNumber"), character.policy);
    assert_eq!(text(card, "birthDate"), character.birth_date.to_string());
    let resource = find("resource", &character.resource.to_string());
    let from = today + Days::new(character.days_ahead.into());
    let cell = of_kind(lines, "slot")
        .filter(|slot| text(slot, "resource") == text(resource, "guid") && begin(slot).date_naive() >= from)
        .min_by_key(|slot| begin(slot))
        .unwrap();
    let day = begin(cell).date_naive();
    let days_ahead = (day - today).num_days();
    let years = Patient {
        cards: Vec::new(),
        id: PatientId(0),
        birth_date: character.birth_date,
        uchastok_num: String::new(),
        self_booking_banned: false,
    }
    .full_years(day);
    let owns = |kind, key: &str, field: &str| {
        of_kind(lines, kind).any(|line| text(line, key) == field && text(line, "patient") == mkab)
    };
    let foreign_referral = |name: &crate::model::ReferralName| !owns("referral", "number", &name.number);
    let unknown_card = Refusal::CardUnknown {
        mkab: character.mkab,
        lpu: character.lpu,
    };
    let registered = owns("dispensaryRegistration", "resource", text(resource, "guid"));
    [
        (flag(card, "closed"), unknown_card),
        (
            character.referral.as_ref().is_some_and(foreign_referral),
            Refusal::ReferralUnknown,
        ),
        (
            character
                .exam
                .is_some_and(|exam| !owns("exam", "guid", &exam.to_string())),
            Refusal::ExamUnknown,
        ),
        (
            flag(find("lpu", &lpu), "isChildrenPoliclinic") && years >= 18,
            Refusal::GrownUp,
        ),
        (flag(card, "selfBookingBanned"), Refusal::SelfBookingBanned),
        (
            flag(resource, "dispensaryOnly") && !registered,
            Refusal::NotRegistered,
        ),
        (
            !holds(cell, years) || !holds(resource, years),
            Refusal::AgeOutside,
        ),
        (
            number(cell, "flagAccess", 127) & TERMINAL_AND_INTERNET == 0,
            Refusal::NoAccess,
        ),
        (!is_reception(cell), Refusal::NotReception),
        (days_ahead > 60, Refusal::BeyondPeriod { days_max: 60 }),
        (days_ahead > 14, Refusal::BeyondSchedule { days_max: 14 }),
    ]
    .into_iter()
    .find_map(|(applies, refusal)| applies.then_some(refusal))
}

/// Whenever the demo is started, every character meets what is told of them.
#[test]
fn characters_meet_what_is_told_of_them() {
    for today in starts() {
        let lines = whole(today);
        for character in characters(today) {
            let verdict = verdict(&lines, &character, today);
            assert_eq!(verdict, character.meets, "{} on {today}", character.who);
        }
        let told: BTreeSet<_> = characters(today)
            .iter()
            .filter_map(|one| one.meets.as_ref().map(Refusal::text))
            .collect();
        assert_eq!(
            told.len(),
            11,
            "each refusal that `verdict` knows is met by somebody"
        );
    }
}
