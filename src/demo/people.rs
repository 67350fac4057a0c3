//! The content of `people.toml`.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The parsed file.
pub static PEOPLE: LazyLock<People> = LazyLock::new(|| {
    toml::from_str(include_str!("people.toml")).expect("people.toml is a part of the program")
});

/// Names for the crowd, and the characters.
#[derive(Deserialize)]
pub struct People {
    pub families: Vec<String>,
    pub women: Vec<String>,
    pub men: Vec<String>,
    pub fathers: Vec<String>,
    pub characters: Vec<Part>,
}

/// Sex as the patient's card spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Sex {
    #[serde(rename = "f")]
    Woman,
    #[serde(rename = "m")]
    Man,
}

/// A character as the file has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Part {
    pub card: u32,
    pub name: [String; 3],
    pub sex: Sex,
    pub born: Option<(u32, u32, u32)>,
    #[serde(default)]
    pub children: bool,
    pub resource: Option<u32>,
    #[serde(default = "tomorrow")]
    pub days_ahead: u32,
    pub referral: Option<u32>,
    pub exam: Option<u32>,
    #[serde(default)]
    pub fields: Map<String, Value>,
    pub story: String,
    pub meets: Option<String>,
}

fn tomorrow() -> u32 {
    1
}
