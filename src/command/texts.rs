//! What lower layers say in English, in the language of whoever types.

pub mod import;
