//! `infomat restore`

use super::rights::STANDARD;
use super::{Failure, output, visits};
use crate::cli::Restore;
use crate::config::Config;
use crate::desk;
use crate::store::{Lacking, OpenError, Restoration, RestoreError, ServerLock};
use crate::visit::{DayVisit, Moment};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// Puts a checked backup in the place of the database, which is kept under another name. Before that it prints whom to
/// call: nothing is replaced until the list is out.
pub fn run(config: &Config, wanted: &Restore) -> Result<(), Failure> {
    let _lock = ServerLock::take(&config.database)?;
    let now = desk::now(config.zone);
    let kept = kept(config, now);
    if kept.exists() {
        return Err(Failure::of(kept.display(), "is there already: try again"));
    }
    let is_given = wanted.file == Path::new(STANDARD);
    let restoration = if is_given {
        let mut input = File::from(
            io::stdin()
                .as_fd()
                .try_clone_to_owned()
                .map_err(|error| Failure::of(STANDARD, error))?,
        );
        Restoration::prepare_from(&mut input, &config.database, config.zone, now)
    } else {
        Restoration::prepare(&wanted.file, &config.database, config.zone, now)
    };
    let restoration = restoration.map_err(|error| unchanged(&error))?;
    let made = restoration.made()?;
    let today = config.zone.start_of(now.date_naive());
    let lacking = restoration.lacking(today);
    let told = match &lacking {
        Ok(lacking) => list(lacking, made).map_err(|error| Failure::of("the list", error))?,
        Err(fault) => format!(
            "Заменяемая база не читается ({fault}): кого обзвонить, узнать нельзя.\n\
             Записи после копии остались только на бумаге и у пациентов.\n"
        )
        .into_bytes(),
    };
    output::print_whole(&told).map_err(|error| Failure::of("nothing was changed: standard output", error))?;
    let replaces = config.database.exists();
    restoration
        .put_in_place(&kept, lacking.as_ref().ok())
        .map_err(|error| unchanged(&error))?;
    let backup = if is_given {
        "the backup".to_owned()
    } else {
        wanted.file.display().to_string()
    };
    output::tell(format_args!("{backup} is in place"));
    if replaces {
        output::tell(format_args!(
            "the replaced database is kept as {}",
            kept.display()
        ));
    }
    Ok(())
}

/// The name under which the replaced database is kept, beside the new one.
fn kept(config: &Config, now: Moment) -> PathBuf {
    let extension = format!("replaced-{}.db", now.format("%Y-%m-%dT%H-%M-%S"));
    config.database.with_extension(extension)
}

fn unchanged(error: &RestoreError) -> Failure {
    let text = format!("nothing was changed: {error}");
    match error {
        RestoreError::Open(OpenError::Newer { .. } | OpenError::Foreign(_)) => Failure::Misconfigured(text),
        _ => Failure::Failed(text),
    }
}

/// What the backup lacks, for the registrar.
fn list(lacking: &Lacking, made: Option<Moment>) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    if let Some(made) = made {
        writeln!(out, "Копия сделана {}.", made.format("%d.%m.%Y %H:%M"))?;
    }
    let parts: [(&str, &[DayVisit]); 3] = [
        (
            "Записей, которых в копии нет (позвоните этим пациентам: их талоны больше не действуют)",
            &lacking.booked,
        ),
        (
            "Записей, отмененных после копии (они снова действуют: отмените их еще раз)",
            &lacking.cancelled,
        ),
        (
            "Записей, перенесенных после копии (ниже новое время; в копии у них прежнее время, врач или ячейка: загрузите \
             расписание еще раз или позвоните этим пациентам)",
            &lacking.moved,
        ),
    ];
    for (head, visits) in parts {
        writeln!(out, "{head}: {}", visits.len())?;
        if !visits.is_empty() {
            visits::text(visits.iter(), &mut out)?;
        }
    }
    Ok(out)
}
