//! `infomat demo`

use super::{Failure, believed_now, import, init, output, serve, staff};
use crate::cli::Demo;
use crate::config::Config;
use crate::demo::{self, Character};
use crate::edge::Limits;
use crate::import::{Notice, Wanted, import as import_lines};
use crate::language::{pick, text};
use crate::model::{Bearer, Cell, Moment, Role};
use crate::rules;
use crate::store::{ServerLock, Store};
use chrono::{Days, TimeDelta};
use std::fs;
use std::net::SocketAddr;
use uuid::Uuid;

/// Days of the timetable that are free to book, today included.
const DAYS: u32 = 14;

/// Lifetime of the token in the printed `curl` line.
const TOKEN_HOURS: i64 = 12;

/// The mnemonic of the terminal.
const SOURCE: &str = "Infomat";

/// Who may sign in at the reception: login, name and role.
const LOGINS: [(&str, &str, Role); 2] = [
    ("registrar", "Регистратор для пробы", Role::Registrar),
    ("administrator", "Администратор для пробы", Role::Administrator),
];

/// Most patients who are printed.
const PATIENTS_SHOWN_MAX: usize = 12;

/// Creates the clinic in the folder, or continues with the clinic that is there, and serves it.
pub fn run(wanted: &Demo) -> Result<(), Failure> {
    fs::create_dir_all(&wanted.data).map_err(|error| Failure::of(wanted.data.display(), error))?;
    let path = wanted.data.join("infomat.toml");
    init::make_configuration(&path)?;
    let config = Config {
        listen: wanted.listen,
        ..Config::load(&path)?
    };
    let lock = ServerLock::take(&config.database)?;
    init::make_data(&config)?;
    let mut store = Store::open(&config.database, config.zone)?;
    let now = believed_now(config.zone, store.last_moment()?)?;
    fill(&mut store, now)?;
    let patients = patients(&store, now)?;
    let logins = logins(&mut store, now)?;
    let trial = trial(&store, &config, now)?;
    serve::serve(&path, &config, store, &lock, Limits::default(), |address| {
        output::tell(introduction(address, patients, &logins, trial.as_ref()));
    })
}

/// A patient and a cell that can be booked, with a token.
struct Trial {
    lpu: Uuid,
    cell: Uuid,
    token: String,
}

/// Creates the clinic where there is none, and adds the cells of missing days. Everything else stays: a visitor may have
/// changed it. A removed resource gets no cells.
fn fill(store: &mut Store, now: Moment) -> Result<(), Failure> {
    let today = now.date_naive();
    if store.find_lpu(demo::POLYCLINIC)?.is_none() {
        let base: Vec<_> = demo::base(today).collect();
        put(store, &base, now)?;
    }
    let mut missing = Vec::new();
    for cell in demo::cells(today, DAYS, store.zone()) {
        if store.lacks_cell(cell.resource, cell.guid)? {
            missing.push(cell.line);
        }
    }
    put(store, &missing, now)
}

/// Imports lines, if there are any, and reports bad lines as an import does.
fn put(store: &mut Store, lines: &[String], now: Moment) -> Result<(), Failure> {
    if lines.is_empty() {
        return Ok(());
    }
    let tell = &mut |notice: Notice| import::tell(&notice, false);
    import_lines(store, lines.join("\n").as_bytes(), &Wanted::at(now), tell)?;
    Ok(())
}

/// Gives the reception's logins of the trial new passwords. Returns both.
fn logins(store: &mut Store, now: Moment) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut made = Vec::with_capacity(LOGINS.len());
    for (login, name, role) in LOGINS {
        let password = match store.find_staff(login)? {
            None => staff::add(store, login, name, role, now)?,
            Some(known) => staff::reset(store, &known)?,
        };
        made.push((login, password));
    }
    Ok(made)
}

/// Returns a line for each character who still has a card. The card counts: it may be of another year, or changed since.
fn patients(store: &Store, now: Moment) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::with_capacity(PATIENTS_SHOWN_MAX);
    for character in demo::characters(now.date_naive()).iter().take(PATIENTS_SHOWN_MAX) {
        if let Some(card) = store.card_face(character.mkab)? {
            let born = card.birth_date.format("%d.%m.%Y");
            let (policy, who) = (&card.policy_number, &card.patient);
            lines.push(format!("  {policy}  {born}  {who}: {}", character.story));
        }
    }
    Ok(lines)
}

/// Returns the first character whom the rules let book, with a cell; `None` when all have booked.
fn trial(store: &Store, config: &Config, now: Moment) -> Result<Option<Trial>, Failure> {
    for character in demo::characters(now.date_naive()) {
        let bearer = Bearer {
            lpu: character.lpu,
            mkab: character.mkab,
            login: String::new(),
            source: SOURCE.to_owned(),
            privilege: false,
        };
        if character.meets.is_none()
            && let Some(cell) = bookable(store, config, &character, &bearer, now)?
        {
            let token = config
                .key_ring()?
                .sign(&bearer, now, now + TimeDelta::hours(TOKEN_HOURS));
            return Ok(Some(Trial {
                lpu: character.lpu,
                cell: cell.guid,
                token,
            }));
        }
    }
    Ok(None)
}

/// Returns a cell of the character's resource that the rules let the character book, as long as the token of the line lives.
fn bookable(
    store: &Store,
    config: &Config,
    character: &Character,
    bearer: &Bearer,
    now: Moment,
) -> Result<Option<Cell>, Failure> {
    let Ok(card) = store.open_card(bearer, character.lpu)? else {
        return Ok(None);
    };
    let from = now + TimeDelta::hours(TOKEN_HOURS);
    let until = now + Days::new(DAYS.into());
    let Some(listed) = store.find_resource(character.resource, card.lpu.id)? else {
        return Ok(None);
    };
    let cells = store.resource_cells(&listed.resource, from, until)?;
    let standing = store.standing(card, now, now)?;
    Ok(cells
        .into_iter()
        .find(|cell| rules::objection(&standing, cell, &config.policy, now).is_none()))
}

/// Returns the text that the demo prints at its start.
fn introduction(
    address: SocketAddr,
    patients: Vec<String>,
    logins: &[(&str, String)],
    trial: Option<&Trial>,
) -> String {
    let mut lines = vec![
        String::new(),
        text!(
            "Демонстрационная поликлиника. Инфомат: http://{address}/",
            "A clinic to try. The terminal's page: http://{address}/"
        ),
        String::new(),
        pick(
            "Пациенты (номер полиса, дата рождения):",
            "Patients (policy number, birth date):",
        )
        .to_owned(),
    ];
    lines.extend(patients);
    lines.extend([
        String::new(),
        text!(
            "Регистратура: http://{address}/desk (логин, пароль):",
            "The reception's page: http://{address}/desk (login, password):"
        ),
    ]);
    lines.extend(
        logins
            .iter()
            .map(|(login, password)| format!("  {login}  {password}")),
    );
    lines.push(String::new());
    match trial {
        Some(Trial { lpu, cell, token }) => lines.extend([
            pick("Запись на прием одной строкой:", "A booking in one line:").to_owned(),
            format!(
                "curl -X POST 'http://{address}/api/v2/visit/{lpu}?timeTable={cell}' -H 'Authorization: Bearer {token}'"
            ),
        ]),
        None => lines.push(
            pick(
                "Все пациенты для пробы уже записаны: удалите папку, чтобы начать сначала.",
                "All patients of the trial have visits already: remove the folder to begin anew.",
            )
            .to_owned(),
        ),
    }
    lines.join("\n")
}
