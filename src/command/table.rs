//! Lists for the reception: aligned tables, CSV and JSON.

use super::{Failure, output};
use crate::cli::Format;
use serde::Serialize;
use std::error::Error;

/// Separator of columns.
const GAP: &str = "  ";

/// Prints a list: its rows below their heads, or its objects as one JSON array.
///
/// # Errors
/// [`Failure::Failed`] when standard output takes no more, unless its reader has seen enough.
pub fn print<const COLUMNS: usize>(
    format: Format,
    heads: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
    objects: &[impl Serialize],
) -> Result<(), Failure> {
    output::print(match format {
        Format::Text => text(heads, rows),
        Format::Csv => csv(heads, rows).expect("each row has the columns of the heads"),
        Format::Json => {
            let array = serde_json::to_string_pretty(objects);
            array.expect("lists have string keys and no failing serializer") + "\n"
        }
    })
}

/// Returns a table to read.
pub fn text<const COLUMNS: usize>(
    heads: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> String {
    // What a patient wrote in several lines is one row all the same.
    let in_one_line = |text: String| text.replace(char::is_control, " ");
    let mut all = vec![heads.map(str::to_owned)];
    all.extend(rows.map(|row| row.map(in_one_line)));
    aligned(&all)
}

/// Returns CSV for a spreadsheet with Russian settings: a byte order mark, which marks UTF-8, and semicolons.
fn csv<const COLUMNS: usize>(
    heads: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> Result<String, Box<dyn Error>> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(heads)?;
    for row in rows {
        writer.write_record(row.map(harmless))?;
    }
    Ok(format!("\u{feff}{}", String::from_utf8(writer.into_inner()?)?))
}

/// Returns a text that no spreadsheet takes for a formula: patients and files may have given one. The apostrophe in front is
/// shown, and the text can be read.
fn harmless(text: String) -> String {
    // The last four are the same signs in full width.
    let is_sign = |first: char| "=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(first);
    let is_formula = text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(is_sign);
    if is_formula { format!("'{text}") } else { text }
}

/// Returns rows with columns as wide as their widest text.
pub fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| {
        let lengths = rows.iter().map(|row| row[column].chars().count());
        lengths.max().unwrap_or(0)
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |row: &[String; COLUMNS]| {
        let cells = row.iter().zip(widths);
        let cells: Vec<_> = cells.map(|(text, width)| format!("{text:width$}")).collect();
        cells.join(GAP).trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}
