//! The rules about a booked visit ([crate::contract::tickets]): pure.

use crate::model::{Moment, Ticket, VisitStatus};
use crate::refusal::Refusal;
use chrono::{NaiveTime, TimeDelta};

/// Checks that a visit may be cancelled.
///
/// "Not active" comes before "has begun": the answer stays the same as time goes by. A client whose first answer was lost
/// learns, whenever it asks again, that the visit is cancelled.
pub fn may_cancel(ticket: &Ticket, now: Moment) -> Result<(), Refusal> {
    if ticket.status == VisitStatus::Cancelled {
        Err(Refusal::NotActive)
    } else if ticket.begin <= now {
        Err(Refusal::VisitBegun)
    } else {
        Ok(())
    }
}

/// Checks that the patient may be marked as come: only for an active visit, on its day, and not earlier than `hours_before`
/// its begin. A late patient counts until the end of the day.
pub fn may_check_in(ticket: &Ticket, hours_before: i64, now: Moment) -> Result<(), Refusal> {
    if ticket.status == VisitStatus::Cancelled {
        return Err(Refusal::ArrivalNotActive);
    }
    let day = ticket.begin.date_naive();
    if day < now.date_naive() {
        return Err(Refusal::ArrivalTooLate);
    }
    let from = (ticket.begin - TimeDelta::hours(hours_before)).max(midnight_before(ticket.begin));
    if now < from {
        return Err(Refusal::ArrivalTooEarly { from });
    }
    Ok(())
}

/// Returns the first moment of a moment's day, on the moment's own clock.
fn midnight_before(moment: Moment) -> Moment {
    moment.with_time(NaiveTime::MIN).earliest().unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ticket;
    use crate::model::VisitId;
    use uuid::Uuid;

    fn at(text: &str) -> Moment {
        Moment::parse_from_rfc3339(text).unwrap()
    }

    fn ticket(begin: &str, status: VisitStatus) -> Ticket {
        let begin = at(begin);
        let text = String::new;
        Ticket {
            id: VisitId(1),
            guid: Uuid::nil(),
            lpu: Uuid::nil(),
            lpu_model: text(),
            num: 1,
            uchastok_num: text(),
            room: text(),
            flat: 0,
            busy_type: None,
            cell: None,
            doc_fio: text(),
            resource: Uuid::nil(),
            role: text(),
            speciality: text(),
            begin,
            end: begin + TimeDelta::minutes(15),
            made: begin,
            plan_count: 1,
            used_count: 1,
            source: 1,
            source_name: text(),
            login: text(),
            exam: None,
            status,
            checked_in: None,
            history: Vec::new(),
        }
    }

    #[test]
    fn a_visit_is_cancelled_until_it_begins_and_that_it_is_cancelled_comes_first() {
        let begin = "2026-03-02T10:00:00+03:00";
        for (now, status, expected) in [
            ("2026-03-02T09:59:59+03:00", VisitStatus::Active, None),
            (
                "2026-03-02T10:00:00+03:00",
                VisitStatus::Active,
                Some(Refusal::VisitBegun),
            ),
            (
                "2026-03-02T09:59:59+03:00",
                VisitStatus::Cancelled,
                Some(Refusal::NotActive),
            ),
            (
                "2026-03-02T10:00:00+03:00",
                VisitStatus::Cancelled,
                Some(Refusal::NotActive),
            ),
        ] {
            let found = may_cancel(&ticket(begin, status), at(now)).err();
            assert_eq!(found, expected, "{now}");
        }
    }

    #[test]
    fn arrivals_are_taken_on_the_day_from_two_hours_before() {
        let early = |from| Some(Refusal::ArrivalTooEarly { from: at(from) });
        let cases = [
            ("2026-03-02T10:00:00+03:00", "2026-03-02T08:00:00+03:00", None),
            (
                "2026-03-02T10:00:00+03:00",
                "2026-03-02T07:59:59+03:00",
                early("2026-03-02T08:00:00+03:00"),
            ),
            ("2026-03-02T10:00:00+03:00", "2026-03-02T23:59:59+03:00", None),
            (
                "2026-03-02T10:00:00+03:00",
                "2026-03-03T00:00:00+03:00",
                Some(Refusal::ArrivalTooLate),
            ),
            // Within two hours, but the evening before.
            (
                "2026-03-02T00:30:00+03:00",
                "2026-03-01T23:30:00+03:00",
                early("2026-03-02T00:00:00+03:00"),
            ),
            ("2026-03-02T00:30:00+03:00", "2026-03-02T00:00:00+03:00", None),
        ];
        for (begin, now, expected) in cases {
            let found = may_check_in(&ticket(begin, VisitStatus::Active), 2, at(now)).err();
            assert_eq!(found, expected, "{begin} {now}");
            let cancelled = may_check_in(&ticket(begin, VisitStatus::Cancelled), 2, at(now)).err();
            assert_eq!(cancelled, Some(Refusal::ArrivalNotActive));
        }
    }
}
