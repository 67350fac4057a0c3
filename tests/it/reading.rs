//! What a kiosk reads before a booking (contract::reading), on the real binary and through the library.

mod agreement;
mod bad_input;
pub mod counting;
pub mod demo;
mod golden;
mod speed;
