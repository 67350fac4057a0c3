//! `GET auth/{lpuGuid}/token`: tells whose card a document names, and slows guessing down ([crate::contract::identification]).
//!
//! An unknown document, a wrong birth date and a closed card end alike: after the same statements, with one failure
//! written, in the same words.

use super::outcome::RequestError;
use super::{DEFAULT_SOURCE, Settings};
use crate::model::{
    Bearer, Card, DocumentKind, Identification, Moment, Source, Ticket, TicketCode, VisitStatus, Who, network,
};
use crate::refusal::{HttpError, Refusal};
use crate::store::{CARDS_MAX, DocumentDigest, FailedIdentification, Fault, WriteTx};
use crate::token::Secret;
use crate::wire::identity::{self, IssuedToken};
use crate::wire::message::{Answer, Request};
use crate::wire::reading::client_application;
use chrono::SubsecRound;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use uuid::Uuid;

/// So many failures within so many seconds close the next try.
pub(super) struct Limit {
    pub(super) failures: u32,
    seconds: u32,
}

/// For one document, from any address. At kiosks only failures at kiosks count.
pub(super) const DOCUMENT_LIMIT: Limit = Limit {
    failures: 5,
    seconds: 15 * 60,
};

/// For one address.
pub(super) const ADDRESS_LIMIT: Limit = Limit {
    failures: 10,
    seconds: 5 * 60,
};

/// For the address of a kiosk: many patients use it.
const KIOSK_LIMIT: Limit = Limit {
    failures: 60,
    ..ADDRESS_LIMIT
};

/// How long a failure counts at most.
pub(super) const FAILURE_SECONDS_MAX: u32 = DOCUMENT_LIMIT.seconds;

/// A client application that may name cards and persons without a document, once it has proved itself.
#[derive(Clone, Debug)]
pub struct Trusted {
    /// GUID in the header `ClientApplication`.
    pub guid: Uuid,
    /// Mnemonic: the token's `authSource`.
    pub mnem: String,
    /// What it sends as `Authorization`.
    pub secret: Secret,
}

/// A parsed request, with the client's address.
pub struct CheckedIdentification {
    identification: Identification,
    address: IpAddr,
}

/// Parses a request. Only an application that has proved itself may name a card without a document.
pub fn parse(request: &Request, lpu: &str, settings: &Settings) -> Result<CheckedIdentification, Refusal> {
    let named = client_application(request)?;
    let source = if identity::names_a_card(request) {
        let trusted = named.and_then(|guid| proved(request, guid, settings));
        Source::Trusted(trusted.ok_or(Refusal::NotAuthorized)?.mnem.clone())
    } else {
        named.map_or(Source::Unnamed, Source::Named)
    };
    Ok(CheckedIdentification {
        identification: identity::identification(request, lpu, source)?,
        address: request.client.to_canonical(),
    })
}

/// Returns the trusted application with this GUID if `Authorization` is its secret.
fn proved<'a>(request: &Request, guid: Uuid, settings: &'a Settings) -> Option<&'a Trusted> {
    let trusted = settings.trusted.iter().find(|trusted| trusted.guid == guid)?;
    let mut fields = request.headers("Authorization");
    let is_proved = fields.next().is_some_and(|secret| trusted.secret.is(secret));
    (is_proved && fields.next().is_none()).then_some(trusted)
}

/// Issues a token. Only a failure writes, and its refusal does not undo that. A proved application is not taken for a
/// guesser.
pub fn identify(
    tx: &WriteTx,
    CheckedIdentification {
        identification,
        address,
    }: &CheckedIdentification,
    settings: &Settings,
    now: Moment,
) -> Result<Answer, RequestError> {
    let issue = || issue(tx, identification, settings, now);
    match digest(&identification.who) {
        Some(document) => guess(tx, document, *address, settings, now, issue),
        None => issue(),
    }
}

/// Lets somebody at `address` try what might be a guess at `document`, unless too many have failed of late. An answer of
/// [`Refusal::NotIdentified`] counts as a failure.
pub(super) fn guess(
    tx: &WriteTx,
    document: DocumentDigest,
    address: IpAddr,
    settings: &Settings,
    now: Moment,
    answer: impl FnOnce() -> Result<Answer, RequestError>,
) -> Result<Answer, RequestError> {
    let at_kiosk = settings.kiosk_addresses.contains(&address);
    // A kiosk's neighbours, all of the clinic's network perhaps, do not count as the kiosk.
    let (address, limit) = if at_kiosk {
        (address, KIOSK_LIMIT)
    } else {
        (network(address), ADDRESS_LIMIT)
    };
    let failure = FailedIdentification {
        address: address.to_string(),
        document,
        at_kiosk,
    };
    tx.date_failures_back(now)?;
    // Whoever guesses elsewhere does not lock the patient out of the clinic's own terminals.
    let of_document = tx.document_failure(
        &failure.document,
        at_kiosk,
        DOCUMENT_LIMIT.since(now),
        DOCUMENT_LIMIT.failures,
    )?;
    let of_address = tx.address_failure(&failure.address, limit.since(now), limit.failures)?;
    let waits = [
        of_document.map(|at| DOCUMENT_LIMIT.wait(at, now)),
        of_address.map(|at| limit.wait(at, now)),
    ];
    if let Some(seconds) = waits.into_iter().flatten().max() {
        return Err(HttpError::TooManyFailures(seconds).into());
    }
    let answered = answer();
    if let Err(RequestError::Refused(Refusal::NotIdentified)) = answered {
        let until = now.timestamp() - i64::from(FAILURE_SECONDS_MAX);
        tx.note_failure(&failure, now, until)?;
    }
    answered
}

