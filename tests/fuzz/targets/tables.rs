//! A table that was written as RFC 4180 has it is read as it was written. Of any other bytes, records begin at lines that follow
//! each other, and hold no more than was there.

#![no_main]

use infomat::fuzzing::{Record, Records};
use libfuzzer_sys::fuzz_target;
use std::io::BufReader;

const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];
const COLUMNS: usize = 4;

/// Most lines of a record.
const LINES_MAX: usize = 20;

fuzz_target!(|data: &[u8]| {
    let Some((way, rest)) = data.split_first() else {
        return;
    };
    if way & 1 == 0 {
        any(rest, usize::from(way >> 1) + 1);
    } else {
        written(rest, SEPARATORS[usize::from(way >> 1) % 3], way & 0x80 > 0);
    }
});

fn any(bytes: &[u8], piece: usize) {
    let mut records = Records::new(BufReader::with_capacity(piece, bytes), bytes);
    let (mut last, mut held) = (0, 0);
    while let Some(Record { line, cells }) = records.next().unwrap() {
        assert!(line > last, "{line} behind {last}");
        last = line;
        held += cells.map_or(0, |cells| cells.concat().len());
    }
    let ends = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    assert!(usize::try_from(last).unwrap() <= ends + 1 && held <= bytes.len());
}

fn written(bytes: &[u8], separator: u8, is_short: bool) {
    let end: &[u8] = if is_short { b"\n" } else { b"\r\n" };
    let separator = &[separator][..];
    let headings: Vec<Vec<u8>> = (b'a'..).take(COLUMNS).map(|letter| vec![letter]).collect();
    let mut text = headings.join(separator);
    text.extend(end);
    let mut expected = vec![headings];
    // A bare CR ends a line in tables of old programs alone.
    let bytes: Vec<u8> = bytes
        .iter()
        .map(|byte| if *byte == b'\r' { b' ' } else { *byte })
        .collect();
    let cells: Vec<&[u8]> = bytes.split(|byte| *byte == 0).collect();
    for cells in cells.chunks(COLUMNS) {
        let lines = cells
            .iter()
            .flat_map(|cell| cell.iter())
            .filter(|byte| **byte == b'\n')
            .count();
        if lines >= LINES_MAX {
            return;
        }
        let quoted: Vec<Vec<u8>> = cells.iter().map(|cell| quoted(cell)).collect();
        text.extend(quoted.join(separator));
        text.extend(end);
        if cells.iter().any(|cell| !cell.trim_ascii().is_empty()) {
            expected.push(cells.iter().map(|cell| without_blank_lines(cell)).collect());
        }
    }
    let mut records = Records::new(BufReader::new(&*text), &text);
    let mut read = Vec::new();
    while let Some(Record { cells, .. }) = records.next().unwrap() {
        read.push(cells.unwrap());
    }
    assert_eq!(read, expected);
}

fn quoted(cell: &[u8]) -> Vec<u8> {
    let inner = cell
        .iter()
        .flat_map(|byte| std::iter::repeat_n(*byte, if *byte == b'"' { 2 } else { 1 }));
    [b'"'].into_iter().chain(inner).chain([b'"']).collect()
}

/// Lines of blanks within a cell are passed over.
fn without_blank_lines(cell: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = cell.split(|byte| *byte == b'\n').collect();
    let last = lines.len() - 1;
    let kept = lines.into_iter().enumerate();
    let kept = kept.filter(|(at, line)| *at == 0 || *at == last || !line.trim_ascii().is_empty());
    kept.map(|(_, line)| line).collect::<Vec<_>>().join(&b'\n')
}
