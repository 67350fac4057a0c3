//! The GUIDs of client applications, from files and from the configuration.

use super::{dump, file, imported, refused_for};
use crate::clinic::{self, guid, with};
use crate::harness::Site;
use serde_json::{Value, json};
use std::slice;

#[test]
fn client_applications_hand_their_guids_on() {
    let site = Site::new("");
    let application =
        |mnem: &str, n: Option<u32>| json!({"kind": "clientApplication", "mnem": mnem, "guid": n.map(guid)});
    site.import(&[application("A", Some(1)), application("B", Some(2))]);
    assert_eq!(
        imported(&site, &[application("A", Some(2)), application("B", Some(1))]),
        ["clientApplication: 2"]
    );
    assert_eq!(
        imported(
            &site,
            &[
                application("C", Some(1)),
                json!({"kind": "clientApplication", "mnem": "B", "deleted": true})
            ]
        ),
        ["clientApplication: 1, 1 removed"]
    );
    refused_for(
        &site,
        &[application("D", Some(2))],
        "line 1: clientApplication.guid: another client application of the database has it",
    );
    refused_for(
        &site,
        &[application("D", Some(3)), application("E", Some(3))],
        "line 2: clientApplication.guid: another client application of the file has it",
    );
    // The one that has it lets go in the same file.
    assert_eq!(
        imported(&site, &[application("D", Some(2)), application("A", None)]),
        ["clientApplication: 2"]
    );
}

/// Goal: the GUID that the configuration gives a client application holds, whatever an import says of the application.
/// Method: somebody identifies by it before and after each import beside the server.
#[test]
fn a_guid_from_the_configuration_holds_beside_imports() {
    const POLICY: &str = "1111222233334444";
    let configured = guid(61);
    let site = Site::new(&format!(
        "[[applications]]\nmnem = 'Infomat'\nguid = '{configured}'"
    ));
    site.import(&clinic::small());
    site.import(&[with(clinic::patient(4, 1), &json!({"policyNumber": POLICY}))]);
    let server = site.serve();
    let mut client = server.client();
    let target = format!("/auth/{}/token?n_pol={POLICY}&Birthday=1980-06-15", guid(1));
    let mut identified = || {
        client
            .ask("GET", &target, &[("ClientApplication", &configured)], b"")
            .status
    };
    assert_eq!(identified(), 200);
    let line = |more: &Value| with(json!({"kind": "clientApplication", "mnem": "Infomat"}), more);
    for more in [
        json!({"name": "Инфомат", "access": 36}),
        json!({"guid": guid(62)}),
        json!({"guid": &configured}),
        json!({"deleted": true}),
    ] {
        let counts = imported(&site, &[line(&more)]);
        assert_eq!(counts.len(), 1, "{more}: {counts:?}");
        assert_eq!(identified(), 200, "{more}");
    }
    // Another application cannot have it, not even where the file takes it away from the first.
    let other = json!({"kind": "clientApplication", "mnem": "Shop", "guid": &configured});
    refused_for(
        &site,
        slice::from_ref(&other),
        "line 1: clientApplication.guid: another client application of the database has it",
    );
    let before = dump(&site);
    let output = site.run(&["import", "-"], &file(&[line(&json!({})), other]));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(78), "{said}");
    let word = format!(
        "applications: `Infomat` cannot have the guid {configured}: in the database another application has it; \
         nothing was imported"
    );
    assert!(said.contains(&word), "{said}");
    assert!(dump(&site) == before, "a refused file changes nothing");
    assert_eq!(identified(), 200);
}
