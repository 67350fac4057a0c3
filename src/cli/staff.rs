//! `infomat staff`: what can be typed.

use crate::language::pick;
use crate::model::{self, Role};
use clap::Subcommand;

/// `infomat staff`
#[derive(Debug, Subcommand)]
pub enum StaffCommand {
    /// Add somebody and print the password, which is shown this once
    Add {
        /// Login: small Latin letters, digits, points, hyphens and underscores
        #[arg(value_name = "LOGIN", value_parser = login)]
        login: String,
        /// Name as colleagues read it
        #[arg(long, value_name = "TEXT", value_parser = staff_name)]
        name: String,
        /// What the person does: registrar, doctor or administrator
        #[arg(long, value_name = "ROLE", value_parser = role)]
        role: Role,
    },
    /// List everybody: login, role, name, and who is disabled
    List,
    /// Print a new password for somebody, who may then sign in again
    Reset {
        /// Login
        #[arg(value_name = "LOGIN", value_parser = login)]
        login: String,
    },
    /// Let somebody sign in no more; sessions end at once
    Disable {
        /// Login
        #[arg(value_name = "LOGIN", value_parser = login)]
        login: String,
    },
}

fn login(text: &str) -> Result<String, &'static str> {
    model::login(text).ok_or_else(|| {
        pick(
            "нужно от 2 до 64 латинских букв, цифр, точек, дефисов и подчеркиваний, например ivanova",
            "expected 2 to 64 Latin letters, digits, points, hyphens and underscores, such as ivanova",
        )
    })
}

fn staff_name(text: &str) -> Result<String, &'static str> {
    model::staff_name(text).ok_or_else(|| {
        pick(
            "нужно от 1 до 120 знаков в одну строку",
            "expected 1 to 120 characters in one line",
        )
    })
}

fn role(text: &str) -> Result<Role, &'static str> {
    let known = Role::WORDS.iter().find(|(word, _)| *word == text);
    known.map(|(_, role)| *role).ok_or_else(|| {
        pick(
            "нужно registrar, doctor или administrator",
            "expected registrar, doctor or administrator",
        )
    })
}
