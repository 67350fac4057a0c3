//! The reception's methods ([crate::contract::desk]): from where they may be asked for, who is signed in, and who may do what.
//!
//! A change passes these steps: [`Visitor::of`] looks at address, origin and cookie; [`parse`] reads what is asked for; in the
//! batch [`run`] finds who is signed in, asks [`Role::may`](crate::model::Role::may), and acts. Where a password has to be checked
//! or made, [`Engine::before_batch`] comes first, and the work is done on another thread.

mod cards;
mod closures;
mod day;
mod patients;
mod reading;
mod sessions;
mod sign_in;
mod staff;
mod status;
mod visits;
mod waiting;

pub use sessions::Sessions;
pub use status::Booked;

use super::holds::Taken;
use super::outcome::{RequestError, answer_or_fault};
use super::password::{PASSWORD_BYTES_MAX, PasswordWork};
use super::{Engine, Settings};
use crate::model::{ClosureWish, Contact, Moment, NewCard, PasswordFound, Right, Staff};
use crate::refusal::{DeskRefusal, Refusal};
use crate::route::{DeskWrite, Write};
use crate::store::{Store, WriteTx};
use crate::wire::desk::card::new_card;
use crate::wire::desk::closure::{called_note, new_closure};
use crate::wire::desk::waiting::offered_cell;
use crate::wire::desk::{
    Credentials, NewStaff, SessionShown, VisitWish, cancel_reason, credentials, is_encrypted, is_own_origin,
    new_contact, new_staff, session_cookie, set_cookie, visit_wish,
};
use crate::wire::message::{Answer, Request};
use std::cell::RefCell;
use std::net::IpAddr;
use std::time::Duration;
use uuid::Uuid;
use visits::Counter;

/// The path of the page's document.
const DOCUMENT: &str = "/desk";

/// The reception's settings.
#[derive(Clone, Debug)]
pub struct DeskSettings {
    /// Addresses of the reception.
    pub addresses: Vec<IpAddr>,
    /// Time without a request of the person after which a session ends.
    pub idle: Duration,
    /// Names of the rules that may be overridden.
    pub may_override: Vec<String>,
    /// How long a place is held that is offered to somebody who waits.
    pub offer_minutes: u32,
}

impl DeskSettings {
    /// What somebody who is signed in is told.
    fn shown_to<'a>(&self, staff: &'a Staff) -> SessionShown<'a> {
        SessionShown::new(staff, self.idle.as_secs() / 60, !self.may_override.is_empty())
    }
}

/// From where a request comes, and with which cookie.
pub struct Visitor {
    client: IpAddr,
    /// The cookie's secret; empty without one.
    secret: String,
    is_encrypted: bool,
    /// What keeps it out before anybody is asked for a name.
    refused: Option<DeskRefusal>,
    /// The page asked by itself: nobody has touched it.
    is_unattended: bool,
}

impl Visitor {
    fn of(request: &Request, settings: &DeskSettings, is_change: bool) -> Visitor {
        let client = request.client.to_canonical();
        let refused = if !settings.addresses.contains(&client) {
            Some(DeskRefusal::Elsewhere)
        } else if is_change && !is_own_origin(request) {
            Some(DeskRefusal::ForeignOrigin)
        } else {
            None
        };
        Visitor {
            client,
            secret: session_cookie(request).unwrap_or_default().to_owned(),
            is_encrypted: is_encrypted(request),
            refused,
            is_unattended: request.headers("X-Unattended").next().is_some(),
        }
    }

    fn admitted(&self) -> Result<(), DeskRefusal> {
        self.refused.clone().map_or(Ok(()), Err)
    }
}

/// A change that somebody at the reception asks for.
pub struct DeskCall {
    visitor: Visitor,
    name: &'static str,
    right: Right,
    work: Result<DeskWork, Refusal>,
}

/// What a change is, parsed.
enum DeskWork {
    SignIn(Credentials, PasswordFound),
    SignOut,
    /// It has been answered before the batch.
    Job,
    AddStaff(NewStaff, PasswordFound),
    ResetStaff(String, PasswordFound),
    DisableStaff(String),
    AddCard(NewCard),
    SetContact(String, Contact),
    Book(String, VisitWish),
    Move(String, VisitWish),
    Cancel(String, String),
    CheckIn(String),
    Offer(String, Uuid),
    Withdraw(String),
    EndWaiting(String),
    Close(ClosureWish),
    Open(String),
    SeeIssue(String),
    Called {
        closure: String,
        ticket: String,
        note: String,
    },
}

/// What the desk's part of a batch has to do with, beside the transaction.
pub struct Desk<'a> {
    pub settings: &'a DeskSettings,
    /// All settings of the engine.
    pub engine: &'a Settings,
    /// When the server started.
    pub started: Moment,
    pub sessions: &'a RefCell<Sessions>,
    /// Holds that are taken in the batch.
    pub taken: &'a Taken,
    /// Lines for the log, once the batch is committed: who did what.
    pub done: RefCell<Vec<(String, &'static str)>>,
}

