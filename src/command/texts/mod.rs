//! Texts of errors and findings of lower layers for the user of a command: their English `Display`, or the Russian here.

mod config;
pub mod finding;
pub mod import;
mod store;
mod system;

use crate::language::Language;
use std::fmt::Display;

/// A text in both languages.
pub trait Told: Display {
    /// Returns the Russian text.
    fn russian(&self) -> String;

    /// Returns the text in the current language.
    fn told(&self) -> String {
        match Language::current() {
            Language::Russian => self.russian(),
            Language::English => self.to_string(),
        }
    }
}
