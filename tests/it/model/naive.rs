//! The booking rules of the contract (section 2, "Refusals") once more, by another hand: one straight chain of
//! questions over plain numbers. It shares nothing with the server: times are seconds on the clinic's wall clock,
//! dates are counted day by day, and no function of the library is called.

/// Seconds on the clinic's wall clock since 2000-01-01 00:00:00.
pub type Wall = i64;

/// Year, month and day.
pub type Date = (i64, i64, i64);

/// Seconds in a day of the wall clock.
pub const DAY: Wall = 86_400;

/// All that the rules ask about one request.
#[expect(
    clippy::struct_excessive_bools,
    reason = "plainness is the point of this model"
)]
#[derive(Clone, Debug)]
pub struct Question {
    pub now: Wall,
    pub lpu_known: bool,
    pub token_lpu_fits: bool,
    pub open_card_found: bool,
    pub named_by_begin: bool,
    pub cell_found: bool,
    pub key: Key,
    pub referral: Paper,
    pub exam: Paper,
    pub children_clinic: bool,
    pub birth: Date,
    pub banned: bool,
    pub self_service: bool,
    /// Bookings of today by self-service, cancelled ones too, and how many there may be.
    pub made_today: i64,
    pub bookings_a_day: i64,
    pub dispensary_only: bool,
    pub registered_here: bool,
    pub registered_elsewhere: bool,
    /// The patient's active visits.
    pub held: Vec<Visit>,
    pub cell_ages: (Option<i64>, Option<i64>),
    pub resource_ages: (Option<i64>, Option<i64>),
    pub access: i64,
    pub flag_access: i64,
    pub busy_type: i64,
    pub owner: Owner,
    /// Nobody is seen at this time.
    pub closed: bool,
    /// Places that others hold.
    pub held_by_others: i64,
    pub begin: Wall,
    pub end: Wall,
    pub plan: i64,
    pub used: i64,
    pub max_period_days: i64,
    pub schedule_days: Option<i64>,
    pub rules: Rules,
}

/// Who books the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    ThisServer,
    TheCentre,
    None,
}

/// Whose the active visit with the request's `Idempotency-Key` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    NotSent,
    Fresh,
    ThisPatientThisCell,
    OtherPatientThisCell,
    ThisPatientOtherCell,
    ThisPatientCellGone,
}

/// What a request says about a referral or an exam, and what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    NotNamed,
    Fits,
    Unknown,
    OtherType,
    OtherPatient,
    OtherTypeAndPatient,
}

/// An active visit of the patient.
#[derive(Clone, Debug)]
pub struct Visit {
    pub cell: VisitCell,
    pub same_speciality: bool,
    pub doctor: &'static str,
    pub begin: Wall,
    pub end: Wall,
}

/// Where a visit takes place, seen from the wanted cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitCell {
    ThisVeryCell,
    Another,
    Gone,
}

/// The switches of the configuration's `[rules]`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are eleven independent switches"
)]
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub children_clinic: bool,
    pub self_booking_ban: bool,
    pub dispensary_only: bool,
    pub repeat_in_cell: bool,
    pub one_per_speciality: bool,
    pub age_bounds: bool,
    pub access: bool,
    pub past: bool,
    pub max_period: bool,
    pub schedule_days: bool,
    pub one_per_time: bool,
}

/// The contract's answer: a ticket, the earlier ticket, or one row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Ticket,
    EarlierTicket,
    NoSuchLpu,
    NoCard4000,
    /// How many there may be, and the seconds until tomorrow.
    TooManyToday429(i64, i64),
    NoSuchCell,
    NoCellThen,
    KeyOfAnother,
    Referral4031,
    ExamOfAnother,
    Children4005,
    Banned4007,
    NotRegistered4007,
    ThisCell4848,
    Speciality4008(&'static str, Wall),
    Age4029,
    OfTheCentre,
    SetAside,
    ClosedTime,
    NotForThisSource,
    NotReception,
    HasBegun,
    Period5066(i64),
    ScheduleDays(i64),
    Taken4009,
    SameTime4011(Wall),
}

/// How many kinds of verdict there are.
pub const VERDICTS: usize = 26;

/// The first row of the contract's table that applies, or a ticket.
pub fn answer(q: &Question) -> Verdict {
    if !q.lpu_known {
        return Verdict::NoSuchLpu;
    }
    if !q.open_card_found || !q.token_lpu_fits {
        return Verdict::NoCard4000;
    }
    let asked_again = q.cell_found && q.key == Key::ThisPatientThisCell;
    if q.self_service && q.made_today >= q.bookings_a_day && !asked_again {
        return Verdict::TooManyToday429(q.bookings_a_day, next_midnight(q.now) - q.now);
    }
    if !q.cell_found {
        return if q.named_by_begin {
            Verdict::NoCellThen
        } else {
            Verdict::NoSuchCell
        };
    }
    match q.key {
        Key::NotSent | Key::Fresh => {}
        Key::ThisPatientThisCell => return Verdict::EarlierTicket,
        Key::OtherPatientThisCell | Key::ThisPatientOtherCell | Key::ThisPatientCellGone => {
            return Verdict::KeyOfAnother;
        }
    }
    if q.referral != Paper::NotNamed && q.referral != Paper::Fits {
        return Verdict::Referral4031;
    }
    if q.exam != Paper::NotNamed && q.exam != Paper::Fits {
        return Verdict::ExamOfAnother;
    }
    let age = age_on(q.birth, date(q.begin));
    if q.rules.children_clinic && q.children_clinic && age >= 18 {
        return Verdict::Children4005;
    }
    about_patient(q, age)
}

