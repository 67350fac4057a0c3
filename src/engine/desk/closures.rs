//! Closed times: closing and opening, and the visits that somebody has to see to.

use crate::engine::Engine;
use crate::engine::outcome::RequestError;
use crate::model::{Closure, ClosureWish, Moment, Staff};
use crate::refusal::DeskRefusal;
use crate::store::{Fault, Store, WriteTx};
use crate::wire::desk::closure::{ClosureListed, ClosureShown};
use crate::wire::message::Answer;
use crate::wire::reading::path_guid;

impl Engine {
    /// Returns the closed times that end today or later, those that were opened again last.
    pub(super) fn closures(&self, now: Moment) -> Result<Answer, RequestError> {
        let (today, _) = self.settings.zone.day_of(now);
        let closures = self.store.closures_since(today)?;
        let listed: Result<Vec<_>, Fault> = closures
            .iter()
            .map(|closure| {
                Ok(ClosureListed::new(
                    closure,
                    &self.store.concerned_visits(closure)?,
                ))
            })
            .collect();
        Ok(Answer::json(&listed?))
    }
}

/// Closes a time.
pub fn close(tx: &WriteTx, wish: &ClosureWish, by: &Staff, now: Moment) -> Result<Answer, RequestError> {
    let closure = tx.close(wish, &by.login, now)??;
    Ok(shown(tx, &closure)?)
}

/// Opens a closed time again. One that is open already is answered as it is.
pub fn open(tx: &WriteTx, closure: &str, now: Moment) -> Result<Answer, RequestError> {
    let mut closure = find(tx, closure)?;
    if closure.opened.is_none() {
        tx.open_closure(&closure, now)?;
        closure.opened = Some(now);
    }
    Ok(shown(tx, &closure)?)
}

/// Notes that the patient of a visit was told. The last note counts.
pub fn note_called(
    tx: &WriteTx,
    closure: &str,
    ticket: &str,
    note: &str,
    by: &Staff,
    now: Moment,
) -> Result<Answer, RequestError> {
    let closure = find(tx, closure)?;
    let ticket = path_guid(ticket, "ticketGuid")?;
    let visits = tx.concerned_visits(&closure)?;
    if !visits.iter().any(|one| one.at_desk.visit.ticket == ticket) {
        return Err(DeskRefusal::NotConcerned.into());
    }
    tx.note_called(&closure, ticket, &by.login, note, now)?;
    Ok(shown(tx, &closure)?)
}

/// Returns the closed time of a path.
pub fn find(store: &Store, closure: &str) -> Result<Closure, RequestError> {
    let guid = path_guid(closure, "closureGuid")?;
    Ok(store.find_closure(guid)?.ok_or(DeskRefusal::ClosureUnknown)?)
}

/// Returns a closed time with its visits.
pub fn shown(store: &Store, closure: &Closure) -> Result<Answer, Fault> {
    let visits = store.concerned_visits(closure)?;
    Ok(Answer::json(&ClosureShown::new(closure, &visits)))
}
