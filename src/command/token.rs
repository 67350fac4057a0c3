//! `infomat token`

use super::{Failure, believed_now, output};
use crate::cli::Token;
use crate::config::Config;
use crate::model::Bearer;
use crate::store::Store;
use chrono::TimeDelta;

/// Prints one token for a card.
pub fn run(config: &Config, wanted: &Token) -> Result<(), Failure> {
    let bearer = Bearer {
        lpu: wanted.lpu,
        mkab: wanted.mkab,
        login: wanted.login.clone(),
        source: wanted.source.clone(),
        privilege: false,
    };
    let life = wanted.minutes.map_or(config.tokens.lifetime, |minutes| {
        TimeDelta::minutes(minutes.into())
    });
    // A token can be made without the database, for another server.
    let last_commit =
        Store::open_to_read(&config.database, config.zone).map_or(Ok(0), |store| store.last_moment())?;
    let now = believed_now(config.zone, last_commit)?;
    output::print(config.key_ring()?.sign(&bearer, now, now + life) + "\n")
}
