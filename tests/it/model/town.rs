//! A made-up town for the random sequences: a few clinics, doctors, patients and cells, drawn so that everything stands
//! in everything's way.

use super::naive::{self, DAY, Date, Rules, Wall};
use super::{Dice, translate, worlds};
use serde_json::{Value, json};
use uuid::Uuid;

pub const LPUS: usize = 2;
pub const SPECIALITIES: usize = 5;
pub const DOCTORS: usize = 5;
pub const PATIENTS: usize = 5;
pub const CELLS: usize = 36;
pub const REFERRALS: usize = 4;
pub const EXAMS: usize = 4;

/// The day on which every sequence begins: a clinic's day before the leap day.
pub const FIRST_DAY: Date = (2024, 2, 28);

const FAMILIES: [&str; DOCTORS] = ["Ежова", "Зимина", "Орлова", "Белова", "Серова"];
/// Their `docFio`.
pub const FIOS: [&str; DOCTORS] = ["Ежова А.", "Зимина А.", "Орлова А.", "Белова А.", "Серова А."];

/// Bounds on ages: mostly none.
type Ages = (Option<i64>, Option<i64>);
const ALL: Ages = (None, None);
const AGES: [Ages; 8] = [ALL, ALL, ALL, ALL, ALL, ALL, (Some(18), None), (None, Some(17))];

/// Births around those bounds.
const BIRTHS: [Date; 6] = [
    (1980, 6, 15),
    (1950, 1, 1),
    (2006, 2, 28),
    (2006, 3, 1),
    (2004, 2, 29),
    (2024, 2, 28),
];

/// Kinds of referral, in the contract's words.
pub const KINDS: [&str; 3] = ["duvisit", "diagnostic", "consultation"];

/// Mnemonic, access, self-service and days ahead (contract::applications). The last is unknown: it counts as `Internet`.
pub const SOURCES: [(&str, i64, bool, Option<i64>); 5] = [
    ("Infomat", 36, true, Some(14)),
    ("Internet", 4, true, Some(14)),
    ("Callcenter", 64, false, Some(14)),
    ("Registry", 1, false, None),
    ("Аптека", 4, true, Some(14)),
];

pub struct Doctor {
    pub lpu: usize,
    pub speciality: usize,
    pub ages: Ages,
    pub dispensary_only: bool,
}

pub struct Patient {
    pub lpu: usize,
    /// Who it is, where the registry knows: cards of one person in one clinic are one patient.
    pub person: Option<usize>,
    pub birth: Date,
    pub banned: bool,
    pub closed: bool,
    pub registered: Vec<usize>,
}

pub struct Cell {
    pub doctor: usize,
    pub begin: Wall,
    pub end: Wall,
    pub plan: i64,
    pub flag_access: i64,
    pub busy_type: i64,
    pub ages: Ages,
    pub removed: bool,
}

/// The clinics, and the configuration of their server. Number 1 of the clinics is for children.
pub struct Town {
    pub doctors: Vec<Doctor>,
    pub patients: Vec<Patient>,
    pub cells: Vec<Cell>,
    /// Kind and patient, by number.
    pub referrals: Vec<(usize, usize)>,
    /// Patient, by number.
    pub exams: Vec<usize>,
    pub rules: Rules,
    pub max_period_days: i64,
    pub bookings_a_day: i64,
}

pub fn lpu_guid(lpu: usize) -> Uuid {
    guid(1, lpu)
}

pub fn doctor_guid(doctor: usize) -> Uuid {
    guid(2, doctor)
}

pub fn patient_guid(patient: usize) -> Uuid {
    guid(3, patient)
}

pub fn cell_guid(cell: usize) -> Uuid {
    guid(4, cell)
}

pub fn exam_guid(exam: usize) -> Uuid {
    guid(5, exam)
}

fn guid(kind: u128, number: usize) -> Uuid {
    Uuid::from_u128(kind << 64 | number as u128)
}

pub fn phone(number: usize) -> String {
    format!("8 900 {number:03}")
}

impl Dice {
    /// One of these.
    pub fn of<T: Clone>(&mut self, choice: &[T]) -> T {
        choice[self.roll(choice.len())].clone()
    }

    /// Yes in one of so many cases.
    pub fn once_in(&mut self, cases: usize) -> bool {
        self.roll(cases) == 0
    }
}

impl Town {
    pub fn draw(dice: &mut Dice) -> Town {
        let mut town = Town {
            doctors: (0..DOCTORS).map(|_| Doctor::draw(dice)).collect(),
            patients: (0..PATIENTS).map(|_| Patient::draw(dice)).collect(),
            cells: Cell::draw_all(dice),
            referrals: (0..REFERRALS)
                .map(|_| (dice.roll(KINDS.len()), dice.roll(PATIENTS)))
                .collect(),
            exams: (0..EXAMS).map(|_| dice.roll(PATIENTS)).collect(),
            rules: worlds::blank().rules,
            max_period_days: dice.of(&[1, 60, 60]),
            bookings_a_day: dice.of(&[2, 4, 20]),
        };
        for rule in town.rules.each() {
            *rule = !dice.once_in(8);
        }
        town
    }

