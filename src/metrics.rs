//! The metrics of the server, and their Prometheus text ([crate::contract::monitoring]).
//!
//! Counting is an atomic addition, from any thread. Labels come from small sets: names of routes, HTTP statuses, codes of
//! refusals, and the clinic's own specialities. No label is about a patient.

use crate::health::{Problem, Subject};
use crate::model::{PrinterState, Supply};
use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::net::IpAddr;
use std::time::Duration;

/// Content type of the text (Prometheus exposition formats, text-based format).
pub const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds of the sizes of batches: powers of two up to the largest batch.
const BATCH_BUCKETS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// Upper bounds of the times of commits, in seconds: from a quick flash disk to the wait after which a booking gets 503.
const COMMIT_BUCKETS: [f64; 13] = [
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0,
];

/// Labels of what is told about a speciality of a clinic.
const SPECIALITY_LABELS: [&str; 3] = ["lpu", "speciality", "name"];

/// Labels of a gauge that is there only while its number is known.
const NO_LABELS: &[&str] = &[];

/// Why no registration fails: names, labels and buckets stand in this file, and no name stands there twice.
const WELL_FORMED: &str = "names, labels and buckets are as the format has them";

/// Defines all metrics of a server, each with its type and its description.
macro_rules! metrics {
    ($($metric:ident: $kind:ty = $described:expr;)+) => {
        pub struct Metrics {
            registry: Registry,
            $($metric: $kind,)+
        }

        impl Metrics {
            /// Returns metrics at zero, for a server that started at this time, in seconds since 1970.
            pub fn new(started: i64) -> Self {
                let registry = Registry::new();
                $(let $metric = registered(&registry, $described);)+
                let metrics = Metrics { registry, $($metric,)+ };
                metrics.start_time.set(started);
                metrics.build_info.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
                metrics
            }
        }
    };
}

metrics! {
    start_time: IntGauge = IntGauge::new("infomat_start_time_seconds", "When the server started, since 1970.");
    build_info: IntGaugeVec = gauges("infomat_build_info", "Always 1; the label tells the version.", &["version"]);
    requests: IntCounterVec = counters(
        "infomat_requests_total",
        "Requests answered, by route and HTTP status; those that the gate refused too.",
        &["route", "status"],
    );
    refusals: IntCounterVec =
        counters("infomat_refusals_total", "Answers other than success, by message_code.", &["code"]);
    bookings: IntCounter = IntCounter::new("infomat_bookings_total", "Visits booked.");
    cancellations: IntCounter =
        IntCounter::new("infomat_cancellations_total", "Visits cancelled by patients.");
    batch_requests: Histogram =
        histogram("infomat_batch_requests", "Requests that shared a commit.", &BATCH_BUCKETS);
    commit_seconds: Histogram =
        histogram("infomat_commit_seconds", "Time of a commit, its flush included.", &COMMIT_BUCKETS);
    queue: IntGauge = IntGauge::new("infomat_queue_requests", "Whole requests that wait for their answer.");
    connections: IntGauge = IntGauge::new("infomat_connections", "Connections of clients.");
    log_bytes: IntGaugeVec = gauges("infomat_wal_bytes", "Size of the write-ahead log's file.", NO_LABELS);
    log_waiting_pages: IntGauge = IntGauge::new(
        "infomat_wal_waiting_pages",
        "Pages in the write-ahead log that are not in the database file yet.",
    );
    disk_free_bytes: IntGaugeVec =
        gauges("infomat_disk_free_bytes", "Free space on the disk of the database.", NO_LABELS);
    last_backup: IntGauge = IntGauge::new(
        "infomat_last_backup_timestamp_seconds",
        "When the last good backup was made, since 1970; 0 where there is none.",
    );
    clock_is_plausible: IntGauge = IntGauge::new(
        "infomat_clock_plausible",
        "1 while the clock can be believed, else 0, and nothing is booked.",
    );
    clock_jumps: IntGauge = IntGauge::new(
        "infomat_clock_jumps",
        "How often the clock has jumped forward by more than a day since the start.",
    );
    health: IntGaugeVec = gauges(
        "infomat_health",
        "What is judged as `infomat check` does: 0 good, 1 a warning, 2 bad.",
        &["check"],
    );
    printers: IntGaugeVec = gauges(
        "infomat_terminal_printer",
        "Always 1, for each terminal whose printer was heard of within minutes; the labels tell its state.",
        &["terminal", "state"],
    );
    free_places: IntGaugeVec = gauges(
        "infomat_free_places",
        "Free places ahead that can be booked at a terminal now.",
        &SPECIALITY_LABELS,
    );
    last_cell: IntGaugeVec = gauges(
        "infomat_last_cell_timestamp_seconds",
        "Begin of the last cell ahead, free or not, since 1970; 0 where there is none.",
        &SPECIALITY_LABELS,
    );
}

