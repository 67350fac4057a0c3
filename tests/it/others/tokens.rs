//! Goal: a token that another library has made is taken or refused as the contract says, and the server's own are read by each.
//! Method: PyJWT, jose and jsonwebtoken make whatever they can of a list of headers, claims and keys; the real server is asked.

use super::{folder, program};
use crate::clinic::{self, guid};
use crate::harness::{self, Client, KEY, Site, lacks, now, tried};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Another key, which the server does not know.
const OTHER_KEY: &str = "another key, which the server does not know at all";

/// A library, how it is run, and fewest of the cases that it makes.
struct Maker {
    name: &'static str,
    command: Vec<String>,
    made_min: usize,
}

fn makers() -> Option<[Maker; 3]> {
    program("redocly")?;
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi/venv/bin/python");
    if lacks(
        "PyJWT (pip install -r tests/openapi/requirements.txt)",
        python.exists(),
    ) {
        return None;
    }
    let file = |name: &str| folder().join(name).display().to_string();
    let node = |name: &'static str, made_min| Maker {
        name,
        command: vec!["node".to_owned(), file("token.mjs"), name.to_owned()],
        made_min,
    };
    Some([
        Maker {
            name: "PyJWT",
            command: vec![python.display().to_string(), file("token.py")],
            made_min: 20,
        },
        node("jose", 22),
        node("jsonwebtoken", 20),
    ])
}

