//! `infomat cancel`

use super::{Failure, open_to_write, output};
use crate::cli::Cancel;
use crate::config::Config;
use crate::engine;
use crate::language::pick;
use crate::model::RECEPTION;
use crate::refusal::{CANCELLED, Refusal};
use crate::store::NOBODY;

/// Cancels a visit under the rules that hold for the patient. The history names the reception and the reason.
pub fn run(config: &Config, wanted: &Cancel) -> Result<(), Failure> {
    let (mut store, now) = open_to_write(config)?;
    let tx = store.write()?;
    let by = tx.find_application(RECEPTION)?;
    let ticket = tx
        .find_ticket(wanted.ticket, None)?
        .ok_or(Refusal::TicketUnknown)?;
    engine::cancel(&tx, &ticket, &by, NOBODY, Some(&wanted.reason), now)??;
    tx.commit()?;
    output::tell(pick(CANCELLED, "the visit is cancelled"));
    Ok(())
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let english = match refusal {
            Refusal::TicketUnknown => "there is no visit of this GUID",
            Refusal::NotActive => "the visit is cancelled already",
            Refusal::VisitBegun => "the visit has begun",
            _ => "the visit cannot be cancelled",
        };
        Failure::Failed(pick(refusal.text(), english.to_owned()))
    }
}
