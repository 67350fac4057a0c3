//! `infomat token`

use super::Failure;
use crate::cli::Token;
use crate::config::Config;
use crate::desk;
use crate::visit::Bearer;
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
    let now = desk::now(config.zone);
    println!("{}", config.key_ring()?.sign(&bearer, now, now + life));
    Ok(())
}
