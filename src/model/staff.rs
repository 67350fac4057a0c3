//! Who works at the reception's page ([crate::contract::desk]).

use super::StaffId;
use thiserror::Error;

/// Most signs of a login.
pub const LOGIN_BYTES_MAX: usize = 64;

/// Most letters of a name.
pub const STAFF_NAME_CHARS_MAX: usize = 120;

/// What somebody does in the clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Role {
    #[error("registrar")]
    Registrar,
    #[error("doctor")]
    Doctor,
    #[error("administrator")]
    Administrator,
}

impl Role {
    /// Each with its word.
    pub const WORDS: [(&'static str, Role); 3] = [
        ("registrar", Role::Registrar),
        ("doctor", Role::Doctor),
        ("administrator", Role::Administrator),
    ];

    /// Whether the role may do this: the table of [crate::contract::desk].
    pub fn may(self, right: Right) -> bool {
        let rights: &[Right] = match self {
            Role::Registrar => &[Right::Day, Right::Patients, Right::Visits, Right::Timetable],
            Role::Doctor => &[Right::Day],
            Role::Administrator => &[
                Right::Day,
                Right::Patients,
                Right::Visits,
                Right::Timetable,
                Right::Staff,
                Right::Status,
            ],
        };
        rights.contains(&right)
    }
}

/// What a role may be given the right to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To see the visits of a day.
    Day,
    /// To find patients and to see and change their cards.
    Patients,
    /// To book, move and cancel visits and to mark who has come.
    Visits,
    /// To close and open cells.
    Timetable,
    /// To see and change who may sign in.
    Staff,
    /// To see how the server is, to make backups and to import clinic data.
    Status,
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    pub id: StaffId,
    /// As [`login`] has it.
    pub login: String,
    pub name: String,
    pub role: Role,
    /// Hash of the password, in the PHC format.
    pub password: String,
    /// Signs in no more.
    pub disabled: bool,
}

/// Returns a login in its one form: two to [`LOGIN_BYTES_MAX`] small Latin letters, digits, points, hyphens and underscores.
pub fn login(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let is_sign = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "._-".contains(sign);
    let is_login = (2..=LOGIN_BYTES_MAX).contains(&lower.len()) && lower.chars().all(is_sign);
    is_login.then_some(lower)
}

/// Returns a name as it is kept: one line of at most [`STAFF_NAME_CHARS_MAX`] letters.
pub fn staff_name(text: &str) -> Option<String> {
    let name = text.trim();
    let is_name =
        !name.is_empty() && name.chars().count() <= STAFF_NAME_CHARS_MAX && !name.contains(char::is_control);
    is_name.then(|| name.to_owned())
}

/// What the work on a password, done off the deciding thread, came to.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordFound {
    /// The password is the one of this hash.
    Fits(String),
    Differs,
    /// A new password, and its hash.
    Made {
        password: String,
        hash: String,
    },
}

impl std::fmt::Debug for PasswordFound {
    /// Hides password and hash.
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(match self {
            PasswordFound::Fits(_) => "Fits",
            PasswordFound::Differs => "Differs",
            PasswordFound::Made { .. } => "Made",
        })
    }
}
