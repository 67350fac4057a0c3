//! `infomat exchange` ([crate::contract::exchange])

mod error;
mod follow;
mod line;
mod network;
mod stick;

use super::texts::Told;
use super::{Failure, failed, open_to_write, output};
use crate::cli::Exchange;
use crate::config::{Centre, Config};
use crate::language::{pick, text};
use error::ExchangeError;
use line::Line;
use network::{Done, Exchanger};
use std::sync::Mutex;
use std::time::Duration;
use stick::Stick;

/// Held while the database is worked on.
static AT_WORK: Mutex<()> = Mutex::new(());

/// Exchanges records and messages with the region's centre: by network, or by the files of a stick.
pub fn run(config: Config, wanted: &Exchange) -> Result<(), Failure> {
    if wanted.follow && config.centre.is_none() {
        output::tell(pick(
            "обмениваться не с кем: в файле настроек нет раздела [centre]",
            "there is nobody to exchange with: the configuration has no section [centre]",
        ));
        return Ok(());
    }
    // It lives as long as the process: one that ends by a signal does not wait for the thread that exchanges.
    let config: &'static Config = Box::leak(Box::new(config));
    let centre = centre(config)?;
    let secret = centre.secret()?;
    if let Some(folder) = wanted.out.as_deref().or(wanted.answers.as_deref()) {
        let (store, _) = open_to_write(config)?;
        let stick = Stick {
            config,
            centre,
            secret: &secret,
            store,
            folder,
        };
        return if wanted.out.is_some() {
            stick.write()
        } else {
            stick.read()
        };
    }
    let line = Line::of(centre, &secret, patience(wanted))?;
    let (store, _) = open_to_write(config)?;
    let exchanger = Exchanger {
        config,
        centre,
        store,
        line,
        released: None,
        at_work: &AT_WORK,
    };
    if wanted.follow {
        follow::follow(exchanger, &AT_WORK)
    } else {
        once(exchanger)
    }
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

fn once(mut exchanger: Exchanger) -> Result<(), Failure> {
    let Done {
        sent,
        messages,
        is_stopped,
    } = exchanger.complete()?;
    if is_stopped {
        return Err(ExchangeError::Stopped.into());
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
