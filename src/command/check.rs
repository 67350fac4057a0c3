//! `infomat check`: everything that an administrator can repair, a line each, with the remedy.
//!
//! It reads, and writes only a file beside the database to measure the disk. It works with and without a running server, and
//! as a user who may not read everything: it reports what it could not check.

mod clinic;
mod files;
mod machine;

use super::{Failure, output, table};
use crate::config::Config;
use crate::health::{Problem, Severity, Subject};
use crate::language::{Language, pick, text};
use std::path::Path;

/// Returns the advice where this user may not read.
fn ask_root() -> &'static str {
    pick(
        "этому пользователю смотреть нельзя: выполните команду от root или от пользователя сервера",
        "this user may not look at it: run this as root or as the server's user",
    )
}

/// Findings in the order of the checks.
#[derive(Default)]
pub struct Report {
    rows: Vec<[String; 3]>,
    wrong: Vec<Failure>,
}

impl Report {
    /// Reports that nothing is wrong.
    fn good(&mut self, what: &str, found: impl Into<String>) {
        self.add(pick("хорошо", "ok"), what, found.into());
    }

    /// Reports what works but needs attention, or could not be checked, with the remedy.
    fn warn(&mut self, what: &str, found: impl Into<String>) {
        self.add(pick("внимание", "warning"), what, found.into());
    }

    /// Reports a fault with its remedy.
    fn bad(&mut self, what: &str, failure: impl Into<Failure>) {
        let failure = failure.into();
        self.add(pick("ПЛОХО", "BAD"), what, failure.to_string());
        self.wrong.push(failure);
    }

    /// What was judged of a subject: a problem, or what is good about it.
    fn judged(&mut self, subject: Subject, problem: Option<Problem>, good: impl Into<String>) {
        let Some(problem) = problem else {
            return self.good(subject.name(), good);
        };
        let text = problem.text(Language::current());
        match problem.severity() {
            Severity::Warning => self.warn(subject.name(), text),
            Severity::Bad => self.bad(subject.name(), Failure::Failed(text)),
        }
    }

    fn add(&mut self, grade: &str, what: &str, found: String) {
        self.rows.push([grade.to_owned(), label(what), found]);
    }

    /// Fails if anything is wrong, with the status of the worst fault.
    fn verdict(self) -> Result<(), Failure> {
        let text = match self.wrong.len() {
            0 => return Ok(()),
            1 => pick("не в порядке: 1", "1 thing is wrong").to_owned(),
            count => text!("не в порядке: {count}", "{count} things are wrong"),
        };
        let is_misconfigured = |failure: &Failure| matches!(failure, Failure::Misconfigured(_));
        Err(if self.wrong.iter().any(is_misconfigured) {
            Failure::Misconfigured(text)
        } else {
            Failure::Failed(text)
        })
    }
}

/// What a line is about.
fn label(what: &str) -> String {
    let russian = match what {
        "configuration" => "настройки",
        "rights" => "права",
        "secrets" => "секреты",
        "language" => "язык",
        "database" => "база данных",
        "time zone" => "часовой пояс",
        "disk space" => "место на диске",
        "flush" => "запись на диск",
        "port" => "порт",
        "server" => "сервер",
        "clock" => "часы",
        "timetable" => "расписание",
        "cards" => "карты",
        "time source" => "сверка часов",
        "backup" => "копия",
        "imports" => "загрузки",
        other => match other.strip_prefix("key ") {
            Some(id) => &format!("ключ {id}"),
            None => other,
        },
    };
    pick(russian, what).to_owned()
}

/// Checks everything that serving needs and prints a line for each; fails if anything is wrong.
pub fn run(path: &Path) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let mut report = Report::default();
    report.good(
        "configuration",
        text!("{} годится", "{} can be used", path.display()),
    );
    files::look_at_rights(path, &config, &mut report);
    files::look_at_keys(&config, &mut report);
    files::look_at_languages(path, &mut report);
    let store = files::look_at_database(&config, &mut report);
    machine::look_at_zone(&config, &mut report);
    machine::look_at_time_source(&mut report);
    machine::look_at_space(&config, &mut report);
    machine::look_at_flush(&config, &mut report);
    machine::look_at_server(&config, &mut report);
    if let Some(store) = store {
        // Nothing that is written meanwhile makes one line contradict another.
        let looked = store
            .snapshot()
            .and_then(|_snapshot| clinic::look_at_data(&config, &store, &mut report));
        if let Err(fault) = looked {
            report.bad("database", fault);
        }
    }
    clinic::look_at_imports(&config, &mut report);
    output::print(table::aligned(&report.rows))?;
    report.verdict()
}
