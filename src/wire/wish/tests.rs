//! What each parameter of `POST visit` may be, and which refusal comes first.

use super::*;
use chrono::NaiveDate;
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

const LPU: &str = "11111111-2222-4333-8444-555555555555";
const CELL: &str = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const DOCTOR: &str = "99999999-8888-4777-8666-555555555555";

fn bearer() -> Bearer {
    Bearer {
        lpu: guid(LPU),
        mkab: guid(CELL),
        login: String::new(),
        source: "Infomat".to_owned(),
        privilege: false,
    }
}

fn guid(text: &str) -> Uuid {
    text.parse().unwrap()
}

fn request(query: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Request {
        method: "POST".to_owned(),
        target: format!("/visit/{LPU}?{query}"),
        headers: headers.iter().map(owned).collect(),
        body: body.as_bytes().to_vec(),
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

fn wish_of(query: &str) -> Result<Wish, Refusal> {
    wish(&request(query, &[], ""), LPU, bearer())
}

/// A good cell and one parameter more.
fn with(parameter: &str) -> Result<Wish, Refusal> {
    wish_of(&format!("timeTable={CELL}&{parameter}"))
}

fn no<T>(name: &'static str, fault: ParameterFault) -> Result<T, Refusal> {
    Err(bad(name, fault))
}

/// The wish that names the cell and nothing more.
fn plain() -> Wish {
    Wish {
        lpu: guid(LPU),
        bearer: bearer(),
        cell: CellName::Guid(guid(CELL)),
        referral: None,
        contact: Contact::default(),
        full_response: true,
        exam: None,
        external_user: None,
        idempotency_key: None,
    }
}

/// All parameters, alike from each place and split over two.
#[test]
fn the_whole_wish() {
    let all = Wish {
        referral: Some(ReferralName {
            number: "0012/А".to_owned(),
            kind: ReferralType::DuVisit,
        }),
        contact: Contact {
            email: Some("a@b.ru".to_owned()),
            email_confirm_agree: Some(true),
            phone: Some("+7 (999) 123-45-67".to_owned()),
        },
        full_response: false,
        exam: Some(guid(DOCTOR)),
        external_user: Some("внешний 1".to_owned()),
        idempotency_key: Some("k-1".to_owned()),
        ..plain()
    };
    let form = format!(
        "timetable={CELL}&DIRECTIONID=0012%2F%D0%90&directiontype=DuVisit&email=a@b.ru&email_confirm_agree=1&\
         phone=%2B7+(999)+123-45-67&fullresponse=False&EXAMGUID={}&\
         externaluserid=%D0%B2%D0%BD%D0%B5%D1%88%D0%BD%D0%B8%D0%B9+1",
        DOCTOR.to_uppercase()
    );
    let json = format!(
        r#"{{"timeTable":"{CELL}","directionId":"0012/А","directionType":"duvisit","email":"a@b.ru",
        "email_confirm_agree":true,"phone":"+7 (999) 123-45-67","fullResponse":false,"examGuid":"{DOCTOR}",
        "externalUserID":"внешний 1","docGuid":null,"somethingElse":[1]}}"#
    );
    let (first, second) = form.split_once("&phone").unwrap();
    let second = format!("phone{second}");
    let key = ("idempotency-key", "k-1");
    let form_type = ("Content-Type", "application/x-www-form-urlencoded");
    let json_type = ("Content-Type", "application/json; charset=utf-8");
    for request in [
        request(&form, &[key], ""),
        request("", &[key, form_type], &form),
        request("", &[key, json_type], &json),
        request(first, &[key, form_type], &second),
    ] {
        assert_eq!(wish(&request, &LPU.to_uppercase(), bearer()), Ok(all.clone()));
    }
}

#[test]
fn naming_the_cell() {
    let begin = NaiveDate::from_ymd_opt(2019, 4, 18)
        .unwrap()
        .and_hms_opt(8, 45, 0)
        .unwrap();
    let by_begin = wish_of(&format!("docGuid={DOCTOR}&dateTime=2019-04-18+08:45:00.000")).unwrap();
    assert_eq!(by_begin.cell, CellName::Begin(guid(DOCTOR), begin));

    // Beside timeTable the other way is not looked at, but not given twice either.
    assert_eq!(with("docGuid=x&dateTime=%"), Ok(plain()));
    assert_eq!(
        with("docGuid=x&docguid=x"),
        no("docGuid", ParameterFault::Doubled)
    );
    assert_eq!(
        with("dateTime=x&datetime=x"),
        no("dateTime", ParameterFault::Doubled)
    );

    let incomplete = [
        String::new(),
        "timeTable=".to_owned(),
        format!("docGuid={DOCTOR}"),
        format!("docGuid={DOCTOR}&dateTime="),
        "dateTime=2019-04-18+08:45".to_owned(),
    ];
    for query in incomplete {
        assert_eq!(wish_of(&query), Err(Refusal::CellNotNamed), "{query}");
    }
    assert_eq!(wish_of("timeTable=x"), no("timeTable", ParameterFault::Guid));
    assert_eq!(wish_of("docGuid=x"), no("docGuid", ParameterFault::Guid));
    assert_eq!(wish_of("dateTime=x"), no("dateTime", ParameterFault::DateTime));
}

