//! `infomat exchange`: what can be typed.

use clap::Args;

/// `infomat exchange`
#[derive(Debug, Args)]
pub struct Exchange {
    /// Seconds that one request and its answer may take
    #[arg(long, hide = true, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..))]
    pub patience: u16,
}
