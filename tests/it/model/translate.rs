//! A naive question in the library's words, and a naive verdict in its answer's words. All ids are made up.

use super::naive::{self, Key, Paper, Question, Rules, Verdict, VisitCell, Wall, next_midnight};
use chrono::{DateTime, FixedOffset, NaiveDate};
use infomat::model::{
    Access, AgeBounds, ApplicationId, Bearer, BusyType, Cell, CellId, CellName, ClientApplication, Contact,
    DoneToday, Earlier, Exam, ExamId, Facts, Held, Lpu, LpuId, Moment, Owner, Patient, PatientId, Referral,
    ReferralId, ReferralName, ReferralType, Resource, ResourceId, SpecialityId, Standing, VisitId, Wish,
};
use infomat::refusal::Refusal;
use infomat::rules::{Approval, DayLimits, Policy, Switches};
use std::sync::Arc;
use uuid::Uuid;

const LPU: Uuid = Uuid::from_u128(0x11);
const OTHER_LPU: Uuid = Uuid::from_u128(0x12);
const MKAB: Uuid = Uuid::from_u128(0x21);
const CELL: Uuid = Uuid::from_u128(0x31);
const DOCTOR: Uuid = Uuid::from_u128(0x41);
const EXAM: Uuid = Uuid::from_u128(0x51);

const PATIENT_ID: PatientId = PatientId(7);
const OTHER_PATIENT_ID: PatientId = PatientId(8);
const CELL_ID: CellId = CellId(70);
const OTHER_CELL_ID: CellId = CellId(71);
const DOCTOR_ID: ResourceId = ResourceId(700);
const OTHER_DOCTOR_ID: ResourceId = ResourceId(701);
const SPECIALITY_ID: SpecialityId = SpecialityId(7_000);
const OTHER_SPECIALITY_ID: SpecialityId = SpecialityId(7_001);
const REFERRAL_ID: ReferralId = ReferralId(70_000);
const EXAM_ID: ExamId = ExamId(80_000);
const VISIT_ID: VisitId = VisitId(90_000);

/// The clinic's offset from UTC.
const OFFSET_SECONDS: i32 = 3 * 3_600;
/// 2000-01-01T00:00:00Z in Unix time.
const WALL_EPOCH: i64 = 946_684_800;

/// What an approval comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Granted {
    /// A new ticket, with the rows of what it rests on.
    Ticket {
        referral: Option<ReferralId>,
        exam: Option<ExamId>,
    },
    /// The ticket of this row.
    Earlier(VisitId),
}

/// The answer to compare: what the naive verdict means in the library's words.
pub fn expected(q: &Question, verdict: Verdict) -> Result<Granted, Refusal> {
    match refusal(verdict, MKAB, LPU) {
        Some(refusal) => Err(refusal),
        None if verdict == Verdict::EarlierTicket => Ok(Granted::Earlier(VISIT_ID)),
        None => Ok(Granted::Ticket {
            referral: (q.referral == Paper::Fits).then_some(REFERRAL_ID),
            exam: (q.exam == Paper::Fits).then_some(EXAM_ID),
        }),
    }
}

/// The refusal that a verdict means, about this card in this clinic; none when the verdict is a ticket.
pub fn refusal(verdict: Verdict, mkab: Uuid, lpu: Uuid) -> Option<Refusal> {
    Some(match verdict {
        Verdict::Ticket | Verdict::EarlierTicket => return None,
        Verdict::NoSuchLpu => Refusal::LpuUnknown,
        Verdict::NoCard4000 => Refusal::CardUnknown { mkab, lpu },
        Verdict::TooManyToday429(most, seconds) => Refusal::TooManyBookings {
            most,
            seconds: u32::try_from(seconds).unwrap(),
        },
        Verdict::NoSuchCell => Refusal::CellUnknown,
        Verdict::NoCellThen => Refusal::NoCellThen,
        Verdict::KeyOfAnother => Refusal::KeyTaken,
        Verdict::Referral4031 => Refusal::ReferralUnknown,
        Verdict::ExamOfAnother => Refusal::ExamUnknown,
        Verdict::Children4005 => Refusal::GrownUp,
        Verdict::Banned4007 => Refusal::SelfBookingBanned,
        Verdict::NotRegistered4007 => Refusal::NotRegistered,
        Verdict::ThisCell4848 => Refusal::AlreadyInCell,
        Verdict::Speciality4008(doctor, begin) => Refusal::SameSpeciality {
            doc_fio: doctor.to_owned(),
            begin: moment(begin),
        },
        Verdict::Age4029 => Refusal::AgeOutside,
        Verdict::OfTheCentre => Refusal::OfCentre,
        Verdict::SetAside => Refusal::OfNobody,
        Verdict::ClosedTime => Refusal::Closed,
        Verdict::NotForThisSource => Refusal::NoAccess,
        Verdict::NotReception => Refusal::NotReception,
        Verdict::HasBegun => Refusal::Begun,
        Verdict::Period5066(days_max) => Refusal::BeyondPeriod { days_max },
        Verdict::ScheduleDays(days_max) => Refusal::BeyondSchedule { days_max },
        Verdict::Taken4009 => Refusal::Full,
        Verdict::SameTime4011(begin) => Refusal::SameTime { begin: moment(begin) },
    })
}

