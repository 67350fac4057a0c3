//! Goal: root's rights do not become those of the server's user. What lies in that user's folder is read and written with
//! that user's rights, and no link there leads anything of ours elsewhere. Method: the real binary, run by root on a folder of
//! nobody's, in which nobody has prepared links.

use crate::clinic;
use crate::harness::{Site, in_english, lacks};
use crate::schema::{OLDER, older_site};
use rustix::process::geteuid;
use serde_json::Value;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The server's user, as far as these tests go.
const NOBODY: u32 = 65_534;

/// What nobody may not change.
const DEAR: &str = "dear to root";

/// How long the links are swapped under the commands.
const RACE: Duration = Duration::from_secs(3);

fn lacks_root() -> bool {
    lacks("the rights of root", geteuid().is_root())
}

/// Gives a folder, and what is in it, to nobody. Nobody can come there.
fn give_away(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            give_away(&path);
        } else {
            std::os::unix::fs::lchown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
}

/// A site with everything in one folder of nobody's, beside a file of root's.
struct Ground {
    site: Site,
    roots: tempfile::TempDir,
}

impl Ground {
    fn of(site: Site) -> Ground {
        let roots = tempfile::tempdir().unwrap();
        fs::write(roots.path().join("dear"), DEAR).unwrap();
        fs::set_permissions(site.path(""), Permissions::from_mode(0o755)).unwrap();
        give_away(&site.path(""));
        Ground { site, roots }
    }

    /// A clinic whose configuration is root's, in the folder `data` of nobody's.
    fn of_root() -> Ground {
        let site = Site::new("");
        fs::create_dir(site.path("data")).unwrap();
        for name in ["hmac.key", "infomat.db"] {
            fs::rename(site.path(name), site.path("data").join(name)).unwrap();
        }
        for beside in ["infomat.db-wal", "infomat.db-shm"] {
            let _ = fs::remove_file(site.path(beside));
        }
        let text = fs::read_to_string(site.path("infomat.toml")).unwrap();
        let text = text.replace("'hmac.key'", "'data/hmac.key'");
        fs::write(
            site.path("infomat.toml"),
            text.replace("'infomat.db'", "'data/infomat.db'"),
        )
        .unwrap();
        let roots = tempfile::tempdir().unwrap();
        fs::write(roots.path().join("dear"), DEAR).unwrap();
        fs::set_permissions(site.path(""), Permissions::from_mode(0o755)).unwrap();
        give_away(&site.path("data"));
        Ground { site, roots }
    }

    fn dear(&self) -> PathBuf {
        self.roots.path().join("dear")
    }

    /// Nothing of root's has changed.
    fn is_untouched(&self, what: &str) {
        let mut names: Vec<_> = fs::read_dir(self.roots.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["dear"], "{what}");
        let dear = fs::metadata(self.dear()).unwrap();
        assert_eq!((dear.uid(), dear.mode() & 0o777), (0, 0o644), "{what}");
        assert_eq!(fs::read_to_string(self.dear()).unwrap(), DEAR, "{what}");
    }

    /// Everything below a folder is nobody's.
    fn is_nobodys(&self, folder: &str) {
        let owners = |folder: &Path| -> Vec<_> {
            let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            entries
                .map(|path| (path.symlink_metadata().unwrap().uid(), path))
                .collect()
        };
        let mut all = owners(&self.site.path(folder));
        for (_, path) in all.clone() {
            if path.is_dir() {
                all.extend(owners(&path));
            }
        }
        assert!(all.len() > 2);
        assert!(all.iter().all(|(uid, _)| *uid == NOBODY), "{all:?}");
    }
}

fn said(output: &Output) -> String {
    [&*output.stdout, &*output.stderr]
        .map(String::from_utf8_lossy)
        .concat()
}

