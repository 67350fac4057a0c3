//! A batch: requests that share one transaction and one flush ([crate::engine]).

use super::clock::Now;
use super::desk::{self, Desk, DeskCall};
use super::holds::{self, HoldName, Taken};
use super::identification::{self, CheckedIdentification};
use super::outcome::answer_or_fault;
use super::reprint::{self, CheckedReprint};
use super::tickets::{self, TicketName};
use super::waiting::{self, EntryName};
use super::{CLOCK_RETRY_SECONDS, Engine, Settings, authenticate, booking, ready, refusals};
use crate::language::Language;
use crate::model::{Moment, WaitingWish, Wish};
use crate::refusal::{HttpError, Refusal, Trouble};
use crate::route::Write;
use crate::store::{Fault, Happened};
use crate::wire::message::{Answer, Request};
use crate::wire::reading::path_guid;
use crate::wire::waiting::waiting_wish;
use crate::wire::wish::wish;
use std::cell::RefCell;
use std::time::Instant;

/// A parsed request that may write.
enum Work {
    Book(Wish),
    Identify(CheckedIdentification),
    Reprint(CheckedReprint),
    Cancel(TicketName),
    CheckIn(TicketName),
    Wait(WaitingWish),
    StopWaiting(EntryName),
    Ready(Language),
    Desk(Box<DeskCall>),
    Hold(Wish),
    GiveBack(HoldName),
}

/// A parsed request, or its answer where parsing ended it.
type ParsedRequest = Result<Work, Answer>;

impl Engine {
    /// Answers requests that may write, in order, with one commit; at most [`super::BATCH_REQUESTS_MAX`]. The answers may go
    /// out when this returns: the disk holds what they promise.
    pub fn answer_batch(&mut self, requests: &[(Request, Write)]) -> Vec<Answer> {
        let now = self.clock.read(&self.store);
        let batch: Vec<ParsedRequest> = requests
            .iter()
            .map(|(request, write)| self.parse(request, write, now))
            .collect();
        if batch.iter().all(Result::is_err) {
            return batch.into_iter().filter_map(Result::err).collect();
        }
        self.copy_log_between_batches();
        let answers = self.run_batch(&batch, now.moment);
        let mut outcomes = batch.iter().zip(&answers);
        if let Some((Ok(Work::Ready(language)), answer)) =
            outcomes.find(|(work, _)| matches!(work, Ok(Work::Ready(_))))
        {
            self.readiness.keep(*language, answer.clone());
        }
        answers
    }

    /// Authenticates and parses a request: all steps that need no store.
    fn parse(&self, request: &Request, write: &Write, now: Now) -> ParsedRequest {
        if !now.is_plausible {
            return Err(match write {
                Write::Ready => ready::not_ready(Trouble::ClockWrong, request.language()),
                _ => HttpError::ClockWrong(CLOCK_RETRY_SECONDS).into(),
            });
        }
        if let (Write::Ready, Some(known)) = (write, self.readiness.known(request.language())) {
            return Err(known.clone());
        }
        parse(request, write, &self.settings, now.moment).map_err(|refusal| Answer::from(&refusal))
    }

    /// Runs a batch. A fault undoes the whole batch. Unless the fault is the disk's, each request is then tried alone, so
    /// that a mistake of this program over one request does not touch the others.
    fn run_batch(&mut self, batch: &[ParsedRequest], now: Moment) -> Vec<Answer> {
        let fault = match self.run_in_one_transaction(batch, now) {
            Ok(answers) => return answers,
            Err(fault) => fault,
        };
        if !self.abandon_replaced_files(&fault) {
            log::error!("a batch of {} requests was not done: {fault}", batch.len());
        }
        self.overwrite_failed_commit();
        if batch.len() > 1 && fault.is_of_one_request() {
            return batch.chunks(1).flat_map(|one| self.run_batch(one, now)).collect();
        }
        let undone = self.failed(&fault);
        let answer = |work: &ParsedRequest| match work {
            Ok(Work::Ready(language)) => ready::not_ready(fault.trouble(), *language),
            Ok(_) => undone.clone(),
            Err(answer) => answer.clone(),
        };
        batch.iter().map(answer).collect()
    }

