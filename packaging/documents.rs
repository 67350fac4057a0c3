//! Writes what the package ships besides the program, made from the program's own definitions: man pages and shell
//! completions from the command line's, the first configuration from the sample's. `packaging/build-deb` runs it, and
//! `packaging/build-centre-deb` with the feature `centre`.
//!
//! It is an example of cargo's, not a command: the program does not grow for it.

use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate_to};
use infomat::cli::Cli;
use infomat::config::{Config, DEFAULT_PATH, SAMPLE};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the package keeps the clinic's data, and where the keys. The tmpfiles snippet and the maintainer's scripts name both.
const DATA: &str = "/var/lib/infomat";
const KEYS: &str = "/etc/infomat/keys";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or("usage: documents FOLDER")?;
    // What an earlier command line had is not shipped any more.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    clap_mangen::generate_to(Cli::command(), &folder)?;
    complete(&folder)?;
    fs::write(folder.join("infomat.toml"), configuration()?)?;
    #[cfg(feature = "centre")]
    {
        let folder = folder.join("centre");
        fs::create_dir(&folder)?;
        clap_mangen::generate_to(infomat::centre::Cli::command(), &folder)?;
    }
    Ok(())
}

/// Completions for the shells that Debian has.
fn complete(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut command: Command = Cli::command();
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        generate_to(shell, &mut command, "infomat", folder)?;
    }
    Ok(())
}

/// The sample with the package's paths.
fn configuration() -> Result<String, Box<dyn Error>> {
    let mut text = SAMPLE.to_owned();
    for (name, folder, file) in [("database", DATA, "infomat.db"), ("file", KEYS, "hmac.key")] {
        let line = format!("\n{name} = \"{file}\"\n");
        if text.matches(&line).count() != 1 {
            return Err(format!("the sample has not one line {line:?}").into());
        }
        text = text.replace(&line, &format!("\n{name} = \"{folder}/{file}\"\n"));
    }
    Config::parse(&text, Path::new(DEFAULT_PATH))?;
    Ok(text)
}