/// Each name that one of our files has, and a command that makes or locks it.
const NAMES: [(&str, &[&str]); 12] = [
    ("next.new", &["key", "new", "next"]),
    ("next.key", &["key", "new", "next"]),
    ("infomat.toml.new", &["key", "new", "next"]),
    ("backups", &["backup"]),
    ("infomat.db.backup-lock", &["backup"]),
    ("infomat.db.backup.new", &["backup", "-"]),
    ("today.db.new", &["backup", "today.db"]),
    ("today.db", &["backup", "today.db"]),
    ("infomat.db.restore.new", &["restore", "copy.db"]),
    ("infomat.db.lock", &["restore", "copy.db"]),
    ("infomat.db.lock", &["serve"]),
    ("infomat.db.lock", &["purge", "--older-than", "1"]),
];

#[test]
fn no_link_leads_elsewhere() {
    if lacks_root() {
        return;
    }
    let site = Site::new("");
    site.run_well(&["backup", site.path("copy.db").to_str().unwrap()], "");
    let ground = Ground::of(site);
    let site = &ground.site;
    let run = |arguments: &[&str]| {
        let mut command = site.command(arguments);
        command
            .current_dir(site.path(""))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    for (name, arguments) in NAMES {
        let link = site.path(name);
        for target in [
            ground.dear(),
            ground.roots.path().join("nothing"),
            "/dev/full".into(),
        ] {
            let _ = fs::remove_file(&link);
            symlink(&target, &link).unwrap();
            std::os::unix::fs::lchown(&link, Some(NOBODY), Some(NOBODY)).unwrap();
            let output = run(arguments);
            let what = format!("{name} to {}, {arguments:?}: {}", target.display(), said(&output));
            assert!([Some(1), Some(78)].contains(&output.status.code()), "{what}");
            let names_it = said(&output).contains(link.to_str().unwrap());
            assert!(names_it, "{what}");
            let is_told = ["symbolic link", "is there already"]
                .iter()
                .any(|told| said(&output).contains(told));
            assert!(is_told, "{what}");
            assert!(link.is_symlink(), "{what}");
            ground.is_untouched(&what);
        }
        fs::remove_file(&link).unwrap();
        // What is no link is no better.
        if ["next.key", "today.db", "backups"].contains(&name) {
            continue;
        }
        fs::hard_link(ground.dear(), &link).unwrap();
        let output = run(arguments);
        let what = format!("{name} as a second name, {arguments:?}: {}", said(&output));
        assert!([Some(1), Some(78)].contains(&output.status.code()), "{what}");
        fs::remove_file(&link).unwrap();
        ground.is_untouched(&what);
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &link,
            rustix::fs::FileType::Fifo,
            0o666.into(),
            0,
        )
        .unwrap();
        let output = run(arguments);
        let what = format!("{name} as a FIFO, {arguments:?}: {}", said(&output));
        assert!([Some(1), Some(78)].contains(&output.status.code()), "{what}");
        assert!(said(&output).contains("no plain file"), "{what}");
        fs::remove_file(&link).unwrap();
    }

    // The database itself.
    let database = site.path("infomat.db");
    fs::rename(&database, site.path("kept.db")).unwrap();
    for target in [ground.dear(), ground.roots.path().join("nothing")] {
        symlink(&target, &database).unwrap();
        for arguments in [
            &["init"][..],
            &["serve"],
            &["import", "-"],
            &["backup"],
            &["verify"],
            &["check"],
        ] {
            let output = run(arguments);
            let what = format!("{arguments:?}: {}", said(&output));
            assert!(!output.status.success(), "{what}");
            ground.is_untouched(&what);
        }
        fs::remove_file(&database).unwrap();
    }
}

/// What is made when a database is brought up to date.
#[test]
fn no_link_leads_an_upgrade_elsewhere() {
    if lacks_root() {
        return;
    }
    let number = OLDER.len();
    let ground = Ground::of(older_site(number, OLDER[number - 1]));
    let site = &ground.site;
    let copy = format!("infomat.before-{}.db", number + 1);
    for name in ["infomat.db.migration-lock", &copy, &format!("{copy}.new")] {
        symlink(ground.dear(), site.path(name)).unwrap();
        let output = site.run(&["believe-clock"], "");
        assert_eq!(output.status.code(), Some(1), "{name}: {}", said(&output));
        assert!(
            said(&output).contains(site.path(name).to_str().unwrap()),
            "{}",
            said(&output)
        );
        ground.is_untouched(name);
        fs::remove_file(site.path(name)).unwrap();
    }
    site.run_well(&["believe-clock"], "");
    ground.is_nobodys("");
}

