//! Goal: the house rules that a machine can see. Method: the sources are read as text.

mod circles;

use crate::harness;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Layers, lowest first: a module names only modules of lower layers, or its own (see `src/lib.rs`).
const LAYERS: [&[&str]; 9] = [
    &["contract"],
    &["model", "language", "files"],
    &["refusal", "health", "exchange"],
    &["rules"],
    &["wire", "token", "route", "page", "metrics"],
    &["store"],
    &["engine", "import"],
    &["edge"],
    &["config", "demo", "cli", "command", "centre"],
];

/// Longest file of the program, in lines.
const LINES_MAX: usize = 400;

/// Where Russian may stand: what patients, registrars and the demo's visitors read, and the headings of their tables.
const RUSSIAN: [&str; 10] = [
    "src/health/text.rs",
    "src/import/table/words.rs",
    "src/model/typed.rs",
    "src/refusal.rs",
    "src/refusal/",
    "src/demo/",
    "src/page/",
    "src/command/",
    "src/cli.rs",
    "src/cli/",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file below a folder, by its path from the root; what other programs' installers put there is left out.
fn texts_below(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if !path.is_dir() {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.extend(fs::read_to_string(path).ok().map(|text| (name, text)));
            } else if !["node_modules", "venv"].iter().any(|name| path.ends_with(name)) {
                folders.push(path);
            }
        }
    }
    found
}

/// Every Rust file below a folder, by its path from the root, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = texts_below(folder);
    found.retain(|(name, _)| Path::new(name).extension().is_some_and(|ending| ending == "rs"));
    assert!(found.len() > 5, "too few sources below {folder}");
    found
}

/// The program alone: without files and modules of tests.
fn program() -> Vec<(String, String)> {
    let is_test =
        |name: &str| name.ends_with("tests.rs") || name.contains("/tests/") || name.ends_with("vectors.rs");
    let code = |(name, text): (String, String)| {
        let code = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default()
            .to_owned();
        (name, code)
    };
    sources("src")
        .into_iter()
        .filter(|(name, _)| !is_test(name))
        .map(code)
        .collect()
}

/// The layer of a module, by the first part of its path.
fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The module that a source belongs to.
fn module(name: &str) -> &str {
    let path = name.strip_prefix("src/").unwrap();
    path.split(['/', '.']).next().unwrap()
}

#[test]
fn a_module_names_only_lower_layers() {
    for (name, text) in program() {
        let own = module(&name);
        if ["main", "lib", "bin"].contains(&own) {
            continue;
        }
        let own_layer = layer(own).unwrap_or_else(|| panic!("{name} is in no layer"));
        for used in text.split("crate::").skip(1) {
            let used = used
                .split(|end: char| !end.is_alphanumeric() && end != '_')
                .next()
                .unwrap();
            let Some(used_layer) = layer(used) else { continue };
            let same_top = own_layer == LAYERS.len() - 1 && used_layer == own_layer;
            assert!(
                used == own || used_layer < own_layer || same_top,
                "{name} names crate::{used}"
            );
        }
    }
}

#[test]
fn what_belongs_to_one_room_stays_there() {
    let homes = [
        ("tiny_http", "edge"),
        ("std::net::Tcp", "edge command centre"),
        ("rusqlite", "store"),
        ("postgres::", "centre"),
    ];
    for (name, text) in program() {
        for (word, home) in homes {
            let code = text
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains(word));
            assert!(
                !code || home.split(' ').any(|home| module(&name) == home),
                "{name} names {word}"
            );
        }
        let decides = [
            "model", "exchange", "refusal", "rules", "wire", "token", "route", "store",
        ]
        .contains(&module(&name));
        for word in ["Utc::now", "Local::now", "SystemTime", "now_v7", "new_v4"] {
            assert!(
                !(decides && text.contains(word)),
                "{name} asks the time or draws an id: {word}"
            );
        }
    }
}

