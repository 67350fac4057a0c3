//! A speciality as `lpu/{lpu}/speciality` shows it ([crate::contract::reading]).

use crate::model::typed::sort_key;
use crate::model::{FreePlaces, ListedResource};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// A speciality with the free places of all its resources. Dates are `yyyy-MM-dd`, `null` when nothing is free.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpecialityRow<'a> {
    code: &'a str,
    name: &'a str,
    resource_count: u32,
    count_free: i64,
    count_booked: i64,
    nearest_date: Option<NaiveDate>,
    last_date: Option<NaiveDate>,
}

/// Returns the specialities of these resources with their free places, sorted by name as in Russian.
pub fn specialities<'a>(resources: &[(&'a ListedResource, FreePlaces)]) -> Vec<SpecialityRow<'a>> {
    let mut rows = BTreeMap::new();
    for (listed, free) in resources {
        let code = &*listed.speciality_code;
        let name = &*listed.resource.speciality;
        let row = rows.entry(code).or_insert(SpecialityRow {
            code,
            name,
            resource_count: 0,
            count_free: 0,
            count_booked: 0,
            nearest_date: None,
            last_date: None,
        });
        row.resource_count += 1;
        row.count_free = row.count_free.saturating_add(free.count);
        row.count_booked = row.count_booked.saturating_add(free.booked);
        if let Some(cells) = free.cells {
            let nearest = cells.nearest.begin.date_naive();
            row.nearest_date = Some(row.nearest_date.map_or(nearest, |date| date.min(nearest)));
            row.last_date = row.last_date.max(Some(cells.last_begin.date_naive()));
        }
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_cached_key(|row| sort_key(row.name));
    rows
}

impl SpecialityRow<'_> {
    pub fn holds(&self, listed: &ListedResource) -> bool {
        self.code == listed.speciality_code
    }
}
