//! `infomat exchange` ([crate::contract::exchange])

mod error;
mod follow;
mod line;
mod network;
mod standby;
mod stick;

use super::texts::Told;
use super::{Failure, failed, open_to_write, output};
use crate::cli::Exchange;
use crate::config::{Centre, Config};
use crate::language::{pick, text};
use error::ExchangeError;
use line::Line;
use network::{Done, Exchanger};
use standby::Standby;
pub use standby::{names, newest_base};
use std::sync::Mutex;
use std::time::Duration;
use stick::Stick;

/// How long one request and its answer may take.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// Held while the database is worked on.
static AT_WORK: Mutex<()> = Mutex::new(());

/// Exchanges records and messages with the region's centre, by network or by the files of a stick; and lets the standby follow.
pub fn run(config: Config, wanted: &Exchange) -> Result<(), Failure> {
    if wanted.follow && config.centre.is_none() && config.standby.is_none() {
        output::tell(pick(
            "обмениваться не с кем: в файле настроек нет раздела [centre] и нет раздела [standby]",
            "there is nobody to exchange with: the configuration has no section [centre] and no section [standby]",
        ));
        return Ok(());
    }
    // It lives as long as the process: one that ends by a signal does not wait for the thread that exchanges.
    let config: &'static Config = Box::leak(Box::new(config));
    if let Some(folder) = wanted.out.as_deref().or(wanted.answers.as_deref()) {
        let centre = centre(config)?;
        let secret = centre.secret()?;
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
    let peer = match (&config.centre, &config.standby) {
        (None, Some(_)) => None,
        _ => Some(Peer::of(config, patience(wanted))?),
    };
    let standby = config.standby.as_deref();
    if wanted.follow {
        let exchanger = peer.map(Peer::exchanger).transpose()?;
        let standby =
            standby.map(|folder| Ok::<_, Failure>(Standby::of(config, folder, open_to_write(config)?.0)));
        return follow::follow(exchanger, standby.transpose()?, &AT_WORK);
    }
    // A standby that cannot be reached does not keep the centre from what it has to hear.
    let exchanged = peer.map(Peer::exchange);
    if let Some(folder) = standby {
        let known = Standby::of(config, folder, open_to_write(config)?.0).complete()?;
        output::tell(text!(
            "запасной каталог {} знает журнал до строки {known}",
            "the standby {} knows the journal up to record {known}",
            folder.display()
        ));
    }
    exchanged.unwrap_or(Ok(()))
}

/// A centre that is configured rightly; nothing is opened yet.
pub struct Peer<'a> {
    config: &'a Config,
    centre: &'a Centre,
    line: Line,
}

impl<'a> Peer<'a> {
    pub fn of(config: &'a Config, patience: Duration) -> Result<Peer<'a>, Failure> {
        let centre = centre(config)?;
        let line = Line::of(centre, &centre.secret()?, patience)?;
        Ok(Peer { config, centre, line })
    }

    fn exchanger(self) -> Result<Exchanger<'a>, Failure> {
        Ok(Exchanger {
            config: self.config,
            centre: self.centre,
            store: open_to_write(self.config)?.0,
            line: self.line,
            released: None,
            at_work: &AT_WORK,
        })
    }

    /// Exchanges until there is nothing more to say.
    pub fn exchange(self) -> Result<(), Failure> {
        once(self.exchanger()?)
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
