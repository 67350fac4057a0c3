//! Goal: the region's program keeps on PostgreSQL what the rules of the exchange say, whoever fails in mid-work. Method: the real
//! `infomat-centre` over a PostgreSQL of the tests' own, a database for each test; a box's real database exchanges with it.

mod cluster;
mod dealings;
mod duties;
mod failures;
mod mirror;
mod opinion;
mod programs;
mod region;
mod replacement;
mod replayed;

use crate::harness::lacks;
use region::Region;

/// Returns a region of its own for a test; none if there is no PostgreSQL, which is said.
fn region() -> Option<Region> {
    let cluster = cluster::shared();
    (!lacks("PostgreSQL 15 (initdb, postgres)", cluster.is_some())).then(|| Region::new(cluster.unwrap()))
}
