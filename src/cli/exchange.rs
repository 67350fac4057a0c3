//! `infomat exchange`: what can be typed.

use clap::Args;
use std::path::PathBuf;

/// `infomat exchange`
#[derive(Debug, Args)]
pub struct Exchange {
    /// Go on until SIGTERM: exchange each second and at once after a booking, with growing pauses while there is no connection
    #[arg(long)]
    pub follow: bool,
    /// By stick: write what the centre has to hear to files in this folder, sealed
    #[arg(long, value_name = "FOLDER", conflicts_with = "follow")]
    pub out: Option<PathBuf>,
    /// By stick: take the centre's answers from this folder
    #[arg(long = "in", value_name = "FOLDER", conflicts_with_all = ["follow", "out"])]
    pub answers: Option<PathBuf>,
    /// Seconds that one request and its answer may take
    #[arg(long, hide = true, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..))]
    pub patience: u16,
}
