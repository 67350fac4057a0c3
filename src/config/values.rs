//! Values that several sections of the configuration have, with their bounds.

use super::fault::ValueFault;
use crate::model;
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;
use uuid::Uuid;

pub fn bounded<'de, D: Deserializer<'de>, const MIN: i64, const MAX: i64>(
    deserializer: D,
) -> Result<i64, D::Error> {
    let number = i64::deserialize(deserializer)?;
    if (MIN..=MAX).contains(&number) {
        Ok(number)
    } else {
        Err(ValueFault::OutOfBounds {
            number,
            min: MIN,
            max: MAX,
        }
        .of())
    }
}

pub fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    if path.file_name().is_none() {
        return Err(ValueFault::NotPath.of());
    }
    Ok(path)
}

pub fn optional_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    path(deserializer).map(Some)
}

pub fn guid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    let text = String::deserialize(deserializer)?;
    model::guid(&text)
        .filter(|guid| !guid.is_nil())
        .ok_or_else(|| ValueFault::NotGuid.of())
}
