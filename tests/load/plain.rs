//! The plain server: what a booking costs without this program's design. tiny_http and SQLite, one connection and a transaction
//! for each booking, on a copy of the same database with the same durability. It checks the token's signature and that the
//! cell has a free place; it knows no other rule, keeps no journal, watches no file, and has nothing in front of it.

use crate::harness::KEY;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, TransactionBehavior, named_params};
use serde_json::Value;
use sha2::Sha256;
use std::path::Path;
use tiny_http::{Request, Response, Server};
use uuid::Uuid;

/// Books where the cell has a free place.
const BOOK: &str = "
    INSERT INTO visit (guid, patient_id, slot_id, resource_id, num_resource_id, num_day, num, begin_at, end_at, made_at,
                       client_application_id, login)
    SELECT :guid, p.id, s.id, s.resource_id, s.resource_id, date(s.begin_at, 'unixepoch'),
           (SELECT coalesce(max(num), 0) + 1 FROM visit
            WHERE num_resource_id = s.resource_id AND num_day = date(s.begin_at, 'unixepoch')),
           s.begin_at, s.end_at, unixepoch(), (SELECT min(id) FROM client_application), ''
    FROM slot s CROSS JOIN patient p ON p.guid = :patient
    WHERE s.guid = :cell AND s.used_count < s.plan_count";

/// Serves bookings until it is killed. Tells how many it has committed where the program tells it too.
pub fn serve(database: &Path) {
    let mut connection = Connection::open(database).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
        .unwrap();
    let server = Server::http("127.0.0.1:0").unwrap();
    println!("listening on http://{}", server.server_addr());
    let mut commits = 0;
    for request in server.incoming_requests() {
        let answer = if request.url() == "/metrics" {
            format!("infomat_commit_seconds_count {commits}\n")
        } else {
            commits += 1;
            book(&mut connection, &request)
        };
        // A client that has gone needs no answer.
        let _ = request.respond(Response::from_string(answer));
    }
}

fn book(connection: &mut Connection, request: &Request) -> String {
    let (_, cell) = request.url().rsplit_once("timeTable=").unwrap();
    let cell: Uuid = cell.parse().unwrap();
    let patient = bearer(request);
    let guid = Uuid::now_v7();
    let booking = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap();
    let parameters = named_params! { ":guid": guid, ":patient": patient, ":cell": cell };
    let booked = booking.prepare_cached(BOOK).unwrap().execute(parameters).unwrap();
    assert_eq!(booked, 1, "no free place in {cell}");
    booking.commit().unwrap();
    format!("{{\"ticketGuid\":\"{guid}\"}}")
}

/// The card that the token names.
fn bearer(request: &Request) -> Uuid {
    let mut fields = request.headers().iter();
    let field = fields.find(|field| field.field.equiv("Authorization")).unwrap();
    let token = field.value.as_str().strip_prefix("Bearer ").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let decode = |text| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
    Hmac::<Sha256>::new_from_slice(KEY)
        .unwrap()
        .chain_update(signed)
        .verify_slice(&decode(signature))
        .unwrap();
    let (_, claims) = signed.split_once('.').unwrap();
    let claims: Value = serde_json::from_slice(&decode(claims)).unwrap();
    claims["Patient"]["Mkab"].as_str().unwrap().parse().unwrap()
}
