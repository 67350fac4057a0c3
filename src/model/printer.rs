//! The printer of a terminal.

/// The state of a terminal's printer, as the terminal's helper tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterState {
    /// It prints.
    Ready,
    /// It prints, and the roll is about to end.
    PaperLow,
    NoPaper,
    CoverOpen,
    /// It does not answer, or answers nothing that can be understood.
    Offline,
}

impl PrinterState {
    /// Each with its word in requests, answers and metrics.
    pub const WORDS: [(&'static str, PrinterState); 5] = [
        ("ok", PrinterState::Ready),
        ("paperLow", PrinterState::PaperLow),
        ("noPaper", PrinterState::NoPaper),
        ("coverOpen", PrinterState::CoverOpen),
        ("offline", PrinterState::Offline),
    ];

    /// Returns its word.
    pub fn word(self) -> &'static str {
        let row = Self::WORDS.iter().find(|(_, state)| *state == self);
        row.map_or("", |(word, _)| word)
    }
}
