//! `infomat receipt`

use super::{Failure, failed, output};
use crate::cli::Receipt as Wanted;
use crate::config::Config;
use crate::language::{pick, text};
use crate::model::VisitStatus;
use crate::model::receipt::Receipt;
use crate::store::Store;

/// Checks the code of a ticket, and prints what it proves. Changes nothing and needs no server.
pub fn run(config: &Config, wanted: &Wanted) -> Result<(), Failure> {
    let refused = || {
        failed!(
            "код не подлинный: такого талона нет, или запись с тех пор перенесли",
            "the code is not genuine: there is no such ticket, or the visit was moved since"
        )
    };
    let receipt = Receipt::parse(&wanted.code).ok_or_else(refused)?;
    let ring = config.key_ring()?;
    let store = Store::open_to_read(&config.database, config.zone)?;
    let ticket = store.ticket_in_row(receipt.visit)?.ok_or_else(refused)?;
    if !ring.proves(&receipt, &ticket) {
        return Err(refused());
    }
    let state = match ticket.status {
        VisitStatus::Active => pick("действует", "active"),
        VisitStatus::Cancelled => pick("отменена", "cancelled"),
    };
    let (num, doctor, begin) = (ticket.num, &ticket.doc_fio, ticket.begin.format("%d.%m.%Y %H:%M"));
    output::tell(text!(
        "код подлинный: талон {num:03}, {begin}, {doctor}; запись {state}",
        "the code is genuine: ticket {num:03}, {begin}, {doctor}; the visit is {state}"
    ));
    Ok(())
}
