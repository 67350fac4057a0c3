//! `infomat check`: everything that an administrator can repair, a line each, with the remedy.
//!
//! It reads, and writes only a file beside the database to measure the disk. It works with and without a running server, and
//! as a user who may not read everything: it reports what it could not check.

mod clinic;
mod files;
mod machine;
mod standby;

use super::{Failure, output, table};
use crate::cli::{Check, Printed};
use crate::config::Config;
use crate::health::{Action, Finding, Grade, Problem, Severity, Subject};
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
    findings: Vec<Finding>,
    wrong: Vec<Failure>,
    /// It is for the status page, whose buttons are the remedies; what the server says of itself is told there by the server.
    is_for_page: bool,
}

impl Report {
    /// Reports that nothing is wrong.
    fn good(&mut self, what: &str, found: impl Into<String>) {
        self.add(Grade::Good, what, found.into(), None);
    }

    /// Reports what works but needs attention, or could not be checked, with the remedy.
    fn warn(&mut self, what: &str, found: impl Into<String>) {
        self.add(Grade::Warning, what, found.into(), None);
    }

    /// Reports a fault with its remedy.
    fn bad(&mut self, what: &str, failure: impl Into<Failure>) {
        let failure = failure.into();
        self.add(Grade::Bad, what, failure.to_string(), None);
        self.wrong.push(failure);
    }

    /// What was judged of a subject: a problem, or what is good about it.
    fn judged(&mut self, subject: Subject, problem: Option<Problem>, good: impl Into<String>) {
        match problem {
            Some(problem) => self.problem(problem),
            None => self.good(subject.name(), good),
        }
    }

    /// Reports a problem.
    fn problem(&mut self, problem: Problem) {
        let text = match Language::current() {
            Language::Russian if self.is_for_page => problem.text_at_desk(),
            language => problem.text(language),
        };
        if problem.severity() == Severity::Bad {
            self.wrong.push(Failure::Failed(text.clone()));
        }
        let what = problem.subject().name();
        self.add(problem.severity().into(), what, text, problem.action());
    }

    fn add(&mut self, grade: Grade, what: &str, found: String, action: Option<Action>) {
        self.findings.push(Finding {
            grade,
            what: label(what),
            found,
            action,
        });
    }

    /// Prints the findings.
    fn print(&self, format: Printed) -> Result<(), Failure> {
        let row = |finding: &Finding| {
            let grade = match finding.grade {
                Grade::Good => pick("хорошо", "ok"),
                Grade::Warning => pick("внимание", "warning"),
                Grade::Bad => pick("ПЛОХО", "BAD"),
            };
            [grade.to_owned(), finding.what.clone(), finding.found.clone()]
        };
        output::print(match format {
            Printed::Text => table::aligned(&self.findings.iter().map(row).collect::<Vec<_>>()),
            Printed::Json => {
                let array = serde_json::to_string_pretty(&self.findings);
                array.expect("findings have string keys and no failing serializer") + "\n"
            }
        })
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
    if let Some(subject) = Subject::ALL.into_iter().find(|subject| subject.name() == what) {
        return pick(subject.name_at_desk(), what).to_owned();
    }
    let russian = match what {
        "configuration" => "настройки",
        "rights" => "права",
        "secrets" => "секреты",
        "language" => "язык",
        "database" => "база данных",
        "time zone" => "часовой пояс",
        "port" => "порт",
        "server" => "сервер",
        "cards" => "карты",
        "imports" => "загрузки",
        "data" => "данные",
        "standby" => "запасной каталог",
        other => match other.strip_prefix("key ") {
            Some(id) => &format!("ключ {id}"),
            None => other,
        },
    };
    pick(russian, what).to_owned()
}

/// Checks everything that serving needs and prints a line for each; fails if anything is wrong.
pub fn run(path: &Path, wanted: &Check) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let mut report = Report {
        is_for_page: wanted.format == Printed::Json,
        ..Report::default()
    };
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
    report.print(wanted.format)?;
    report.verdict()
}
