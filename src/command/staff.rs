//! `infomat staff`

use super::{Failure, failed, open_to_write, output, table};
use crate::cli::StaffCommand;
use crate::config::Config;
use crate::engine::new_password;
use crate::language::{pick, text};
use crate::model::{Moment, Role, Staff};
use crate::refusal::DeskRefusal;
use crate::store::{STAFF_MAX, Store};

/// Heads of the list.
const RUSSIAN_HEADS: [&str; 4] = ["ЛОГИН", "РОЛЬ", "ИМЯ", "СОСТОЯНИЕ"];
const ENGLISH_HEADS: [&str; 4] = ["LOGIN", "ROLE", "NAME", "STATE"];

/// Changes or lists who may sign in at the reception's page.
pub fn run(config: &Config, wanted: &StaffCommand) -> Result<(), Failure> {
    match wanted {
        StaffCommand::List => {
            let store = Store::open_to_read(&config.database, config.zone)?;
            let all = store.all_staff()?;
            output::print(table::text(
                pick(RUSSIAN_HEADS, ENGLISH_HEADS),
                all.iter().map(row),
            ))
        }
        StaffCommand::Add { login, name, role } => {
            let (mut store, now) = open_to_write(config)?;
            let password = add(&mut store, login, name, *role, now)?;
            output::print(text!("пароль: {password}\n", "password: {password}\n"))
        }
        StaffCommand::Reset { login } => {
            let (mut store, _) = open_to_write(config)?;
            let staff = find(&store, login)?;
            let password = reset(&mut store, &staff)?;
            output::print(text!("пароль: {password}\n", "password: {password}\n"))
        }
        StaffCommand::Disable { login } => {
            let (mut store, _) = open_to_write(config)?;
            let tx = store.write()?;
            let staff = find(&tx, login)?;
            tx.disable_staff(staff.id)?;
            tx.commit()?;
            output::tell(text!("{login} больше не войдет", "{login} is disabled"));
            Ok(())
        }
    }
}

/// Adds somebody. Returns the password.
///
/// # Errors
/// [`Failure::Failed`] for a login that is taken, and when there are too many already.
pub fn add(store: &mut Store, login: &str, name: &str, role: Role, now: Moment) -> Result<String, Failure> {
    // Before the transaction, which others would wait for.
    let (password, hash) = new_password();
    let tx = store.write()?;
    tx.add_staff(login, name, role, &hash, now)?
        .map_err(|refusal| match refusal {
            DeskRefusal::LoginTaken => failed!(
                "логин {login} уже есть: новый пароль даст `infomat staff reset {login}`",
                "there is a login {login} already: `infomat staff reset {login}` gives a new password"
            ),
            _ => failed!(
                "сотрудников уже {STAFF_MAX}, больше добавить нельзя",
                "there are {STAFF_MAX} people already, which is the most"
            ),
        })?;
    tx.commit()?;
    Ok(password)
}

/// Gives somebody a new password, and returns it.
pub fn reset(store: &mut Store, staff: &Staff) -> Result<String, Failure> {
    let (password, hash) = new_password();
    let tx = store.write()?;
    tx.set_staff_password(staff.id, &hash)?;
    tx.commit()?;
    Ok(password)
}

fn find(store: &Store, login: &str) -> Result<Staff, Failure> {
    let found = store.find_staff(login)?;
    found.ok_or_else(|| failed!("логина {login} нет", "there is no login {login}"))
}

fn row(staff: &Staff) -> [String; RUSSIAN_HEADS.len()] {
    let role = match staff.role {
        Role::Registrar => pick("регистратор", "registrar"),
        Role::Doctor => pick("врач", "doctor"),
        Role::Administrator => pick("администратор", "administrator"),
    };
    let state = if staff.disabled {
        pick("отключен", "disabled")
    } else {
        ""
    };
    [
        staff.login.clone(),
        role.to_owned(),
        staff.name.clone(),
        state.to_owned(),
    ]
}
