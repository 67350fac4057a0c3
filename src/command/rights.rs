//! Root is given up before anything is opened that another user can put something else in the place of.
//!
//! The whole process becomes that user, for good, before the command begins: while it has one thread, and without a new
//! program. The system lets nobody but root look into or trace such a process: the terminal that root typed on stays root's.
//! What root gave by name, and only root can change, is opened before that.

use super::owner::{Owner, STANDARD, cannot_be_given_up, is_roots_own};
use super::{Failure, backup, failed, init};
use crate::cli::{Cli, Command, Import, KeyCommand, Restore, Verify};
use crate::config::Config;
use crate::files::beside;
use rustix::process::geteuid;
use rustix::stdio::dup2_stdin;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Gives up root for whoever owns what the command works on; then its paths are such that the owner finds them. Does what is
/// root's own alone; breaks where that was all.
///
/// # Errors
/// [`Failure`] of what is read for that, or when root cannot be given up.
pub fn give_up_root(cli: &mut Cli) -> Result<ControlFlow<()>, Failure> {
    if !geteuid().is_root() {
        return Ok(ControlFlow::Continue(()));
    }
    let Some(owner) = owner_of_data(cli)? else {
        return Ok(ControlFlow::Continue(()));
    };
    if let Command::Backup(wanted) = &cli.command
        && let Some(file) = &wanted.file
        && is_roots_own(file)?
    {
        backup::run_for_root(&cli.config, file)?;
        return Ok(ControlFlow::Break(()));
    }
    hand_over(&mut cli.command)?;
    cli.config = without_root(&cli.config)?;
    owner
        .become_it()
        .map_err(|error| cannot_be_given_up(&owner, &error))?;
    Ok(ControlFlow::Continue(()))
}

/// Whose is what the command works on, if not root's own.
fn owner_of_data(cli: &Cli) -> Result<Option<Owner>, Failure> {
    match &cli.command {
        Command::Demo(demo) => return Owner::of(&demo.data),
        // A table to fill in is printed, and nothing is opened.
        Command::Import(Import {
            template: Some(_), ..
        }) => return Ok(None),
        _ => {}
    }
    if let Some(owner) = Owner::of(&cli.config)? {
        return Ok(Some(owner));
    }
    if let Command::Init = cli.command {
        init::make_configuration(&cli.config)?;
    }
    let config = Config::load(&cli.config)?;
    match &cli.command {
        // The configuration is root's; the keys are looked at with their owners' rights.
        Command::Key(KeyCommand::New { .. } | KeyCommand::Sign { .. } | KeyCommand::Retire { .. }) => {
            Ok(None)
        }
        Command::Key(KeyCommand::List) => {
            let owners = config.tokens.keys.iter().map(|key| Owner::of(&key.path));
            owners
                .collect::<Result<Vec<_>, _>>()
                .map(|owners| owners.into_iter().flatten().next())
        }
        Command::Verify(Verify { file: Some(file) }) => Owner::of(file),
        _ => {
            let owner = Owner::of(&config.database_named)?;
            if owner.is_some() && matches!(cli.command, Command::Init) {
                init::make_roots_keys(&config)?;
            }
            Ok(owner)
        }
    }
}

/// A path that leads to the same without root's rights, as far as that can be.
fn without_root(path: &Path) -> Result<PathBuf, Failure> {
    if let Some(owner) = Owner::of(path)? {
        return Ok(owner.path);
    }
    std::path::absolute(path).map_err(|error| Failure::of(path.display(), error))
}

/// Makes what was named such that it is found without root's rights: a file to be read that is root's own becomes standard
/// input.
fn hand_over(command: &mut Command) -> Result<(), Failure> {
    let (named, is_read_as_a_stream) = match command {
        Command::Demo(demo) => (Some(&mut demo.data), false),
        Command::Import(wanted) => (wanted.file.as_mut(), true),
        Command::Restore(Restore {
            from: Some(folder), ..
        }) => (Some(folder), false),
        Command::Restore(wanted) => (wanted.file.as_mut(), true),
        Command::Backup(wanted) => (wanted.file.as_mut(), false),
        Command::Verify(wanted) => (wanted.file.as_mut(), false),
        _ => (None, false),
    };
    let Some(file) = named.filter(|file| *file != Path::new(STANDARD)) else {
        return Ok(());
    };
    if !is_read_as_a_stream || !is_roots_own(file)? {
        *file = without_root(file)?;
        return Ok(());
    }
    if beside(file, "-wal").metadata().is_ok_and(|log| log.len() > 0) {
        let file = file.display();
        return Err(failed!(
            "{file}: рядом лежит его журнал {file}-wal, а без него в файле не всё. Скопируйте оба к базе и отдайте её владельцу",
            "{file}: its log {file}-wal lies beside it, and without that it is not whole. Copy both to the database's folder, for \
             the owner of that"
        ));
    }
    File::open(&*file)
        .and_then(|opened| Ok(dup2_stdin(opened)?))
        .map_err(|error| Failure::of(file.display(), error))?;
    *file = PathBuf::from(STANDARD);
    Ok(())
}
