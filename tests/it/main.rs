//! Black-box tests of the real binary, one crate.

#![allow(
    clippy::unwrap_used,
    reason = "a test's helpers are tests too: what cannot go on says so and fails"
)]

mod backup;
mod bodies;
mod catalogue;
#[cfg(feature = "centre")]
mod centre;
mod check;
mod clinic;
mod clock;
mod closures;
mod crash;
mod damaged;
mod demo;
mod desk;
mod disk_errors;
mod documents;
mod duties;
mod exchange;
mod full_disk;
mod gate;
mod gigabyte;
mod harness;
mod history;
mod holds;
mod host;
mod identify;
mod import;
mod instructions;
mod issues;
mod journal;
mod keys;
mod language;
mod large;
mod limits;
mod lives;
mod messages;
mod metrics;
mod model;
mod one_file;
mod openapi;
mod others;
mod owners;
mod package;
mod page;
mod persons;
mod pipes;
mod power;
mod precedence;
mod privacy;
mod probe;
mod proxy;
mod purge;
mod race;
mod reading;
mod receipts;
mod region;
mod restore;
mod rights;
mod schema;
mod service;
mod standby;
mod state;
mod statements;
mod terminal;
mod tickets;
mod tidy;
mod verify;
mod visits;
mod waiting;
mod waiting_desk;
mod zone;
