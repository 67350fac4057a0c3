//! `infomat key`: the keys that sign tokens. Their bytes are never printed.

use super::{Failure, failed, init, output, owner, table};
use crate::cli::KeyCommand;
use crate::config::{Config, Edit, KEYS_MAX, KeyFile};
use crate::language::{pick, text};
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Ending of a new key's file.
const ENDING: &str = "key";

/// Returns the advice for a running server.
fn hint() -> &'static str {
    pick(
        "работающий сервер примет это по SIGHUP: systemctl reload infomat",
        "a running server reloads its keys on SIGHUP: systemctl reload infomat",
    )
}

/// Heads of the list's columns.
fn heads() -> [&'static str; 5] {
    pick(
        ["КЛЮЧ", "ПОДПИСЫВАЕТ", "ДЛИНА", "ВОЗРАСТ", "ФАЙЛ"],
        ["ID", "SIGNS", "LENGTH", "AGE", "FILE"],
    )
}

/// Runs a command about the keys of the configuration at `path`.
pub fn run(path: &Path, wanted: &KeyCommand) -> Result<(), Failure> {
    match wanted {
        KeyCommand::New { id, sign } => make(path, id, *sign),
        KeyCommand::List => list(&Config::load(path)?),
        KeyCommand::Sign { id } => sign(path, id),
        KeyCommand::Retire { id } => retire(path, id),
    }
}

/// Creates the key's file beside the file of the signing key, then adds it to the configuration.
fn make(path: &Path, id: &str, sign: bool) -> Result<(), Failure> {
    let mut edit = Edit::of(path)?;
    let config = edit.before().clone();
    if config.tokens.key(id).is_some() {
        return Err(failed!("ключ `{id}` уже есть", "there is a key `{id}` already"));
    }
    if config.tokens.keys.len() == KEYS_MAX {
        return Err(failed!(
            "ключей уже {KEYS_MAX}: сначала исключите один",
            "there are {KEYS_MAX} keys already: retire one first"
        ));
    }
    let file = config
        .tokens
        .signer()
        .path
        .with_file_name(format!("{id}.{ENDING}"));
    edit.add_key(id, &file)?;
    if sign {
        edit.sign_with(id)?;
    }
    if !init::make_key(&file)? {
        let text = text!(
            "{} уже есть: уберите его или выберите другое имя",
            "{} is there already: move it away, or choose another name",
            file.display()
        );
        return Err(Failure::Failed(text));
    }
    let means = |config: &Config| {
        config.tokens.key(id).is_some_and(|key| key.path == file) && (config.tokens.sign_with == id) == sign
    };
    let named = edit.save(means);
    if named.is_err() {
        let remove = || fs::remove_file(&file).map_err(|error| Failure::of(file.display(), error));
        owner::as_owner_of(&file, remove)?;
    }
    named?;
    output::tell(text!("создан ключ {}", "made the key {}", file.display()));
    if sign {
        output::tell(text!("теперь подписывает `{id}`", "`{id}` signs from now on"));
    } else {
        output::tell(text!(
            "`{id}` принимается; подписывает по-прежнему `{}`",
            "`{id}` is accepted; `{}` goes on signing",
            config.tokens.sign_with
        ));
    }
    output::tell(hint());
    Ok(())
}

fn sign(path: &Path, id: &str) -> Result<(), Failure> {
    let mut edit = Edit::of(path)?;
    // A key that cannot be read would keep the server from its next start.
    let key = known(edit.before(), id)?;
    owner::as_owner_of(&key.path, || Ok(key.bytes()?))?;
    edit.sign_with(id)?;
    edit.save(|config| config.tokens.sign_with == id)?;
    output::tell(text!("теперь подписывает `{id}`", "`{id}` signs from now on"));
    output::tell(hint());
    Ok(())
}

fn retire(path: &Path, id: &str) -> Result<(), Failure> {
    let mut edit = Edit::of(path)?;
    let key = known(edit.before(), id)?.clone();
    if edit.before().tokens.sign_with == id {
        return Err(failed!(
            "`{id}` подписывает: сначала назначьте другой ключ: `infomat key new ID --sign` или `infomat key sign ID`",
            "`{id}` signs: let another key sign first, with `infomat key new ID --sign` or `infomat key sign ID`"
        ));
    }
    edit.remove_key(id)?;
    edit.save(|config| config.tokens.key(id).is_none())?;
    output::tell(text!(
        "`{id}` больше не принимается; его файл {} остался: удалите его",
        "`{id}` is no longer accepted; its file {} stays: delete it",
        key.path.display()
    ));
    output::tell(hint());
    Ok(())
}

fn known<'a>(config: &'a Config, id: &str) -> Result<&'a KeyFile, Failure> {
    config.tokens.key(id).ok_or_else(|| {
        let ids: Vec<_> = config
            .tokens
            .keys
            .iter()
            .map(|key| format!("`{}`", key.id))
            .collect();
        failed!(
            "нет ключа `{id}`; есть {}",
            "there is no key `{id}`; there are {}",
            ids.join(", ")
        )
    })
}

fn list(config: &Config) -> Result<(), Failure> {
    let row = |key: &KeyFile| {
        let length = key.bytes().map_or_else(
            |_| pick("негоден", "unusable").to_owned(),
            |bytes| text!("{} байт", "{} bytes", bytes.len()),
        );
        let signs = if key.id == config.tokens.sign_with {
            pick("да", "yes")
        } else {
            pick("нет", "no")
        };
        let age = age(&key.path).unwrap_or_else(|_| pick("неизвестен", "unknown").to_owned());
        [
            key.id.clone(),
            signs.to_owned(),
            length,
            age,
            key.path.display().to_string(),
        ]
    };
    let mut rows = vec![heads().map(str::to_owned)];
    rows.extend(config.tokens.keys.iter().map(row));
    output::print(table::aligned(&rows))
}

/// Returns the days since the file was written.
fn age(path: &Path) -> io::Result<String> {
    const DAY: Duration = Duration::from_hours(24);
    let written = path.metadata()?.modified()?;
    let age = SystemTime::now().duration_since(written).unwrap_or_default();
    Ok(match age.as_secs() / DAY.as_secs() {
        1 => pick("1 сутки", "1 day").to_owned(),
        days => text!("{days} сут.", "{days} days"),
    })
}