/// The rows from 4007 to 4029.
fn about_patient(q: &Question, age: i64) -> Verdict {
    if q.rules.self_booking_ban && q.banned && q.self_service {
        return Verdict::Banned4007;
    }
    if q.rules.dispensary_only && q.dispensary_only && !q.registered_here {
        return Verdict::NotRegistered4007;
    }
    if q.rules.repeat_in_cell {
        for visit in &q.held {
            if visit.cell == VisitCell::ThisVeryCell {
                return Verdict::ThisCell4848;
            }
        }
    }
    if q.rules.one_per_speciality
        && let Some(visit) = earliest(q, |visit| visit.same_speciality && visit.end > q.now)
    {
        return Verdict::Speciality4008(visit.doctor, visit.begin);
    }
    if q.rules.age_bounds {
        for (youngest, oldest) in [q.cell_ages, q.resource_ages] {
            if youngest.is_some_and(|youngest| age < youngest) || oldest.is_some_and(|oldest| age > oldest) {
                return Verdict::Age4029;
            }
        }
    }
    about_cell(q)
}

/// The rows from the cell's owner on.
fn about_cell(q: &Question) -> Verdict {
    match q.owner {
        Owner::ThisServer => {}
        Owner::TheCentre => return Verdict::OfTheCentre,
        Owner::None => return Verdict::SetAside,
    }
    if q.closed {
        return Verdict::ClosedTime;
    }
    if q.rules.access {
        let mut shared = false;
        for bit in [1, 2, 4, 8, 16, 32, 64] {
            shared |= q.access / bit % 2 == 1 && q.flag_access / bit % 2 == 1;
        }
        if !shared {
            return Verdict::NotForThisSource;
        }
        if q.busy_type == 0 {
            return Verdict::NotReception;
        }
    }
    if q.rules.past && q.begin <= q.now {
        return Verdict::HasBegun;
    }
    let mut days_ahead = 0;
    while q.begin >= next_midnight(q.now) + days_ahead * DAY {
        days_ahead += 1;
    }
    if q.rules.max_period && days_ahead > q.max_period_days {
        return Verdict::Period5066(q.max_period_days);
    }
    if q.rules.schedule_days
        && let Some(days) = q.schedule_days
        && days_ahead > days
    {
        return Verdict::ScheduleDays(days);
    }
    if q.plan - q.used - q.held_by_others < 1 {
        return Verdict::Taken4009;
    }
    if q.rules.one_per_time
        && let Some(visit) = earliest(q, |visit| visit.end > q.begin && visit.begin < q.end)
    {
        return Verdict::SameTime4011(visit.begin);
    }
    Verdict::Ticket
}

/// Of the visits that stand in the way the one that begins first.
fn earliest(q: &Question, in_the_way: impl Fn(&Visit) -> bool) -> Option<&Visit> {
    let mut found: Option<&Visit> = None;
    for visit in &q.held {
        if in_the_way(visit) && found.is_none_or(|other| visit.begin < other.begin) {
            found = Some(visit);
        }
    }
    found
}

/// The end of the day in which `wall` lies.
pub fn next_midnight(wall: Wall) -> Wall {
    wall - wall.rem_euclid(DAY) + DAY
}

/// Birthdays that somebody has had by `day`; one born on 29 February has it on 1 March where there is no such day.
pub fn age_on(birth: Date, day: Date) -> i64 {
    let mut years = 0;
    loop {
        let mut birthday = (birth.0 + years + 1, birth.1, birth.2);
        if birthday.2 > days_of_month(birthday.0, birthday.1) {
            birthday = (birthday.0, 3, 1);
        }
        if birthday > day {
            return years;
        }
        years += 1;
    }
}

/// The date of a moment, counted from 1 January 2000 on.
pub fn date(wall: Wall) -> Date {
    let mut days = wall / DAY;
    let (mut year, mut month) = (2000, 1);
    while days >= days_of_month(year, month) {
        days -= days_of_month(year, month);
        (year, month) = if month == 12 {
            (year + 1, 1)
        } else {
            (year, month + 1)
        };
    }
    (year, month, days + 1)
}

/// The first moment of a date from 2000 on.
pub fn midnight((year, month, day): Date) -> Wall {
    let mut days = day - 1;
    for earlier in 2000..year {
        days += (1..=12).map(|month| days_of_month(earlier, month)).sum::<i64>();
    }
    days += (1..month).map(|month| days_of_month(year, month)).sum::<i64>();
    days * DAY
}

/// How long a month is.
pub fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
