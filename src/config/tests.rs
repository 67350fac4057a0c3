//! What a configuration means, and what a broken one is told: file, line and name.

use super::*;
use chrono::FixedOffset;
use std::fs;

const PATH: &str = "/etc/infomat/infomat.toml";

impl PartialEq for ConfigError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new(PATH))
}

/// The complaint, without the file's name.
fn complaint(text: &str) -> String {
    let error = parse(text).expect_err(text).to_string();
    let rest = error.strip_prefix(PATH).expect("the file comes first");
    rest.trim_start_matches([',', ' ', ':']).to_owned()
}

fn defaults() -> Config {
    Config {
        database: PathBuf::from("/etc/infomat/infomat.db"),
        database_named: PathBuf::from("/etc/infomat/infomat.db"),
        listen: "127.0.0.1:8080".parse().unwrap(),
        hosts: Vec::new(),
        kiosk_addresses: vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()],
        trusted_proxies: Vec::new(),
        metrics_addresses: Vec::new(),
        desk_addresses: vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()],
        desk_idle_minutes: 30,
        desk_may_override: Vec::new(),
        desk_offer_minutes: 30,
        reception_place: String::new(),
        zone: Zone::System,
        policy: Policy {
            switches: crate::rules::Switches::default(),
            max_period_days: 60,
            limits: crate::rules::DayLimits {
                bookings: 20,
                waiting_entries: 20,
                holds: 60,
            },
        },
        checkin_hours_before: 2,
        import_folder: None,
        backup: BackupFolder {
            folder: PathBuf::from("/etc/infomat/backups"),
            keep_days: 30,
            keep: 7,
        },
        tokens: Tokens {
            sign_with: "main".to_owned(),
            lifetime: TimeDelta::minutes(10),
            leeway: TimeDelta::zero(),
            keys: vec![KeyFile {
                id: "main".to_owned(),
                path: PathBuf::from("/etc/infomat/hmac.key"),
            }],
        },
        applications: Vec::new(),
        centre: None,
        standby: None,
    }
}

#[test]
fn the_sample_says_what_the_defaults_are() {
    assert_eq!(parse(SAMPLE), Ok(defaults()));
    for empty in ["", "# nothing\n", "[tokens]\n[rules]\n"] {
        assert_eq!(parse(empty), Ok(defaults()), "{empty:?}");
    }
    // Each value is there: changing any of them changes what the file means.
    let values = SAMPLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "));
    let mut count = 0;
    for (name, value) in values {
        let other = match value {
            "true" => "false",
            "10" | "0" | "2" | "60" | "30" | "7" => "9",
            "\"127.0.0.1:8080\"" => "\"[::1]:0\"",
            "[\"127.0.0.1\", \"::1\"]" => "[]",
            "[]" if name == "may_override" => "[\"past\"]",
            "[]" => "[\"a.example\"]",
            _ => "\"x\"",
        };
        let bent = SAMPLE.replace(&format!("\n{name} = {value}\n"), &format!("\n{name} = {other}\n"));
        assert_ne!(parse(&bent), Ok(defaults()), "{name}");
        count += 1;
    }
    assert_eq!(count, 34);
    let commented = "# [[applications]]\n# mnem = \"Infomat\"\n# guid = \"00000000-0000-4000-8000-000000000001\"\n# trusted = true\n# secret_file = ";
    assert!(SAMPLE.contains(commented));
    let uncommented = SAMPLE.replace(commented, &commented.replace("# ", ""));
    assert_eq!(parse(&uncommented).unwrap().applications.len(), 1);
    // The sections of the region are commented out too, and right without their signs.
    let region = SAMPLE.split_once("# [centre]\n").unwrap().1;
    let region: Vec<_> = region
        .lines()
        .map(|line| line.trim_start_matches("# "))
        .filter(|line| line.contains(" = ") || line.starts_with('['))
        .collect();
    let config = parse(&format!("[centre]\n{}", region.join("\n"))).unwrap();
    assert_eq!(config.centre.unwrap().url, "https://centre.region.example");
    assert_eq!(config.standby, Some(PathBuf::from("/mnt/standby")));
    let with_offset = SAMPLE.replace("# utc_offset =", "utc_offset =");
    let with_folder = SAMPLE.replace("# import_folder =", "import_folder =");
    let folder = parse(&with_folder).unwrap().import_folder;
    assert_eq!(folder, Some(PathBuf::from("/etc/infomat/import")));
    let east = FixedOffset::east_opt(3 * 3600).unwrap();
    assert_eq!(parse(&with_offset).unwrap().zone, Zone::Fixed(east));
}

