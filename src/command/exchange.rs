//! `infomat exchange` ([crate::contract::exchange])

mod error;
mod line;
mod network;

use super::texts::Told;
use super::{Failure, failed, open_to_write, output};
use crate::cli::Exchange;
use crate::config::{Centre, Config};
use crate::language::text;
use crate::store::Store;
use error::ExchangeError;
use line::Line;
use network::{Done, Exchanger};
use std::sync::Mutex;
use std::time::Duration;

/// Exchanges records and messages with the region's centre.
pub fn run(config: &Config, wanted: &Exchange) -> Result<(), Failure> {
    let centre = centre(config)?;
    let secret = centre.secret()?;
    let line = Line::of(centre, &secret, patience(wanted))?;
    let (store, _) = open_to_write(config)?;
    once(config, centre, line, store)
}

fn patience(wanted: &Exchange) -> Duration {
    Duration::from_secs(wanted.patience.into())
}

/// Returns the region's centre that the configuration names.
fn centre(config: &Config) -> Result<&Centre, Failure> {
    config.centre.as_ref().ok_or_else(|| {
        failed!(
            "эта клиника ни с кем не обменивается: в файле настроек нет раздела [centre]",
            "this clinic exchanges with nobody: the configuration has no section [centre]"
        )
    })
}

fn once(config: &Config, centre: &Centre, line: Line, store: Store) -> Result<(), Failure> {
    let at_work = Mutex::new(());
    let mut exchanger = Exchanger {
        config,
        centre,
        store,
        line,
        at_work: &at_work,
    };
    let Done {
        sent,
        messages,
        is_stopped,
    } = exchanger.complete()?;
    if is_stopped {
        return Err(failed!(
            "обмен завершен, но база данных остановлена: почему, скажет `infomat issues`",
            "the exchange is complete, but the database has stopped: `infomat issues` tells why"
        ));
    }
    output::tell(text!(
        "обмен завершен: строк журнала передано {sent}, сообщений центра принято {messages}",
        "the exchange is complete: {sent} records sent, {messages} messages of the centre taken"
    ));
    Ok(())
}

impl From<ExchangeError> for Failure {
    fn from(error: ExchangeError) -> Self {
        Failure::Failed(error.told())
    }
}
