//! What the reception's page sends and is sent ([crate::contract::desk]).

pub mod card;
pub mod closure;
pub mod patient;
pub mod status;
pub mod waiting;

use crate::model::{Contact, Role, Staff, login, staff_name};
use crate::refusal::{ParameterFault, Refusal};
use crate::wire::message::Request;
use crate::wire::params::{Json, Params, required};
use crate::wire::wish::{EMAIL_CHARS_MAX, IDEMPOTENCY_KEY_CHARS_MAX, PHONE_CHARS_MAX, email, phone};
use serde::Serialize;
use uuid::Uuid;

/// The cookie of a session.
pub const COOKIE: &str = "desk";

/// Longest reason of a registrar.
const REASON_CHARS_MAX: usize = 256;

/// The words of the roles.
const ROLES: &str = "registrar, doctor, administrator";

/// What was typed to sign in.
pub struct Credentials {
    /// In its one form; none for a text that is no login.
    pub login: Option<String>,
    pub password: String,
}

/// Parses what was typed to sign in.
pub fn credentials(request: &Request, password_bytes_max: usize) -> Result<Credentials, Refusal> {
    let params = Params::of_json(request, &[("login", Json::Text), ("password", Json::Text)])?;
    let typed = required("login", params.text("login", password_bytes_max)?)?;
    let password = required("password", params.text("password", password_bytes_max)?)?;
    Ok(Credentials {
        login: login(typed),
        password: password.to_owned(),
    })
}

/// Somebody to be added.
pub struct NewStaff {
    pub login: String,
    pub name: String,
    pub role: Role,
}

/// Parses who is to be added.
pub fn new_staff(request: &Request) -> Result<NewStaff, Refusal> {
    let known = [("login", Json::Text), ("name", Json::Text), ("role", Json::Text)];
    let params = Params::of_json(request, &known)?;
    let login = required("login", params.parsed("login", login, ParameterFault::Login)?)?;
    let name = params.parsed("name", staff_name, ParameterFault::StaffName)?;
    let role = required("role", params.word("role", &Role::WORDS, ROLES)?)?;
    Ok(NewStaff {
        login,
        name: required("name", name)?,
        role,
    })
}

/// A booking or a move, as the reception asks for it.
pub struct VisitWish {
    /// The cell.
    pub cell: Uuid,
    pub contact: Contact,
    /// Why rules are overridden; none where they hold.
    pub override_reason: Option<String>,
    pub idempotency_key: Option<String>,
}

/// Parses a booking or a move.
pub fn visit_wish(request: &Request) -> Result<VisitWish, Refusal> {
    let known = ["timeTable", "phone", "email", "overrideReason", "idempotencyKey"];
    let params = Params::of_json(request, &known.map(|name| (name, Json::Text)))?;
    Ok(VisitWish {
        cell: required("timeTable", params.guid("timeTable")?)?,
        contact: contact(&params)?,
        override_reason: reason(&params, "overrideReason")?,
        idempotency_key: params
            .text("idempotencyKey", IDEMPOTENCY_KEY_CHARS_MAX)?
            .map(str::to_owned),
    })
}

/// Parses new contacts of a card. An empty text takes the old one away.
pub fn new_contact(request: &Request) -> Result<Contact, Refusal> {
    let params = Params::of_json(request, &[("phone", Json::Text), ("email", Json::Text)])?;
    let given = contact(&params)?;
    let or_empty = |text: Option<String>| Some(text.unwrap_or_default());
    Ok(Contact {
        phone: or_empty(given.phone),
        email: or_empty(given.email),
        email_confirm_agree: None,
    })
}

fn contact(params: &Params) -> Result<Contact, Refusal> {
    params.text("phone", PHONE_CHARS_MAX)?;
    params.text("email", EMAIL_CHARS_MAX)?;
    Ok(Contact {
        phone: params.parsed("phone", phone, ParameterFault::Phone)?,
        email: params.parsed("email", email, ParameterFault::Email)?,
        email_confirm_agree: None,
    })
}

/// Parses why a visit is cancelled.
pub fn cancel_reason(request: &Request) -> Result<String, Refusal> {
    let params = Params::of_json(request, &[("reason", Json::Text)])?;
    required("reason", reason(&params, "reason")?)
}

fn reason(params: &Params, name: &'static str) -> Result<Option<String>, Refusal> {
    let text = params.text(name, REASON_CHARS_MAX)?.map(str::trim);
    Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
}

/// Returns the secret of the session's cookie, if the request has one.
pub fn session_cookie(request: &Request) -> Option<&str> {
    let pairs = request.headers("Cookie").flat_map(|field| field.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

/// Returns the value of `Set-Cookie`. `is_secure`: the client's connection is encrypted, so that the cookie may go by no other.
pub fn set_cookie(secret: &str, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    let end = if secret.is_empty() { "; Max-Age=0" } else { "" };
    format!("{COOKIE}={secret}; Path=/desk; HttpOnly; SameSite=Strict{secure}{end}")
}

/// Whether a proxy says that its client's connection is encrypted. Whoever claims so without a proxy only spoils a cookie of
/// their own.
pub fn is_encrypted(request: &Request) -> bool {
    let mut words = request.headers("X-Forwarded-Proto");
    words.any(|word| word.eq_ignore_ascii_case("https"))
}

/// Whether a change was asked for by this server's own page: `Origin` is there and names the host of `Host`.
pub fn is_own_origin(request: &Request) -> bool {
    let mut origins = request.headers("Origin");
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return false;
    };
    let host = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    let mut own = request.headers("Host");
    host.is_some_and(|host| own.any(|own| own.eq_ignore_ascii_case(host)))
}

/// Who is signed in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionShown<'a> {
    login: &'a str,
    name: &'a str,
    role: String,
    idle_minutes: u64,
    /// A rule may be overridden with a reason.
    may_override: bool,
}

impl<'a> SessionShown<'a> {
    pub fn new(staff: &'a Staff, idle_minutes: u64, may_override: bool) -> Self {
        SessionShown {
            login: &staff.login,
            name: &staff.name,
            role: staff.role.to_string(),
            idle_minutes,
            may_override,
        }
    }
}

/// Somebody who may sign in, as a list shows it.
#[derive(Serialize)]
pub struct StaffShown<'a> {
    login: &'a str,
    name: &'a str,
    role: String,
    disabled: bool,
}

impl<'a> From<&'a Staff> for StaffShown<'a> {
    fn from(staff: &'a Staff) -> Self {
        StaffShown {
            login: &staff.login,
            name: &staff.name,
            role: staff.role.to_string(),
            disabled: staff.disabled,
        }
    }
}

/// A login with its new password, which is shown this once.
#[derive(Serialize)]
pub struct PasswordShown<'a> {
    pub login: &'a str,
    pub password: &'a str,
}
