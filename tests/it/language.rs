//! Goal: what a command says is in one language: Russian, or English where `--lang` or the locale begins with `en`. Method: the
//! real program's help and its complaints, and a look for words of the other alphabet.

use super::harness;
use std::process::Output;

/// The commands, as they are typed.
const COMMANDS: [&[&str]; 33] = [
    &[],
    &["demo"],
    &["init"],
    &["serve"],
    &["import"],
    &["token"],
    &["visits"],
    &["waiting"],
    &["cards"],
    &["staff"],
    &["staff", "add"],
    &["staff", "list"],
    &["staff", "reset"],
    &["staff", "disable"],
    &["cancel"],
    &["close"],
    &["open"],
    &["closures"],
    &["receipt"],
    &["key"],
    &["key", "new"],
    &["key", "list"],
    &["key", "sign"],
    &["key", "retire"],
    &["believe-clock"],
    &["check"],
    &["backup"],
    &["restore"],
    &["purge"],
    &["exchange"],
    &["issues"],
    &["journal"],
    &["verify"],
];

/// What is typed wrongly, and the name that the complaint has to tell.
const WRONG: [(&[&str], &str); 11] = [
    (&["bakcup"], "bakcup"),
    (&["check", "--fast"], "--fast"),
    (&["import"], "import"),
    (&["key"], "retire"),
    (&["check", "more"], "more"),
    (&["visits", "--date"], "--date"),
    (&["visits", "--date", "31.31.2026"], "2026-11-28"),
    (&["visits", "--format", "pdf"], "json"),
    (&["token", "--lpu", "x", "--mkab", "y"], "GUID"),
    (&["purge", "--older-than", "0"], "36525"),
    (&["check", "--lang", "en", "--lang", "xx"], "--lang"),
];

/// Words of Latin letters that Russian has too: names, formats, signals, units.
const NAMES: [&str; 24] = [
    "infomat",
    "Infomat",
    "SQLite",
    "JSON",
    "CSV",
    "UTF",
    "GUID",
    "SIGTERM",
    "SIGINT",
    "SIGHUP",
    "IP",
    "ru",
    "en",
    "text",
    "csv",
    "json",
    "x",
    "registrar",
    "doctor",
    "administrator",
    "Excel",
    "timetable",
    "patients",
    "doctors",
];

fn typed(arguments: &[&str], locale: &[(&str, &str)]) -> Output {
    let mut program = harness::program();
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"] {
        program.env_remove(name);
    }
    program
        .envs(locale.iter().copied())
        .args(arguments)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap()
}

fn is_russian(text: &str) -> bool {
    text.contains(|sign| matches!(sign, 'а'..='я' | 'А'..='Я'))
}

/// The English words in a text: Latin words that are no option, command, file or name.
fn english(text: &str, typed: &[&str]) -> Vec<String> {
    let mut known: Vec<&str> = COMMANDS.iter().copied().flatten().copied().chain(NAMES).collect();
    known.extend(typed);
    known.push("help");
    let is_option_or_path = |word: &&str| word.trim_start_matches(['[', '<']).starts_with(['-', '/']);
    text.split_whitespace()
        .filter(|word| !is_option_or_path(word))
        .flat_map(|word| {
            let bare = word.trim_matches(|sign: char| !sign.is_alphanumeric());
            let is_guid = bare.matches('-').count() == 4;
            if is_guid || known.contains(&bare) || bare.contains(['.', '_']) || bare.contains("infomat-") {
                return Vec::new();
            }
            bare.split(|sign: char| !sign.is_ascii_alphabetic())
                .filter(|part| part.len() > 1 && !known.contains(part))
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

#[test]
fn help_of_every_command_is_in_one_language() {
    for command in COMMANDS {
        let arguments = [command, &["--help"]].concat();
        let russian = typed(&arguments, &[]);
        assert_eq!(russian.status.code(), Some(0), "{command:?}");
        let text = told(&russian);
        assert!(text.contains("Использование: infomat"), "{text}");
        assert_eq!(english(&text, &[]), Vec::<String>::new(), "{text}");
        let text = told(&typed(&arguments, &[("LANG", "en_US.UTF-8")]));
        assert!(text.contains("Usage: infomat") && !is_russian(&text), "{text}");
    }
    let text = told(&typed(&["help", "key", "new"], &[]));
    assert!(text.contains("Использование: infomat key new"), "{text}");
}

#[test]
fn wrong_usage_is_told_in_one_language() {
    for (arguments, name) in WRONG {
        let russian = typed(arguments, &[("LANG", "C.UTF-8")]);
        let text = told(&russian);
        assert_eq!(russian.status.code(), Some(2), "{arguments:?} {text}");
        // The last one names its own language.
        if !arguments.contains(&"--lang") {
            assert!(text.contains(name) && is_russian(&text), "{arguments:?} {text}");
            assert_eq!(english(&text, arguments), Vec::<String>::new(), "{text}");
        }
        let english = typed(arguments, &[("LANG", "en_US.UTF-8")]);
        let text = told(&english);
        assert_eq!(english.status.code(), Some(2), "{arguments:?} {text}");
        assert!(text.contains(name) && !is_russian(&text), "{arguments:?} {text}");
    }
}

/// What is missing is told in one language too.
#[test]
fn a_missing_configuration_is_told_in_one_language() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.toml");
    let arguments = ["--config", path.to_str().unwrap(), "check"];
    let text = told(&typed(&arguments, &[]));
    assert!(text.contains("не читается"), "{text}");
    assert_eq!(
        english(&text, &[path.to_str().unwrap()]),
        Vec::<String>::new(),
        "{text}"
    );
    let text = told(&typed(&arguments, &[("LANG", "en_GB")]));
    assert!(text.contains("cannot be read") && !is_russian(&text), "{text}");
}

/// Arguments, the locale, and whether Russian is to come.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], bool);

/// `--lang` before `LC_ALL` before `LC_MESSAGES` before `LANG`; what is empty does not count, and other languages are Russian.
#[test]
fn the_language_is_the_one_that_was_asked_for_first() {
    let (en, ru) = ("en_US.UTF-8", "ru_RU.UTF-8");
    let cases: [Case; 10] = [
        (&[], &[], true),
        (&[], &[("LANG", "C")], true),
        (&[], &[("LANG", "POSIX")], true),
        (&[], &[("LANG", "de_DE.UTF-8")], true),
        (&[], &[("LANG", en)], false),
        (&[], &[("LANG", en), ("LC_MESSAGES", ru)], true),
        (&[], &[("LANG", ru), ("LC_MESSAGES", ru), ("LC_ALL", en)], false),
        (&[], &[("LANG", en), ("LC_ALL", "")], false),
        (&["--lang", "en"], &[("LC_ALL", ru)], false),
        (&["--lang=ru"], &[("LC_ALL", en)], true),
    ];
    for (arguments, locale, expected) in cases {
        let text = told(&typed(&[arguments, &["check", "--help"]].concat(), locale));
        assert_eq!(is_russian(&text), expected, "{arguments:?} {locale:?} {text}");
    }
}