    /// Runs a batch in one transaction, and commits.
    fn run_in_one_transaction(&mut self, batch: &[ParsedRequest], now: Moment) -> Result<Vec<Answer>, Fault> {
        let Engine {
            store,
            settings,
            started,
            clock,
            metrics,
            has_failed_commit,
            damaged,
            sessions,
            holds,
            terminals,
            refusals,
            ..
        } = self;
        let taken = Taken::default();
        let desk = Desk {
            settings: &settings.desk,
            engine: settings,
            started: *started,
            sessions,
            taken: &taken,
            done: RefCell::default(),
        };
        let tx = store.write()?;
        let over = holds.borrow().over();
        holds::end_in(&tx, &over, now)?;
        let run = |work: &Work| match work {
            Work::Book(wish) => booking::book(&tx, wish, settings, *started, now),
            Work::Identify(checked) => identification::identify(&tx, checked, settings, now),
            Work::Reprint(checked) => reprint::reprint(&tx, checked, settings, *started, now),
            Work::Cancel(name) => tickets::cancel_own(&tx, name, now),
            Work::CheckIn(name) => tickets::check_in(&tx, name, settings, *started, now),
            Work::Wait(wish) => waiting::wait(&tx, wish, &settings.policy, now),
            Work::StopWaiting(name) => waiting::stop_waiting(&tx, name, now),
            Work::Desk(call) => desk::run(&tx, call, &desk, now),
            Work::Hold(wish) => holds::hold(&tx, wish, &settings.policy, &taken, now),
            Work::GiveBack(name) => holds::give_back(&tx, name, now),
            Work::Ready(language) => {
                let terminals = terminals.borrow().problems();
                Ok(ready::prove(
                    &tx,
                    *damaged,
                    clock.state(),
                    terminals,
                    now,
                    *language,
                )?)
            }
        };
        let answer = |parsed: &ParsedRequest| match parsed {
            Ok(work) => answer_or_fault(run(work)),
            Err(answer) => Ok(answer.clone()),
        };
        let answers = batch.iter().map(answer).collect::<Result<_, Fault>>()?;
        let Happened {
            bookings,
            cancellations,
        } = tx.happened();
        let counted = refusals.due(metrics);
        refusals::write(&tx, &counted, now)?;
        let commit = Instant::now();
        *has_failed_commit = true;
        tx.commit()?;
        *has_failed_commit = false;
        clock.committed(now);
        refusals.written(&counted);
        holds.borrow_mut().forget(&over);
        holds.borrow_mut().add(taken.take());
        desk::tell(desk.done.into_inner());
        metrics.committed(batch.len(), commit.elapsed(), bookings, cancellations);
        Ok(answers)
    }
}

fn parse(request: &Request, write: &Write, settings: &Settings, now: Moment) -> Result<Work, Refusal> {
    let authenticated = || authenticate(request, settings, now);
    let ticket_name = |lpu: &str, ticket: &str| {
        Ok::<_, Refusal>(TicketName {
            bearer: authenticated()?,
            lpu: path_guid(lpu, "lpuGuid")?,
            ticket: path_guid(ticket, "ticketGuid")?,
        })
    };
    Ok(match write {
        Write::Book { lpu } => Work::Book(wish(request, lpu, authenticated()?)?),
        Write::Identify { lpu } => Work::Identify(identification::parse(request, lpu, settings)?),
        Write::Reprint { lpu } => Work::Reprint(reprint::parse(request, lpu)?),
        Write::Cancel { lpu, ticket } => Work::Cancel(ticket_name(lpu, ticket)?),
        Write::CheckIn { lpu, ticket } => Work::CheckIn(ticket_name(lpu, ticket)?),
        Write::Wait => Work::Wait(waiting_wish(request, authenticated()?, now.date_naive())?),
        Write::StopWaiting { entry } => Work::StopWaiting(EntryName {
            bearer: authenticated()?,
            entry: path_guid(entry, "guid")?,
        }),
        Write::Ready => Work::Ready(request.language()),
        Write::Hold { lpu } => Work::Hold(Wish {
            idempotency_key: None,
            ..wish(request, lpu, authenticated()?)?
        }),
        Write::GiveBack { lpu, hold } => Work::GiveBack(HoldName {
            bearer: authenticated()?,
            lpu: path_guid(lpu, "lpuGuid")?,
            hold: path_guid(hold, "guid")?,
        }),
        Write::Desk(write) => Work::Desk(Box::new(desk::parse(request, write, settings, now))),
    })
}
