//! Other people's programs look at the server: makers of tokens, judges of the OpenAPI document and of the pages, the collector of
//! its metrics. `tests/others` has their versions and settings.

mod document;
mod metrics;
mod tokens;

use crate::harness::lacks;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/others")
}

/// A program of `tests/others/package.json`; none where `npm ci` was not run there.
fn program(name: &str) -> Option<PathBuf> {
    let path = folder().join("node_modules/.bin").join(name);
    (!lacks(&format!("{name} (npm ci in tests/others)"), path.exists())).then_some(path)
}
