//! `infomat cancel` and `receipt`: what can be typed.

use super::{guid, reason};
use clap::Args;
use uuid::Uuid;

/// `infomat cancel`
#[derive(Debug, Args)]
pub struct Cancel {
    /// GUID of the ticket
    #[arg(long, value_name = "GUID", value_parser = guid)]
    pub ticket: Uuid,
    /// Reason, written to the history of the visit
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: String,
}

/// `infomat receipt`
#[derive(Debug, Args)]
pub struct Receipt {
    /// Digits of the code, as they are printed
    #[arg(value_name = "CODE")]
    pub code: String,
}
