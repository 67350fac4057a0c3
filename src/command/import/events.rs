//! What an import says to a program: a JSON object a line on standard output, while it runs and at its end. The status page of
//! the reception shows it.

use super::{heads, row, titles};
use crate::command::texts::{Told, import as texts};
use crate::command::{Failure, output, visits};
use crate::import::Notice;
use crate::model::DayVisit;
use crate::model::job::{ImportEvent, KindCounted, List};
use crate::store::import::{KindCount, Moves};

/// Prints a notice.
pub fn tell(notice: &Notice) {
    let event = match notice {
        Notice::Read(lines) => ImportEvent::Read(*lines),
        Notice::PuttingInPlace => ImportEvent::Placing,
        Notice::Bad(line) => ImportEvent::Bad(line.told()),
        Notice::MoreBad(lines) => ImportEvent::MoreBad(*lines),
        Notice::Nothing(field, lines) => ImportEvent::Note(texts::nothing_in(field, *lines)),
        Notice::Added(doctors, count) => ImportEvent::Note(texts::added(doctors, *count)),
        Notice::Overlaps(cells, count) => ImportEvent::Note(texts::overlaps(cells, *count)),
        Notice::Doubt(doubt) => ImportEvent::Note(doubt.told()),
    };
    output::tell(line(&event));
}

/// Prints what was done, and whom to call.
pub fn print(counts: &[KindCount], moves: &Moves) -> Result<(), Failure> {
    let counts = counts.iter().map(|count| {
        ImportEvent::Count(KindCounted {
            kind: count.kind.clone(),
            put: count.put,
            removed: count.removed,
        })
    });
    let lists = lists(moves).into_iter().map(ImportEvent::List);
    let lines = counts.chain(lists).map(|event| line(&event) + "\n");
    output::print(lines.collect::<String>())
}

/// Returns whom to call; no list is empty.
fn lists(moves: &Moves) -> Vec<List> {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let of_pairs = |pairs: &[[DayVisit; 2]]| {
        let rows = pairs.iter().flatten().map(visits::row);
        rows.map(Vec::from).collect()
    };
    let [put_off, overlapping, sharing, unnamed] = titles();
    let found = [
        (
            put_off,
            owned(&heads()),
            moves.moved.iter().map(row).map(Vec::from).collect(),
        ),
        (
            overlapping,
            owned(&visits::text_heads()),
            of_pairs(&moves.overlapping),
        ),
        (sharing, owned(&visits::text_heads()), of_pairs(&moves.sharing)),
        (
            unnamed,
            owned(&visits::text_heads()),
            moves.unnamed.iter().map(visits::row).map(Vec::from).collect(),
        ),
    ];
    let lists = found
        .into_iter()
        .map(|(title, heads, rows): (&str, _, Vec<Vec<String>>)| List {
            title: title.to_owned(),
            heads,
            rows,
            more: 0,
        });
    lists.filter(|list| !list.rows.is_empty()).collect()
}

fn line(event: &ImportEvent) -> String {
    serde_json::to_string(event).expect("events have string keys and no failing serializer")
}
