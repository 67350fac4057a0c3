//! What both programs do when they start: the log, and what a panic tells.

use super::output;
use log::Level;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::PanicHookInfo;
use std::thread;

/// Lines of the log go to standard error, at levels of `RUST_LOG` or else as `usual`. Where that is the system's journal, each
/// begins with its priority (sd-daemon(3)); the journal knows time and program.
pub fn start_log(usual: &str) {
    let mut log = env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(usual));
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        log.format(|out, record| {
            let priority = match record.level() {
                Level::Error => 3,
                Level::Warn => 4,
                Level::Info => 6,
                Level::Debug | Level::Trace => 7,
            };
            writeln!(out, "<{priority}>{}: {}", record.target(), record.args())
        });
    }
    log.init();
}

/// Lets a panic tell where the program broke. What it broke on is not told: it may be about a patient.
pub fn tell_panics(program: &'static str) {
    std::panic::set_hook(Box::new(move |panic| tell_panic(program, panic)));
}

fn tell_panic(program: &str, panic: &PanicHookInfo) {
    let thread = thread::current();
    let name = thread.name().unwrap_or("a thread");
    let place = panic
        .location()
        .map_or_else(String::new, |place| format!(" at {place}"));
    output::warn(format_args!(
        "{program}: {name} panicked{place}: a mistake in the program\n"
    ));
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        output::warn(format_args!("{backtrace}\n"));
    }
}