/// The library's approval, reduced to what it grants; it has to be about the very facts that were given.
pub fn granted(approval: &Approval, facts: &Facts) -> Granted {
    match approval {
        Approval::Repeat(visit) => Granted::Earlier(*visit),
        Approval::Book(booking) => {
            assert_eq!(Some(booking.cell), facts.cell.as_ref());
            assert_eq!(Some(booking.standing), facts.standing.as_ref());
            Granted::Ticket {
                referral: booking.referral.map(|referral| referral.id),
                exam: booking.exam.map(|exam| exam.id),
            }
        }
    }
}

pub fn moment(wall: Wall) -> Moment {
    let offset = FixedOffset::east_opt(OFFSET_SECONDS).unwrap();
    DateTime::from_timestamp(wall + WALL_EPOCH - i64::from(OFFSET_SECONDS), 0)
        .unwrap()
        .with_timezone(&offset)
}

pub fn wish(q: &Question) -> Wish {
    Wish {
        lpu: LPU,
        bearer: Bearer {
            lpu: if q.token_lpu_fits { LPU } else { OTHER_LPU },
            mkab: MKAB,
            login: String::new(),
            source: "Infomat".to_owned(),
            privilege: false,
        },
        cell: if q.named_by_begin {
            CellName::Begin(DOCTOR, moment(q.begin).naive_local())
        } else {
            CellName::Guid(CELL)
        },
        referral: (q.referral != Paper::NotNamed).then(|| ReferralName {
            number: "Н-1".to_owned(),
            kind: ReferralType::Consultation,
        }),
        contact: Contact::default(),
        full_response: true,
        exam: (q.exam != Paper::NotNamed).then_some(EXAM),
        external_user: None,
        idempotency_key: (q.key != Key::NotSent).then(|| "one-press".to_owned()),
    }
}

pub fn facts(q: &Question) -> Facts {
    Facts {
        lpu_known: q.lpu_known,
        standing: (q.lpu_known && q.open_card_found).then(|| standing(q)),
        cell: (q.lpu_known && q.cell_found).then(|| cell(q)),
        referral: referral(q.referral),
        exam: exam(q.exam),
        earlier: earlier(q.key),
    }
}

pub fn policy(rules: Rules, max_period_days: i64, bookings_a_day: i64) -> Policy {
    Policy {
        switches: Switches {
            children_clinic: rules.children_clinic,
            self_booking_ban: rules.self_booking_ban,
            dispensary_only: rules.dispensary_only,
            repeat_in_cell: rules.repeat_in_cell,
            one_per_speciality: rules.one_per_speciality,
            age_bounds: rules.age_bounds,
            access: rules.access,
            past: rules.past,
            max_period: rules.max_period,
            schedule_days: rules.schedule_days,
            one_per_time: rules.one_per_time,
        },
        max_period_days,
        limits: DayLimits {
            bookings: bookings_a_day,
            waiting_entries: 0,
            holds: 0,
        },
    }
}