#[test]
fn a_configuration_with_everything_else() {
    let config = parse(
        r#"
        database = "/var/lib/infomat/clinic.db"
        listen = "[::1]:0"
        hosts = ["infomat.clinic.example", "b"]
        kiosk_addresses = ["::ffff:192.0.2.7"]
        trusted_proxies = ["::1"]
        metrics_addresses = ["192.0.2.9"]
        desk_addresses = ["192.0.2.10"]
        desk = { idle_minutes = 720, may_override = ["one_per_speciality"], offer_minutes = 1440 }
        terminal = { reception = " 1 этаж, окно 3 " }
        utc_offset = "-09:30"
        max_period_days = 366
        checkin_hours_before = 24
        import_folder = "inbox"
        [backup]
        folder = "/mnt/backups"
        keep_days = 3650
        keep = 1
        [tokens]
        sign_with = "new"
        lifetime_minutes = 1440
        leeway_seconds = 300
        keys = [{ id = "old", file = "keys/old" }, { id = "new", file = "/run/new" }]
        [limits]
        bookings_a_day = 1
        waiting_entries_a_day = 1000000
        holds_a_day = 2
        [rules]
        past = false
        [[applications]]
        mnem = "Hall"
        guid = "A0000000-0000-4000-8000-000000000001"
        [[applications]]
        mnem = "Centre"
        guid = "a0000000-0000-4000-8000-000000000002"
        trusted = true
        secret_file = "centre.secret"
        "#,
    )
    .unwrap();
    let expected = Config {
        database: PathBuf::from("/var/lib/infomat/clinic.db"),
        database_named: PathBuf::from("/var/lib/infomat/clinic.db"),
        listen: "[::1]:0".parse().unwrap(),
        hosts: vec!["infomat.clinic.example".to_owned(), "b".to_owned()],
        kiosk_addresses: vec!["192.0.2.7".parse().unwrap()],
        trusted_proxies: vec!["::1".parse().unwrap()],
        metrics_addresses: vec!["192.0.2.9".parse().unwrap()],
        desk_addresses: vec!["192.0.2.10".parse().unwrap()],
        desk_idle_minutes: 720,
        desk_may_override: vec!["one_per_speciality".to_owned()],
        desk_offer_minutes: 1440,
        reception_place: "1 этаж, окно 3".to_owned(),
        zone: Zone::Fixed(FixedOffset::west_opt(9 * 3600 + 30 * 60).unwrap()),
        policy: Policy {
            switches: crate::rules::Switches {
                past: false,
                ..Default::default()
            },
            max_period_days: 366,
            limits: crate::rules::DayLimits {
                bookings: 1,
                waiting_entries: 1_000_000,
                holds: 2,
            },
        },
        checkin_hours_before: 24,
        import_folder: Some(PathBuf::from("/etc/infomat/inbox")),
        backup: BackupFolder {
            folder: PathBuf::from("/mnt/backups"),
            keep_days: 3650,
            keep: 1,
        },
        tokens: Tokens {
            sign_with: "new".to_owned(),
            lifetime: TimeDelta::days(1),
            leeway: TimeDelta::minutes(5),
            keys: [("old", "/etc/infomat/keys/old"), ("new", "/run/new")]
                .map(|(id, path)| KeyFile {
                    id: id.to_owned(),
                    path: PathBuf::from(path),
                })
                .to_vec(),
        },
        applications: vec![
            Application {
                mnem: "Hall".to_owned(),
                guid: "a0000000-0000-4000-8000-000000000001".parse().unwrap(),
                secret_file: None,
            },
            Application {
                mnem: "Centre".to_owned(),
                guid: "a0000000-0000-4000-8000-000000000002".parse().unwrap(),
                secret_file: Some(PathBuf::from("/etc/infomat/centre.secret")),
            },
        ],
        ..defaults()
    };
    assert_eq!(config, expected);
}