impl Maker {
    /// Asks for each of these in its turn.
    fn ask(&self, asked: &[Value]) -> Vec<Value> {
        let mut child = Command::new(&self.command[0])
            .args(&self.command[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines: Vec<_> = asked.iter().map(Value::to_string).collect();
        let mut input = child.stdin.take().unwrap();
        input.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let answers: Vec<Value> = said
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(answers.len(), asked.len(), "{}: {said}", self.name);
        answers
    }
}

/// A token to be made, and what the server answers: 0 for taken.
struct Case {
    name: &'static str,
    header: Value,
    claims: Value,
    key: &'static str,
    code: u16,
}

/// Names, what is different from what was agreed, and the server's answer.
type Changes = Vec<(&'static str, Value, u16)>;

/// Other headers, right claims.
fn headers() -> Changes {
    vec![
        ("as agreed", json!({}), 0),
        ("with the key's id", json!({"kid": "main"}), 0),
        ("an id of nobody's", json!({"kid": "nobody"}), 5008),
        ("an id that is a path", json!({"kid": "../../dev/null"}), 5008),
        ("an empty id", json!({"kid": ""}), 5008),
        ("none", json!({"alg": "none"}), 5008),
        ("HS384", json!({"alg": "HS384"}), 5008),
        ("HS512", json!({"alg": "HS512"}), 5008),
        ("RS256", json!({"alg": "RS256"}), 5008),
        ("PS256", json!({"alg": "PS256"}), 5008),
        ("ES256", json!({"alg": "ES256"}), 5008),
        ("EdDSA", json!({"alg": "EdDSA"}), 5008),
        ("another type", json!({"typ": "at+jwt"}), 5008),
        ("no type", json!({"typ": null}), 5008),
        (
            "a key in the header",
            json!({"jwk": {"kty": "oct", "k": "AAAA"}}),
            5008,
        ),
        ("a place of keys", json!({"jku": "http://127.0.0.1:1/keys"}), 5008),
        ("a certificate", json!({"x5c": ["MIIB"]}), 5008),
        ("a content type", json!({"cty": "JWT"}), 5008),
        ("compressed", json!({"zip": "DEF"}), 5008),
        ("a payload as it is", json!({"b64": false, "crit": ["b64"]}), 5008),
        ("encrypted", json!({"alg": "dir", "enc": "A256GCM"}), 5008),
    ]
}

/// Other claims under the right header.
fn claims() -> Changes {
    let at = |minutes| (now() + TimeDelta::minutes(minutes)).to_rfc3339();
    let seconds = |minutes| (now() + TimeDelta::minutes(minutes)).timestamp();
    vec![
        (
            "over",
            json!({"TokenBeginLifeTime": at(-20), "TokenEndLifeTime": at(-10)}),
            5007,
        ),
        (
            "not begun",
            json!({"TokenBeginLifeTime": at(10), "TokenEndLifeTime": at(20)}),
            5007,
        ),
        (
            "its times the other way round",
            json!({"TokenBeginLifeTime": at(5), "TokenEndLifeTime": at(-5)}),
            5007,
        ),
        // The contract has times of its own: those of RFC 7519 are not known, and do not count.
        ("exp is over", json!({"exp": seconds(-10)}), 0),
        ("nbf is to come", json!({"nbf": seconds(10)}), 0),
        (
            "for somebody else",
            json!({"aud": "other", "iss": "other", "sub": "other"}),
            0,
        ),
        (
            "exp alone",
            json!({"TokenEndLifeTime": null, "exp": seconds(10)}),
            5008,
        ),
        ("another kind", json!({"tokenType": "AdminToken"}), 5008),
        ("no patient", json!({"Patient": null}), 5008),
        (
            "a patient that is a list",
            json!({"Patient": [guid(1), guid(4)]}),
            5008,
        ),
    ]
}

fn cases() -> Vec<Case> {
    let case = |name, header, claims, key, code| Case {
        name,
        header,
        claims,
        key,
        code,
    };
    let key = str::from_utf8(KEY).unwrap();
    let good = || harness::claims(&guid(1), &guid(4), "Infomat");
    let plain = || json!({"alg": "HS256", "typ": "JWT"});
    let of_header = |(name, more, code)| {
        let mut header = clinic::with(plain(), &more);
        header
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        case(name, header, good(), key, code)
    };
    let of_claims = |(name, more, code)| case(name, plain(), clinic::with(good(), &more), key, code);
    let named = clinic::with(plain(), &json!({"kid": "main"}));
    let mut cases: Vec<Case> = headers().into_iter().map(of_header).collect();
    cases.extend(claims().into_iter().map(of_claims));
    cases.push(case("another key", plain(), good(), OTHER_KEY, 5009));
    cases.push(case("another key under the id", named, good(), OTHER_KEY, 5009));
    cases
}

/// Whether a library has made what was asked of it: no token, or one with a type of the library's own, is another case.
fn is_of(case: &Case, token: &Value) -> bool {
    let Some(header) = token.as_str().and_then(|token| token.split('.').next()) else {
        return false;
    };
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    case.header.get("typ").is_some() || header.get("typ").is_none()
}

/// What the server says of a token: 0 for taken.
fn asked(client: &mut Client, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    let answer = client.ask(
        "GET",
        &format!("/visit/{}", guid(1)),
        &[("Authorization", &bearer)],
        b"",
    );
    if answer.status == 200 {
        return 0;
    }
    assert!((400..500).contains(&answer.status), "{}", answer.json());
    answer.json()["message_code"].as_str().unwrap().parse().unwrap()
}

fn site() -> Site {
    clinic::roomy_site(1, "1111222233334444")
}

/// Has all made by each library. Returns how many tokens the server was asked about, and where it answered otherwise.
fn compared(client: &mut Client, makers: &[Maker]) -> (usize, Vec<String>) {
    let (cases, mut count, mut differ) = (cases(), 0, Vec::new());
    for maker in makers {
        let questions = cases
            .iter()
            .map(|case| json!({"header": case.header, "claims": case.claims, "key": case.key}));
        let tokens = maker.ask(&questions.collect::<Vec<_>>());
        let made: Vec<_> = cases
            .iter()
            .zip(&tokens)
            .filter(|(case, token)| is_of(case, token))
            .collect();
        assert!(
            made.len() >= maker.made_min,
            "{} makes {} tokens",
            maker.name,
            made.len()
        );
        for (case, token) in made {
            count += 1;
            let code = asked(client, token.as_str().unwrap());
            if code != case.code {
                differ.push(format!("{}, {}: {code} for {}", maker.name, case.name, case.code));
            }
        }
    }
    (count, differ)
}

#[test]
fn tokens_of_three_libraries_are_taken_or_refused_as_the_contract_says() {
    let Some(makers) = makers() else { return };
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let (count, differ) = compared(&mut client, &makers);
    assert_eq!(differ, [""; 0]);

    // The other way: what the server signs, they read; with another key they do not.
    let token = site.run_well(&["token", "--lpu", &guid(1), "--mkab", &guid(4)], "");
    let token = token.trim();
    assert_eq!(asked(&mut client, token), 0);
    for maker in &makers {
        let right = json!({"token": token, "key": str::from_utf8(KEY).unwrap()});
        let wrong = json!({"token": token, "key": OTHER_KEY});
        let [read, unread] = &maker.ask(&[right, wrong])[..] else {
            unreachable!("two answers to two questions")
        };
        assert_eq!(read["Patient"]["Mkab"], guid(4), "{}", maker.name);
        assert!(unread.is_null(), "{}", maker.name);
    }

    // The control: a server that knows the other key takes what has to be refused.
    drop(server);
    std::fs::write(site.path("hmac.key"), OTHER_KEY).unwrap();
    let (_, differ) = compared(&mut site.serve().client(), &makers);
    let seen = differ.iter().filter(|line| line.contains("another key")).count();
    assert_eq!(seen, 2 * makers.len(), "{differ:#?}");
    tried(
        "tokens made by PyJWT, jose and jsonwebtoken: other algorithms, keys, ids, header members, times, claims",
        count,
        "each taken or refused with the contract's code; the server's own are read by all three",
        &format!(
            "a server with the wrong key answers {} of them otherwise",
            differ.len()
        ),
    );
}
