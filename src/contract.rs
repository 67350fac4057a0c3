//! The contract: what `infomat` shows to the outside over HTTP, at the command line and in files.
//!
//! The vendor's own page is the source of the booking method. Where that page is silent, these pages decide; each such decision
//! is marked **(ours)**. Facts about the vendor's other methods come from its public documentation and from its clients; they are
//! marked **(vendor)**. Names are the vendor's: LPU (лечебно-профилактическое учреждение, the clinic), MKAB (the patient's
//! outpatient card), timetable cell or slot, ticket or visit (запись на приём), infomat (the touch-screen terminal in the hall).
//!
//! Code that keeps a clause of the contract links to its page.

#[doc = include_str!("contract/conventions.md")]
pub mod conventions {}

#[doc = include_str!("contract/booking.md")]
pub mod booking {}

#[doc = include_str!("contract/tokens.md")]
pub mod tokens {}

#[doc = include_str!("contract/applications.md")]
pub mod applications {}

#[doc = include_str!("contract/identification.md")]
pub mod identification {}

#[doc = include_str!("contract/reading.md")]
pub mod reading {}

#[doc = include_str!("contract/tickets.md")]
pub mod tickets {}

#[doc = include_str!("contract/waiting_list.md")]
pub mod waiting_list {}

#[doc = include_str!("contract/holds.md")]
pub mod holds {}

#[doc = include_str!("contract/terminal.md")]
pub mod terminal {}

#[doc = include_str!("contract/desk.md")]
pub mod desk {}

#[doc = include_str!("contract/monitoring.md")]
pub mod monitoring {}

#[doc = include_str!("contract/clinic_data.md")]
pub mod clinic_data {}

#[doc = include_str!("contract/journal.md")]
pub mod journal {}

#[doc = include_str!("contract/command_line.md")]
pub mod command_line {}

#[doc = include_str!("contract/exchange.md")]
pub mod exchange {}

#[doc = include_str!("contract/centre.md")]
pub mod centre {}