    /// The town as lines of clinic data.
    pub fn lines(&self) -> Vec<Value> {
        let mut lines: Vec<Value> = (0..LPUS)
            .map(|lpu| json!({"kind": "lpu", "guid": lpu_guid(lpu), "name": "Л", "isChildrenPoliclinic": lpu == 1}))
            .collect();
        lines.extend(
            (0..SPECIALITIES)
                .map(|code| json!({"kind": "speciality", "code": code.to_string(), "name": "С"})),
        );
        lines.extend((0..DOCTORS).map(|number| self.doctor_line(number)));
        lines.extend((0..PATIENTS).map(|number| self.patient_line(number)));
        for (number, patient) in self.patients.iter().enumerate() {
            lines.extend(patient.registered.iter().map(|doctor| {
                json!({"kind": "dispensaryRegistration", "patient": patient_guid(number), "resource": doctor_guid(*doctor)})
            }));
        }
        lines.extend((0..CELLS).map(|number| self.cell_line(number)));
        lines.extend((0..REFERRALS).map(|number| self.referral_line(number)));
        lines.extend(self.exams.iter().enumerate().map(|(number, patient)| {
            json!({"kind": "exam", "guid": exam_guid(number), "patient": patient_guid(*patient), "name": "Э"})
        }));
        lines
    }

    /// Whether two cards are the same patient's.
    pub fn is_one_patient(&self, card: usize, other: usize) -> bool {
        let (first, second) = (&self.patients[card], &self.patients[other]);
        card == other || first.person.is_some() && (first.person, first.lpu) == (second.person, second.lpu)
    }

    pub fn doctor_line(&self, number: usize) -> Value {
        let doctor = &self.doctors[number];
        json!({"kind": "resource", "guid": doctor_guid(number), "lpu": lpu_guid(doctor.lpu),
               "family": FAMILIES[number], "name": "Анна", "speciality": doctor.speciality.to_string(),
               "ageFrom": doctor.ages.0, "ageTo": doctor.ages.1, "dispensaryOnly": doctor.dispensary_only})
    }

    pub fn patient_line(&self, number: usize) -> Value {
        let patient = &self.patients[number];
        let (year, month, day) = patient.birth;
        json!({"kind": "patient", "guid": patient_guid(number), "lpu": lpu_guid(patient.lpu), "family": "П",
               "name": "П", "birthDate": format!("{year:04}-{month:02}-{day:02}"),
               "selfBookingBanned": patient.banned, "closed": patient.closed,
               "personGuid": patient.person.map(|person| guid(6, person + 1))})
    }

    pub fn cell_line(&self, number: usize) -> Value {
        let cell = &self.cells[number];
        json!({"kind": "slot", "guid": cell_guid(number), "resource": doctor_guid(cell.doctor),
               "begin": translate::moment(cell.begin).to_rfc3339(), "end": translate::moment(cell.end).to_rfc3339(),
               "planCount": cell.plan, "flagAccess": cell.flag_access, "ageFrom": cell.ages.0,
               "ageTo": cell.ages.1, "busyType": {"type": cell.busy_type, "code": "", "name": ""}})
    }

    pub fn referral_line(&self, number: usize) -> Value {
        let (kind, patient) = self.referrals[number];
        json!({"kind": "referral", "number": number.to_string(), "type": KINDS[kind], "patient": patient_guid(patient)})
    }
}

impl Doctor {
    pub fn draw(dice: &mut Dice) -> Doctor {
        Doctor {
            lpu: dice.of(&[0, 0, 0, 1]),
            speciality: dice.roll(SPECIALITIES),
            ages: dice.of(&AGES),
            dispensary_only: dice.once_in(8),
        }
    }
}

impl Patient {
    pub fn draw(dice: &mut Dice) -> Patient {
        Patient {
            lpu: dice.of(&[0, 0, 0, 1]),
            person: dice.of(&[None, None, Some(0)]),
            birth: dice.of(&BIRTHS),
            banned: dice.once_in(7),
            closed: dice.once_in(12),
            registered: (0..DOCTORS).filter(|_| dice.once_in(3)).collect(),
        }
    }
}

impl Cell {
    /// Some cells are twins: with the same doctor, at the same time.
    fn draw_all(dice: &mut Dice) -> Vec<Cell> {
        let mut cells: Vec<Cell> = Vec::new();
        for _ in 0..CELLS {
            let cell = Cell::draw(dice);
            cells.push(match cells.last() {
                Some(&Cell {
                    doctor, begin, end, ..
                }) if dice.once_in(4) => Cell {
                    doctor,
                    begin,
                    end,
                    ..cell
                },
                _ => cell,
            });
        }
        cells
    }

    /// Two hours a morning on three days and one that is far ahead: crowded on purpose.
    pub fn draw(dice: &mut Dice) -> Cell {
        let morning = naive::midnight(FIRST_DAY) + 9 * 3_600;
        let begin =
            morning + DAY * dice.of(&[0, 0, 0, 1, 1, 2, 15]) + 300 * i64::try_from(dice.roll(24)).unwrap();
        Cell {
            doctor: dice.roll(DOCTORS),
            begin,
            end: begin + dice.of(&[300, 300, 600, 3_600]),
            plan: dice.of(&[0, 1, 1, 1, 2, 3]),
            flag_access: dice.of(&[127, 127, 127, 127, 127, 4, 1]),
            busy_type: dice.of(&[1, 1, 1, 1, 1, 2, 0]),
            ages: dice.of(&AGES),
            removed: false,
        }
    }
}

impl Rules {
    fn each(&mut self) -> [&mut bool; 11] {
        [
            &mut self.children_clinic,
            &mut self.self_booking_ban,
            &mut self.dispensary_only,
            &mut self.repeat_in_cell,
            &mut self.one_per_speciality,
            &mut self.age_bounds,
            &mut self.access,
            &mut self.past,
            &mut self.max_period,
            &mut self.schedule_days,
            &mut self.one_per_time,
        ]
    }
}
