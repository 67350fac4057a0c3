//! `infomat`: a booking server for clinics. One binary, one `SQLite` file.

#[cfg(not(target_os = "linux"))]
compile_error!("infomat runs on Linux: it relies on its files, locks and sockets");

pub mod cli;
pub mod command;
pub mod config;
pub mod demo;
pub mod desk;
pub mod edge;
pub mod page;
pub mod refusal;
pub mod route;
pub mod rules;
pub mod store;
pub mod token;
pub mod visit;
pub mod wire;
