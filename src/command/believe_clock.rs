//! `infomat believe-clock`

use super::{Failure, failed, output};
use crate::config::Config;
use crate::engine::{self, EARLIEST_SECONDS};
use crate::language::text;
use crate::store::Store;
use chrono::SubsecRound;

/// Notes that the clock, which was ahead, is right now. Until then bookings are refused. A running server notices by itself.
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
    let later = tx.believe_clock(now)?;
    tx.commit()?;
    output::tell(text!(
        "часы показывают {now} и считаются верными; строк журнала с более поздним временем: {later}, они остаются как есть",
        "the clock shows {now} and is believed; {later} times of the journal are later, and stay as they were written"
    ));
    Ok(())
}