#[test]
fn referrals() {
    let longest = "9".repeat(DIRECTION_ID_CHARS_MAX);
    let referral = with(&format!("directionType=diagnostic&directionId={longest}"))
        .unwrap()
        .referral;
    assert_eq!(referral.unwrap().number, longest);
    assert_eq!(
        with(&format!("directionType=diagnostic&directionId={longest}9")),
        no("directionId", ParameterFault::TooLong(DIRECTION_ID_CHARS_MAX))
    );
    for (word, kind) in ReferralType::WORDS {
        let referral = with(&format!("directionId=1&directionType={}", word.to_uppercase()));
        assert_eq!(referral.unwrap().referral.unwrap().kind, kind);
    }
    for other in ["0", "consultations", "visit"] {
        assert_eq!(
            with(&format!("directionId=1&directionType={other}")),
            no("directionType", ParameterFault::Unknown(DIRECTION_TYPES))
        );
    }
    for half in [
        "directionId=1",
        "directionType=duvisit",
        "directionId=1&directionType=",
    ] {
        assert_eq!(with(half), Err(Refusal::DirectionIncomplete), "{half}");
    }
}

#[test]
fn emails() {
    let longest = format!("{}@b", "и".repeat(EMAIL_CHARS_MAX - 2));
    let encoded = longest.replace('и', "%D0%B8");
    for (good, plain) in [
        ("a@b", "a@b"),
        ("A.b%2Bc@d.ru", "A.b+c@d.ru"),
        (&*encoded, &*longest),
    ] {
        let contact = with(&format!("email={good}")).unwrap().contact;
        assert_eq!(contact.email.as_deref(), Some(plain));
    }
    for other in [
        "a",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a@@b",
        "a+b@c",
        "+a@b",
        "a@b+",
        "a@%C2%A0b",
    ] {
        assert_eq!(
            with(&format!("email={other}")),
            no("email", ParameterFault::Email),
            "{other}"
        );
    }
    assert_eq!(with("email=a@b%0d"), no("email", ParameterFault::Control));
    assert_eq!(
        with(&format!("email=a{encoded}")),
        no("email", ParameterFault::TooLong(EMAIL_CHARS_MAX))
    );
}

/// It counts only beside `email`, but has to be right alone too.
#[test]
fn agreements() {
    let agreement = |text: &str| with(text).map(|wish| wish.contact.email_confirm_agree);
    assert_eq!(agreement("email=a@b"), Ok(None));
    assert_eq!(agreement("email=a@b&email_confirm_agree=0"), Ok(Some(false)));
    assert_eq!(agreement("email=a@b&email_confirm_agree=1"), Ok(Some(true)));
    assert_eq!(agreement("email_confirm_agree=1"), Ok(None));
    assert_eq!(agreement("email=&email_confirm_agree=1"), Ok(None));
    for other in ["2", "01", "yes", "-1"] {
        assert_eq!(
            agreement(&format!("email_confirm_agree={other}")),
            no("email_confirm_agree", ParameterFault::Unknown("0, 1"))
        );
    }
}

#[test]
fn phones() {
    let longest = "1".repeat(PHONE_CHARS_MAX);
    for (given, kept) in [
        ("+79991234567", "79991234567"),
        ("%2B7 (999) 123-45-67+", "+7 (999) 123-45-67"),
        ("1", "1"),
        (&*longest, &*longest),
    ] {
        let contact = with(&format!("phone={given}")).unwrap().contact;
        assert_eq!(contact.phone.as_deref(), Some(kept));
    }
    for other in ["+", "%2B", "()", "a1", "1.2", "1%2C2", "1%D9%A1", "1%C2%A02"] {
        assert_eq!(
            with(&format!("phone={other}")),
            no("phone", ParameterFault::Phone),
            "{other}"
        );
    }
    assert_eq!(
        with(&format!("phone={longest}1")),
        no("phone", ParameterFault::TooLong(PHONE_CHARS_MAX))
    );
    let number = request(
        &format!("timeTable={CELL}"),
        &[("Content-Type", "application/json")],
        r#"{"phone":89991234567}"#,
    );
    let wish = wish(&number, LPU, bearer()).unwrap();
    assert_eq!(wish.contact.phone.as_deref(), Some("89991234567"));
}