impl Limit {
    /// Failures after this second count.
    pub(super) fn since(&self, now: Moment) -> i64 {
        now.timestamp() - i64::from(self.seconds)
    }

    /// Returns for how many seconds a failure at `at` will count.
    pub(super) fn wait(&self, at: i64, now: Moment) -> u32 {
        let seconds = u32::try_from(at - self.since(now)).unwrap_or(0);
        seconds.clamp(1, self.seconds)
    }
}

/// Looks the patient up and issues a token. The birth date picks among cards with one number. Two cards with the same date
/// count as none.
fn issue(
    tx: &WriteTx,
    asked: &Identification,
    settings: &Settings,
    now: Moment,
) -> Result<Answer, RequestError> {
    let mnem = match &asked.source {
        Source::Unnamed => DEFAULT_SOURCE.to_owned(),
        Source::Trusted(mnem) => mnem.clone(),
        Source::Named(guid) => {
            let named = tx.find_application_by_guid(*guid)?;
            named.ok_or(Refusal::NotAuthorized)?.mnem
        }
    };
    let lpu = tx.find_lpu(asked.lpu)?.ok_or(Refusal::LpuUnknown)?;
    let cards = match &asked.who {
        Who::Ticket(code) => match card_of_ticket(tx, code, settings)? {
            Some(card) => tx.find_cards(&Who::Card(card), lpu.id)?,
            None => Vec::new(),
        },
        who => tx.find_cards(who, lpu.id)?,
    };
    let is_born_then = |card: &Card| asked.birth_date.is_none_or(|day| day == card.birth_date);
    let born_then: Vec<&Card> = cards.iter().filter(|card| is_born_then(card)).collect();
    match &born_then[..] {
        [card] if cards.len() <= CARDS_MAX as usize => Ok(issued(card, mnem, asked, settings, now)),
        _ => Err(Refusal::NotIdentified.into()),
    }
}

/// Returns the GUID of the card of a genuine ticket's patient, if the visit is not cancelled.
fn card_of_ticket(tx: &WriteTx, code: &TicketCode, settings: &Settings) -> Result<Option<Uuid>, Fault> {
    let ticket = match code {
        TicketCode::Guid(guid) => tx.find_ticket(*guid, None)?,
        TicketCode::Receipt(receipt) => {
            let is_genuine = |ticket: &Ticket| settings.keys.ring().proves(receipt, ticket);
            tx.ticket_in_row(receipt.visit)?.filter(is_genuine)
        }
    };
    match ticket.filter(|ticket| ticket.status == VisitStatus::Active) {
        Some(ticket) => tx.card_of_visit(ticket.id),
        None => Ok(None),
    }
}

/// Returns the answer with a token. The token holds from this second on.
fn issued(card: &Card, mnem: String, asked: &Identification, settings: &Settings, now: Moment) -> Answer {
    let bearer = Bearer {
        lpu: asked.lpu,
        mkab: card.guid,
        login: String::new(),
        source: mnem,
        privilege: matches!(asked.source, Source::Trusted(_)),
    };
    let begin = now.trunc_subsecs(0);
    let end = begin + settings.lifetime;
    let token = settings.keys.ring().sign(&bearer, begin, end);
    Answer::json(&IssuedToken::new(token, end, card))
}

/// Returns the digest of a document for the table of failures. The series does not count: a guesser could vary it. The digest
/// has no key: the cards with the numbers themselves lie in the same file.
///
/// Of a ticket's code the visit counts: neither its signature nor the birth date can be guessed for long. A card or a person is
/// named only by who has proved themselves, and has none.
fn digest(who: &Who) -> Option<DocumentDigest> {
    let text = match who {
        Who::Document(document) => {
            let kind = match document.kind {
                DocumentKind::Policy => "policy",
                DocumentKind::Snils => "snils",
                DocumentKind::Passport => "passport",
            };
            format!("{kind} {}", document.number)
        }
        Who::Ticket(TicketCode::Receipt(receipt)) => format!("visit {}", receipt.visit.0),
        Who::Ticket(TicketCode::Guid(guid)) => format!("ticket {guid}"),
        Who::Card(_) | Who::Person(_) => return None,
    };
    Some(Sha256::digest(text).into())
}
