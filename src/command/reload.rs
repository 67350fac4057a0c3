//! SIGHUP: a running server reloads its keys, and nothing else of the configuration.

use crate::config::Config;
use crate::edge::service;
use crate::engine::SharedKeys;
use signal_hook::consts::SIGHUP;
use std::io::{self, ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;

/// Most signals that one reload answers.
const SIGNALS_MAX: usize = 64;

/// Makes SIGHUP replace the keys in force by those of the configuration at `path`.
pub fn on_sighup(path: &Path, keys: SharedKeys) -> io::Result<()> {
    let (hangup, hung_up) = UnixStream::pair()?;
    signal_hook::low_level::pipe::register(SIGHUP, hung_up)?;
    let path = path.to_owned();
    let builder = thread::Builder::new().name("keys".into());
    builder.spawn(move || wait(hangup, &path, &keys))?;
    Ok(())
}

fn wait(mut hangup: UnixStream, path: &Path, keys: &SharedKeys) {
    let mut signals = [0; SIGNALS_MAX];
    loop {
        match hangup.read(&mut signals) {
            Ok(_) => reload(path, keys),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return log::error!("SIGHUP is not heeded any more: {error}"),
        }
    }
}

/// Reloads the keys. If the configuration is wrong, the keys stay as they are and the log says so.
fn reload(path: &Path, keys: &SharedKeys) {
    service::reloading();
    match Config::load(path).and_then(|config| Ok((config.key_ring()?, config.tokens))) {
        Ok((ring, tokens)) => {
            keys.replace(ring);
            let ids: Vec<_> = tokens.keys.iter().map(|key| &*key.id).collect();
            log::info!("keys read anew: {}; `{}` signs", ids.join(", "), tokens.sign_with);
        }
        Err(error) => log::error!("the keys stay as they are: {error}"),
    }
    service::ready();
}
