//! Goal: free places, which are counted in memory, are those that the rules let a client application book. Method: for every
//! resource of the demo clinic, every client application and several settings of the rules, the count is held against
//! the rules asked cell by cell, after some cells were booked.

use super::demo;
use crate::harness::now;
use chrono::{Days, TimeDelta};
use infomat::model::{
    Access, Cell, ClientApplication, FreeCell, FreeCells, FreePlaces, ListedResource, Moment,
};
use infomat::rules::{Policy, Reach, Switches, objection_to_all};
use infomat::store::Store;
use rusqlite::Connection;

/// Further than the demo's longest timetable.
const DAYS_MAX: i64 = 100;

/// The same by the rules.
pub fn counted(cells: &[Cell], application: &ClientApplication, policy: &Policy, now: Moment) -> FreePlaces {
    let is_free = |cell: &&Cell| {
        !["322", "323"].contains(&&*cell.busy_type.code)
            && objection_to_all(application, cell, policy, now).is_none()
    };
    let free: Vec<_> = cells.iter().filter(is_free).collect();
    let ends = free.first().zip(free.last());
    let shown = |cell: &&Cell| FreeCell {
        guid: cell.guid,
        begin: cell.begin,
    };
    let booked = cells
        .iter()
        .filter(|cell| cell.begin.date_naive() >= now.date_naive());
    FreePlaces {
        booked: booked.map(|cell| cell.used_count).sum(),
        count: free.iter().map(|cell| cell.plan_count - cell.used_count).sum(),
        cells: ends.map(|(first, last)| FreeCells {
            nearest: shown(first),
            next: [1, 2].map(|at| free.get(at).map(shown)),
            last_begin: last.begin,
        }),
    }
}

/// Compares for all resources; how many places were free in all.
fn compare(
    store: &Store,
    resources: &[(ListedResource, Vec<Cell>)],
    application: &ClientApplication,
    policy: &Policy,
    now: Moment,
) -> i64 {
    let reach = Reach::of(application, policy, now.date_naive());
    let mut places = 0;
    let ids = resources.iter().map(|(listed, _)| listed.resource.id);
    let free = store.free_places(ids, &reach, now).unwrap();
    for ((listed, cells), free) in resources.iter().zip(free) {
        let doc_fio = &listed.resource.doc_fio;
        assert_eq!(
            free,
            counted(cells, application, policy, now),
            "{doc_fio} for {} with {policy:?}",
            application.mnem
        );
        places += free.count;
    }
    places
}

/// Ways of setting the rules.
pub fn policies() -> Vec<Policy> {
    let with = |change: fn(&mut Switches)| {
        let mut policy = demo::policy();
        change(&mut policy.switches);
        policy
    };
    vec![
        demo::policy(),
        with(|on| on.access = false),
        with(|on| on.past = false),
        with(|on| on.schedule_days = false),
        with(|on| on.max_period = false),
        with(|on| {
            on.max_period = false;
            on.schedule_days = false;
        }),
        Policy {
            max_period_days: 3,
            ..demo::policy()
        },
    ]
}

#[test]
fn what_is_counted_is_what_the_rules_let_book() {
    let site = demo::site();
    // Every third cell has lost its places to others; a plan that shrank to what is used is as full as a booked cell.
    Connection::open(site.path("infomat.db"))
        .unwrap()
        .execute("UPDATE slot SET plan_count = used_count WHERE id % 3 = 0", [])
        .unwrap();
    let store = demo::store(&site);
    // The middle of the day, so that some cells of today have begun.
    let noon = TimeDelta::hours(12) + TimeDelta::milliseconds(1);
    let start = demo::zone().start_of(now().date_naive());
    let until = start + TimeDelta::days(DAYS_MAX);
    let mut resources = Vec::new();
    for lpu in store.lpus().unwrap() {
        for listed in store.shown_resources(lpu.id).unwrap().iter() {
            let cells = store.resource_cells(&listed.resource, start, until).unwrap();
            resources.push((listed.clone(), cells));
        }
    }
    assert!(resources.len() > 30);
    let mut narrowed = store.find_application("Infomat").unwrap();
    narrowed.access = Access(0);
    let mut applications = store.applications().unwrap();
    applications.push(narrowed);
    let moments = [start + noon, start + TimeDelta::hours(8), start + Days::new(5)];
    let mut different = std::collections::BTreeSet::new();
    for policy in policies() {
        for application in &applications {
            for moment in moments {
                // Cells before the moment's day are nothing to count, whatever the rules.
                let today = demo::zone().start_of(moment.date_naive());
                let cells = resources.iter().map(|(listed, cells)| {
                    let cells = cells.iter().filter(|cell| cell.begin >= today);
                    (listed.clone(), cells.cloned().collect())
                });
                let cells: Vec<_> = cells.collect();
                different.insert(compare(&store, &cells, application, &policy, moment));
            }
        }
    }
    assert!(
        different.len() > 20,
        "the settings make a difference: {different:?}"
    );
}

/// Goal: an idle server reads each timetable once, ahead of the lists that ask for it, again after another program's commit, and
/// the counts are right whichever came first. Method: one store reads ahead to the end, and counts; a store beside it counts alone.
#[test]
fn what_is_read_ahead_is_each_timetable_once_and_again_when_it_may_have_changed() {
    let site = demo::site();
    let store = demo::store(&site);
    let application = store.find_application("Infomat").unwrap();
    let ids: Vec<_> = store
        .lpus()
        .unwrap()
        .iter()
        .flat_map(|lpu| store.shown_resources(lpu.id).unwrap().to_vec())
        .map(|listed| listed.resource.id)
        .collect();
    let count = |store: &Store| {
        let reach = Reach::of(&application, &demo::policy(), now().date_naive());
        store.free_places(ids.iter().copied(), &reach, now()).unwrap()
    };
    let read_to_the_end = || {
        (0..=ids.len())
            .take_while(|_| store.read_ahead(now()).unwrap())
            .count()
    };
    assert_eq!(read_to_the_end(), ids.len());
    assert_eq!(count(&store), count(&demo::store(&site)));
    assert_eq!(read_to_the_end(), 0, "what is in memory is not read again");

    let before = count(&store);
    Connection::open(site.path("infomat.db"))
        .unwrap()
        .execute("UPDATE slot SET plan_count = used_count WHERE id % 3 = 0", [])
        .unwrap();
    assert_eq!(read_to_the_end(), ids.len());
    let after = count(&store);
    assert_ne!(after, before);
    assert_eq!(after, count(&demo::store(&site)));
}
