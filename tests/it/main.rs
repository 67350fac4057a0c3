//! Black-box tests of the real binary, one crate.

#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers are tests too: what cannot go on says so and fails"
)]

mod backup;
mod catalogue;
mod check;
mod clinic;
mod clock;
mod crash;
mod duties;
mod gate;
mod harness;
mod host;
mod identify;
mod import;
mod keys;
mod large;
mod model;
mod openapi;
mod package;
mod page;
mod precedence;
mod proxy;
mod race;
mod reading;
mod restore;
mod schema;
mod service;
mod statements;
mod tickets;
mod tidy;
mod verify;
mod visits;
mod waiting;
