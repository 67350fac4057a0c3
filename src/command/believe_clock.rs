//! `infomat believe-clock`

use super::{Failure, failed, output};
use crate::config::Config;
use crate::engine::{self, EARLIEST_SECONDS};
use crate::language::text;
use crate::store::Store;
use chrono::SubsecRound;

/// Sets times that were written while the clock was ahead back to now. Until then bookings are refused. A running server
/// notices by itself.
pub fn run(config: &Config) -> Result<(), Failure> {
    let mut store = Store::open(&config.database, config.zone)?;
    let now = engine::now(config.zone).trunc_subsecs(0);
    if now.timestamp() < EARLIEST_SECONDS {
        return Err(failed!(
            "часы показывают {now}, а этого не может быть: сначала установите их",
            "the clock shows {now}, which cannot be: set it first"
        ));
    }
    let tx = store.write()?;
    let changed = tx.date_back(now)?;
    tx.commit()?;
    output::tell(text!(
        "часы показывают {now}; более поздних отметок времени исправлено: {changed}",
        "the clock shows {now}; {changed} times that were later are now this"
    ));
    Ok(())
}
