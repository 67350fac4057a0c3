//! Goal: a clinic that has kept nearly three years' visits of 100 doctors, in a file of a gigabyte, is served again
//! without being read as a whole, and in little memory. Method: the past is written into the file by SQL; the system counts
//! what the server reads until it takes requests.

use crate::harness::Site;
use crate::journal::tell;
use crate::large::{self, Size};
use std::fs;
use std::process::Command;
use std::time::Instant;

const SIZE: Size = Size {
    doctors: 100,
    days: 14,
    cells_a_day: 32,
    patients: 50_000,
};

/// Visits of the past.
const VISITS: u32 = 3_400_000;

/// Fewest bytes of the file.
const FILE_BYTES_MIN: u64 = 1 << 30;

/// Most bytes that the server reads until requests are taken.
const READ_BYTES_MAX: u64 = 64 << 20;

/// Most memory of a server that has nothing to do, in KiB.
const IDLE_KIB_MAX: u64 = 32 << 10;

/// Every cell of the past was taken: as many days back as the number of visits needs.
const PAST: &str = "
    PRAGMA cache_size = -500000;
    PRAGMA synchronous = OFF;
    CREATE TEMP TABLE past AS
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < :visits)
    SELECT 1 + n % 100 AS resource, 1 + n % 50000 AS patient, 1 + n / 100 % 32 AS num, randomblob(16) AS visit,
           1000000 + n AS slot, unixepoch('now', 'start of day') - 86400 * (1 + n / 3200) + 900 * (20 + n / 100 % 32) AS at
    FROM number;
    INSERT INTO slot (id, guid, resource_id, begin_at, end_at, plan_count, flag_access, busy_type, busy_code, busy_name, room)
    SELECT slot, randomblob(16), resource, at, at + 900, 1, 65535, 1, '', '', '' FROM past;
    INSERT INTO visit (guid, patient_id, slot_id, resource_id, num_resource_id, num_day, num, begin_at, end_at, made_at,
                       client_application_id, login)
    SELECT visit, patient, slot, resource, resource, date(at, 'unixepoch'), num, at, at + 900, at - 86400,
           (SELECT min(id) FROM client_application), ''
    FROM past;
    INSERT INTO journal (at, kind, subject) SELECT at - 86400, 'booked', visit FROM past ORDER BY at;
    DROP TABLE past;
";

#[test]
#[ignore = "for changes to what happens at the start: it takes a minute, and two gigabytes of disk"]
fn a_gigabyte_is_served_without_being_read() {
    let site = Site::new("");
    let lines: Vec<_> = large::lines(SIZE, crate::harness::now().date_naive(), large::zone()).collect();
    site.run_well(&["import", "-"], &lines.join("\n"));
    let path = site.path("infomat.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    // The past is from before the chain.
    let told = tell::take(&database);
    database
        .execute_batch(&PAST.replace(":visits", &VISITS.to_string()))
        .unwrap();
    tell::tell(&database, told);
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(database);
    let bytes = fs::metadata(&path).unwrap().len();
    assert!(bytes >= FILE_BYTES_MIN, "the file has {bytes} bytes only");

    // Flushes the file, then takes it out of the system's cache.
    let forgotten = Command::new("dd")
        .arg(format!("of={}", path.display()))
        .args([
            "oflag=nocache",
            "conv=notrunc,fdatasync",
            "count=0",
            "status=none",
        ])
        .status();
    assert!(forgotten.unwrap().success());

    let begin = Instant::now();
    let server = site.serve();
    let took = begin.elapsed();
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    let resident: u64 = resident.trim().trim_end_matches(" kB").parse().unwrap();
    let counts = fs::read_to_string(format!("/proc/{}/io", server.pid())).unwrap();
    let read = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    let read: u64 = read.unwrap().parse().unwrap();
    println!("{bytes} bytes: served after {took:?}, {read} bytes read, with {resident} KiB of memory");
    assert!(read < READ_BYTES_MAX, "{read} bytes were read");
    assert!(resident < IDLE_KIB_MAX, "{resident} KiB");
}
