//! No modules name each other in a circle: those of a page, and those of one room of the program. A parent and what it
//! contains may.

use super::{program, texts_below};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Modules by their paths, each with those that its text names.
type Modules = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// Returns a way from a module back to itself, if there is one.
fn circle(modules: &Modules, start: &PathBuf) -> Option<Vec<PathBuf>> {
    let mut ways = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in modules.get(way.last()?).into_iter().flatten() {
            if next == start {
                return Some(way);
            }
            if seen.insert(next) {
                ways.push([way.clone(), vec![next.clone()]].concat());
            }
        }
    }
    None
}

/// Returns the modules of the pages.
fn page_modules() -> Modules {
    let mut modules = Modules::new();
    for (name, text) in texts_below("src/page") {
        let name = PathBuf::from(name);
        if name.extension().is_some_and(|ending| ending == "js") {
            let imports = text.split(" from \"").skip(1).map(|rest| {
                let (import, _) = rest.split_once('"').unwrap();
                beside(&name, import)
            });
            let imports = imports.collect();
            modules.insert(name, imports);
        }
    }
    assert!(modules.len() > 30, "too few modules of pages");
    modules
}

/// Returns the path that a page's module names relatively to its own.
fn beside(module: &Path, import: &str) -> PathBuf {
    let mut path = module.parent().unwrap().to_owned();
    for part in import.split('/') {
        match part {
            "." => {}
            ".." => assert!(path.pop(), "{import}"),
            name => path.push(name),
        }
    }
    path
}

/// Nor does a page name what belongs to another: only `shared` is everybody's.
#[test]
fn no_modules_of_a_page_import_each_other_in_a_circle() {
    let modules = page_modules();
    let page = |path: &Path| path.iter().nth(2).unwrap().to_owned();
    for (name, imports) in &modules {
        assert_eq!(circle(&modules, name), None);
        for import in imports {
            assert!(modules.contains_key(import), "{name:?} imports {import:?}");
            let may = page(import) == "shared" || page(import) == page(name);
            assert!(may, "{name:?} imports {import:?}");
        }
    }
}

/// Adds the paths of a use tree, `a::b` or `a::{b, c::d}`, to `found`, each behind `prefix`.
fn read_tree(prefix: &Path, tree: &str, found: &mut Vec<PathBuf>) {
    let tree = tree.trim_start();
    let end = tree.find(|end: char| !end.is_alphanumeric() && end != '_');
    let (name, rest) = tree.split_at(end.unwrap_or(tree.len()));
    let path = prefix.join(name);
    if let Some(rest) = rest.strip_prefix("::") {
        return read_tree(&path, rest, found);
    }
    if name.is_empty() && rest.starts_with('{') {
        let mut depth = 0;
        let mut begin = 1;
        for (at, sign) in rest.char_indices() {
            depth += i32::from(sign == '{') - i32::from(sign == '}');
            if (depth == 1 && sign == ',') || depth == 0 {
                read_tree(prefix, &rest[begin..at], found);
                begin = at + 1;
            }
            if depth == 0 {
                return;
            }
        }
    }
    found.push(path);
}

/// Returns the paths in a text that begin with one of these words.
fn paths(text: &str, words: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for word in words {
        for (at, _) in text.match_indices(&format!("{word}::")) {
            let inside = |before: char| before.is_alphanumeric() || before == '_' || before == ':';
            if !text[..at].ends_with(inside) {
                read_tree(Path::new(""), &text[at..], &mut found);
            }
        }
    }
    found
}

/// The program's modules with their texts, comments left out: `store/open`, and `store` for `store/mod.rs`.
fn texts() -> BTreeMap<PathBuf, String> {
    let text = |(name, text): (String, String)| {
        let name = name.strip_prefix("src/").unwrap();
        let module = name.strip_suffix("/mod.rs").or(name.strip_suffix(".rs")).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        (PathBuf::from(module), code.collect::<Vec<_>>().join("\n"))
    };
    program().into_iter().map(text).collect()
}

/// Returns the module that a path means: that of its item, where a parent only passes the item on.
fn meant(texts: &BTreeMap<PathBuf, String>, module: &Path, path: &Path) -> PathBuf {
    let mut found = module.to_owned();
    for name in path {
        match name.to_str().unwrap() {
            "crate" => found = PathBuf::new(),
            "self" => {}
            "super" => {
                found.pop();
            }
            name if texts.contains_key(&found.join(name)) => found.push(name),
            item => return passed_on(texts, &found, item).unwrap_or(found),
        }
    }
    found
}

/// Returns the module below a parent from which the parent takes this item.
fn passed_on(texts: &BTreeMap<PathBuf, String>, parent: &Path, item: &str) -> Option<PathBuf> {
    let hands_on = |module: &&PathBuf| {
        let name = module.file_name().and_then(|name| name.to_str());
        module.parent() == Some(parent)
            && paths(
                texts.get(parent).map_or("", String::as_str),
                &[name.unwrap_or_default()],
            )
            .iter()
            .any(|path| path.ends_with(item))
    };
    texts.keys().find(hands_on).cloned()
}

#[test]
fn no_modules_of_a_room_name_each_other_in_a_circle() {
    let texts = texts();
    assert!(texts.len() > 80, "too few modules");
    let mut modules = Modules::new();
    for (name, text) in &texts {
        let named = paths(text, &["crate", "super", "self"]);
        let named = named
            .iter()
            .map(|path| meant(&texts, name, path))
            .filter(|other| {
                let same_room = other.iter().next() == name.iter().next();
                same_room && !other.starts_with(name) && !name.starts_with(other)
            });
        modules.insert(name.clone(), named.collect());
    }
    assert!(
        modules.values().map(BTreeSet::len).sum::<usize>() > 150,
        "{modules:#?}"
    );
    for name in modules.keys() {
        assert_eq!(circle(&modules, name), None);
    }
}
