//! What is measured: the program, another binary of it, and the plain server; each starts on a copy of a kept clinic.

use crate::clinic::APPLICATIONS;
use crate::harness::{Server, Site, in_english};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A server that can be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contender {
    /// The program as it is built now.
    Ours,
    /// Another binary of the program.
    Before(PathBuf),
}

/// A contender that serves a copy of its own.
pub struct Stage {
    pub server: Server,
    pub site: Site,
}

impl Contender {
    pub fn name(&self) -> &'static str {
        match self {
            Contender::Ours => "ours",
            Contender::Before(_) => "before",
        }
    }

    /// The contender's command line.
    pub fn command(&self, site: &Site, arguments: &[&str]) -> Command {
        let mut command = match self {
            Contender::Ours => return site.command(arguments),
            Contender::Before(path) => in_english(path),
        };
        command
            .args(arguments)
            .arg("--config")
            .arg(site.path("infomat.toml"));
        command
    }

    /// Starts the server of a site.
    pub fn serve(&self, site: &Site) -> Server {
        site.start(&mut self.command(site, &["serve"]))
    }

    /// Starts the server on a copy of a kept database.
    pub fn stage(&self, kept: &Path) -> Stage {
        let site = Site::new(APPLICATIONS);
        let database = site.path("infomat.db");
        fs::copy(kept, &database).unwrap();
        // What is still to be written of the copy is not the server's to wait for.
        File::open(&database).unwrap().sync_all().unwrap();
        Stage {
            server: self.serve(&site),
            site,
        }
    }
}
