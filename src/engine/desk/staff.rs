//! Who may sign in, as an administrator changes it on the page.

use crate::engine::outcome::RequestError;
use crate::model::{Moment, PasswordFound, Staff, login};
use crate::refusal::{DeskRefusal, HttpError};
use crate::store::{Store, WriteTx};
use crate::wire::desk::{NewStaff, PasswordShown};
use crate::wire::message::Answer;

/// Adds somebody, and shows the password this once.
pub fn add(tx: &WriteTx, new: &NewStaff, found: &PasswordFound, now: Moment) -> Result<Answer, RequestError> {
    let (password, hash) = made(found)?;
    tx.add_staff(&new.login, &new.name, new.role, hash, now)??;
    Ok(Answer::json(&PasswordShown {
        login: &new.login,
        password,
    }))
}

/// Gives somebody a new password. A person who was disabled may sign in again.
pub fn reset(tx: &WriteTx, login: &str, found: &PasswordFound) -> Result<Answer, RequestError> {
    let (password, hash) = made(found)?;
    let staff = find(tx, login)?;
    tx.set_staff_password(staff.id, hash)?;
    Ok(Answer::json(&PasswordShown {
        login: &staff.login,
        password,
    }))
}

/// Lets somebody else sign in no more.
pub fn disable(tx: &WriteTx, login: &str, by: &Staff) -> Result<Answer, RequestError> {
    let staff = find(tx, login)?;
    if staff.id == by.id {
        return Err(DeskRefusal::OneselfDisabled.into());
    }
    tx.disable_staff(staff.id)?;
    Ok(Answer::json(&serde_json::json!({})))
}

fn find(store: &Store, named: &str) -> Result<Staff, RequestError> {
    let login = login(named).ok_or(DeskRefusal::StaffUnknown)?;
    Ok(store.find_staff(&login)?.ok_or(DeskRefusal::StaffUnknown)?)
}

/// Returns the new password and its hash.
fn made(found: &PasswordFound) -> Result<(&str, &str), HttpError> {
    match found {
        PasswordFound::Made { password, hash } => Ok((password, hash)),
        PasswordFound::Fits(_) | PasswordFound::Differs => Err(HttpError::Fault),
    }
}