#[test]
fn a_configuration_with_a_region() {
    let config = parse(
        r#"
        [centre]
        url = "https://centre.region.example/"
        box = "b0000000-0000-4000-8000-000000000001"
        secret = "/etc/infomat/keys/centre.secret"
        ca = "region-ca.pem"
        proxy = "http://proxy.clinic.example:3128"
        release_hours_before = 48
        "#,
    )
    .unwrap();
    let centre = Some(Centre {
        url: "https://centre.region.example".to_owned(),
        guid: "b0000000-0000-4000-8000-000000000001".parse().unwrap(),
        secret_file: PathBuf::from("/etc/infomat/keys/centre.secret"),
        ca: Some(PathBuf::from("/etc/infomat/region-ca.pem")),
        proxy: Some("http://proxy.clinic.example:3128".to_owned()),
        release_hours_before: 48,
    });
    assert_eq!(config.centre, centre);
}

#[test]
fn relative_files_become_absolute() {
    let here = std::env::current_dir().unwrap();
    let config = Config::parse("database = \":memory:\"", Path::new("x.toml")).unwrap();
    assert_eq!(config.database, here.join(":memory:"));
}

#[test]
fn names_that_are_not_known() {
    for (text, line, name) in [
        ("\ndatabse = \"x\"\n", 2, "databse"),
        ("[tokens]\n\n\nsign = \"x\"", 4, "sign"),
        (
            "[[tokens.keys]]\nid = \"main\"\nfile = \"f\"\nbytes = 1",
            4,
            "bytes",
        ),
        ("[rules]\npast = true\n4005 = false", 3, "4005"),
        ("[token]\n", 1, "token"),
    ] {
        let complaint = complaint(text);
        let expected = format!("line {line}: unknown field `{name}`, expected ");
        assert!(complaint.starts_with(&expected), "{complaint}");
        assert!(!complaint.contains('\n'), "{complaint}");
    }
}

#[test]
fn values_that_are_not_right() {
    let keys = "[[tokens.keys]]\nid = \"a\"\nfile = \"f\"\n";
    for (text, expected) in [
        (
            "listen = 8080",
            "line 1: invalid type: integer `8080`, expected a string, in `listen`",
        ),
        (
            "kiosk_addresses = [\"10.0.0.0/8\"]",
            "line 1: expected up to 256 IP addresses, such as 192.0.2.7, in `kiosk_addresses`",
        ),
        (
            "hosts = [\"a.example:80\"]",
            "line 1: expected up to 16 names of hosts without a port, such as infomat.clinic.example, in `hosts`",
        ),
        (
            "\nlisten = \"localhost\"",
            "line 2: expected an IP address and a port, such as",
        ),
        (
            "database = \"\"",
            "line 1: expected the path of a file, in `database`",
        ),
        (
            "database = \"..\"",
            "line 1: expected the path of a file, in `database`",
        ),
        (
            "max_period_days = 0",
            "line 1: 0 is out of bounds, expected 1 to 366, in `max_period_days`",
        ),
        ("max_period_days = 367", "line 1: 367 is out of bounds"),
        (
            "[limits]\nbookings_a_day = 0",
            "line 2: 0 is out of bounds, expected 1 to 1000000, in `limits.bookings_a_day`",
        ),
        (
            "[limits]\nholds_a_week = 1",
            "line 2: unknown field `holds_a_week`, expected one of `bookings_a_day`, `waiting_entries_a_day`, `holds_a_day`",
        ),
        (
            "checkin_hours_before = 25",
            "line 1: 25 is out of bounds, expected 0 to 24, in `checkin_hours_before`",
        ),
        ("max_period_days = \"60\"", "line 1: invalid type: string"),
        ("max_period_days = 1.5", "line 1: invalid type: floating point"),
        (
            "[tokens]\nlifetime_minutes = 0",
            "line 2: 0 is out of bounds, expected 1 to 1440, in `tokens.lifetime_minutes`",
        ),
        (
            "[tokens]\nlifetime_minutes = 1441",
            "line 2: 1441 is out of bounds",
        ),
        (
            "[tokens]\nleeway_seconds = -1",
            "line 2: -1 is out of bounds, expected 0 to 300, in `tokens.leeway_seconds`",
        ),
        ("[tokens]\nleeway_seconds = 301", "line 2: 301 is out of bounds"),
        (
            "[rules]\npast = 1",
            "line 2: invalid type: integer `1`, expected a boolean, in `rules.past`",
        ),
        ("past = true\npast = true", "line 2: duplicate key"),
        ("x", "line 1: "),
        (
            "[tokens]\nkeys = []",
            "line 2: expected 1 to 16 keys, in `tokens.keys`",
        ),
        (
            "[[tokens.keys]]\nid = \"main\"",
            "line 1: missing field `file`, in `tokens.keys`",
        ),
        (
            &keys.replace("\"a\"", "\"\""),
            "line 2: expected 1 to 64 visible ASCII characters, in `tokens.keys.id`",
        ),
        (
            &keys.replace("\"a\"", "\"a b\""),
            "line 2: expected 1 to 64 visible",
        ),
        (
            &keys.replace('a', &"a".repeat(65)),
            "line 2: expected 1 to 64 visible",
        ),
        (&keys.repeat(2), "line 5: two keys of tokens.keys have the id `a`"),
        (
            keys,
            "tokens.sign_with is `main`; it must be the id of a key: `a`",
        ),
        (
            "\n[tokens]\nsign_with = \"x\"",
            "line 3: tokens.sign_with is `x`; it must be the id of a key: `main`",
        ),
    ] {
        let complaint = complaint(text);
        assert!(complaint.starts_with(expected), "{complaint} / {expected}");
    }
    let entry = "{ id = \"a\", file = \"f\" },";
    let many = format!("tokens.keys = [{}]", entry.repeat(17));
    assert!(complaint(&many).contains("expected 1 to 16 keys"));
}

