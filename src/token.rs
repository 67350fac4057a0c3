//! Tokens ([crate::contract::tokens]): HS256 in compact JWS (RFC 7515, RFC 7518). Pure: no file, no clock.
//!
//! A token is checked in the contract's order, and the first check that fails is the answer: shape and header
//! (5008), signature (5009), claims (5008), times (5007).

use crate::model::{self, Bearer, Moment};
use crate::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{SecondsFormat, TimeDelta};
use hmac::{Hmac, KeyInit, Mac};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;
use std::fmt;
use std::marker::PhantomData;
use uuid::Uuid;

pub use secret::Secret;

mod receipt;
mod secret;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

/// Longest accepted token ([crate::contract::tokens]).
pub const TOKEN_BYTES_MAX: usize = 4096;

/// Shortest key ([crate::contract::tokens]; RFC 7518, 3.2 asks for as many bits as the hash has).
pub const KEY_BYTES_MIN: usize = 32;

/// The only algorithm.
const ALGORITHM: &str = "HS256";

/// The only type of JWS.
const TYPE: &str = "JWT";

/// The only kind of token: a patient's, for one LPU.
const KIND: &str = "LpuToken";

/// A key shared by those who make tokens and those who check them.
#[derive(Clone)]
pub struct TokenKey {
    id: String,
    /// HMAC with this key, cloned for every message.
    mac: Hmac<Sha256>,
}

impl TokenKey {
    /// Makes a key of its id (`kid`) and bytes; none with fewer than [`KEY_BYTES_MIN`].
    pub fn new(id: &str, bytes: &[u8]) -> Option<TokenKey> {
        (bytes.len() >= KEY_BYTES_MIN).then(|| TokenKey::of_any_length(id, bytes))
    }

    fn of_any_length(id: &str, bytes: &[u8]) -> TokenKey {
        TokenKey {
            id: id.to_owned(),
            mac: Hmac::new_from_slice(bytes).expect("HMAC takes a key of any length"),
        }
    }

    /// Whether `signature` is the whole HMAC of `message`, compared in constant time.
    fn fits(&self, message: &[u8], signature: &[u8]) -> bool {
        self.mac
            .clone()
            .chain_update(message)
            .verify_slice(signature)
            .is_ok()
    }
}

impl fmt::Debug for TokenKey {
    /// Writes the id alone: the bytes of a key go nowhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.id)
    }
}

/// The keys of this server. One of them signs.
#[derive(Clone, Debug)]
pub struct KeyRing {
    keys: Vec<TokenKey>,
    signer: TokenKey,
}

impl KeyRing {
    /// Makes a ring of `keys`. The one called `sign_with` signs. None without such a key, or if two keys share an id.
    pub fn new(keys: Vec<TokenKey>, sign_with: &str) -> Option<KeyRing> {
        let doubled = (1..keys.len()).any(|at| keys[..at].iter().any(|key| key.id == keys[at].id));
        let signer = keys.iter().find(|key| key.id == sign_with)?.clone();
        (!doubled).then_some(KeyRing { keys, signer })
    }

    /// Returns the bearer of a token that holds now. `leeway` widens both ends of its life.
    ///
    /// # Errors
    /// [`Refusal::BadToken`], [`Refusal::BadSignature`], [`Refusal::TokenExpired`], in the contract's order.
    pub fn verify(&self, token: &str, now: Moment, leeway: TimeDelta) -> Result<Bearer, Refusal> {
        let parts = Parts::of(token).ok_or(Refusal::BadToken)?;
        let kid = parts.header.kid.as_deref();
        let mut candidates = self
            .keys
            .iter()
            .filter(|key| kid.is_none_or(|kid| kid == key.id))
            .peekable();
        candidates.peek().ok_or(Refusal::BadToken)?;
        if !candidates.any(|key| key.fits(parts.signed, &parts.signature)) {
            return Err(Refusal::BadSignature);
        }
        let claims: Claims = parse(&parts.payload)
            .filter(|claims: &Claims| claims.token_type == KIND)
            .ok_or(Refusal::BadToken)?;
        if claims.begin - now > leeway || now - claims.end > leeway {
            return Err(Refusal::TokenExpired);
        }
        Ok(claims.into())
    }

    /// Returns a token for `bearer` from `begin` to `end`, in the vendor's form.
    pub fn sign(&self, bearer: &Bearer, begin: Moment, end: Moment) -> String {
        let header = JoseHeader {
            alg: ALGORITHM.to_owned(),
            typ: TYPE.to_owned(),
            kid: Some(self.signer.id.clone()),
        };
        let claims = Claims {
            patient: PatientClaim {
                lpu: bearer.lpu,
                mkab: bearer.mkab,
                is_closed: false,
            },
            begin,
            end,
            login: Some(bearer.login.clone()),
            auth_source: bearer.source.clone(),
            privilege: bearer.privilege,
            token_type: KIND.to_owned(),
        };
        let mut token = encode(&header) + "." + &encode(&claims);
        let signature = self.signer.mac.clone().chain_update(&token).finalize();
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.into_bytes(), &mut token);
        token
    }
}