/// Parses a change. What is wrong with it is told only to somebody who may ask for it.
pub fn parse(request: &Request, write: &DeskWrite, settings: &Settings, now: Moment) -> DeskCall {
    let found = |found: &Option<PasswordFound>| found.clone().unwrap_or(PasswordFound::Differs);
    let work = || {
        Ok(match write {
            DeskWrite::SignIn(checked) => {
                DeskWork::SignIn(credentials(request, PASSWORD_BYTES_MAX)?, found(checked))
            }
            DeskWrite::SignOut => DeskWork::SignOut,
            DeskWrite::AddStaff(made) => DeskWork::AddStaff(new_staff(request)?, found(made)),
            DeskWrite::ResetStaff { login, found: made } => DeskWork::ResetStaff(login.clone(), found(made)),
            DeskWrite::DisableStaff { login } => DeskWork::DisableStaff(login.clone()),
            DeskWrite::AddCard => DeskWork::AddCard(new_card(request, now.date_naive())?),
            DeskWrite::SetContact { mkab } => DeskWork::SetContact(mkab.clone(), new_contact(request)?),
            DeskWrite::Book { mkab } => DeskWork::Book(mkab.clone(), visit_wish(request)?),
            DeskWrite::Move { ticket } => DeskWork::Move(ticket.clone(), visit_wish(request)?),
            DeskWrite::Cancel { ticket } => DeskWork::Cancel(ticket.clone(), cancel_reason(request)?),
            DeskWrite::CheckIn { ticket } => DeskWork::CheckIn(ticket.clone()),
            DeskWrite::Offer { entry } => DeskWork::Offer(entry.clone(), offered_cell(request)?),
            DeskWrite::Withdraw { entry } => DeskWork::Withdraw(entry.clone()),
            DeskWrite::EndWaiting { entry } => DeskWork::EndWaiting(entry.clone()),
            DeskWrite::Close => DeskWork::Close(new_closure(request, settings.zone, now)?),
            DeskWrite::Open { closure } => DeskWork::Open(closure.clone()),
            DeskWrite::Job(_) => DeskWork::Job,
            DeskWrite::SeeIssue { issue } => DeskWork::SeeIssue(issue.clone()),
            DeskWrite::Called { closure, ticket } => DeskWork::Called {
                closure: closure.clone(),
                ticket: ticket.clone(),
                note: called_note(request)?,
            },
        })
    };
    DeskCall {
        visitor: Visitor::of(request, &settings.desk, true),
        name: write.name(),
        right: right(write),
        work: work(),
    }
}

/// Runs a change in the batch's transaction.
pub fn run(tx: &WriteTx, call: &DeskCall, desk: &Desk, now: Moment) -> Result<Answer, RequestError> {
    let DeskCall {
        visitor,
        name,
        right,
        work,
    } = call;
    visitor.admitted()?;
    let (login, answer) = match work {
        Ok(DeskWork::SignIn(typed, found)) => sign_in::sign_in(tx, visitor, typed, found, desk, now)?,
        Ok(DeskWork::SignOut) => {
            let staff = desk.staff(tx, visitor)?;
            desk.sessions.borrow_mut().end(&visitor.secret);
            let mut answer = Answer::json(&serde_json::json!({}));
            answer
                .headers
                .push(("Set-Cookie", set_cookie("", visitor.is_encrypted)));
            (staff.login, answer)
        }
        work => {
            let staff = desk.staff(tx, visitor)?;
            may(&staff, *right)?;
            let answer = match work {
                Ok(work) => act(tx, work, &staff, desk, now)?,
                Err(refusal) => return Err(refusal.clone().into()),
            };
            (staff.login, answer)
        }
    };
    desk.done.borrow_mut().push((login, name));
    Ok(answer)
}

fn act(tx: &WriteTx, work: &DeskWork, by: &Staff, desk: &Desk, now: Moment) -> Result<Answer, RequestError> {
    let counter = Counter {
        desk,
        settings: desk.engine,
        by,
        started: desk.started,
        now,
    };
    match work {
        DeskWork::AddCard(card) => cards::add(tx, card, by, now),
        DeskWork::SetContact(mkab, contact) => patients::set_contact(tx, mkab, contact, now),
        DeskWork::Book(mkab, wished) => counter.book(tx, mkab, wished),
        DeskWork::Move(ticket, wished) => counter.put_off(tx, ticket, wished),
        DeskWork::Cancel(ticket, reason) => counter.cancel(tx, ticket, reason),
        DeskWork::CheckIn(ticket) => counter.check_in(tx, ticket),
        DeskWork::Offer(entry, cell) => waiting::offer(tx, entry, *cell, desk, by, now),
        DeskWork::Withdraw(entry) => waiting::withdraw(tx, entry, now),
        DeskWork::EndWaiting(entry) => waiting::end(tx, entry, now),
        DeskWork::Close(wish) => closures::close(tx, wish, by, now),
        DeskWork::Open(closure) => closures::open(tx, closure, now),
        DeskWork::SeeIssue(issue) => status::see_issue(tx, issue, now),
        DeskWork::Called {
            closure,
            ticket,
            note,
        } => closures::note_called(tx, closure, ticket, note, by, now),
        DeskWork::AddStaff(new, found) => staff::add(tx, new, found, now),
        DeskWork::ResetStaff(login, found) => staff::reset(tx, login, found),
        DeskWork::DisableStaff(login) => staff::disable(tx, login, by),
        DeskWork::SignIn(..) | DeskWork::SignOut | DeskWork::Job => Err(DeskRefusal::NotSignedIn.into()),
    }
}

