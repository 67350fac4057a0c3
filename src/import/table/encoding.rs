//! Encodings in which a spreadsheet with Russian settings saves text.

use encoding_rs::{IBM866, WINDOWS_1251, X_MAC_CYRILLIC};

/// The encoding of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Not known yet: all so far was ASCII.
    Ascii,
    Utf8,
    /// The usual one of Windows.
    Windows1251,
    /// That of «CSV (MS-DOS)».
    Dos866,
    /// That of «CSV (Macintosh)».
    Mac,
}

/// In this order headings are tried.
pub const READ: [Encoding; 4] = [
    Encoding::Utf8,
    Encoding::Windows1251,
    Encoding::Dos866,
    Encoding::Mac,
];

impl Encoding {
    /// Returns the text of these bytes; `None` where they are none. Each byte of the encodings other than UTF-8 is a sign.
    pub fn decode(self, bytes: &[u8]) -> Option<String> {
        let single = match self {
            Encoding::Ascii | Encoding::Utf8 => return String::from_utf8(bytes.to_vec()).ok(),
            Encoding::Windows1251 => WINDOWS_1251,
            Encoding::Dos866 => IBM866,
            Encoding::Mac => X_MAC_CYRILLIC,
        };
        Some(single.decode_without_bom_handling(bytes).0.into_owned())
    }

    /// Returns the encoding once cells have been read: the first that are not ASCII decide between UTF-8 and Windows-1251.
    pub fn after<'a>(self, mut cells: impl Iterator<Item = &'a [u8]> + Clone) -> Encoding {
        if self != Encoding::Ascii || cells.clone().all(<[u8]>::is_ascii) {
            self
        } else if cells.all(|cell| std::str::from_utf8(cell).is_ok()) {
            Encoding::Utf8
        } else {
            Encoding::Windows1251
        }
    }
}