#[test]
fn the_rest() {
    assert!(with("fullResponse=TRUE").unwrap().full_response);
    assert!(!with("fullResponse=false").unwrap().full_response);
    for other in ["0", "1", "yes"] {
        let unknown = ParameterFault::Unknown("true, false");
        assert_eq!(
            with(&format!("fullResponse={other}")),
            no("fullResponse", unknown)
        );
    }
    assert_eq!(with("examGuid=x"), no("examGuid", ParameterFault::Guid));

    let longest = "%D0%98".repeat(EXTERNAL_USER_CHARS_MAX);
    let user = with(&format!("externalUserID={longest}")).unwrap().external_user;
    assert_eq!(user.unwrap().chars().count(), EXTERNAL_USER_CHARS_MAX);
    assert_eq!(
        with(&format!("externalUserID={longest}1")),
        no("externalUserID", ParameterFault::TooLong(EXTERNAL_USER_CHARS_MAX))
    );
    assert_eq!(
        with("externalUserID=%09"),
        no("externalUserID", ParameterFault::Control)
    );
}

#[test]
fn idempotency_keys() {
    let of = |keys: &[&str]| {
        let headers: Vec<_> = keys.iter().map(|key| ("IDEMPOTENCY-KEY", *key)).collect();
        let request = request(&format!("timeTable={CELL}"), &headers, "");
        wish(&request, LPU, bearer()).map(|wish| wish.idempotency_key)
    };
    let longest = "~".repeat(IDEMPOTENCY_KEY_CHARS_MAX);
    assert_eq!(of(&[]), Ok(None));
    for good in ["!", "\"", &*longest] {
        assert_eq!(of(&[good]), Ok(Some(good.to_owned())));
    }
    for other in ["", "a b", "\u{7f}", "é", "\t", &format!("{longest}~")] {
        let fault = ParameterFault::VisibleAscii(IDEMPOTENCY_KEY_CHARS_MAX);
        assert_eq!(of(&[other]), no("Idempotency-Key", fault), "{other}");
    }
    assert_eq!(of(&["a", "a"]), no("Idempotency-Key", ParameterFault::Doubled));
}

/// Everything wrong at once, mended from the front: each refusal comes in the contract's order.
#[test]
fn order_of_refusals() {
    let mut wrong = [
        "timeTable=x",
        "docGuid=x",
        "dateTime=x",
        "directionId=%",
        "directionType=x",
        "email=x",
        "email_confirm_agree=x",
        "phone=x",
        "fullResponse=x",
        "examGuid=x",
        "externalUserID=%00",
    ];
    // Given backwards, so that the order of the request is not what counts.
    let of = |parameters: &[&str], lpu: &str, headers: &[(&str, &str)], body: &str| {
        let query: Vec<_> = parameters.iter().rev().copied().collect();
        wish(&request(&query.join("&"), headers, body), lpu, bearer()).unwrap_err()
    };
    let name = |refusal: Refusal| match refusal {
        Refusal::Parameter(bad) => bad.name,
        other => panic!("{other:?}"),
    };
    let two_keys = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")];

    assert_eq!(name(of(&wrong, "x", &two_keys, "body")), "lpuGuid");
    assert_eq!(name(of(&[], LPU, &two_keys, "body")), "Content-Type");
    let json = [("Content-Type", "application/json")];
    assert_eq!(name(of(&wrong, LPU, &json, "body")), "body");
    for at in 0..wrong.len() {
        let expected = wrong[at].split_once('=').unwrap().0;
        assert_eq!(name(of(&wrong, LPU, &two_keys, "")), expected);
        // The referral stays incomplete and the cell unnamed.
        wrong[at] = match expected {
            "directionId" => "directionId=1",
            _ => "",
        };
    }
    assert_eq!(name(of(&wrong, LPU, &two_keys, "")), "Idempotency-Key");
    assert_eq!(of(&wrong, LPU, &[], ""), Refusal::DirectionIncomplete);
    wrong[3] = "";
    assert_eq!(of(&wrong, LPU, &[], ""), Refusal::CellNotNamed);
}
