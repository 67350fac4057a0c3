//! Goal: a foreign site that points its own name at this server (DNS rebinding) gets nothing, neither the page nor a
//! method; the server's own names do. Method: the same requests with one `Host` after another, at the real binary.

use crate::clinic::guid;
use crate::harness::{Answer, Server, Site};

fn ask(server: &Server, line: &str, host: &str) -> Answer {
    let mut client = server.client();
    let request = format!("{line} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n");
    client.send(request.as_bytes()).unwrap();
    client.read(line.starts_with("HEAD")).unwrap()
}

#[test]
fn only_names_of_this_server_are_answered() {
    let site = Site::new("");
    let configured = std::fs::read_to_string(site.path("infomat.toml")).unwrap();
    let hosts = "hosts = ['infomat.clinic.example']\n";
    std::fs::write(site.path("infomat.toml"), format!("{hosts}{configured}")).unwrap();
    let server = site.serve();
    let booking = format!("POST /visit/{}", guid(1));
    for (line, status) in [
        ("GET /", 200),
        ("HEAD /page/terminal/app.js", 200),
        ("GET /lpu", 200),
    ] {
        for ours in [
            "127.0.0.1:8080",
            "localhost",
            "[::1]",
            "Infomat.Clinic.example:80",
        ] {
            assert_eq!(ask(&server, line, ours).status, status, "{line} {ours}");
        }
        for foreign in ["evil.example", "127.0.0.1.evil.example", "infomat"] {
            let answer = ask(&server, line, foreign);
            assert_eq!(answer.status, 421, "{line} {foreign}");
            if !line.starts_with("HEAD") {
                assert_eq!(answer.json()["message_code"], "5000", "{line} {foreign}");
            }
        }
    }
    for host in ["127.0.0.1", "evil.example"] {
        assert_eq!(
            ask(&server, &booking, host).status,
            403,
            "a booking asks for its token"
        );
        assert_eq!(ask(&server, "GET /unknown", host).status, 404);
    }
    let mut client = server.client();
    client.send(b"GET /lpu HTTP/1.0\r\n\r\n").unwrap();
    assert_eq!(client.read(false).unwrap().status, 200, "without Host");
}

#[test]
fn the_page_is_sent_once() {
    let site = Site::new("");
    let server = site.serve();
    let mut client = server.client();
    for path in [
        "/",
        "/page/terminal/style.css",
        "/page/terminal/screens/welcome.js",
    ] {
        let whole = client.ask("GET", path, &[], &[]);
        assert_eq!(whole.status, 200, "{path}");
        let etag = whole.header("etag").unwrap();
        let head = client.ask("HEAD", path, &[], &[]);
        assert_eq!(
            head.header("content-length"),
            Some(&*whole.body.len().to_string()),
            "{path}"
        );
        let again = client.ask("GET", path, &[("If-None-Match", etag)], &[]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), Some(etag), "{path}");
        let other = client.ask("GET", path, &[("If-None-Match", "\"x\"")], &[]);
        assert_eq!(other.status, 200, "{path}");
    }
    assert_eq!(client.ask("GET", "/page/terminal/no.js", &[], &[]).status, 404);
    assert_eq!(
        client.ask("POST", "/", &[], &[]).header("allow"),
        Some("GET, HEAD")
    );
}
