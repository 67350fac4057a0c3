//! Tables to read.

use std::io::{self, Write};

/// What stands between two columns.
const GAP: &str = "  ";

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
