//! Goal: with `sslmode=verify-full` nobody between the centre and its database hears or plays it. Method: the real program over a
//! real PostgreSQL with `ssl = on`, which takes nothing unencrypted and asks for a password; other certificates are the control.

use super::own::Own;
use super::region::program;
use crate::exchange::peer::{self, Certificate};
use crate::harness::lacks;
use std::fs;

const PASSWORD: &str = "dont-show-me";

/// A server that takes connections over TLS alone, at a port of this machine.
fn encrypted(certificate: &Certificate) -> Option<(Own, u16)> {
    let mut own = Own::make()?;
    own.put("data/server.crt", fs::read(certificate.path()).unwrap());
    own.put("data/server.key", fs::read(certificate.key_path()).unwrap());
    own.put(
        "data/pg_hba.conf",
        "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
    );
    let port = own.listen();
    own.set("ssl = on");
    own.start();
    let give = format!("ALTER USER centre PASSWORD '{PASSWORD}'");
    own.sql().batch_execute(&give).unwrap();
    Some((own, port))
}

#[test]
fn the_database_has_to_prove_itself() {
    if lacks("openssl (Debian's package openssl)", peer::has_openssl()) {
        return;
    }
    let (ours, other) = (Certificate::of("localhost"), Certificate::of("localhost"));
    let there = encrypted(&ours);
    if lacks("PostgreSQL 15 (initdb, postgres)", there.is_some()) {
        return;
    }
    let (mut own, port) = there.unwrap();
    let run = |host: &str, query: &str, command: &str| {
        let url = format!("postgresql://centre:{PASSWORD}@{host}:{port}/postgres?{query}");
        let output = program().args([command, "--database", &url]).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.contains(PASSWORD), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        (output.status.code(), said)
    };
    let verified = |certificate: &Certificate| {
        let path = certificate.path();
        format!("sslmode=verify-full&sslrootcert={}", path.display())
    };
    let (status, said) = run("localhost", &verified(&ours), "init");
    assert_eq!(status, Some(0), "{said}");
    let (status, said) = run(
        "localhost",
        &format!("{}&connect_timeout=9", verified(&ours)),
        "boxes",
    );
    assert!(status == Some(0) && said.starts_with("BOX"), "{said}");
    // Another certificate of that name, the right one under another name, and the system's authorities.
    for (host, query) in [
        ("localhost", verified(&other)),
        ("127.0.0.1", verified(&ours)),
        ("localhost", "sslmode=verify-full".to_owned()),
    ] {
        let (status, said) = run(host, &query, "boxes");
        let no_authorities = status == Some(78) && said.contains("ca-certificates");
        assert!(
            no_authorities || (status == Some(1) && said.contains("its certificate was not accepted")),
            "{host} {query}: {said}"
        );
    }
    // Without TLS the server takes nobody, and where it has none nobody goes on without.
    let (status, said) = run("localhost", "sslmode=disable", "boxes");
    assert!(status == Some(1) && said.contains("no encryption"), "{said}");
    own.stop();
    own.set("ssl = off");
    own.start();
    let (status, said) = run("localhost", &verified(&ours), "boxes");
    assert!(
        status == Some(1) && said.contains("does not support TLS"),
        "{said}"
    );
}
