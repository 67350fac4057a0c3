//! What is measured: the program, another binary of it, and the plain server; each starts on a copy of a kept clinic.

use crate::clinic::SETTINGS;
use crate::harness::{Server, Site, in_english};
use crate::machine::wait_until_idle;
use std::env;
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
    /// The plain server ([`crate::plain`]), on a database that the program made.
    Plain,
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
            Contender::Plain => "plain",
        }
    }

    /// The program's command line.
    pub fn command(&self, site: &Site, arguments: &[&str]) -> Command {
        let mut command = match self {
            Contender::Ours | Contender::Plain => return site.command(arguments),
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
        let mut command = match self {
            Contender::Plain => plain(&site.path("infomat.db")),
            _ => self.command(site, &["serve"]),
        };
        site.start(&mut command)
    }

    /// Starts the server on a copy of a kept database. A clinic's server has had a night to read the timetable: this one gets
    /// the time for it.
    pub fn stage(&self, kept: &Path) -> Stage {
        let site = Site::new(SETTINGS);
        let database = site.path("infomat.db");
        fs::copy(kept, &database).unwrap();
        // What is still to be written of the copy is not the server's to wait for.
        File::open(&database).unwrap().sync_all().unwrap();
        let server = self.serve(&site);
        wait_until_idle(&server);
        Stage { server, site }
    }
}

/// The plain server is this program's other part.
fn plain(database: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.arg("--plain").arg(database);
    command
}