/// Root looks after a server of nobody's: what comes of it is nobody's, what root named in its own folder is root's.
#[test]
fn what_root_leaves_belongs_to_whom_it_should() {
    if lacks_root() {
        return;
    }
    let ground = Ground::of_root();
    let site = &ground.site;
    let data = site.path("data");
    fs::remove_file(data.join("infomat.db")).unwrap();
    fs::remove_file(data.join("hmac.key")).unwrap();
    site.run_well(&["init"], "");
    let lines: Vec<_> = clinic::small().iter().map(Value::to_string).collect();
    let roots = tempfile::tempdir().unwrap();
    let file = |name: &str| roots.path().join(name).display().to_string();
    fs::write(file("clinic.ndjson"), lines.join("\n")).unwrap();
    // Relative to a folder where nobody has no business.
    let run = |arguments: &[&str]| {
        let output = site
            .command(arguments)
            .current_dir(roots.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        said(&output)
    };
    run(&["import", "clinic.ndjson"]);
    let made = run(&["backup", "copy.db"]);
    assert!(
        made.contains("copy.db: ") && made.contains(" bytes, checked"),
        "{made}"
    );
    let copy = fs::metadata(file("copy.db")).unwrap();
    assert_eq!((copy.uid(), copy.mode() & 0o777), (0, 0o600));
    assert!(!Path::new(&file("copy.db.new")).exists());
    run(&["verify", "copy.db"]);
    let refused = site
        .command(&["backup", "copy.db"])
        .current_dir(roots.path())
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("is there already"), "{}", said(&refused));
    run(&["backup"]);
    let today = data.join("today.db").display().to_string();
    run(&["backup", &today]);
    run(&["verify", &today]);
    run(&["restore", &today]);
    // The name of the next one has the second, and it may be the same.
    for entry in fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("replaced") {
            fs::remove_file(path).unwrap();
        }
    }
    run(&["restore", "copy.db"]);
    assert!(run(&["verify"]).contains("is right"));
    run(&["purge", "--older-than", "1000"]);
    run(&["key", "new", "next", "--sign"]);
    run(&["key", "sign", "main"]);
    assert!(run(&["key", "list"]).contains("64 bytes"));
    run(&["key", "retire", "next"]);
    run(&["waiting"]);
    run(&["check"]);
    ground.is_nobodys("data");
    for name in ["infomat.toml", ""] {
        assert_eq!(fs::metadata(site.path(name)).unwrap().uid(), 0, "{name}");
    }
    let key = fs::metadata(data.join("next.key")).unwrap().mode();
    assert_eq!(key & 0o777, 0o600);

    // A backup that fails leaves nothing, and tells why.
    fs::write(data.join("infomat.db"), "no database").unwrap();
    let failed = site
        .command(&["backup", "other.db"])
        .current_dir(roots.path())
        .output()
        .unwrap();
    assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
    assert!(!Path::new(&file("other.db")).exists() && !Path::new(&file("other.db.new")).exists());
}

