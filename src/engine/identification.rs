//! `GET auth/{lpuGuid}/token`: tells whose card a document names, and slows guessing down ([crate::contract::identification]).
//!
//! An unknown document, a wrong birth date and a closed card end alike: after the same statements, with one failure
//! written, in the same words.

use super::{DEFAULT_SOURCE, Settings};
use crate::model::{Bearer, Card, Document, DocumentKind, Identification, Moment, Source, Who, network};
use crate::refusal::{HttpError, Refusal};
use crate::store::{CARDS_MAX, DocumentDigest, Failure, Fault, WriteTx};
use crate::token::Secret;
use crate::wire::identity::{self, IssuedToken};
use crate::wire::message::{Answer, Request};
use crate::wire::reading::client_application;
use chrono::SubsecRound;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use uuid::Uuid;

/// So many failures in so many seconds, and the next try is not looked at.
struct Limit {
    failures: u32,
    seconds: u32,
}

/// For one document, whoever shows it; at kiosks those failures alone count that happened there.
const DOCUMENT_LIMIT: Limit = Limit {
    failures: 5,
    seconds: 15 * 60,
};

/// For one address.
const ADDRESS_LIMIT: Limit = Limit {
    failures: 10,
    seconds: 5 * 60,
};

/// For the address of a kiosk, where one patient comes after the other.
const KIOSK_LIMIT: Limit = Limit {
    failures: 60,
    ..ADDRESS_LIMIT
};

/// How long a failure counts at most.
const FAILURE_SECONDS_MAX: u32 = DOCUMENT_LIMIT.seconds;

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

/// A request that was understood, with the client's address.
pub struct Asked {
    identification: Identification,
    address: IpAddr,
}

/// Reads the request, and sees whether who names a card without a document may do so.
pub fn understand(request: &Request, lpu_segment: &str, settings: &Settings) -> Result<Asked, Refusal> {
    let named = client_application(request)?;
    let source = if identity::names_a_card(request) {
        let trusted = named.and_then(|guid| proved(request, guid, settings));
        Source::Trusted(trusted.ok_or(Refusal::NotAuthorized)?.mnem.clone())
    } else {
        named.map_or(Source::Unnamed, Source::Named)
    };
    Ok(Asked {
        identification: identity::identification(request, lpu_segment, source)?,
        address: request.client.to_canonical(),
    })
}

/// The trusted application with this GUID, when `Authorization` is its secret.
fn proved<'a>(request: &Request, guid: Uuid, settings: &'a Settings) -> Option<&'a Trusted> {
    let trusted = settings.trusted.iter().find(|trusted| trusted.guid == guid)?;
    let mut fields = request.headers("Authorization");
    let is_proved = fields.next().is_some_and(|secret| trusted.secret.is(secret));
    (is_proved && fields.next().is_none()).then_some(trusted)
}

/// Gives a token, or says why not. Only a failure writes. Who has proved itself is not taken for a guesser.
pub fn identify(tx: &WriteTx, asked: &Asked, settings: &Settings, now: Moment) -> Result<Answer, Fault> {
    let Who::Document(document) = &asked.identification.who else {
        return answer(tx, &asked.identification, settings, now, || Ok(()));
    };
    let at_kiosk = settings.kiosk_addresses.contains(&asked.address);
    // A kiosk's neighbours, all of the clinic's network perhaps, do not count as the kiosk.
    let (address, limit) = if at_kiosk {
        (asked.address, KIOSK_LIMIT)
    } else {
        (network(asked.address), ADDRESS_LIMIT)
    };
    let failure = Failure {
        address: address.to_string(),
        document: digest(document),
        at_kiosk,
    };
    tx.settle_failures(now)?;
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
        return Ok(HttpError::TooManyFailures(seconds).into());
    }
    let until = now.timestamp() - i64::from(FAILURE_SECONDS_MAX);
    let failed = || tx.note_failure(&failure, now, until);
    answer(tx, &asked.identification, settings, now, failed)
}

impl Limit {
    /// Failures after this second count.
    fn since(&self, now: Moment) -> i64 {
        now.timestamp() - i64::from(self.seconds)
    }

    /// For how many seconds a failure at `at` will count.
    fn wait(&self, at: i64, now: Moment) -> u32 {
        let seconds = u32::try_from(at - self.since(now)).unwrap_or(0);
        seconds.clamp(1, self.seconds)
    }
}

/// Looks the patient up: the birth date picks among cards with one number, and two that share it too are as good as none.
/// `failed` notes that nobody was found.
fn answer(
    tx: &WriteTx,
    asked: &Identification,
    settings: &Settings,
    now: Moment,
    failed: impl FnOnce() -> Result<(), Fault>,
) -> Result<Answer, Fault> {
    let mnem = match &asked.source {
        Source::Unnamed => Some(DEFAULT_SOURCE.to_owned()),
        Source::Trusted(mnem) => Some(mnem.clone()),
        Source::Named(guid) => tx.find_application_by_guid(*guid)?.map(|named| named.mnem),
    };
    let Some(mnem) = mnem else {
        return Ok(Answer::from(&Refusal::NotAuthorized));
    };
    let Some(lpu) = tx.find_lpu(asked.lpu)? else {
        return Ok(Answer::from(&Refusal::LpuUnknown));
    };
    let cards = tx.find_cards(&asked.who, lpu.id)?;
    let is_born_then = |card: &Card| asked.birth_date.is_none_or(|day| day == card.birth_date);
    let born_then: Vec<&Card> = cards.iter().filter(|card| is_born_then(card)).collect();
    match &born_then[..] {
        [card] if cards.len() <= CARDS_MAX as usize => Ok(issued(card, mnem, asked, settings, now)),
        _ => {
            failed()?;
            Ok(Answer::from(&Refusal::NotIdentified))
        }
    }
}

/// The answer with a token, which holds from this second on.
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

/// What stands for a document in the table of failures. The series does not count: who varies it guesses on. It has no
/// key: the cards with the numbers themselves lie in the same file.
fn digest(document: &Document) -> DocumentDigest {
    let kind = match document.kind {
        DocumentKind::Policy => "policy",
        DocumentKind::Snils => "snils",
        DocumentKind::Passport => "passport",
    };
    Sha256::digest(format!("{kind} {}", document.number)).into()
}
