//! Files of languages beside the configuration: `texts.tg.json` brings the terminal Tajik.

use crate::files::folder_of;
use crate::language::{pick, text};
use crate::page::languages::{self, BYTES_MAX, LANGUAGES_MAX, LanguageFault, code_of};
use serde_json::{Map, Value};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Faults of one file that are told; of more, their number.
const FAULTS_TOLD: usize = 5;

/// A file of a language: its path, its code, and its texts or what is wrong.
pub struct Found {
    pub path: PathBuf,
    code: String,
    pub texts: Result<Value, String>,
}

/// Returns the files beside the configuration at `path`, by name; those beyond the bound are wrong.
pub fn find(path: &Path) -> Vec<Found> {
    let Ok(entries) = fs::read_dir(folder_of(path)) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| name(path).and_then(code_of).is_some())
        .collect();
    paths.sort();
    let looked = |(at, path): (usize, PathBuf)| {
        let code = name(&path).and_then(code_of).unwrap_or_default().to_owned();
        let texts = if at < LANGUAGES_MAX {
            read(&path)
                .map_err(|error| error.to_string())
                .and_then(|json| languages::parse(&code, &json).map_err(|faults| told(&faults)))
        } else {
            Err(text!(
                "больше {LANGUAGES_MAX} языков",
                "more than {LANGUAGES_MAX} languages"
            ))
        };
        Found { path, code, texts }
    };
    paths.into_iter().enumerate().map(looked).collect()
}

fn name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// Returns a plain file's text, within the bound.
fn read(path: &Path) -> io::Result<String> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other(pick("это не файл", "this is no file")));
    }
    let mut json = String::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_string(&mut json)?;
    if json.len() as u64 > BYTES_MAX {
        return Err(io::Error::other(text!(
            "больше {BYTES_MAX} байт",
            "more than {BYTES_MAX} bytes"
        )));
    }
    Ok(json)
}

/// Says what is wrong, the first faults in full.
fn told(faults: &[LanguageFault]) -> String {
    let mut words: Vec<String> = faults.iter().take(FAULTS_TOLD).map(fault).collect();
    if let Some(more) = faults.len().checked_sub(FAULTS_TOLD).filter(|&more| more > 0) {
        words.push(text!("и ещё {more}", "and {more} more"));
    }
    words.join("; ")
}

fn fault(fault: &LanguageFault) -> String {
    match fault {
        LanguageFault::Code => pick(
            "в имени файла нужен код языка из строчных латинских букв, не ru и не en",
            "the file's name needs a code of small Latin letters, neither ru nor en",
        )
        .to_owned(),
        LanguageFault::Json(error) => text!("не объект JSON: {error}", "no object of JSON: {error}"),
        LanguageFault::Missing(key) => text!("нет текста \"{key}\"", "no text \"{key}\""),
        LanguageFault::Unknown(key) => text!("лишний текст \"{key}\"", "unknown text \"{key}\""),
        LanguageFault::Values { key, wanted } if wanted.is_empty() => {
            text!(
                "\"{key}\": нужен текст без значений в скобках",
                "\"{key}\" needs a text without values in braces"
            )
        }
        LanguageFault::Values { key, wanted } => {
            text!(
                "\"{key}\": нужны значения {wanted}",
                "\"{key}\" needs the values {wanted}"
            )
        }
        LanguageFault::Names { key, wanted } => text!(
            "\"{key}\": нужны {wanted} названий через пробел",
            "\"{key}\" needs {wanted} names with blanks between them"
        ),
        LanguageFault::Kind(key) => text!(
            "\"{key}\": нужен текст или формы числа, среди них other",
            "\"{key}\" needs a text, or plural forms with `other`"
        ),
    }
}

/// Returns the complete languages, each by its code. The log tells the others.
pub fn load(path: &Path) -> Map<String, Value> {
    let mut complete = Map::new();
    for Found { path, code, texts } in find(path) {
        match texts {
            Ok(texts) => {
                complete.insert(code, texts);
            }
            Err(fault) => log::warn!("{} is not used: {fault}", path.display()),
        }
    }
    complete
}
