//! What errors of lower layers say to whoever typed the command: their English `Display`, or the Russian here.

mod config;
pub mod finding;
pub mod import;
mod store;
mod system;

use crate::language::Language;
use std::fmt::Display;

/// Something that can be told in both languages.
pub trait Told: Display {
    /// In Russian.
    fn russian(&self) -> String;

    /// In the current language.
    fn told(&self) -> String {
        match Language::current() {
            Language::Russian => self.russian(),
            Language::English => self.to_string(),
        }
    }
}
