//! Lists for the desk: tables to read, CSV and JSON.

use super::{Failure, output};
use crate::cli::Format;
use crate::language::pick;
use serde::Serialize;
use std::io::{self, Write};

/// What stands between two columns.
const GAP: &str = "  ";

/// Prints a list: its rows below their heads, or its objects as one JSON array.
///
/// # Errors
/// [`Failure::Failed`] when standard output takes no more for another reason than that whoever reads has seen enough.
pub fn print<const COLUMNS: usize>(
    format: Format,
    heads: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
    objects: &[impl Serialize],
) -> Result<(), Failure> {
    let mut out = Vec::new();
    match format {
        Format::Text => text(heads, rows, &mut out),
        Format::Csv => csv(heads, rows, &mut out),
        Format::Json => json(objects, &mut out),
    }
    .map_err(|error| Failure::of(pick("список", "the list"), error))?;
    output::print(out)
}

/// Writes a table to read.
pub fn text<const COLUMNS: usize>(
    heads: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
    out: &mut impl Write,
) -> io::Result<()> {
    // What a patient wrote in several lines is one row all the same.
    let in_one_line = |text: String| text.replace(char::is_control, " ");
    let mut all = vec![heads.map(str::to_owned)];
    all.extend(rows.map(|row| row.map(in_one_line)));
    write(&all, out)
}

/// For a spreadsheet as it is set up in Russia: a byte order mark, by which it knows UTF-8, and semicolons.
fn csv<const COLUMNS: usize>(
    heads: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    write!(out, "\u{feff}")?;
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record(heads)?;
    for row in rows {
        writer.write_record(row.map(harmless))?;
    }
    writer.flush()
}

/// A text that no spreadsheet takes for a formula: what patients and files gave may be meant as one. The apostrophe is shown,
/// and what stands behind it can be read.
fn harmless(text: String) -> String {
    // The last four are the same signs in full width.
    let is_sign = |first: char| "=+-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(first);
    let is_formula = text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(is_sign);
    if is_formula { format!("'{text}") } else { text }
}

fn json(objects: &[impl Serialize], out: &mut Vec<u8>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, objects)?;
    writeln!(out)
}

/// Writes rows with columns as wide as their widest text.
pub fn write<const COLUMNS: usize>(rows: &[[String; COLUMNS]], out: &mut impl Write) -> io::Result<()> {
    let width = |column: usize| {
        let lengths = rows
            .iter()
            .map(|row: &[String; COLUMNS]| row[column].chars().count());
        lengths.max().unwrap_or(0)
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    for row in rows {
        let cells: Vec<_> = row
            .iter()
            .zip(widths)
            .map(|(text, width)| format!("{text:width$}"))
            .collect();
        writeln!(out, "{}", cells.join(GAP).trim_end())?;
    }
    Ok(())
}