/// Returns the token in the values of a request's `Authorization` fields: `Bearer` in any case of letters, blanks, token
/// (RFC 6750, 2.1).
///
/// # Errors
/// [`Refusal::NoBearer`] without such a field or with another scheme, [`Refusal::BadToken`] for two fields or an empty token.
pub fn bearer_of<'a>(mut authorization: impl Iterator<Item = &'a str>) -> Result<&'a str, Refusal> {
    let value = authorization.next().ok_or(Refusal::NoBearer)?.trim_ascii();
    if authorization.next().is_some() {
        return Err(Refusal::BadToken);
    }
    let (scheme, token) = value.split_once([' ', '\t']).unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(Refusal::NoBearer);
    }
    match token.trim_ascii() {
        "" => Err(Refusal::BadToken),
        token => Ok(token),
    }
}

/// The parts of a token before the check of its signature.
struct Parts<'a> {
    header: JoseHeader,
    /// The signed bytes.
    signed: &'a [u8],
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl Parts<'_> {
    fn of(token: &str) -> Option<Parts<'_>> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        // The decoder refuses padding, foreign characters (a fourth part's dot too) and trailing bits that are not zero: one
        // signature has one spelling.
        let decode = |part| URL_SAFE_NO_PAD.decode(part).ok();
        let header: JoseHeader = parse(&decode(header)?)?;
        (header.alg == ALGORITHM && header.typ == TYPE).then_some(Parts {
            header,
            signed: signed.as_bytes(),
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}

/// The JOSE header. Any other member is refused ([crate::contract::tokens]), `crit` (RFC 7515, 4.1.11) with it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JoseHeader {
    alg: String,
    typ: String,
    #[serde(default, deserialize_with = "present")]
    kid: Option<String>,
}

/// The claims, in the contract's order. Unknown claims are ignored, doubled known ones refused. `null` counts as absent for an
/// optional claim: serializers write `null` for unset values.
#[derive(Serialize, Deserialize)]
struct Claims {
    #[serde(rename = "Patient", deserialize_with = "object")]
    patient: PatientClaim,
    #[serde(
        rename = "TokenBeginLifeTime",
        serialize_with = "write_moment",
        deserialize_with = "moment"
    )]
    begin: Moment,
    #[serde(
        rename = "TokenEndLifeTime",
        serialize_with = "write_moment",
        deserialize_with = "moment"
    )]
    end: Moment,
    login: Option<String>,
    #[serde(rename = "authSource", default, deserialize_with = "or_default")]
    auth_source: String,
    #[serde(default, deserialize_with = "or_default")]
    privilege: bool,
    #[serde(rename = "tokenType")]
    token_type: String,
}

#[derive(Serialize, Deserialize)]
struct PatientClaim {
    #[serde(rename = "Lpu", deserialize_with = "guid")]
    lpu: Uuid,
    #[serde(rename = "Mkab", deserialize_with = "guid")]
    mkab: Uuid,
    /// Ignored: the database knows whether the card is closed (4000).
    #[serde(rename = "IsClosed", default, deserialize_with = "or_default")]
    is_closed: bool,
}

impl From<Claims> for Bearer {
    fn from(claims: Claims) -> Bearer {
        Bearer {
            lpu: claims.patient.lpu,
            mkab: claims.patient.mkab,
            login: claims.login.unwrap_or_default(),
            source: claims.auth_source,
            privilege: claims.privilege,
        }
    }
}

fn encode(part: &impl Serialize) -> String {
    let json = serde_json::to_vec(part).expect("strings, truth values and times have a JSON form");
    URL_SAFE_NO_PAD.encode(json)
}

/// Parses one JSON object without trailing text.
fn parse<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = object(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// Reads a struct from a JSON object only: serde would accept an array of its fields too.
fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectOf<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectOf<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_map(ObjectOf(PhantomData))
}

/// Reads a string: `null` is an error.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// Reads `null` as the type's default, like an absent claim.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

fn guid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uuid, D::Error> {
    model::guid(&String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("a GUID"))
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
    model::moment(&String::deserialize(deserializer)?)
        .ok_or_else(|| D::Error::custom("a time as RFC 3339 has it"))
}

/// Writes seven digits of fraction, as the vendor does.
fn write_moment<S: Serializer>(moment: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = moment.to_rfc3339_opts(SecondsFormat::Nanos, false);
    let fraction = text.find('.').expect("nanoseconds are written with a point");
    text.replace_range(fraction + 8..fraction + 10, "");
    serializer.serialize_str(&text)
}
