//! Goal: network and stick drive the very rules that the simulation plays. Method: real exchanges between the real programs are recorded,
//! request and answer, on the way between them and from the files of a stick; then the bytes of each request are given to the rules over
//! the simulation's simple tables, which have to answer with the same bytes.

use super::programs::{self, ASKED_BACK, Clinic, LATER, OURS, THEIRS, book_there};
use super::region;
use super::region::Region;
use crate::clinic::{Ask, guid};
use crate::exchange::peer::Peer;
use crate::harness::{Client, Server};
use crate::region::office::Office;
use infomat::exchange::centre;
use infomat::exchange::stick::{Direction, StickKey, StickName};
use infomat::exchange::wire::Request;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// What a box sent, and what it was answered.
type Recorded = Arc<Mutex<Vec<(Vec<u8>, Vec<u8>)>>>;

/// A proxy that hands each request on to the centre, and keeps both ways.
fn recorder(clinic: &Clinic, server: &Server) -> (Peer, Recorded) {
    let recorded = Recorded::default();
    let (kept, address) = (Arc::clone(&recorded), server.address);
    let bearer = super::region::bearer(&clinic.secret);
    let peer = Peer::start(move |stream, request| {
        let body = request.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        let request = request[body..].to_vec();
        let fields = [("Authorization", &*bearer)];
        let mut centre = Client::connect(address);
        let answer = centre.ask("POST", "/api/centre/v1/exchange", &fields, &request);
        let head = format!(
            "HTTP/1.1 {} Recorded\r\nContent-Length: {}\r\n\r\n",
            answer.status,
            answer.body.len()
        );
        kept.lock().unwrap().push((request, answer.body.clone()));
        let _ = stream.write_all(&[head.as_bytes(), &answer.body].concat());
    });
    (peer, recorded)
}

/// The rules over simple tables, as far as they have heard.
struct Rules {
    office: Office,
    replayed: usize,
}

impl Rules {
    fn of(region: &Region) -> Rules {
        let generation = "SELECT generation FROM infomat.region";
        let generation: String = region.sql().query_one(generation, &[]).unwrap().get(0);
        Rules {
            office: Office::new(&generation),
            replayed: 0,
        }
    }

    /// Does what the region has done since: its messages, in their order.
    fn hear(&mut self, region: &Region, clinic: &Clinic) {
        let lines = "SELECT lines FROM infomat.message WHERE box = $1 AND seq > $2 ORDER BY seq";
        let known = i64::try_from(self.office.messages.len()).unwrap();
        for row in region.sql().query(lines, &[&clinic.guid, &known]).unwrap() {
            let lines: &str = row.get(0);
            let office = &mut self.office;
            if lines.contains("\"kind\":\"visit\"") {
                assert!(centre::book(office, lines).unwrap().is_ok(), "{lines}");
            } else {
                assert!(centre::tell(office, lines).unwrap().is_ok(), "{lines}");
            }
        }
    }

    /// Gives them recorded requests; their answers are the recorded ones.
    fn replay(&mut self, recorded: &[(Vec<u8>, Vec<u8>)]) {
        for (request, answer) in recorded {
            let read = Request::parse(request).unwrap();
            assert!(
                read.print().unwrap() == *request,
                "a request is printed as it came"
            );
            let own = centre::answer(&mut self.office, &read).unwrap().print().unwrap();
            assert_eq!(String::from_utf8_lossy(&own), String::from_utf8_lossy(answer));
            self.replayed += 1;
        }
    }
}

#[test]
fn what_went_over_the_network_is_what_the_rules_say() {
    let Some(region) = region() else { return };
    let (clinic, server, portal) = programs::enrolled(&region);
    // The first exchanges were not recorded: another box of the same region is, from its first one on.
    drop(clinic);
    let clinic = Clinic::admitted(&region, 2);
    let (peer, recorded) = recorder(&clinic, &server);
    clinic.configure(&peer.url(), &clinic.secret);
    let mut rules = Rules::of(&region);
    let exchange = |rules: &mut Rules| {
        rules.hear(&region, &clinic);
        clinic.exchange_well();
        rules.replay(&std::mem::take(&mut *recorded.lock().unwrap()));
    };
    programs::tell(&region, &clinic, &programs::lines_of(2));
    exchange(&mut rules);
    let here = clinic.site.serve();
    Ask::new(2, 4, OURS).book(&mut here.client());
    book_there(&portal, &mut server.client(), &clinic, THEIRS);
    exchange(&mut rules);
    programs::tell(
        &region,
        &clinic,
        &[json!({"kind": "recall", "slot": guid(ASKED_BACK)})],
    );
    book_there(&portal, &mut server.client(), &clinic, LATER);
    exchange(&mut rules);
    exchange(&mut rules);
    assert!(rules.replayed >= 6, "{}", rules.replayed);
    // A control: rules that have not heard of what came before answer otherwise.
    clinic.exchange_well();
    let recorded = recorded.lock().unwrap();
    let (request, answer) = recorded.last().unwrap();
    let request = Request::parse(request).unwrap();
    let deaf = centre::answer(&mut Rules::of(&region).office, &request).unwrap();
    assert!(deaf.print().unwrap() != *answer);
}

/// The texts of a folder's files of one way, in their order.
fn opened(folder: &Path, way: Direction, clinic: &Clinic) -> Vec<Vec<u8>> {
    let key = StickKey::of_secret(clinic.secret.as_bytes());
    let names = fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter_map(|name| StickName::parse(&name)).collect();
    names.retain(|name| name.direction == way);
    names.sort_unstable();
    let open = |name: &StickName| {
        let sealed = fs::read(folder.join(name.to_string())).unwrap();
        key.open(way, clinic.guid, &sealed).unwrap()
    };
    names.iter().map(open).collect()
}

#[test]
fn what_a_stick_carried_is_what_the_rules_say() {
    let Some(region) = region() else { return };
    let clinic = Clinic::admitted(&region, 1);
    programs::tell(&region, &clinic, &programs::lines_of(1));
    let mut rules = Rules::of(&region);
    for journey in 0..3 {
        let folder = TempDir::new().unwrap();
        let stick = folder.path().to_str().unwrap();
        rules.hear(&region, &clinic);
        clinic.site.run_well(&["exchange", "--out", stick], "");
        region.run_well(&["carry", stick], "");
        let [requests, answers] =
            [Direction::Out, Direction::In].map(|way| opened(folder.path(), way, &clinic));
        rules.replay(&requests.into_iter().zip(answers).collect::<Vec<_>>());
        clinic.site.run_well(&["exchange", "--in", stick], "");
        if journey == 1 {
            Ask::new(1, 4, OURS).book(&mut clinic.site.serve().client());
        }
    }
    assert!(rules.replayed >= 3, "{}", rules.replayed);
}
