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
//! One thread decides. It takes the first waiting request and whatever else has come; those that may write share one
//! transaction and one flush, and only then are they answered. Of those that only read, one is answered between two batches.
//!
//! Three kinds of failure are never mixed: a [`refusal::Refusal`] is expected and published; a [`store::Fault`] is ours and
//! goes to the log; a broken invariant ends the process, and the journal of the file puts it right at the next start.
//!
//! # Rooms
//!
//! Layers, lowest first; a module names only lower ones (`tests/it/tidy.rs` reads the sources and says so).
//!
//! | layer | modules |
//! |---|---|
//! | 0 | [`model`]: the nouns; no I/O, no texts. [`language`]: Russian or English at the command line |
//! | 1 | [`refusal`]: every published refusal with status, code and text |
//! | 2 | [`rules`]: the ordered list of small rules |
//! | 3 | [`wire`]: parameters in, JSON out; [`token`]; [`route`]; [`page`]: the terminal's page; [`metrics`]: what is counted |
//! | 4 | [`store`]: the only door to `SQLite`; statements in `store/sql`, named as the function that runs them |
//! | 5 | [`engine`]: the steps above on plain structs, in batches; [`import`]: import |
//! | 6 | [`edge`]: sockets, and the HTTP server behind a gate that trusts nobody |
//! | 7 | [`config`]: what the file means; [`cli`]: what was typed; [`command`]: what it does, after root is given up (`command/rights.rs`); [`demo`]: a made-up clinic |
//!
//! What is not there: nothing but `edge` names `tiny_http`; nothing but `store` names `rusqlite`; nothing below `engine` asks
//! the time or draws an id ([`model::Stamp`]); no Russian text outside `refusal`, `demo`, `page` and the command line.
//!
//! # Where the plan was left
//!
//! A patient may hold two places in one cell when the clinic switches the rules off that forbid it (4848, 4008, 4011): so no
//! unique index stands behind 4848. One batch at a time decides; that is what keeps it.
//!
//! A batch has no savepoints: when something of ours fails, all of it is undone, and unless it was the disk each request is
//! tried alone. The making of a visit is told by its own row; `visit_history` holds what changed since.

#[cfg(not(target_os = "linux"))]
compile_error!("infomat runs on Linux: it relies on its files, locks and sockets");

pub mod cli;
pub mod command;
pub mod config;
pub mod contract;
pub mod demo;
pub mod edge;
pub mod engine;
pub mod import;
pub mod language;
pub mod metrics;
pub mod model;
pub mod page;
pub mod refusal;
pub mod route;
pub mod rules;
pub mod store;
pub mod token;
pub mod wire;
