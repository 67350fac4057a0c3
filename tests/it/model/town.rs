//! A made-up town for the random sequences: a few clinics, doctors, patients and cells, drawn so that everything stands
//! in everything's way.

use super::naive::{self, DAY, Date, Rules, Wall};
use super::{Dice, translate, worlds};
use serde_json::{Value, json};
use uuid::Uuid;

pub const LPUS: usize = 2;
pub const SPECIALITIES: usize = 4;
pub const DOCTORS: usize = 5;
pub const PATIENTS: usize = 7;
pub const CELLS: usize = 36;
pub const REFERRALS: usize = 4;
pub const EXAMS: usize = 4;

/// The day on which every sequence begins: a clinic's day before the leap day.
pub const FIRST_DAY: Date = (2024, 2, 28);

const FAMILIES: [&str; DOCTORS] = ["Ежова", "Зимина", "Орлова", "Белова", "Серова"];
/// Their `docFio`.
pub const FIOS: [&str; DOCTORS] = ["Ежова А.", "Зимина А.", "Орлова А.", "Белова А.", "Серова А."];

/// Kinds of referral, in the contract's words.
pub const KINDS: [&str; 3] = ["duvisit", "diagnostic", "consultation"];

/// Mnemonic, access, self-service and days ahead (contract 4). The last is unknown: it counts as `Internet`.
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
    pub ages: (Option<i64>, Option<i64>),
    pub dispensary_only: bool,
}

pub struct Patient {
    pub lpu: usize,
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
    pub ages: (Option<i64>, Option<i64>),
}

/// What does not change in a sequence. Number 1 of the clinics is for children.
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
        let all = (None, None);
        let ages = [all, all, all, all, all, all, (Some(18), None), (None, Some(17))];
        let births = [
            (1980, 6, 15),
            (1950, 1, 1),
            (2006, 2, 28),
            (2006, 3, 1),
            (2004, 2, 29),
            (2024, 2, 28),
        ];
        let doctors = (0..DOCTORS).map(|_| Doctor {
            lpu: dice.of(&[0, 0, 0, 1]),
            speciality: dice.roll(SPECIALITIES),
            ages: dice.of(&ages),
            dispensary_only: dice.once_in(8),
        });
        let doctors = doctors.collect();
        let patients = (0..PATIENTS).map(|_| Patient {
            lpu: dice.of(&[0, 0, 0, 1]),
            birth: dice.of(&births),
            banned: dice.once_in(7),
            closed: dice.once_in(12),
            registered: (0..DOCTORS).filter(|_| dice.once_in(3)).collect(),
        });
        let patients = patients.collect();
        let mut town = Town {
            doctors,
            patients,
            cells: (0..CELLS).map(|_| Cell::draw(dice, &ages)).collect(),
            referrals: (0..REFERRALS)
                .map(|_| (dice.roll(KINDS.len()), dice.roll(PATIENTS)))
                .collect(),
            exams: (0..EXAMS).map(|_| dice.roll(PATIENTS)).collect(),
            rules: worlds::blank().rules,
            max_period_days: dice.of(&[1, 60, 60]),
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
        lines.extend(self.doctors.iter().enumerate().map(|(number, doctor)| {
            json!({"kind": "resource", "guid": doctor_guid(number), "lpu": lpu_guid(doctor.lpu),
                   "family": FAMILIES[number], "name": "Анна", "speciality": doctor.speciality.to_string(),
                   "ageFrom": doctor.ages.0, "ageTo": doctor.ages.1, "dispensaryOnly": doctor.dispensary_only})
        }));
        lines.extend(self.patients.iter().enumerate().map(|(number, patient)| {
            let (year, month, day) = patient.birth;
            json!({"kind": "patient", "guid": patient_guid(number), "lpu": lpu_guid(patient.lpu), "family": "П",
                   "name": "П", "birthDate": format!("{year:04}-{month:02}-{day:02}"),
                   "selfBookingBanned": patient.banned, "closed": patient.closed})
        }));
        for (number, patient) in self.patients.iter().enumerate() {
            lines.extend(patient.registered.iter().map(|doctor| {
                json!({"kind": "dispensaryRegistration", "patient": patient_guid(number), "resource": doctor_guid(*doctor)})
            }));
        }
        lines.extend(self.cells.iter().enumerate().map(|(number, cell)| {
            json!({"kind": "slot", "guid": cell_guid(number), "resource": doctor_guid(cell.doctor),
                   "begin": translate::moment(cell.begin).to_rfc3339(), "end": translate::moment(cell.end).to_rfc3339(),
                   "planCount": cell.plan, "flagAccess": cell.flag_access, "ageFrom": cell.ages.0,
                   "ageTo": cell.ages.1, "busyType": {"type": cell.busy_type, "code": "", "name": ""}})
        }));
        lines.extend(self.referrals.iter().enumerate().map(|(number, (kind, patient))| {
            json!({"kind": "referral", "number": number.to_string(), "type": KINDS[*kind], "patient": patient_guid(*patient)})
        }));
        lines.extend(self.exams.iter().enumerate().map(|(number, patient)| {
            json!({"kind": "exam", "guid": exam_guid(number), "patient": patient_guid(*patient), "name": "Э"})
        }));
        lines
    }
}

impl Cell {
    /// Two hours a morning on three days and one that is far ahead: crowded on purpose.
    fn draw(dice: &mut Dice, ages: &[(Option<i64>, Option<i64>)]) -> Cell {
        let morning = naive::midnight(FIRST_DAY) + 9 * 3_600;
        let begin =
            morning + DAY * dice.of(&[0, 0, 0, 1, 1, 2, 15]) + 300 * i64::try_from(dice.roll(24)).unwrap();
        Cell {
            doctor: dice.roll(DOCTORS),
            begin,
            end: begin + dice.of(&[300, 600, 2_400]),
            plan: dice.of(&[0, 1, 1, 1, 2, 3]),
            flag_access: dice.of(&[127, 127, 127, 127, 127, 4, 1]),
            busy_type: dice.of(&[1, 1, 1, 1, 1, 2, 0]),
            ages: dice.of(ages),
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
