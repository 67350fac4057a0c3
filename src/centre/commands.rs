//! The commands.

use super::cli::{Cli, Command, Issues, Tell};
use super::database::{Connection, Database};
use super::generation::{self, Promotion};
use super::issues::Person;
use super::store::Site;
use super::{backups, booking, boxes, carry, issues, schema, secret, serve, verify};
use crate::command::{Failure, output, table};
use crate::exchange::centre;
use std::io::Read;
use uuid::Uuid;

/// Runs a command.
pub fn run(cli: &Cli) -> Result<(), Failure> {
    let database = Database::named(cli.database.as_deref())?;
    match &cli.command {
        Command::Init => init(&database),
        Command::Serve(wanted) => serve::run(database, wanted),
        Command::Enrol(wanted) => enrol(&mut open(&database)?, &wanted.lpus),
        Command::Secret(wanted) => give_secret(&mut open(&database)?, wanted.site),
        Command::Application(wanted) => application(&mut open(&database)?, &wanted.name),
        Command::Tell(wanted) => tell(&mut open(&database)?, wanted),
        Command::Boxes => list(&mut open(&database)?),
        Command::Issues(wanted) => tell_issues(&mut open(&database)?, wanted),
        Command::Retire(wanted) => retire(&mut open(&database)?, wanted.site),
        Command::Carry(wanted) => carry::run(&mut open(&database)?, &wanted.folder),
        Command::MarkSafe(wanted) => mark_safe(&mut open(&database)?, &wanted.mark),
        Command::MarkPromoted => mark_promoted(&mut open(&database)?),
        Command::Verify => verify::run(&mut open(&database)?),
        Command::MarkRestored => mark_restored(&mut open(&database)?),
    }
}

/// Opens the database, whose schema is the one of this program.
fn open(database: &Database) -> Result<Connection, Failure> {
    let mut connection = database.connect()?;
    schema::check(&mut connection)?;
    Ok(connection)
}

fn init(database: &Database) -> Result<(), Failure> {
    let before = schema::bring_up(&mut database.connect()?)?;
    output::tell(match before {
        0 => "the schema infomat is made",
        _ => "the schema infomat is of this program's version",
    });
    Ok(())
}

fn no_such(site: Uuid) -> Failure {
    Failure::Failed(format!(
        "--box {site}: there is no such box; `infomat-centre boxes` lists them"
    ))
}

fn enrol(connection: &mut Connection, lpus: &[Uuid]) -> Result<(), Failure> {
    let mut lpus = lpus.to_vec();
    lpus.sort();
    lpus.dedup();
    let (site, secret) = (Uuid::now_v7(), secret::new()?);
    if let Err((lpu, other)) = boxes::enrol(connection, site, &lpus, &secret)? {
        return Err(Failure::Failed(format!(
            "--lpu {lpu}: the box {other} serves this clinic already"
        )));
    }
    output::print(format!("box = \"{site}\"\nsecret: {secret}\n"))
}

fn give_secret(connection: &mut Connection, site: Uuid) -> Result<(), Failure> {
    let secret = secret::new()?;
    if !boxes::give_secret(connection, site, &secret)? {
        return Err(no_such(site));
    }
    output::print(format!("secret: {secret}\n"))
}

fn application(connection: &mut Connection, name: &str) -> Result<(), Failure> {
    const NAME_CHARS_MAX: usize = 100;
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.contains(char::is_control) {
        return Err(Failure::Failed(format!("NAME: 1 to {NAME_CHARS_MAX} characters")));
    }
    let secret = secret::new()?;
    boxes::put_application(connection, name, &secret)?;
    output::print(format!("secret: {secret}\n"))
}

fn tell(connection: &mut Connection, wanted: &Tell) -> Result<(), Failure> {
    let lines = read(wanted)?;
    match booking::tell(connection, wanted.site, &lines)? {
        None => Err(no_such(wanted.site)),
        Some(Err(bad)) => Err(Failure::Failed(format!("{}: {bad}", wanted.file.display()))),
        Some(Ok(told)) => output::print(format!("message {}\n", told.seq)),
    }
}