/// The right that a change needs.
fn right(write: &DeskWrite) -> Right {
    match write {
        DeskWrite::SignIn(_) | DeskWrite::SignOut => Right::Day,
        DeskWrite::AddStaff(_) | DeskWrite::ResetStaff { .. } | DeskWrite::DisableStaff { .. } => {
            Right::Staff
        }
        DeskWrite::Job(_) | DeskWrite::SeeIssue { .. } => Right::Status,
        DeskWrite::AddCard | DeskWrite::SetContact { .. } => Right::Patients,
        DeskWrite::Close | DeskWrite::Open { .. } | DeskWrite::Called { .. } => Right::Timetable,
        DeskWrite::Offer { .. }
        | DeskWrite::Withdraw { .. }
        | DeskWrite::EndWaiting { .. }
        | DeskWrite::Book { .. }
        | DeskWrite::Move { .. }
        | DeskWrite::Cancel { .. }
        | DeskWrite::CheckIn { .. } => Right::Visits,
    }
}

fn may(staff: &Staff, right: Right) -> Result<(), DeskRefusal> {
    if staff.role.may(right) {
        return Ok(());
    }
    log::warn!(target: "desk", "login={} has no right", staff.login);
    Err(DeskRefusal::NoRight)
}

impl Desk<'_> {
    /// Returns who is signed in.
    fn staff(&self, store: &Store, visitor: &Visitor) -> Result<Staff, RequestError> {
        signed_in(store, visitor, self.settings, self.sessions)
    }
}

/// Returns who is signed in with the visitor's cookie. Somebody who was disabled, or got another password, is not.
fn signed_in(
    store: &Store,
    visitor: &Visitor,
    settings: &DeskSettings,
    sessions: &RefCell<Sessions>,
) -> Result<Staff, RequestError> {
    visitor.admitted()?;
    let mut sessions = sessions.borrow_mut();
    let found = sessions.find(&visitor.secret, settings.idle, !visitor.is_unattended);
    let (login, password) = found.ok_or(DeskRefusal::NotSignedIn)?;
    let staff = store.find_staff(login)?;
    let is_valid = |staff: &Staff| !staff.disabled && staff.password == password;
    Ok(staff.filter(is_valid).ok_or(DeskRefusal::NotSignedIn)?)
}

impl Engine {
    /// Returns the work on a password that has to be done before a request that may write can be decided; an answer, where
    /// it need not be done, and to a request that no transaction is needed for. Others are for a batch.
    pub fn before_batch(&mut self, request: &Request, write: &Write) -> Option<Result<PasswordWork, Answer>> {
        let Write::Desk(write) = write else {
            return None;
        };
        let work = match write {
            DeskWrite::SignIn(None) => self.sign_in_work(request),
            DeskWrite::AddStaff(None) | DeskWrite::ResetStaff { found: None, .. } => {
                let visitor = Visitor::of(request, &self.settings.desk, true);
                self.staff_with(&visitor, Right::Staff)
                    .map(|_| PasswordWork::Make)
            }
            DeskWrite::Job(job) => {
                let answered = answer_or_fault(self.job(request, job, write.name()));
                return Some(Err(answered.unwrap_or_else(|fault| self.failed_read(&fault))));
            }
            _ => return None,
        };
        Some(work.map_err(|error| {
            let answered = answer_or_fault(Err(error));
            answered.unwrap_or_else(|fault| self.failed_read(&fault))
        }))
    }

    /// Returns who is signed in and has this right.
    fn staff_with(&self, visitor: &Visitor, right: Right) -> Result<Staff, RequestError> {
        let staff = signed_in(&self.store, visitor, &self.settings.desk, &self.sessions)?;
        may(&staff, right)?;
        Ok(staff)
    }
}

/// Logs who did what, after its commit.
pub fn tell(done: Vec<(String, &'static str)>) {
    for (login, what) in done {
        log::info!(target: "desk", "login={login} did={what}");
    }
}

impl From<DeskRefusal> for RequestError {
    fn from(refusal: DeskRefusal) -> Self {
        RequestError::Desk(refusal)
    }
}