fn standing(q: &Question) -> Standing {
    let (year, month, day) = q.birth;
    let narrow = |part: i64| u32::try_from(part).unwrap();
    let registered = [
        (q.registered_elsewhere, OTHER_DOCTOR_ID),
        (q.registered_here, DOCTOR_ID),
    ];
    let mut held: Vec<Held> = q.held.iter().map(held).collect();
    held.sort_by_key(|held| held.begin);
    Standing {
        lpu: Lpu {
            id: LpuId(1),
            is_children: q.children_clinic,
            model: String::new(),
        },
        patient: Patient {
            id: PATIENT_ID,
            cards: vec![PATIENT_ID],
            birth_date: NaiveDate::from_ymd_opt(i32::try_from(year).unwrap(), narrow(month), narrow(day))
                .unwrap(),
            uchastok_num: String::new(),
            self_booking_banned: q.banned,
        },
        application: ClientApplication {
            id: ApplicationId(1),
            guid: None,
            mnem: "Infomat".to_owned(),
            source: 1,
            name: String::new(),
            description: String::new(),
            access: Access(q.access),
            self_service: q.self_service,
            schedule_days: q.schedule_days,
        },
        today: DoneToday {
            count: q.made_today,
            until: moment(next_midnight(q.now)),
        },
        registered_with: registered
            .into_iter()
            .filter_map(|(yes, id)| yes.then_some(id))
            .collect(),
        held,
    }
}

fn held(visit: &super::naive::Visit) -> Held {
    Held {
        cell_id: match visit.cell {
            VisitCell::ThisVeryCell => Some(CELL_ID),
            VisitCell::Another => Some(OTHER_CELL_ID),
            VisitCell::Gone => None,
        },
        speciality_id: if visit.same_speciality {
            SPECIALITY_ID
        } else {
            OTHER_SPECIALITY_ID
        },
        doc_fio: visit.doctor.to_owned(),
        begin: moment(visit.begin),
        end: moment(visit.end),
    }
}

fn cell(q: &Question) -> Cell {
    let bounds = |(from, to)| AgeBounds { from, to };
    Cell {
        id: CELL_ID,
        guid: CELL,
        resource: Arc::new(Resource {
            id: DOCTOR_ID,
            guid: DOCTOR,
            doc_fio: "Третьяк Т. Т.".to_owned(),
            role: String::new(),
            speciality_id: SPECIALITY_ID,
            speciality: String::new(),
            room: String::new(),
            flat: 0,
            ages: bounds(q.resource_ages),
            dispensary_only: q.dispensary_only,
        }),
        begin: moment(q.begin),
        end: moment(q.end),
        plan_count: q.plan,
        used_count: q.used,
        flag_access: Access(q.flag_access),
        busy_type: BusyType {
            kind: q.busy_type,
            code: String::new(),
            name: String::new(),
        },
        room: String::new(),
        ages: bounds(q.cell_ages),
        owner: match q.owner {
            naive::Owner::ThisServer => Owner::Box,
            naive::Owner::TheCentre => Owner::Centre,
            naive::Owner::None => Owner::Nobody,
        },
        closed: q.closed,
        held_count: q.held_by_others,
        has_own_hold: false,
    }
}

fn referral(paper: Paper) -> Option<Referral> {
    let (kind, patient_id) = match paper {
        Paper::NotNamed | Paper::Unknown => return None,
        Paper::Fits => (ReferralType::Consultation, PATIENT_ID),
        Paper::OtherType => (ReferralType::Diagnostic, PATIENT_ID),
        Paper::OtherPatient => (ReferralType::Consultation, OTHER_PATIENT_ID),
        Paper::OtherTypeAndPatient => (ReferralType::DuVisit, OTHER_PATIENT_ID),
    };
    Some(Referral {
        id: REFERRAL_ID,
        kind,
        patient_id,
    })
}

fn exam(paper: Paper) -> Option<Exam> {
    let patient_id = match paper {
        Paper::NotNamed | Paper::Unknown => return None,
        Paper::OtherPatient | Paper::OtherTypeAndPatient => OTHER_PATIENT_ID,
        Paper::Fits | Paper::OtherType => PATIENT_ID,
    };
    Some(Exam {
        id: EXAM_ID,
        patient_id,
    })
}

fn earlier(key: Key) -> Option<Earlier> {
    let (patient_id, cell_id) = match key {
        Key::NotSent | Key::Fresh => return None,
        Key::ThisPatientThisCell => (PATIENT_ID, Some(CELL_ID)),
        Key::OtherPatientThisCell => (OTHER_PATIENT_ID, Some(CELL_ID)),
        Key::ThisPatientOtherCell => (PATIENT_ID, Some(OTHER_CELL_ID)),
        Key::ThisPatientCellGone => (PATIENT_ID, None),
    };
    Some(Earlier {
        visit_id: VISIT_ID,
        patient_id,
        cell_id,
    })
}
