//! The region's side of the exchange on PostgreSQL: `infomat-centre` ([crate::contract::centre]).
//!
//! The program keeps nothing itself: any number of it may run beside each other. Each request is one transaction, and whoever
//! changes what belongs to a box holds the lock of its row.
//!
//! | module | |
//! |---|---|
//! | `cli`, `commands` | what is typed, and what it does |
//! | `serve`, `api` | HTTP behind the gate of [`crate::edge`] |
//! | `exchange`, `booking` | one request as one transaction |
//! | `store` | the rules' [`CentreStore`][crate::exchange::centre::CentreStore] on PostgreSQL |
//! | `schema`, `generation`, `boxes`, `issues`, `secret`, `database`, `tls` | what stands below |

mod api;
mod backups;
mod booking;
mod boxes;
mod carry;
mod cli;
mod commands;
mod connections;
mod database;
mod exchange;
mod fault;
mod generation;
mod issues;
mod metrics;
mod schema;
mod secret;
mod serve;
mod store;
mod tls;
mod verify;

pub use cli::Cli;
pub use commands::run;
pub use database::{Connection, Database, Tx};
pub use fault::Fault;
pub use store::{Site, Wanted};
