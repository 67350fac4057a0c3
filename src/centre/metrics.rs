//! The numbers of `/metrics` ([crate::contract::centre]): what this process has answered, and how each box stands.

use super::boxes::BoxSeen;
use crate::metrics::registered;
use prometheus::{Histogram, HistogramOpts, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};
use std::time::Duration;

/// Upper bounds of the times of exchanges, in seconds: from one without records to a month's.
const EXCHANGE_BUCKETS: [f64; 10] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 2.0, 10.0];

/// What this process has done.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    exchange_seconds: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let registry = Registry::new();
        let requests = Opts::new(
            "infomat_centre_requests_total",
            "Requests answered, by route and HTTP status.",
        );
        let seconds = HistogramOpts::new(
            "infomat_centre_exchange_seconds",
            "Time of an exchange with a box, the database's included.",
        );
        Metrics {
            requests: registered(&registry, IntCounterVec::new(requests, &["route", "status"])),
            exchange_seconds: registered(
                &registry,
                Histogram::with_opts(seconds.buckets(EXCHANGE_BUCKETS.to_vec())),
            ),
            registry,
        }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, route: &str, status: u16) {
        self.requests
            .with_label_values(&[route, &status.to_string()])
            .inc();
    }

    /// Counts an exchange that was answered.
    pub fn exchanged(&self, time: Duration) {
        self.exchange_seconds.observe(time.as_secs_f64());
    }

    /// Returns all numbers as text, with those of the boxes as they are now.
    pub fn text(&self, boxes: &[BoxSeen]) -> String {
        let now = Registry::new();
        let gauges = |name: &str, help: &str, labels: &[&str]| {
            registered(&now, IntGaugeVec::new(Opts::new(name, help), labels))
        };
        let behind = gauges(
            "infomat_centre_box_behind_records",
            "Records that the box announced and the centre lacks.",
            &["box"],
        );
        let seconds = gauges(
            "infomat_centre_box_behind_seconds",
            "Since the centre last had all records of the box; missing for one that never exchanged.",
            &["box"],
        );
        let issues = gauges(
            "infomat_centre_box_issues",
            "What is listed for a person, and nobody has seen yet.",
            &["box"],
        );
        let states = gauges(
            "infomat_centre_box_state",
            "Always 1; the label tells what the box was told last: new, serve, readOnly or retired.",
            &["box", "state"],
        );
        for seen in boxes {
            let site = &*seen.site.to_string();
            behind.with_label_values(&[site]).set(seen.behind_records);
            if let Some(behind) = seen.behind_seconds {
                seconds.with_label_values(&[site]).set(behind);
            }
            issues.with_label_values(&[site]).set(seen.issues);
            states.with_label_values(&[site, &seen.state]).set(1);
        }
        let mut text = String::new();
        let families = [self.registry.gather(), now.gather()].concat();
        TextEncoder::new()
            .encode_utf8(&families, &mut text)
            .expect("a string takes every metric");
        text
    }
}
