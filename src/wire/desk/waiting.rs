//! The waiting list, as the reception sees it.

use crate::model::{Cell, Moment, Offer, WaitingPatient};
use crate::refusal::Refusal;
use crate::wire::message::Request;
use crate::wire::params::{Json, Params, required};
use crate::wire::ticket::moment;
use crate::wire::waiting::WaitingCall;
use serde::Serialize;
use uuid::Uuid;

/// Parses which cell is offered.
pub fn offered_cell(request: &Request) -> Result<Uuid, Refusal> {
    let params = Params::of_json(request, &[("timeTable", Json::Text)])?;
    required("timeTable", params.guid("timeTable")?)
}

/// Somebody who waits.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WaitingAtDesk<'a> {
    #[serde(flatten)]
    call: WaitingCall<'a>,
    mkab: Uuid,
    offer: Option<OfferShown<'a>>,
}

/// A place that is held for somebody who waits.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfferShown<'a> {
    time_table: Uuid,
    begin_time: String,
    doc_fio: &'a str,
    until: String,
    login: &'a str,
}

/// Who waits.
#[derive(Serialize)]
pub struct WaitingShown<'a> {
    entries: Vec<WaitingAtDesk<'a>>,
    /// There are more than are shown.
    more: bool,
}

impl<'a> WaitingShown<'a> {
    pub fn new(waiting: &'a [WaitingPatient], offers: &'a [Offer], more: bool, now: Moment) -> Self {
        let at_desk = |one: &'a WaitingPatient| WaitingAtDesk {
            call: WaitingCall::new(one, now),
            mkab: one.mkab,
            offer: offers
                .iter()
                .find(|offer| offer.entry == one.entry.id)
                .map(OfferShown::from),
        };
        WaitingShown {
            entries: waiting.iter().map(at_desk).collect(),
            more,
        }
    }
}

impl<'a> From<&'a Offer> for OfferShown<'a> {
    fn from(offer: &'a Offer) -> Self {
        OfferShown {
            time_table: offer.cell,
            begin_time: moment(offer.begin),
            doc_fio: &offer.doc_fio,
            until: moment(offer.until),
            login: &offer.login,
        }
    }
}

/// A free cell that fits somebody who waits.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FittingCell<'a> {
    time_table: Uuid,
    begin_time: String,
    doc_fio: &'a str,
    room: &'a str,
}

impl<'a> From<&'a Cell> for FittingCell<'a> {
    fn from(cell: &'a Cell) -> Self {
        FittingCell {
            time_table: cell.guid,
            begin_time: moment(cell.begin),
            doc_fio: &cell.resource.doc_fio,
            room: cell.room(),
        }
    }
}
