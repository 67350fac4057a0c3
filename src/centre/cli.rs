//! What can be typed.

use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use uuid::Uuid;

/// The region's booking centre: exchanges records and messages with the servers of the clinics
#[derive(Debug, Parser)]
#[command(name = "infomat-centre", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// The database, postgresql://USER:PASSWORD@HOST/DATABASE; otherwise the variable INFOMAT_CENTRE_DATABASE has it, or the
    /// file that INFOMAT_CENTRE_DATABASE_FILE names, or /etc/infomat-centre/database.url
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the schema infomat, or bring it up
    Init,
    /// Answer the boxes and the region's programs
    Serve(Serve),
    /// Make a box known; prints its GUID and its secret, once
    Enrol(Enrol),
    /// Print a new secret for a box; the old one holds until the new one is used
    Secret(OneBox),
    /// Print a secret for a program of the region
    Application(Application),
    /// Tell a box the lines of a file
    Tell(Tell),
    /// List the boxes
    Boxes,
    /// List what needs a person and nobody has seen, the oldest first; or mark one of it as seen
    Issues(Issues),
    /// Give up a box that is dead: its free cells are nobody's until it has stopped or begun anew
    Retire(OneBox),
    /// Take in the requests of a stick, and put an answer beside each
    Carry(Carry),
    /// Say what the backups hold: `begin` prints a mark before one begins; a mark is said when each backup that is kept was begun
    /// after it. A box purges only what they hold
    MarkSafe(MarkSafe),
    /// Say that the last failover lost nothing: of a synchronous standby, by what promoted it
    MarkPromoted,
    /// Prove the chains of records and messages, and that no cell has more visits than places
    Verify,
    /// Say that the database was put back to an older state by other means than PostgreSQL's own, such as a snapshot of its disk
    MarkRestored,
}

/// `infomat-centre carry`
#[derive(Debug, Args)]
pub struct Carry {
    /// Where the files out-... are
    pub folder: PathBuf,
}

/// `infomat-centre mark-safe`
#[derive(Debug, Args)]
pub struct MarkSafe {
    /// `begin`, or a mark that it printed
    #[arg(value_name = "begin|MARK")]
    pub mark: String,
}

/// `infomat-centre serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen at; TLS is the matter of a proxy in front
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// How many requests are worked on at once, each over a connection of its own to the database
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub connections: u16,
    /// Addresses of proxies whose X-Forwarded-For is believed
    #[arg(long, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<std::net::IpAddr>,
}

/// `infomat-centre enrol`
#[derive(Debug, Args)]
pub struct Enrol {
    /// A clinic that the box serves
    #[arg(long = "lpu", value_name = "GUID", required = true)]
    pub lpus: Vec<Uuid>,
}

/// A command about one box.
#[derive(Debug, Args)]
pub struct OneBox {
    /// The box
    #[arg(long = "box", value_name = "GUID")]
    pub site: Uuid,
}

/// `infomat-centre issues`
#[derive(Debug, Args)]
pub struct Issues {
    /// Of this box alone
    #[arg(long = "box", value_name = "GUID")]
    pub site: Option<Uuid>,
    /// Marks this one of the box as seen, named as the list has it
    #[arg(long, value_name = "ISSUE", requires = "site")]
    pub seen: Option<String>,
}

/// `infomat-centre application`
#[derive(Debug, Args)]
pub struct Application {
    /// Its name; a known one gets a new secret, and the old one holds no longer
    pub name: String,
}

/// `infomat-centre tell`
#[derive(Debug, Args)]
pub struct Tell {
    /// The box
    #[arg(long = "box", value_name = "GUID")]
    pub site: Uuid,
    /// NDJSON lines of one message; - reads standard input
    pub file: PathBuf,
}