/// Goal: the clinic's program is built without what the region's needs. Method: cargo tells the crates of a build without features.
#[test]
fn the_box_has_no_database_of_the_region() {
    let crates = |features: &[&str]| {
        let tree = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--locked",
                "--offline",
                "--edges",
                "normal",
                "--prefix",
                "none",
            ])
            .args(features)
            .current_dir(root())
            .output()
            .unwrap();
        assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
        String::from_utf8(tree.stdout).unwrap()
    };
    let has = |tree: &str, name: &str| tree.lines().any(|line| line.split(' ').next() == Some(name));
    let (own, region) = (crates(&[]), crates(&["--features", "centre"]));
    for name in ["postgres", "tokio-postgres", "tokio"] {
        assert!(has(&region, name), "{name} is looked for under a wrong name");
        assert!(!has(&own, name), "the box has {name}");
    }
}

#[test]
fn russian_stands_where_it_is_read() {
    for (name, text) in program() {
        let may = RUSSIAN.iter().any(|place| name.starts_with(place));
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let russian = line
                .chars()
                .any(|letter| ('а'..='я').contains(&letter.to_lowercase().next().unwrap()));
            assert!(may || !russian, "{name}: {line}");
        }
    }
}

#[test]
fn the_program_has_no_unwrap_no_marks_and_no_long_file() {
    for (name, text) in program() {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{name} has {lines} lines");
        for mark in [
            concat!(".unwrap", "()"),
            concat!("TO", "DO"),
            concat!("FIX", "ME"),
            "todo!(",
            "unimplemented!(",
            // They panic where nobody reads: see src/command/output.rs.
            "print!(",
            "println!(",
        ] {
            assert!(!text.contains(mark), "{name} has {mark}");
        }
    }
}

/// The statements in files below `src/store`, by their paths from there.
fn statements() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src/store")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "sql") {
                let name = path.strip_prefix(root().join("src/store")).unwrap();
                found.push(name.to_str().unwrap().to_owned());
            }
        }
    }
    assert!(found.len() > 50, "too few statements");
    found
}

/// Modules whose statements are run by one function, from a table.
const RUN_FROM_TABLES: [&str; 4] = ["doubtful", "purge", "restore", "verify"];

#[test]
fn every_statement_is_named_as_the_function_that_runs_it() {
    let sources: Vec<(String, String)> = program();
    for name in statements() {
        // The statements of an import lie beside its code, which is a folder.
        let included = name.strip_prefix("import/").unwrap_or(&name);
        let including = |text: &str| text.contains(&format!("\"{included}\")"));
        if name.starts_with("import/") || name.starts_with("migrations/") {
            assert!(
                sources.iter().any(|(_, text)| including(text)),
                "{name} is not used"
            );
            continue;
        }
        // A statement lies in the folder of its module; forms of one statement in a folder named as the function.
        let (module, function) = name.strip_suffix(".sql").unwrap().split_once('/').unwrap();
        let function = function.split('/').next().unwrap();
        let path = format!("src/store/{module}.rs");
        let (_, text) = sources.iter().find(|(source, _)| *source == path).unwrap();
        assert!(including(text), "{name} is not used");
        assert!(
            RUN_FROM_TABLES.contains(&module) || text.contains(&format!("fn {function}(")),
            "no function {function} in {path}"
        );
    }
}

/// Text files of the program, its tests and its documents, by path.
fn texts() -> Vec<(String, String)> {
    let mut found: Vec<_> = ["src", "tests", "packaging"]
        .into_iter()
        .flat_map(texts_below)
        .collect();
    for name in ["README.md", "schema.sql"] {
        found.push((name.to_owned(), fs::read_to_string(root().join(name)).unwrap()));
    }
    found
}

/// Words that the program had for what the trade calls otherwise, each with the trade's word.
const OLD_WORDS: [(&str, &str); 11] = [
    ("Anyhow", "what the rule checks"),
    ("Relay", "Upstream"),
    ("Spare", "MemoryBudget"),
    ("Switchboard", "UpstreamPool"),
    ("Transport", "HttpError"),
    ("Turn", "WriteTx, batch"),
    ("attempt", "run"),
    ("look_up", "tick"),
    ("perform", "run"),
    ("settle", "what is done to it"),
    ("understand", "parse"),
];

#[test]
fn the_program_uses_the_words_of_the_trade() {
    for (name, text) in program() {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in line.split(|end: char| !end.is_alphanumeric() && end != '_') {
                let old = OLD_WORDS.iter().find(|(old, _)| *old == word);
                assert!(
                    old.is_none(),
                    "{name}: {line}: write {:?}",
                    old.map(|(_, new)| new)
                );
            }
        }
    }
}

