//! `infomat`: a booking server for clinics. One binary, one `SQLite` file. This page is the code's map.
//!
//! # The way of a request
//!
//! | step | where | ends with |
//! |---|---|---|
//! | admit: whole, well-formed, bounded, in time | [`edge`] (gate) | 400 408 411 413 417 429 431 503 505 |
//! | accept: what waits is one batch | [`edge`] (http) | |
//! | route: (method, path) to a route | [`route`] | 404 405 |
//! | authenticate: keys, header and time to a bearer | [`token`] | 5010 5008 5009 5007 |
//! | parse: parameters to a wish | [`wire`] | 5000 4033 4036 |
//! | gather: what the rules ask, in one write transaction | [`store`] | a fault |
//! | decide: purely | [`rules`] | the booking refusals |
//! | write: visit, history, card, journal | [`store`] | a fault |
//! | commit: one flush for the whole batch, then its answers | [`engine`] | 503 |
//! | render: total functions to JSON | [`wire`] | |
//!
//! [`edge`] and [`engine`] tell the same way by the names of their functions, [`mod@import`] that of an import.
//!
//! One thread decides. It takes the first waiting request and whatever else has come. Requests that may write share one
//! transaction and one flush, and only then are they answered. Between two batches one request that only reads is answered.
//!
//! Three kinds of failure are never mixed. A [`refusal::Refusal`] is expected and published. A [`store::Fault`] is ours and goes to
//! the log. A broken invariant of the program ends the process, and SQLite's log puts the file right at the next start.
//!
//! # Rooms
//!
//! Layers, lowest first; a module names only lower ones (`tests/it/tidy.rs` reads the sources and says so).
//!
//! | layer | modules |
//! |---|---|
//! | 0 | [`contract`]: what is promised to the outside, page by page; no code |
//! | 1 | [`model`]: the nouns; no I/O, no texts. [`language`]: Russian or English at the command line. `files`: drafts and flushed names |
//! | 2 | [`refusal`]: every published refusal with status, code and text. [`health`]: what is judged, at which bound, with which remedy. [`exchange`]: the rules by which a clinic's box and the region's centre agree |
//! | 3 | [`rules`]: the ordered list of small rules |
//! | 4 | [`wire`]: parameters in, JSON out; [`token`]; [`route`]; [`page`]: the terminal's page and the reception's; [`metrics`]: what is counted |
//! | 5 | [`store`]: the only door to `SQLite`; a longer statement is named as the function that runs it |
//! | 6 | [`engine`]: the steps above on plain structs, in batches; [`import`]: clinic data in |
//! | 7 | [`edge`]: sockets, and the HTTP server behind a gate that trusts nobody |
//! | 8 | [`config`]: what the file means; [`cli`]: what was typed; [`command`]: what it does, after root is given up (`command/rights.rs`); [`demo`]: a made-up clinic; `centre`: the region's program, behind the feature of that name |
//!
//! What is not there: nothing but `edge` names `tiny_http`; nothing but `store` names `rusqlite`, nothing but `centre` `postgres`; nothing below `engine` asks
//! the time or draws an id ([`model::Stamp`]); no Russian text outside `refusal`, `demo`, `page`, the headings of tables and the command line.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | batch | requests that share one transaction, one commit and one flush |
//! | cell, slot | one time of a resource in the timetable, with one or more places |
//! | resource | what is booked: a doctor, a room or equipment |
//! | LPU | a clinic |
//! | MKAB | a patient's card in one clinic |
//! | visit, ticket | a booking as the clinic keeps it, and as the patient is shown it |
//! | wish | what a request asks for, parsed and not yet judged |
//! | fault | a failure of ours, with its cause for the log |
//! | gate | the part of the edge that admits whole, well-formed, bounded requests |
//! | journal | the file's records of everything that was booked, cancelled and moved, each chained to the one before ([`journal`][crate::contract::journal]) |
//! | life, incarnation | what one database writes from its making, or its restoring, on; and its GUID |
//! | box, centre | the server in one clinic, and the region's booking service that exchanges records and messages with it ([`mod@exchange`]) |
//! | owner | the side that books a cell: the box, the centre, or nobody |
//! | lost tail | the records of other lives that a restored database has to hear of before it books |
//! | fork | another version of a record: a database was copied, or an old copy went on |
//! | generation | the centre's database between two restores |
//!
//! # Decisions that are easily taken for mistakes
//!
//! A patient may hold two places in one cell when the clinic switches the rules off that forbid it (4848, 4008, 4011). So no
//! unique index stands behind 4848; one batch at a time decides, and that keeps it.
//!
//! A batch has no savepoints. When something of ours fails, the whole batch is undone; unless the disk failed, each request is
//! then tried alone. The making of a visit is told by its own row; `visit_history` holds what changed since.

#![cfg_attr(fuzzing, allow(missing_docs))]

#[cfg(not(target_os = "linux"))]
compile_error!("infomat runs on Linux: it relies on its files, locks and sockets");

#[cfg(feature = "centre")]
pub mod centre;
pub mod cli;
pub mod command;
pub mod config;
pub mod contract;
pub mod demo;
mod edge;
pub mod engine;
pub mod exchange;
pub(crate) mod files;
pub mod health;
pub mod import;
pub mod language;
mod metrics;
pub mod model;
pub mod page;
pub mod refusal;
pub mod route;
pub mod rules;
pub mod store;
pub mod token;
pub mod wire;

/// Inner parts that the targets of `tests/fuzz` reach. Nobody else sees them.
#[cfg(fuzzing)]
pub mod fuzzing {
    pub use crate::edge::fuzzing::*;
    pub use crate::import::fuzzing::*;
    pub use crate::wire::params::{Json, Params};
}
