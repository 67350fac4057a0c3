//! What errors of lower layers say to whoever typed the command: their English `Display`, or the Russian here.

pub mod catalogue;
mod findings;
pub mod import;
mod states;
mod store;

use crate::config::ConfigError;
use crate::language::Language;
use std::fmt::Display;
use std::io;

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

impl Told for io::Error {
    fn russian(&self) -> String {
        catalogue::russian(&self.to_string())
    }
}

impl Told for ConfigError {
    fn russian(&self) -> String {
        let file = self.file().display();
        let message = catalogue::russian(self.message());
        match self.line() {
            Some(line) => format!("{file}, строка {line}: {message}"),
            None => format!("{file}: {message}"),
        }
    }
}
