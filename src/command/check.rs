//! `infomat check`

use super::Failure;
use crate::config::Config;
use crate::store::Store;
use std::path::Path;

/// Looks at everything that serving needs and prints a line for each; fails where something is wrong.
pub fn run(path: &Path) -> Result<(), Failure> {
    let config = Config::load(path)?;
    println!("configuration: {} is good", path.display());
    config.key_ring()?;
    config.trusted_applications()?;
    println!("keys: all can be read");
    Store::open(&config.database, config.zone)?;
    println!("database: {} is good", config.database.display());
    Ok(())
}