#[test]
fn offsets() {
    let of = |text: &str| parse(&format!("utc_offset = \"{text}\"")).map(|config| config.zone);
    for (text, seconds) in [
        ("+00:00", 0),
        ("+14:00", 50_400),
        ("-14:00", -50_400),
        ("+05:45", 20_700),
    ] {
        assert_eq!(
            of(text),
            Ok(Zone::Fixed(FixedOffset::east_opt(seconds).unwrap())),
            "{text}"
        );
    }
    for other in [
        "",
        "3",
        "+3:00",
        "03:00",
        "+03",
        "+0300",
        "+03 00",
        "+ 0300",
        "+03:0",
        "+03:00:00",
        "+03:60",
        "+14:01",
        "-14:01",
        "+23:59",
        "+ 3:00",
        "+03:+1",
        "UTC",
        "Z",
        "Europe/Moscow",
    ] {
        let message = of(other).unwrap_err().to_string();
        assert!(
            message.contains("line 1: expected an offset from UTC"),
            "{other}: {message}"
        );
    }
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("infomat.toml");
    let load = || Config::load(&path).unwrap_err().to_string();

    let message = load();
    assert!(message.starts_with(path.to_str().unwrap()), "{message}");
    assert!(
        message.contains(&format!("`infomat init --config {}`", path.display())),
        "{message}"
    );

    fs::write(&path, b"# \xff").unwrap();
    assert!(load().ends_with("is not UTF-8 text"));

    fs::write(&path, "#".repeat(usize::try_from(FILE_BYTES_MAX).unwrap())).unwrap();
    assert!(Config::load(&path).is_ok());
    fs::write(&path, "#".repeat(usize::try_from(FILE_BYTES_MAX).unwrap() + 1)).unwrap();
    assert!(load().ends_with("cannot be read: more than 1048576 bytes"));
}

#[test]
fn the_first_file_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("infomat.toml");
    assert!(write_sample(&path).unwrap());
    assert_eq!(
        Config::load(&path).unwrap().database,
        folder.path().join("infomat.db")
    );
    fs::write(&path, "# mine").unwrap();
    assert!(!write_sample(&path).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), "# mine");
    assert!(write_sample(&folder.path().join("no/such/folder")).is_err());
}

#[test]
fn the_place_of_the_reception_is_one_short_line() {
    let long = "ж".repeat(121);
    for text in ["1 этаж\\nокно 3", &long] {
        assert_eq!(
            complaint(&format!("[terminal]\nreception = \"{text}\"")),
            "line 2: expected a line of at most 120 characters, in `terminal.reception`"
        );
    }
}
