//! The status page: how the server is, a month in numbers, and the work that it begins.

use super::{DeskRefusal, Visitor};
use crate::engine::jobs::Checked;
use crate::engine::outcome::RequestError;
use crate::engine::ready::problems;
use crate::engine::{Engine, refusals};
use crate::health::{Finding, Subject};
use crate::model::{Moment, RefusalCount, Right, guid};
use crate::route::JobWrite;
use crate::rules::Reach;
use crate::store::{Fault, Store, WriteTx};
use crate::wire::desk::status::{
    CheckShown, IssuesShown, JobShown, Month, RegionShown, SendingBegun, Status, import_wish, piece_offset,
    shown,
};
use crate::wire::message::{Answer, Request};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The client application whose places are shown: what patients can book by themselves.
const TERMINALS: &str = "Infomat";

/// Days ahead whose free places are shown.
const DAYS_AHEAD: usize = 31;

/// Most of what an exchange left to a person that is shown at once.
const ISSUES_SHOWN: u32 = 100;

/// Bookings by day, as far as they have been counted.
#[derive(Default)]
pub struct Booked {
    by_day: BTreeMap<NaiveDate, u64>,
    /// The last row of a visit that is counted.
    upto: i64,
}

impl Booked {
    /// Counts the visits that have been made since the last time. Days before `first` are forgotten.
    fn count(
        &mut self,
        store: &Store,
        first: NaiveDate,
        since: Moment,
    ) -> Result<&BTreeMap<NaiveDate, u64>, Fault> {
        let (new, upto) = store.bookings_by_day(since, self.upto)?;
        for (day, count) in new {
            *self.by_day.entry(day).or_default() += count;
        }
        self.upto = upto;
        self.by_day.retain(|day, _| *day >= first);
        Ok(&self.by_day)
    }
}

impl Engine {
    /// Tells how the server is.
    pub(super) fn status(&self, now: Moment) -> Result<Answer, RequestError> {
        let store = &self.store;
        let written = store.last_moment()?;
        let own = self.own_findings(now)?;
        let zone = self.settings.zone;
        let until = store.last_cell()?.map(|at| zone.at(at).date_naive());
        let exchange = store.region_state()?.map(RegionShown::from);
        let [backup, imported] = [store.last_backup()?, store.last_import()?].map(|at| at.map(shown));
        Ok(self.jobs.look(|checked, is_running, job| {
            Answer::json(&Status {
                now: shown(now),
                version: env!("CARGO_PKG_VERSION"),
                started: shown(self.started),
                backup,
                imported,
                timetable_until: until.map(|day| day.to_string()),
                written: (written > 0).then(|| shown(zone.at(written))),
                disk_free_bytes: store.disk_free_bytes(),
                check: check_shown(checked, is_running, &own),
                job: job.map(JobShown::from),
                exchange,
            })
        }))
    }

    /// Returns what only the serving process knows: whether its log is copied, how its clock has jumped, and the printers of the terminals.
    fn own_findings(&self, now: Moment) -> Result<Vec<Finding>, Fault> {
        let problems = problems(
            &self.store,
            self.clock.state(),
            self.terminals.borrow().problems(),
            now,
        )?;
        let own = problems.into_iter().filter(|problem| {
            matches!(
                problem.subject(),
                Subject::Log | Subject::Clock | Subject::Printer
            )
        });
        let finding = |problem: crate::health::Problem| Finding {
            grade: problem.severity().into(),
            what: problem.subject().name_at_desk().to_owned(),
            found: problem.text_at_desk(),
            action: None,
        };
        Ok(own.map(finding).collect())
    }

    /// Tells a month in numbers.
    pub(super) fn month(&self, now: Moment) -> Result<Answer, RequestError> {
        let store = &self.store;
        let today = now.date_naive();
        let first = refusals::first_day(today);
        let terminals = store.find_application(TERMINALS)?;
        let reach = Reach::of(&terminals, &self.settings.policy, today);
        let mut counted = store.refusals_since(first)?;
        let pending = self.refusals.pending(&self.metrics).into_iter();
        counted.extend(pending.map(|(code, count)| RefusalCount {
            date: today,
            code,
            count,
        }));
        let free = store.free_places_by_day(&reach, now)?;
        let free = free.into_iter().take(DAYS_AHEAD).collect();
        let supplies = store.supplies(&reach, now)?;
        let mut booked = self.booked.borrow_mut();
        let booked = booked.count(store, first, self.settings.zone.start_of(first))?;
        Ok(Answer::json(&Month::new(
            (first, today),
            booked,
            &counted,
            free,
            supplies,
        )))
    }

    /// Lists what an exchange left to a person, the oldest first.
    pub(super) fn issues(&self) -> Result<Answer, RequestError> {
        let issues = self.store.issues(ISSUES_SHOWN + 1)?;
        Ok(Answer::json(&IssuesShown::new(&issues, ISSUES_SHOWN)))
    }

    /// Begins, feeds or ends work beside the server. It needs no transaction.
    pub(super) fn job(
        &self,
        request: &Request,
        job: &JobWrite,
        name: &'static str,
    ) -> Result<Answer, RequestError> {
        let visitor = Visitor::of(request, &self.settings.desk, true);
        let staff = self.staff_with(&visitor, Right::Status)?;
        let done = || Answer::json(&serde_json::json!({}));
        let answer = match job {
            JobWrite::Check => self.jobs.check().map(|()| done()),
            JobWrite::BackUp => self.jobs.back_up(Uuid::now_v7(), &staff.login).map(|()| done()),
            JobWrite::BeginImport => {
                let wish = import_wish(request)?;
                let guid = Uuid::now_v7();
                let begun = self.jobs.begin_import(guid, &staff.login, wish);
                begun.map(|()| Answer::json(&SendingBegun::new(guid)))
            }
            JobWrite::Piece { job, offset } => {
                let received = self
                    .jobs
                    .take_piece(named(job)?, piece_offset(offset)?, &request.body)?;
                return Ok(Answer::json(&serde_json::json!({ "received": received })));
            }
            JobWrite::StopImport { job } => self.jobs.stop_sending(named(job)?).map(|()| done()),
        }?;
        log::info!(target: "desk", "login={} did={name}", staff.login);
        Ok(answer)
    }
}

/// Marks what an exchange left to a person as seen.
pub fn see_issue(tx: &WriteTx, issue: &str, now: Moment) -> Result<Answer, RequestError> {
    let id = issue.parse().map_err(|_| DeskRefusal::IssueUnknown)?;
    if !tx.see_issue(id, now)? {
        return Err(DeskRefusal::IssueUnknown.into());
    }
    Ok(Answer::json(&serde_json::json!({})))
}

fn named(job: &str) -> Result<Uuid, DeskRefusal> {
    guid(job).ok_or(DeskRefusal::NoSuchJob)
}

fn check_shown<'a>(checked: Option<&'a Checked>, is_running: bool, own: &'a [Finding]) -> CheckShown<'a> {
    let findings = checked.map(|checked| checked.findings.as_ref());
    let (found, message) = match findings {
        None => (&[][..], ""),
        Some(Ok(found)) => (&**found, ""),
        Some(Err(message)) => (&[][..], &**message),
    };
    CheckShown {
        at: checked.map(|checked| shown(checked.at)),
        is_running,
        message,
        findings: own.iter().chain(found).collect(),
    }
}