/// Keys in a folder of root's that a group may read, as the package has it.
#[test]
fn a_key_of_roots_is_for_the_group_of_its_folder() {
    if lacks_root() {
        return;
    }
    let ground = Ground::of_root();
    let site = &ground.site;
    let keys = site.path("keys");
    fs::create_dir(&keys).unwrap();
    chown(&keys, None, Some(NOBODY)).unwrap();
    fs::set_permissions(&keys, Permissions::from_mode(0o750)).unwrap();
    let text = fs::read_to_string(site.path("infomat.toml")).unwrap();
    fs::write(
        site.path("infomat.toml"),
        text.replace("data/hmac.key", "keys/hmac.key"),
    )
    .unwrap();
    site.run_well(&["init"], "");
    site.run_well(&["key", "new", "next", "--sign"], "");
    for name in ["hmac.key", "next.key"] {
        let key = fs::metadata(keys.join(name)).unwrap();
        assert_eq!(
            (key.uid(), key.gid(), key.mode() & 0o777),
            (0, NOBODY, 0o640),
            "{name}"
        );
    }
    let checked = said(&site.run(&["check"], ""));
    assert!(checked.contains("nobody but the owner gets at"), "{checked}");
    assert!(!checked.contains("mode 0600 would be right"), "{checked}");
    for (mode, remedy) in [(0o644, "chmod 640"), (0o660, "chmod 640")] {
        fs::set_permissions(keys.join("next.key"), Permissions::from_mode(mode)).unwrap();
        let checked = said(&site.run(&["check"], ""));
        assert!(checked.contains(remedy), "{mode:o}: {checked}");
    }
    fs::set_permissions(keys.join("next.key"), Permissions::from_mode(0o640)).unwrap();
    chown(keys.join("next.key"), Some(NOBODY), None).unwrap();
    fs::set_permissions(keys.join("next.key"), Permissions::from_mode(0o600)).unwrap();
    let checked = said(&site.run(&["check"], ""));
    assert!(checked.contains("the server itself can change"), "{checked}");
}

/// A server that root starts has nothing of root's left, groups included, and cannot be looked into by who it has become.
#[test]
fn a_server_that_root_starts_is_nobodys() {
    if lacks_root() {
        return;
    }
    let ground = Ground::of_root();
    let site = &ground.site;
    let mut command = in_english("setpriv");
    command
        .args([
            "--groups",
            "0,4,24",
            env!("CARGO_BIN_EXE_infomat"),
            "serve",
            "--config",
        ])
        .arg(site.path("infomat.toml"));
    if lacks("setpriv", Path::new("/usr/bin/setpriv").exists()) {
        return;
    }
    let server = site.start(&mut command);
    for task in fs::read_dir(format!("/proc/{}/task", server.pid())).unwrap() {
        let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        let nobody = || NOBODY.to_string();
        assert_eq!(field("Uid:"), vec![nobody(); 4]);
        assert_eq!(field("Gid:"), vec![nobody(); 4]);
        assert_eq!(field("Groups:"), [nobody()]);
        for capabilities in ["CapPrm:", "CapEff:"] {
            assert_eq!(field(capabilities), ["0000000000000000"]);
        }
    }
    let memory = fs::metadata(format!("/proc/{}/mem", server.pid())).unwrap();
    assert_eq!(memory.uid(), 0, "nobody may trace it");
    assert!(server.terminate().success());
    ground.is_nobodys("data");
}

/// Nobody swaps files for links while root works.
#[test]
fn a_link_that_comes_in_the_midst_leads_nowhere() {
    if lacks_root() {
        return;
    }
    let site = Site::new("");
    site.run_well(&["backup", site.path("copy.db").to_str().unwrap()], "");
    let ground = Ground::of(site);
    let site = &ground.site;
    let ends = AtomicBool::new(false);
    let until = Instant::now() + RACE;
    thread::scope(|scope| {
        scope.spawn(|| {
            let names = [
                "infomat.db.backup-lock",
                "infomat.db.lock",
                "next.new",
                "infomat.db.restore.new",
                "today.db.new",
            ];
            while !ends.load(Ordering::Relaxed) {
                for name in names {
                    let path = site.path(name);
                    let _ = symlink(ground.dear(), &path);
                    thread::yield_now();
                    let _ = fs::remove_file(&path);
                    let _ = File::create_new(&path).map(|_| chown(&path, Some(NOBODY), Some(NOBODY)));
                    let _ = fs::remove_file(&path);
                }
            }
        });
        let mut tried = 0;
        while Instant::now() < until || tried == 0 {
            let today = site.path("today.db").display().to_string();
            let copy = site.path("copy.db").display().to_string();
            for arguments in [
                &["key", "new", "next"][..],
                &["backup", &today],
                &["restore", &copy],
            ] {
                site.run(arguments, "");
                tried += 1;
            }
            for name in ["next.key", "today.db"] {
                let _ = fs::remove_file(site.path(name));
            }
        }
        ends.store(true, Ordering::Relaxed);
    });
    ground.is_untouched("after the race");
}