/// Counts one connection or request until dropped.
#[must_use = "it is counted only until this is dropped"]
pub struct GaugeGuard(IntGauge);

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The values that are looked up for each answer.
#[derive(Clone, Debug)]
pub struct Outlook<'a> {
    /// Bytes of the write-ahead log's file, if known.
    pub log_bytes: Option<u64>,
    /// Pages in the log that are not in the database file yet.
    pub log_waiting_pages: u32,
    /// Bytes that may still be written to the database's disk, if known.
    pub disk_free_bytes: Option<u64>,
    /// Time of the last good backup, in seconds since 1970.
    pub last_backup: Option<i64>,
    pub clock_is_plausible: bool,
    /// Jumps of the clock forward by more than a day.
    pub clock_jumps: u32,
    /// What the administrator should act on, of [`Subject::SERVED`].
    pub problems: &'a [Problem],
    /// The free places at a terminal, for each clinic and speciality.
    pub supplies: &'a [Supply],
    /// The terminals' printers that are known of, by address.
    pub printers: &'a [(IpAddr, PrinterState)],
}

impl Metrics {
    /// Counts an answered request. `route` is the name of its route, `code` the `message_code` of its answer.
    pub fn answered(&self, route: &str, status: u16, code: Option<u16>) {
        const REFUSALS: std::ops::RangeFrom<u16> = 400..;
        self.requests
            .with_label_values(&[route, &status.to_string()])
            .inc();
        if let Some(code) = code.filter(|_| REFUSALS.contains(&status)) {
            self.refusals.with_label_values(&[&code.to_string()]).inc();
        }
    }

    /// Returns how often each refusal has been answered since the start, by code.
    pub fn refusals(&self) -> Vec<(u16, u64)> {
        let families = self.refusals.collect();
        let counters = families
            .iter()
            .flat_map(prometheus::proto::MetricFamily::get_metric);
        let counted = counters.filter_map(|counter| {
            let code = counter.get_label().first()?.value().parse().ok()?;
            // A counter of whole numbers, far below 2^53.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "told above"
            )]
            Some((code, counter.get_counter().get_value() as u64))
        });
        counted.collect()
    }

    /// Counts a committed batch: its requests, the time of its commit, its visits booked and cancelled.
    pub fn committed(&self, requests: usize, time: Duration, bookings: u64, cancellations: u64) {
        self.batch_requests
            .observe(f64::from(u32::try_from(requests).unwrap_or(u32::MAX)));
        self.commit_seconds.observe(time.as_secs_f64());
        self.bookings.inc_by(bookings);
        self.cancellations.inc_by(cancellations);
    }

    pub fn connected(&self) -> GaugeGuard {
        present(&self.connections)
    }

    pub fn queued(&self) -> GaugeGuard {
        present(&self.queue)
    }

    /// Returns all metrics as text, the outlook included.
    pub fn text(&self, outlook: &Outlook) -> String {
        set_known(&self.log_bytes, outlook.log_bytes);
        self.log_waiting_pages.set(outlook.log_waiting_pages.into());
        set_known(&self.disk_free_bytes, outlook.disk_free_bytes);
        self.last_backup.set(outlook.last_backup.unwrap_or(0));
        self.clock_is_plausible.set(outlook.clock_is_plausible.into());
        self.clock_jumps.set(outlook.clock_jumps.into());
        for subject in Subject::SERVED {
            let found = outlook.problems.iter().filter(|one| one.subject() == subject);
            let worst = found.map(|one| one.severity() as i64).max();
            self.health
                .with_label_values(&[subject.name()])
                .set(worst.unwrap_or(0));
        }
        self.printers.reset();
        for (terminal, state) in outlook.printers {
            let labels = [&*terminal.to_string(), state.word()];
            self.printers.with_label_values(&labels).set(1);
        }
        self.free_places.reset();
        self.last_cell.reset();
        for supply in outlook.supplies {
            let lpu = supply.lpu.to_string();
            let labels = [&*lpu, &*supply.code, &*supply.name];
            self.free_places
                .with_label_values(&labels)
                .set(supply.free_places);
            self.last_cell
                .with_label_values(&labels)
                .set(supply.last_begin.unwrap_or(0));
        }
        let mut text = String::new();
        TextEncoder::new()
            .encode_utf8(&self.registry.gather(), &mut text)
            .expect("a string takes every metric");
        text
    }
}

fn present(gauge: &IntGauge) -> GaugeGuard {
    gauge.inc();
    GaugeGuard(gauge.clone())
}

/// Sets a gauge without labels, or removes it if its number is unknown.
fn set_known(gauge: &IntGaugeVec, number: Option<u64>) {
    gauge.reset();
    if let Some(number) = number {
        gauge
            .with_label_values(NO_LABELS)
            .set(i64::try_from(number).unwrap_or(i64::MAX));
    }
}

/// Returns a metric that the registry has from now on. Its description stands in the code, and is well-formed.
pub(crate) fn registered<C: Collector + Clone + 'static>(
    registry: &Registry,
    described: prometheus::Result<C>,
) -> C {
    let metric = described.expect(WELL_FORMED);
    registry.register(Box::new(metric.clone())).expect(WELL_FORMED);
    metric
}

fn counters(name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntCounterVec> {
    IntCounterVec::new(Opts::new(name, help), labels)
}

fn gauges(name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntGaugeVec> {
    IntGaugeVec::new(Opts::new(name, help), labels)
}

fn histogram(name: &str, help: &str, buckets: &[f64]) -> prometheus::Result<Histogram> {
    Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec()))
}