/// Reads a file of lines, or a byte more than a message may have.
fn read(wanted: &Tell) -> Result<String, Failure> {
    let most = u64::try_from(crate::exchange::wire::MESSAGE_BYTES_MAX).unwrap_or(u64::MAX) + 1;
    let mut lines = String::new();
    let read = if wanted.file.as_os_str() == "-" {
        std::io::stdin().lock().take(most).read_to_string(&mut lines)
    } else {
        std::fs::File::open(&wanted.file).and_then(|file| file.take(most).read_to_string(&mut lines))
    };
    read.map_err(|error| Failure::Failed(format!("{}: {error}", wanted.file.display())))?;
    Ok(lines)
}

fn list(connection: &mut Connection) -> Result<(), Failure> {
    let mut tx = connection.begin()?;
    let seen = boxes::all(&mut tx)?;
    let rows = seen.into_iter().map(|seen| {
        [
            seen.site.to_string(),
            seen.last_seen.unwrap_or_else(|| "never".to_owned()),
            seen.behind_records.to_string(),
            seen.behind_seconds
                .map_or_else(|| "-".to_owned(), |seconds| seconds.to_string()),
            seen.state,
            seen.issues.to_string(),
            seen.lpu.iter().map(Uuid::to_string).collect::<Vec<_>>().join(" "),
        ]
    });
    let heads = ["BOX", "LAST SEEN", "BEHIND", "SECONDS", "STATE", "ISSUES", "LPU"];
    output::print(table::text(heads, rows))
}

fn tell_issues(connection: &mut Connection, wanted: &Issues) -> Result<(), Failure> {
    if let (Some(site), Some(issue)) = (wanted.site, &wanted.seen) {
        return match issues::see(connection, site, issue)? {
            None => Err(no_such(site)),
            Some(false) => Err(Failure::Failed(
                "--seen: the box has no such issue that nobody has seen".to_owned(),
            )),
            Some(true) => {
                output::tell("marked as seen");
                Ok(())
            }
        };
    }
    let unseen = issues::unseen(connection, wanted.site)?;
    let are_more = unseen.len() > issues::LISTED_MAX;
    let rows = unseen.into_iter().take(issues::LISTED_MAX);
    let rows = rows.map(|issue| {
        let Person { name, phone } = issue.patient;
        [issue.found, issue.site.to_string(), name, phone, issue.text]
    });
    output::print(table::text(["FOUND", "BOX", "PATIENT", "PHONE", "ISSUE"], rows))?;
    if are_more {
        let most = issues::LISTED_MAX;
        return Err(Failure::Failed(format!(
            "there are more than {most}: these are the oldest"
        )));
    }
    Ok(())
}

fn retire(connection: &mut Connection, site: Uuid) -> Result<(), Failure> {
    let locked = Site::lock(connection.begin().map_err(Failure::from)?, site)?;
    let mut locked = locked.ok_or_else(|| no_such(site))?;
    centre::retire(&mut locked)?;
    locked.commit()?;
    output::print("the box is given up\n")
}

fn mark_safe(connection: &mut Connection, mark: &str) -> Result<(), Failure> {
    if mark == "begin" {
        return output::print(format!("{}\n", backups::begin(connection)?));
    }
    let mark = mark
        .parse()
        .map_err(|_| Failure::Failed("MARK: begin, or what it printed".to_owned()))?;
    match backups::finish(connection, mark)? {
        (0, 0) => Err(Failure::Failed(format!(
            "{mark}: this database knows no such mark"
        ))),
        (held, lost) => {
            output::tell(format_args!("boxes whose records are safe: {held}"));
            if lost == 0 {
                return Ok(());
            }
            Err(Failure::Failed(format!(
                "boxes of which the mark says nothing, since the database was restored after it: {lost}"
            )))
        }
    }
}

fn mark_promoted(connection: &mut Connection) -> Result<(), Failure> {
    let mut tx = connection.begin()?;
    let promotion = generation::promoted(&mut tx)?;
    tx.commit()?;
    match promotion {
        Promotion::GoesOn => output::print("the generation goes on: nothing was lost\n"),
        Promotion::Nothing => output::print("there was no failover since the last time\n"),
        Promotion::TooFar => Err(Failure::Failed(
            "more than one failover, or another cluster, lies between: the boxes report anew".to_owned(),
        )),
    }
}

fn mark_restored(connection: &mut Connection) -> Result<(), Failure> {
    let mut tx = connection.begin()?;
    generation::restored(&mut tx)?;
    tx.commit()?;
    output::print("a new generation has begun: the boxes report anew\n")
}
