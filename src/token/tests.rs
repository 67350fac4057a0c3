//! Each check alone, their order, and mutations of a good token.

use super::*;
use chrono::{DateTime, TimeDelta};

const LPU: &str = "11111111-2222-4333-8444-555555555555";
const MKAB: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const BEGIN: &str = "2019-01-18T09:38:36.5286793+03:00";
const END: &str = "2019-01-18T09:48:36.5286764+03:00";
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const EXACT: TimeDelta = TimeDelta::zero();

fn at(text: &str) -> Moment {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn noon() -> Moment {
    at("2019-01-18T09:40:00+03:00")
}

fn key(id: &str, byte: u8) -> TokenKey {
    TokenKey::new(id, &[byte; KEY_BYTES_MIN]).unwrap()
}

/// `main` signs, `old` is still known.
fn ring() -> KeyRing {
    KeyRing::new(vec![key("old", 1), key("main", 2)], "main").unwrap()
}

fn bearer() -> Bearer {
    Bearer {
        lpu: LPU.parse().unwrap(),
        mkab: MKAB.parse().unwrap(),
        login: String::new(),
        source: "Infomat".to_owned(),
        privilege: false,
    }
}

/// The contract's example of claims, as text to be bent.
fn claims() -> String {
    format!(
        r#"{{"Patient":{{"Lpu":"{LPU}","Mkab":"{MKAB}","IsClosed":false}},"TokenBeginLifeTime":"{BEGIN}","TokenEndLifeTime":"{END}","login":"","authSource":"Infomat","privilege":false,"tokenType":"LpuToken"}}"#
    )
}

fn signed_by(key: &TokenKey, header: &[u8], claims: &[u8]) -> String {
    let head = URL_SAFE_NO_PAD.encode(header) + "." + &URL_SAFE_NO_PAD.encode(claims);
    let signature = key.mac.clone().chain_update(&head).finalize().into_bytes();
    head + "." + &URL_SAFE_NO_PAD.encode(signature)
}

fn signed(header: &str, claims: &str) -> String {
    signed_by(&key("main", 2), header.as_bytes(), claims.as_bytes())
}

fn verify(token: &str) -> Result<Bearer, Refusal> {
    ring().verify(token, noon(), EXACT)
}

#[test]
fn a_signed_token_holds_and_has_the_vendors_form() {
    let token = ring().sign(&bearer(), at(BEGIN), at(END));
    let parts: Vec<&str> = token.split('.').collect();
    let text = |part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(text(parts[0]), r#"{"alg":"HS256","typ":"JWT","kid":"main"}"#);
    assert_eq!(text(parts[1]), claims());
    assert_eq!(verify(&token), Ok(bearer()));

    let other = Bearer {
        login: "ivanov".to_owned(),
        source: "Callcenter".to_owned(),
        privilege: true,
        ..bearer()
    };
    let token = ring().sign(&other, at("2019-01-18T09:38:36+03:00"), at(END));
    assert!(text(token.split('.').nth(1).unwrap()).contains(r#""2019-01-18T09:38:36.0000000+03:00""#));
    assert_eq!(verify(&token), Ok(other));
}

#[test]
fn the_header_field() {
    let of = |values: &[&'static str]| bearer_of(values.iter().copied());
    assert_eq!(of(&[]), Err(Refusal::NoBearer));
    for other in ["", "Basic YTpi", "Bearertoken", "Bearer,token", "token"] {
        assert_eq!(of(&[other]), Err(Refusal::NoBearer), "{other:?}");
    }
    for empty in ["Bearer", "bearer ", "Bearer \t "] {
        assert_eq!(of(&[empty]), Err(Refusal::BadToken), "{empty:?}");
    }
    for good in ["Bearer a.b.c", "bearer a.b.c", "BEARER   a.b.c", " Bearer a.b.c "] {
        assert_eq!(of(&[good]), Ok("a.b.c"), "{good:?}");
    }
    assert_eq!(of(&["Bearer a.b.c", "Bearer a.b.c"]), Err(Refusal::BadToken));
    assert_eq!(of(&["Basic YTpi", "Bearer a.b.c"]), Err(Refusal::BadToken));
}

#[test]
fn shapes_that_are_no_token() {
    let good = signed(HEADER, &claims());
    let (head, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let bad = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        head.to_owned(),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!(".{good}"),
        format!("{good}="),
        format!("{header}=.{payload}.{signature}"),
        format!("{good} "),
        format!("{header}. {payload}.{signature}"),
        format!("{header}.{payload}+.{signature}"),
        format!("{header}.{payload}/.{signature}"),
        format!("{header}.{payload}.é{signature}"),
    ];
    for token in bad {
        assert_eq!(verify(&token), Err(Refusal::BadToken), "{token:?}");
    }
    assert_eq!(verify(&format!("{head}.")), Err(Refusal::BadSignature));
}

#[test]
fn the_longest_token() {
    let padded = |blanks: usize| signed(HEADER, &(claims() + &" ".repeat(blanks)));
    let longest = (0..TOKEN_BYTES_MAX)
        .map(padded)
        .take_while(|token| token.len() <= TOKEN_BYTES_MAX)
        .last()
        .unwrap();
    assert_eq!(longest.len(), TOKEN_BYTES_MAX);
    assert_eq!(verify(&longest), Ok(bearer()));
    let longer = padded(TOKEN_BYTES_MAX);
    assert_eq!(verify(&longer), Err(Refusal::BadToken));
}

#[test]
fn only_the_contracts_header() {
    for good in [
        HEADER,
        r#" { "typ" : "JWT" , "alg" : "HS256" } "#,
        r#"{"alg":"HS256","typ":"JWT","kid":"main"}"#,
    ] {
        assert_eq!(verify(&signed(good, &claims())), Ok(bearer()), "{good}");
    }
    for bad in [
        "",
        "{}",
        "null",
        r#"["HS256","JWT"]"#,
        r#"["HS256","JWT","main"]"#,
        r#"{"alg":"HS256"}"#,
        r#"{"typ":"JWT"}"#,
        r#"{"alg":"none","typ":"JWT"}"#,
        r#"{"alg":"hs256","typ":"JWT"}"#,
        r#"{"alg":"HS512","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"jwt"}"#,
        r#"{"alg":{"HS256":null},"typ":"JWT"}"#,
        r#"{"ALG":"HS256","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"JWT","cty":"JWT"}"#,
        r#"{"alg":"HS256","typ":"JWT","crit":[]}"#,
        r#"{"alg":"HS256","typ":"JWT","b64":false}"#,
        r#"{"alg":"HS256","alg":"HS256","typ":"JWT"}"#,
        r#"{"alg":"HS256","\u0061lg":"HS256","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"main","kid":"main"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":null}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":2}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":""}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"unknown"}"#,
        r#"{"alg":"HS256","typ":"JWT"}{}"#,
    ] {
        assert_eq!(verify(&signed(bad, &claims())), Err(Refusal::BadToken), "{bad}");
    }
    let not_utf_8 = signed_by(&key("main", 2), b"{\"alg\":\"HS256\",\"typ\":\"JWT\xff\"}", b"{}");
    assert_eq!(verify(&not_utf_8), Err(Refusal::BadToken));
}

/// With a `kid` that key alone counts; without one each is tried.
#[test]
fn keys() {
    let named = |kid: &str| format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}"}}"#);
    let by = |key: &TokenKey, header: &str| verify(&signed_by(key, header.as_bytes(), claims().as_bytes()));
    let (old, main, foreign) = (key("old", 1), key("main", 2), key("main", 3));
    assert_eq!(by(&old, HEADER), Ok(bearer()));
    assert_eq!(by(&main, HEADER), Ok(bearer()));
    assert_eq!(by(&old, &named("old")), Ok(bearer()));
    assert_eq!(by(&old, &named("main")), Err(Refusal::BadSignature));
    assert_eq!(by(&foreign, HEADER), Err(Refusal::BadSignature));
    assert_eq!(by(&foreign, &named("main")), Err(Refusal::BadSignature));
}

#[test]
fn rings() {
    assert!(TokenKey::new("short", &[7; KEY_BYTES_MIN - 1]).is_none());
    assert!(KeyRing::new(vec![], "main").is_none());
    assert!(KeyRing::new(vec![key("old", 1)], "main").is_none());
    assert!(KeyRing::new(vec![key("a", 1), key("b", 2), key("a", 3)], "a").is_none());
    let ring = ring();
    assert_eq!(
        format!("{ring:?}"),
        r#"KeyRing { keys: [Key("old"), Key("main")], signer: Key("main") }"#
    );
}

#[test]
fn claims_that_may_be_written_otherwise() {
    let cases = [
        (r#""login":"","#, ""),
        (r#""login":"""#, r#""login":null"#),
        (r#","IsClosed":false"#, ""),
        (r#","IsClosed":false"#, r#","IsClosed":true"#),
        (r#""IsClosed":false"#, r#""IsClosed":null"#),
        (r#""privilege":false,"#, ""),
        (r#""privilege":false"#, r#""privilege":null"#),
        (r#""login""#, r#""nbf":1,"nbf":[{}],"login""#),
        (LPU, &LPU.to_uppercase()),
        (MKAB, &MKAB.to_uppercase()),
        (BEGIN, "2019-01-18T06:38:36Z"),
        (BEGIN, "2019-01-18t06:38:36.123456789-00:00"),
    ];
    for (from, to) in cases {
        let claims = claims().replace(from, to);
        assert_eq!(verify(&signed(HEADER, &claims)), Ok(bearer()), "{from} -> {to}");
    }
    for nameless in ["", r#""authSource":null,"#] {
        let claims = claims().replace(r#""authSource":"Infomat","#, nameless);
        assert_eq!(verify(&signed(HEADER, &claims)).unwrap().source, "", "{nameless}");
    }
}

#[test]
fn claims_that_are_not_ours() {
    let simple = LPU.replace('-', "");
    let (braced, urn) = (format!("{{{LPU}}}"), format!("urn:uuid:{LPU}"));
    let cases: &[(&str, &str)] = &[
        ("LpuToken", "lputoken"),
        ("LpuToken", "UserToken"),
        (r#""LpuToken""#, r#"{"LpuToken":null}"#),
        (r#","tokenType":"LpuToken""#, ""),
        (r#""tokenType""#, r#""tokentype""#),
        (r#""Patient""#, r#""patient""#),
        (r#","Mkab":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee""#, ""),
        (r#""IsClosed":false"#, r#""IsClosed":0"#),
        (
            r#""IsClosed":false"#,
            r#""Lpu":"11111111-2222-4333-8444-555555555555""#,
        ),
        (LPU, &simple),
        (LPU, &braced),
        (LPU, &urn),
        (LPU, ""),
        (BEGIN, ""),
        (BEGIN, "2019-01-18T09:38:36"),
        (BEGIN, "2019-01-18 09:38:36+03:00"),
        (BEGIN, "2019-01-18T09:38:36.1234567890+03:00"),
        (BEGIN, "2019-01-18T09:38:36\u{2212}03:00"),
        (BEGIN, "2019-01-18T09:38:36.+03:00"),
        (BEGIN, "2019-02-30T09:38:36+03:00"),
        (BEGIN, "+12019-01-18T09:38:36+03:00"),
        (r#""TokenEndLifeTime""#, r#""TokenBeginLifeTime""#),
        (r#""login":"""#, r#""login":0"#),
        (r#""login":"""#, r#""login":"","login":"""#),
        (r#""Infomat""#, "0"),
        (r#""Infomat""#, r#"null,"authSource":"Infomat""#),
        (r#""privilege":false"#, r#""privilege":"false""#),
        (r#""privilege":false"#, r#""privilege":null,"privilege":true"#),
        (r#""LpuToken""#, "null"),
        (r#""aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee""#, "null"),
        (r#""2019-01-18T09:48:36.5286764+03:00""#, "null"),
    ];
    for (from, to) in cases {
        assert!(claims().contains(from), "{from}");
        let claims = claims().replacen(from, to, 1);
        assert_eq!(verify(&signed(HEADER, &claims)), Err(Refusal::BadToken), "{to}");
    }
    let listed = format!(r#"[["{LPU}","{MKAB}",false],"{BEGIN}","{END}","","Infomat",false,"LpuToken"]"#);
    let patient = format!(r#"{{"Lpu":"{LPU}","Mkab":"{MKAB}","IsClosed":false}}"#);
    let inner = claims().replace(&patient, &format!(r#"["{LPU}","{MKAB}",false]"#));
    let deep = claims().replace(r#""login""#, &format!(r#""x":{},"login""#, "[".repeat(1000)));
    for claims in [listed, inner, deep, String::new(), claims() + "x"] {
        assert_eq!(
            verify(&signed(HEADER, &claims)),
            Err(Refusal::BadToken),
            "{claims}"
        );
    }
}

#[test]
fn life() {
    let token = signed(HEADER, &claims());
    let then = |moment: &str, leeway: TimeDelta| ring().verify(&token, at(moment), leeway);
    let expired = Err(Refusal::TokenExpired);
    assert_eq!(then("2019-01-18T09:38:36.528679299+03:00", EXACT), expired);
    assert_eq!(then(BEGIN, EXACT), Ok(bearer()));
    assert_eq!(then("2019-01-18T06:38:36.5286793Z", EXACT), Ok(bearer()));
    assert_eq!(then(END, EXACT), Ok(bearer()));
    assert_eq!(then("2019-01-18T09:48:36.528676401+03:00", EXACT), expired);

    let minute = TimeDelta::seconds(60);
    assert_eq!(then("2019-01-18T09:37:36.528679299+03:00", minute), expired);
    assert_eq!(then("2019-01-18T09:37:36.5286793+03:00", minute), Ok(bearer()));
    assert_eq!(then("2019-01-18T09:49:36.5286764+03:00", minute), Ok(bearer()));
    assert_eq!(then("2019-01-18T09:49:36.528676401+03:00", minute), expired);
}

/// The ends of what RFC 3339 can write, and of what the clock can show, do not overflow.
#[test]
fn absurd_times() {
    let claims = claims()
        .replace(BEGIN, "0000-01-01T00:00:00+23:59")
        .replace(END, "9999-12-31T23:59:60.999999999-23:59");
    let token = signed(HEADER, &claims);
    let then = |now: Moment| ring().verify(&token, now, TimeDelta::MAX);
    assert_eq!(verify(&token), Ok(bearer()));
    assert_eq!(then(DateTime::UNIX_EPOCH.fixed_offset()), Ok(bearer()));
    assert_eq!(
        then(DateTime::<chrono::Utc>::MIN_UTC.fixed_offset()),
        Ok(bearer())
    );
    assert_eq!(
        then(DateTime::<chrono::Utc>::MAX_UTC.fixed_offset()),
        Ok(bearer())
    );
}

/// Breaks everything, mends one thing at a time, and meets the checks in their order.
#[test]
fn order_of_checks() {
    let late = at("2030-01-01T00:00:00Z");
    let foreign = key("main", 9);
    let refused = |token: &str| ring().verify(token, late, EXACT).unwrap_err();
    let bad_claims = claims().replace("LpuToken", "x");

    let all_wrong = signed_by(&foreign, br#"{"alg":"none","typ":"JWT"}"#, bad_claims.as_bytes());
    assert_eq!(refused(&all_wrong), Refusal::BadToken);
    let header_right = signed_by(&foreign, HEADER.as_bytes(), bad_claims.as_bytes());
    assert_eq!(refused(&header_right), Refusal::BadSignature);
    let signature_right = signed(HEADER, &bad_claims);
    assert_eq!(refused(&signature_right), Refusal::BadToken);
    let claims_right = signed(HEADER, &claims());
    assert_eq!(refused(&claims_right), Refusal::TokenExpired);
    assert_eq!(verify(&claims_right), Ok(bearer()));
}

/// Any one character replaced by any other of the alphabet, taken away or doubled: never a token again. This holds
/// for the last character of a part too, whose spare bits must be zero.
#[test]
fn no_mutation_holds() {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";
    let ring = ring();
    let token = ring.sign(&bearer(), at(BEGIN), at(END)).into_bytes();
    let holds = |bytes: Vec<u8>| {
        ring.verify(&String::from_utf8(bytes).unwrap(), noon(), EXACT)
            .is_ok()
    };
    assert!(holds(token.clone()));
    for at in 0..token.len() {
        for &other in ALPHABET.iter().filter(|&&other| other != token[at]) {
            let mut bent = token.clone();
            bent[at] = other;
            assert!(!holds(bent), "{at} {}", char::from(other));
        }
        let (mut shorter, mut longer) = (token.clone(), token.clone());
        shorter.remove(at);
        longer.insert(at, token[at]);
        assert!(!holds(shorter) && !holds(longer), "{at}");
    }
}
