//! What happens to a centre's tables, told to whoever wants to do the same with tables of another kind.

#![cfg_attr(
    not(feature = "centre"),
    allow(dead_code, reason = "only tables of the region's program are of another kind")
)]

use super::office::Office;
use infomat::exchange::MessagePoint;
use infomat::exchange::centre::{self, BadMessage, CentreStore, Denial};
use infomat::exchange::wire::{Answer, Request};
use std::cell::RefCell;

/// One transaction of a centre.
pub enum Deed<'a> {
    Answer(&'a Request),
    Tell(&'a str),
    Book(&'a str),
    Cancel(&'a str),
    Retire,
}

/// Gets the tables before, the deed, what came of it, and the tables after it.
type Watcher = Box<dyn FnMut(&Office, &Deed, &str, &Office)>;

thread_local! {
    static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
}

/// Lets somebody watch all centres of this thread.
pub fn set(watcher: Option<Watcher>) {
    WATCHER.set(watcher);
}

impl Deed<'_> {
    /// Does it, and returns what came of it.
    pub fn run<S: CentreStore>(&self, store: &mut S) -> Result<String, S::Error> {
        Ok(match self {
            Deed::Answer(request) => text_of(&centre::answer(store, request)?),
            Deed::Tell(lines) => format!("{:?}", centre::tell(store, lines)?),
            Deed::Book(line) => format!("{:?}", centre::book(store, line)?),
            Deed::Cancel(line) => format!("{:?}", centre::cancel(store, line)?),
            Deed::Retire => format!("{:?}", centre::retire(store)?),
        })
    }
}

fn text_of(answer: &Answer) -> String {
    String::from_utf8(answer.print().unwrap()).unwrap()
}

fn watched<R>(
    office: &mut Office,
    deed: &Deed,
    run: impl FnOnce(&mut Office) -> Result<R, serde_json::Error>,
    told: impl FnOnce(&R) -> String,
) -> R {
    WATCHER.with_borrow_mut(|watcher| {
        let before = watcher.is_some().then(|| office.clone());
        let done = run(office).unwrap();
        if let (Some(watcher), Some(before)) = (watcher, before) {
            watcher(&before, deed, &told(&done), office);
        }
        done
    })
}

pub fn answer(office: &mut Office, request: &Request) -> Answer {
    watched(
        office,
        &Deed::Answer(request),
        |office| centre::answer(office, request),
        text_of,
    )
}

pub fn tell(office: &mut Office, lines: &str) -> Result<MessagePoint, BadMessage> {
    let told = |told: &_| format!("{told:?}");
    watched(
        office,
        &Deed::Tell(lines),
        |office| centre::tell(office, lines),
        told,
    )
}

pub fn book(office: &mut Office, line: &str) -> Result<Option<MessagePoint>, Denial> {
    let told = |told: &_| format!("{told:?}");
    watched(
        office,
        &Deed::Book(line),
        |office| centre::book(office, line),
        told,
    )
}

pub fn cancel(office: &mut Office, line: &str) -> Result<Option<MessagePoint>, Denial> {
    let told = |told: &_| format!("{told:?}");
    watched(
        office,
        &Deed::Cancel(line),
        |office| centre::cancel(office, line),
        told,
    )
}

pub fn retire(office: &mut Office) {
    watched(office, &Deed::Retire, centre::retire, |done| format!("{done:?}"));
}
