//! Goal: a client that names everything in the query, as the vendor's page has it, books whatever it sends as a body; one
//! that names nothing there is told what its body should be. Names that nobody can read do no harm. Method: one cell with
//! many places, bodies such as clients' libraries send, the real binary.

use crate::clinic::{Ask, guid, roomy_site};
use crate::harness::Answer;

/// Of the small clinic.
const LPU: u32 = 1;
const CELL: u32 = 3;
const PATIENT: u32 = 4;

/// Places in the cell: more than there are bookings.
const PLACES: u32 = 100;

const JSON: Option<&str> = Some("application/json; charset=utf-8");

#[test]
fn what_holds_no_parameter_does_no_harm() {
    let site = roomy_site(PLACES, "");
    let server = site.serve();
    let mut client = server.client();
    let ask = Ask::new(LPU, PATIENT, CELL);
    let authorization = ask.authorization.unwrap();
    let mut send = |query: &str, kind: Option<&str>, body: &str| -> Answer {
        let target = format!("/api/v2/visit/{}{query}", ask.lpu);
        let headers = [("Authorization", &*authorization)];
        let kind = kind.map(|kind| ("Content-Type", kind));
        let headers: Vec<_> = headers.into_iter().chain(kind).collect();
        client.ask("POST", &target, &headers, body.as_bytes())
    };
    let query = format!("?timeTable={}", guid(CELL));
    let in_body = format!("{{\"timeTable\":\"{}\"}}", guid(CELL));
    let marked = format!("\u{feff}{in_body}");

    for body in ["null", "[]", "\"\"", "{}", " \r\n", "\u{feff}{}"] {
        let answer = send(&query, JSON, body);
        assert_eq!(answer.status, 200, "{body:?}: {}", answer.json());
    }
    for kind in [
        None,
        Some("text/plain"),
        Some("application/octet-stream"),
        Some("application/xml; charset=utf-8"),
    ] {
        let answer = send(&query, kind, &in_body);
        assert_eq!(answer.status, 200, "{kind:?}: {}", answer.json());
        let answer = send("", kind, &in_body);
        assert_eq!(
            (answer.status, &answer.json()["message_code"]),
            (400, &"5000".into())
        );
        let text = answer.json()["message"].to_string();
        assert!(text.contains("Content-Type"), "{kind:?}: {text}");
    }
    for (kind, body) in [
        (JSON, &marked),
        (Some("application/json; charset=utf8"), &in_body),
    ] {
        let answer = send("", kind, body);
        assert_eq!(answer.status, 200, "{kind:?}: {}", answer.json());
    }
    for name in ["z%zz", "%EF%F0", "a%0A"] {
        let answer = send(&format!("{query}&{name}=1"), None, "");
        assert_eq!(answer.status, 200, "{name}: {}", answer.json());
    }
    assert_eq!(send("", JSON, "null").json()["message_code"], "4036");
    assert_eq!(
        send(&query, JSON, &in_body).json()["message_code"],
        "5000",
        "given twice"
    );
}

/// Goal: a body in chunks is a body (what .NET's PostAsJsonAsync sends), and the connection goes on behind it. Method: one
/// connection, a booking and an entry of the waiting list in chunks of one and of many bytes, a plain request between them.
#[test]
fn a_body_may_come_in_chunks() {
    let site = roomy_site(PLACES, "");
    let server = site.serve();
    let mut client = server.client();
    let ask = Ask::new(LPU, PATIENT, CELL);
    let authorization = ask.authorization.unwrap();
    let body = format!("{{\"timeTable\":\"{}\"}}", guid(CELL));
    let signs: Vec<_> = body.chars().map(|sign| format!("1\r\n{sign}\r\n")).collect();
    let single = signs.concat();
    let whole = format!("{:X};x=\"y\"\r\n{body}\r\n", body.len());
    for chunks in [single, whole] {
        let head = format!(
            "POST /api/v2/visit/{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n\
             Content-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n",
            ask.lpu
        );
        let request = format!(
            "{head}{chunks}0\r\nX-Trailer: 1\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        );
        client.send(request.as_bytes()).unwrap();
        let booked = client.read(false).unwrap();
        assert_eq!(booked.status, 200, "{}", booked.json());
        assert_eq!(client.read(false).unwrap().json()["status"], "alive");
    }
}
