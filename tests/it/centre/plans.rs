//! Goal: what an exchange reads in the centre's database does not grow with what the box has said before, also when PostgreSQL's
//! statistics do not know the box yet: a plan for a box without rows reads all of them, over and over. Method: the rows that
//! PostgreSQL counts as read.

use super::dealings::clinic_of;
use super::region;
use super::region::{Enrolled, Region};
use crate::harness::Client;
use crate::region::database::Database;
use crate::region::town::LPU;
use std::thread;
use std::time::Duration;
use uuid::Uuid;

/// Visits of each of the two lives of a box.
const VISITS: usize = 298;

/// Cells of each clinic: those of the visits, and three that are left.
const CELLS: usize = 2 * VISITS + 3;

/// An exchange of one booking reads its box, its lives, the place where it is, a cell and its visits; one that reads all rows reads
/// more than a life has visits.
const READ_MAX: i64 = 100;

/// A session tells what it has read when it ends a transaction so long after the last time.
const TOLD_AFTER: Duration = Duration::from_millis(1_100);

const READ: &str =
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables";

/// Makes a box that has booked its cells in two lives and said so. Returns the cells that are left.
fn busy(region: &Region, lpu: Uuid, client: &mut Client) -> (Enrolled, Vec<Uuid>) {
    let (mut site, mut cells) = clinic_of(region, lpu, &["box"; CELLS]);
    let left = cells.split_off(2 * VISITS);
    for cells in cells.chunks(VISITS) {
        let before = site.db.incarnation;
        site.db.begin(Uuid::now_v7(), &[before], None);
        site.exchange(client);
        for cell in cells {
            assert!(site.db.book(Uuid::now_v7(), *cell, || true));
        }
        site.exchange(client);
    }
    (site, left)
}

#[test]
fn a_box_that_the_statistics_do_not_know_reads_no_more() {
    let Some(region) = region() else { return };
    let server = region.serve();
    let mut client = server.client();
    busy(&region, LPU, &mut client);
    region.sql().batch_execute("ANALYZE").unwrap();
    let (mut site, left) = busy(&region, Uuid::now_v7(), &mut client);
    let read = left.into_iter().map(|cell| {
        assert!(site.db.book(Uuid::now_v7(), cell, || true));
        thread::sleep(TOLD_AFTER);
        site.exchange(&mut client);
        region.number(READ)
    });
    let read: Vec<_> = read.collect();
    assert!(read[1] > read[0] && read[2] - read[1] < READ_MAX, "{read:?}");
}
