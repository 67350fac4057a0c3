//! Goal: the region's program keeps on PostgreSQL what the rules of the exchange say, whoever fails in mid-work. Method: the real
//! `infomat-centre` over a PostgreSQL of the tests' own, a database for each test; a box's real database exchanges with it.

mod cluster;
mod dealings;
mod duties;
mod failover;
mod failures;
mod kills;
mod mirror;
mod opinion;
mod own;
mod plans;
mod programs;
mod region;
mod replacement;
mod replayed;
mod sizes;
mod tls;

pub use cluster::program as postgres_program;

use crate::harness::lacks;
use region::Region;

/// Returns a region of its own for a test; none if there is no PostgreSQL, which is said.
fn region() -> Option<Region> {
    let cluster = cluster::shared();
    (!lacks("PostgreSQL 15 (initdb, postgres)", cluster.is_some())).then(|| Region::new(cluster.unwrap()))
}
