//! Nothing is taken for a token that the key has not signed; a signed one with a byte changed is none; of the signed ones, only
//! those are taken whose header, kind and times are right, as a naive reader of their JSON finds.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset, TimeDelta};
use hmac::{Hmac, KeyInit, Mac};
use infomat::model::Bearer;
use infomat::token::{KeyRing, TokenKey};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::Sha256;
use std::sync::LazyLock;
use uuid::Uuid;

const KEY: [u8; 32] = [7; 32];
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT","kid":"main"}"#;
const LEEWAY: TimeDelta = TimeDelta::seconds(30);

static RING: LazyLock<KeyRing> = LazyLock::new(|| {
    let keys = ["main", "old"].map(|id| TokenKey::new(id, &KEY.map(|byte| byte + id.len() as u8)).unwrap());
    KeyRing::new(keys.into(), "main").unwrap()
});

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

static NOW: LazyLock<DateTime<FixedOffset>> = LazyLock::new(|| at("2027-03-01T12:00:00+03:00"));

fuzz_target!(|data: &[u8]| {
    let Some((way, rest)) = data.split_first() else {
        return;
    };
    match way % 4 {
        0 => {
            if let Ok(text) = str::from_utf8(rest) {
                assert!(RING.verify(text, *NOW, LEEWAY).is_err(), "nobody signed it");
            }
        }
        1 => changed(rest),
        2 => claims(HEADER.as_bytes(), rest),
        _ => {
            let good = RING.sign(&bearer(&[]), *NOW, *NOW + TimeDelta::minutes(10));
            let payload = URL_SAFE_NO_PAD.decode(good.split('.').nth(1).unwrap()).unwrap();
            claims(rest, &payload);
        }
    }
});

fn bearer(bytes: &[u8]) -> Bearer {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(1);
    Bearer {
        lpu: Uuid::from_bytes([byte(0); 16]),
        mkab: Uuid::from_bytes([byte(1); 16]),
        login: String::from_utf8_lossy(bytes.get(8..).unwrap_or_default()).into_owned(),
        source: "Infomat".to_owned(),
        privilege: byte(2) % 2 == 1,
    }
}

/// A token of ours is taken, and none with one byte replaced, put in or left out, or with its end cut off.
fn changed(bytes: &[u8]) {
    let [way, place, more, byte, bytes @ ..] = bytes else {
        return;
    };
    let whose = bearer(bytes);
    let token = RING.sign(&whose, *NOW, *NOW + TimeDelta::minutes(10));
    if token.len() > infomat::token::TOKEN_BYTES_MAX {
        return;
    }
    assert_eq!(RING.verify(&token, *NOW, LEEWAY), Ok(whose));
    // Half of the changes are at the end, where the signature is.
    let place = (usize::from(*place) * 256 + usize::from(*more)) % token.len();
    let place = if way & 1 == 0 {
        place
    } else {
        token.len() - 1 - place % 43
    };
    let mut other = token.clone().into_bytes();
    match way >> 1 & 3 {
        0 => other[place] = *byte,
        1 => other.insert(place, *byte),
        2 => drop(other.remove(place)),
        _ => other.truncate(place),
    }
    if let Ok(other) = str::from_utf8(&other)
        && other != token
    {
        assert!(RING.verify(other, *NOW, LEEWAY).is_err(), "changed: {other}");
    }
}

/// A token with this header and these claims, signed in truth.
fn claims(header: &[u8], claims: &[u8]) {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let id = "main";
    let mut mac = Hmac::<Sha256>::new_from_slice(&KEY.map(|byte| byte + id.len() as u8)).unwrap();
    mac.update(signed.as_bytes());
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
    let Ok(bearer) = RING.verify(&token, *NOW, LEEWAY) else {
        return;
    };
    let header: Value = serde_json::from_slice(header).unwrap();
    let claims: Value = serde_json::from_slice(claims).unwrap();
    let members = header.as_object().unwrap();
    assert!(header["alg"] == "HS256" && header["typ"] == "JWT");
    let known =
        members.len() == 2 || members.len() == 3 && (header["kid"] == "main" || header["kid"] == "old");
    assert!(known, "{header}");
    assert_eq!(claims["tokenType"], "LpuToken");
    let guid = |name: &str| Uuid::try_parse(claims["Patient"][name].as_str().unwrap()).unwrap();
    assert_eq!((bearer.lpu, bearer.mkab), (guid("Lpu"), guid("Mkab")));
    let moment = |name: &str| at(claims[name].as_str().unwrap());
    assert!(moment("TokenBeginLifeTime") <= *NOW + LEEWAY && *NOW - LEEWAY <= moment("TokenEndLifeTime"));
    // Later and earlier, the same token is none.
    for now in [
        moment("TokenEndLifeTime").checked_add_signed(LEEWAY * 2),
        moment("TokenBeginLifeTime").checked_sub_signed(LEEWAY * 2),
    ] {
        assert!(
            now.is_none_or(|now| RING.verify(&token, now, LEEWAY).is_err()),
            "at {now:?}"
        );
    }
}
