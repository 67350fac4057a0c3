//! Signing in, and what slows guessing down.
//!
//! An unknown login and a wrong password end alike: after the same work, with one failure written, in the same words. The limits
//! hold twice: before the password is checked, and when its answer is given, so that many tries at one time gain nothing.

use super::{Desk, Visitor};
use crate::engine::identification::{ADDRESS_LIMIT, DOCUMENT_LIMIT, FAILURE_SECONDS_MAX};
use crate::engine::outcome::RequestError;
use crate::engine::password::{PASSWORD_BYTES_MAX, PasswordWork};
use crate::engine::{CLOCK_RETRY_SECONDS, Engine};
use crate::model::{Moment, PasswordFound, Staff, network};
use crate::refusal::{DeskRefusal, HttpError};
use crate::store::{FailedIdentification, Store, WriteTx};
use crate::wire::desk::{Credentials, credentials, set_cookie};
use crate::wire::message::{Answer, Request};
use sha2::{Digest, Sha256};

impl Engine {
    /// Returns the check of a password, where the login may be tried now.
    pub(super) fn sign_in_work(&mut self, request: &Request) -> Result<PasswordWork, RequestError> {
        let now = self.clock.read(&self.store);
        if !now.is_plausible {
            return Err(HttpError::ClockWrong(CLOCK_RETRY_SECONDS).into());
        }
        let visitor = Visitor::of(request, &self.settings.desk, true);
        visitor.admitted()?;
        let typed = credentials(request, PASSWORD_BYTES_MAX)?;
        self.store.look_at_files()?;
        let _snapshot = self.store.snapshot()?;
        may_try(&self.store, &failure(&visitor, &typed), now.moment)?;
        let staff = find(&self.store, &typed)?;
        Ok(PasswordWork::Check {
            password: typed.password,
            hash: staff.map(|staff| staff.password),
        })
    }
}

/// Begins a session if the password fits. Returns the login with the answer.
pub fn sign_in(
    tx: &WriteTx,
    visitor: &Visitor,
    typed: &Credentials,
    found: &PasswordFound,
    desk: &Desk,
    now: Moment,
) -> Result<(String, Answer), RequestError> {
    let failure = failure(visitor, typed);
    tx.date_failures_back(now)?;
    may_try(tx, &failure, now)?;
    let fits = |staff: &Staff| *found == PasswordFound::Fits(staff.password.clone());
    let Some(staff) = find(tx, typed)?.filter(fits) else {
        tx.note_failure(&failure, now, now.timestamp() - i64::from(FAILURE_SECONDS_MAX))?;
        return Err(DeskRefusal::WrongPassword.into());
    };
    let secret = desk.sessions.borrow_mut().begin(&staff, desk.settings.idle);
    let mut answer = Answer::json(&desk.settings.shown_to(&staff));
    answer
        .headers
        .push(("Set-Cookie", set_cookie(&secret, visitor.is_encrypted)));
    Ok((staff.login, answer))
}

/// Returns who may sign in with the login that was typed.
fn find(store: &Store, typed: &Credentials) -> Result<Option<Staff>, RequestError> {
    let Some(login) = &typed.login else {
        return Ok(None);
    };
    Ok(store.find_staff(login)?.filter(|staff| !staff.disabled))
}

/// What is written of a failure: the reception's are counted apart from the terminals'.
fn failure(visitor: &Visitor, typed: &Credentials) -> FailedIdentification {
    let login = typed.login.as_deref().unwrap_or_default();
    FailedIdentification {
        address: format!("desk {}", network(visitor.client)),
        document: Sha256::digest(format!("login {login}")).into(),
        at_kiosk: false,
    }
}

fn may_try(store: &Store, failure: &FailedIdentification, now: Moment) -> Result<(), RequestError> {
    let FailedIdentification {
        address, document, ..
    } = failure;
    let of_login = store.document_failure(
        document,
        false,
        DOCUMENT_LIMIT.since(now),
        DOCUMENT_LIMIT.failures,
    )?;
    let of_address = store.address_failure(address, ADDRESS_LIMIT.since(now), ADDRESS_LIMIT.failures)?;
    let waits = [
        of_login.map(|at| DOCUMENT_LIMIT.wait(at, now)),
        of_address.map(|at| ADDRESS_LIMIT.wait(at, now)),
    ];
    match waits.into_iter().flatten().max() {
        Some(seconds) => Err(DeskRefusal::TooManyPasswords { seconds }.into()),
        None => Ok(()),
    }
}