#[test]
fn citations_of_the_contract_resolve() {
    let pages = fs::read_to_string(root().join("src/contract.rs")).unwrap();
    let mut citations = 0;
    for (name, text) in texts().into_iter().filter(|(name, _)| name != "tests/it/tidy.rs") {
        for line in text.lines() {
            for (before, after) in line
                .match_indices("contract::")
                .map(|(at, word)| (&line[..at], &line[at + word.len()..]))
            {
                let page = after
                    .split(|end: char| !end.is_alphanumeric() && end != '_')
                    .next()
                    .unwrap();
                assert!(pages.contains(&format!("pub mod {page} {{}}")), "{name}: {line}");
                // rustdoc resolves what stands in its comments, if it is a link.
                let is_doc = name.starts_with("src/")
                    && ["///", "//!"]
                        .iter()
                        .any(|mark| line.trim_start().starts_with(mark));
                assert!(!is_doc || before.ends_with("[crate::"), "{name}: no link: {line}");
                citations += 1;
            }
            let numbered = line
                .split("contract ")
                .skip(1)
                .any(|after| after.starts_with(|first: char| first.is_ascii_digit()));
            let elsewhere = ["contract-kiosk", "contract-centre"]
                .iter()
                .any(|document| line.contains(document));
            assert!(
                !numbered && !elsewhere,
                "{name} cites a document that is not here: {line}"
            );
        }
    }
    assert!(citations > 90, "{citations}");
}

/// What a newcomer is led to is there.
#[test]
fn the_readmes_name_only_files_that_exist() {
    let text = ["README.md", "tests/README.md", "packaging/RELEASING.md"]
        .map(|name| fs::read_to_string(root().join(name)).unwrap())
        .concat();
    let names = text
        .split('`')
        .filter(|word| !word.contains([' ', '$', '*', '\n']));
    let paths: Vec<&str> = names
        .filter(|name| {
            ["src/", "tests/", "packaging/"]
                .iter()
                .any(|top| name.starts_with(top))
        })
        .filter(|path| !path.contains("venv"))
        .collect();
    assert!(paths.len() > 30, "{paths:?}");
    for path in paths {
        assert!(root().join(path).exists(), "{path} is not there");
    }
}

/// Returns the hunks of a patch that do not fit the file that they change: it has other lines there.
fn hunks_that_do_not_fit(patch: &str) -> Vec<String> {
    let mut file = String::new();
    let mut found = Vec::new();
    for hunk in patch.split("\n@@ ") {
        let lines = hunk
            .lines()
            .skip(1)
            .take_while(|line| !line.starts_with("--- a/"));
        let before: Vec<_> = lines.filter_map(|line| line.strip_prefix([' ', '-'])).collect();
        if !file.is_empty() && !file.contains(&before.join("\n")) {
            found.push(format!("@@ {hunk}"));
        }
        if let Some(name) = hunk.lines().find_map(|line| line.strip_prefix("+++ b/")) {
            file = fs::read_to_string(root().join(name)).unwrap();
        }
    }
    found
}

/// A fault whose code has changed is planted no more, and nobody would see that nothing finds it.
#[test]
fn planted_faults_fit_the_code() {
    let patches = texts_below("tests")
        .into_iter()
        .filter(|(name, _)| Path::new(name).extension().is_some_and(|kind| kind == "patch"));
    let unfit: Vec<_> = patches
        .flat_map(|(name, patch)| {
            hunks_that_do_not_fit(&patch)
                .into_iter()
                .map(move |hunk| (name.clone(), hunk))
        })
        .collect();
    assert!(unfit.is_empty(), "{unfit:#?}");
}

#[test]
fn the_manual_names_only_commands_that_exist() {
    let manual = fs::read_to_string(root().join("packaging/manual.md")).unwrap();
    let words = |line: &str| {
        line.split('#')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    };
    let commands: Vec<Vec<String>> = manual
        .lines()
        .filter(|line| line.starts_with("infomat "))
        .map(words)
        .collect();
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        // Some commands have commands of their own.
        let words = if ["key", "staff"].contains(&&*command[1]) {
            &command[1..3]
        } else {
            &command[1..2]
        };
        let help = harness::program().args(words).arg("--help").output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(help.contains("Usage: infomat"), "{command:?}");
        for option in command.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(&**option), "{command:?}: no {option}");
        }
    }
}
