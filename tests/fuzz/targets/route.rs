//! A path has the methods that `Allow` names; neither case of its words nor doubled slashes matter, and it is the same under
//! `/api/v2` as under the root.

#![no_main]

use infomat::refusal::HttpError;
use infomat::route::{Route, route};
use libfuzzer_sys::fuzz_target;

const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "DELETE"];

fuzz_target!(|path: &str| {
    let Err(refusal) = route("PUT", path) else {
        panic!("PUT has a route")
    };
    assert_eq!(
        route("get", path),
        Err(refusal.clone()),
        "methods are in capitals"
    );
    let found = METHODS.map(|method| route(method, path));
    let allowed: Vec<&str> = match &refusal {
        HttpError::Method(allow) => allow.split(", ").collect(),
        HttpError::UnknownPath => Vec::new(),
        other => panic!("{other:?}"),
    };
    assert!(allowed.iter().all(|method| METHODS.contains(method)));
    for (method, found) in METHODS.iter().zip(&found) {
        match found {
            Ok(_) => assert!(allowed.contains(method), "{method} is not allowed"),
            Err(other) => assert!(
                !allowed.contains(method) && *other == refusal,
                "{method}: {other:?}"
            ),
        }
    }
    assert_eq!(found[0], found[1], "HEAD is as GET");

    let same = |other: &str| METHODS.map(|method| route(method, other)) == found;
    assert!(same(&format!("//{}//", path.replace('/', "///"))));
    let words = |change: fn(&str) -> String| METHODS.map(|method| name(route(method, &change(path))));
    let names = found.clone().map(name);
    assert_eq!(words(str::to_ascii_uppercase), names);
    assert_eq!(words(str::to_ascii_lowercase), names);

    let first = path.split('/').find(|word| !word.is_empty()).unwrap_or_default();
    let is_own = ["api", "desk"]
        .iter()
        .any(|word| first.eq_ignore_ascii_case(word));
    if !is_own && !first.is_empty() {
        let under = |base: &str| METHODS.map(|method| route(method, &format!("{base}/{path}")));
        let (second, third) = (under("/api/v2"), under("/Api/V3"));
        assert!(found == second || found == third);
        let unknown = |found: &[Result<Route, HttpError>]| {
            found.iter().all(|found| *found == Err(HttpError::UnknownPath))
        };
        assert!(unknown(&second) || unknown(&third), "of two versions");
    }
});

fn name(found: Result<Route, HttpError>) -> Result<&'static str, HttpError> {
    found.map(|route| route.name())
}
