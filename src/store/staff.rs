//! Who works at the reception's page ([crate::contract::desk]).

use super::{Fault, Store, WriteTx};
use crate::model::{Moment, Role, Staff, StaffId};
use crate::refusal::DeskRefusal;
use rusqlite::{Row, named_params};

/// Most people who may be known, disabled ones too.
pub(crate) const STAFF_MAX: usize = 500;

impl Store {
    /// Returns everybody, by login.
    pub(crate) fn all_staff(&self) -> Result<Vec<Staff>, Fault> {
        self.all(
            "staff",
            "SELECT id, login, name, role, password, disabled FROM staff ORDER BY login",
            [],
            staff,
        )
    }

    /// Returns who has this login, disabled or not.
    pub(crate) fn find_staff(&self, login: &str) -> Result<Option<Staff>, Fault> {
        self.optional(
            "staff",
            "SELECT id, login, name, role, password, disabled FROM staff WHERE login = :login",
            named_params! { ":login": login },
            staff,
        )
    }
}

impl WriteTx<'_> {
    /// Adds somebody, unless the login is taken or [`STAFF_MAX`] people are known already.
    pub(crate) fn add_staff(
        &self,
        login: &str,
        name: &str,
        role: Role,
        password: &str,
        now: Moment,
    ) -> Result<Result<(), DeskRefusal>, Fault> {
        let all = self.all_staff()?;
        if all.iter().any(|known| known.login == login) {
            return Ok(Err(DeskRefusal::LoginTaken));
        }
        if all.len() >= STAFF_MAX {
            return Ok(Err(DeskRefusal::TooManyStaff { most: STAFF_MAX }));
        }
        self.run(
            "INSERT INTO staff (login, name, role, password, created_at) VALUES (:login, :name, :role, :password, :at)",
            named_params! {
                ":login": login,
                ":name": name,
                ":role": role.to_string(),
                ":password": password,
                ":at": now.timestamp(),
            },
        )?;
        Ok(Ok(()))
    }

    /// Gives somebody another password, and lets them sign in again.
    pub(crate) fn set_staff_password(&self, staff: StaffId, password: &str) -> Result<(), Fault> {
        self.run(
            "UPDATE staff SET password = :password, disabled = 0 WHERE id = :staff",
            named_params! { ":staff": staff, ":password": password },
        )?;
        Ok(())
    }

    /// Lets somebody sign in no more.
    pub(crate) fn disable_staff(&self, staff: StaffId) -> Result<(), Fault> {
        self.run(
            "UPDATE staff SET disabled = 1 WHERE id = :staff",
            named_params! { ":staff": staff },
        )?;
        Ok(())
    }
}

fn staff(row: &Row) -> rusqlite::Result<Staff> {
    Ok(Staff {
        id: row.get("id")?,
        login: row.get("login")?,
        name: row.get("name")?,
        role: row.get("role")?,
        password: row.get("password")?,
        disabled: row.get("disabled")?,
    })
}
