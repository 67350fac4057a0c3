//! Goal: the document has every refusal of the library, each under its status, and none besides. Method: each is rendered
//! as the server would and held against the described responses; what was reached is held against what is described.

use super::Document;
use crate::catalogue::every_refusal;
use crate::harness::{Answer, Site};
use infomat::language::Language;
use infomat::refusal::{DeskRefusal, HttpError, Trouble};
use infomat::wire::message;
use serde_json::Value;
use std::collections::BTreeSet;

const TRANSPORTS: [HttpError; 19] = [
    HttpError::Malformed,
    HttpError::NoAddress,
    HttpError::UnknownPath,
    HttpError::Method("GET, HEAD"),
    HttpError::TooSlow,
    HttpError::Coding,
    HttpError::BodyTooLarge,
    HttpError::Expectation,
    HttpError::ForeignHost,
    HttpError::TooMany(1),
    HttpError::TooManyFailures(1),
    HttpError::HeadTooLarge,
    HttpError::Fault,
    HttpError::Unavailable(1),
    HttpError::ClockWrong(1),
    HttpError::NotReady(Trouble::DiskFull, Language::Russian),
    HttpError::NumbersElsewhere,
    HttpError::NotTerminal,
    HttpError::Version,
];

/// An answer of the library as a client would see it.
fn seen(answer: message::Answer) -> Answer {
    let content_type = ("content-type".to_owned(), answer.content_type.to_owned());
    let others = answer.headers.into_iter();
    let others = others.map(|(name, value)| (name.to_ascii_lowercase(), value));
    Answer {
        status: answer.status,
        headers: [content_type].into_iter().chain(others).collect(),
        body: answer.body,
    }
}

#[test]
fn the_document_has_every_refusal_and_no_other() {
    let site = Site::new("");
    let server = site.serve();
    let document = Document::of(&mut server.client());
    let refusals = every_refusal();
    let refused = refusals.iter().map(|(refusal, _)| message::Answer::from(refusal));
    let at_desk =
        [DeskRefusal::NotSignedIn, DeskRefusal::NoRight].map(|refusal| message::Answer::from(&refusal));
    let answers = refused
        .chain(at_desk)
        .chain(TRANSPORTS.map(message::Answer::from))
        .map(seen);
    let mut reached = BTreeSet::new();
    for answer in answers {
        let response = document.at(&format!("#/components/responses/{}", answer.status));
        document.response_describes(response, &answer, "a refusal");
        let code = answer.json()["message_code"].as_str().unwrap().to_owned();
        reached.insert((answer.status.to_string(), code));
    }
    let mut described = BTreeSet::new();
    for (status, response) in document.at("#/components/responses").as_object().unwrap() {
        let codes = response.pointer("/content/application~1json/schema/properties/message_code/enum");
        for code in codes.and_then(Value::as_array).into_iter().flatten() {
            described.insert((status.clone(), code.as_str().unwrap().to_owned()));
        }
    }
    assert_eq!(described, reached);
}

/// Goal: every example is what the schema beside it says.
#[test]
fn every_example_fits_its_schema() {
    let site = Site::new("");
    let server = site.serve();
    let document = Document::of(&mut server.client());
    let mut examples_count = 0;
    let mut rest = vec![&document.0];
    while let Some(value) = rest.pop() {
        if let (Some(schema), Some(example)) = (value.get("schema"), value.get("example")) {
            document.holds(schema, example, "an example");
            examples_count += 1;
        }
        rest.extend(value.as_object().into_iter().flat_map(|members| members.values()));
        rest.extend(value.as_array().into_iter().flatten());
    }
    assert!(examples_count > 40, "{examples_count} examples");
    assert_eq!(document.0["info"]["version"], env!("CARGO_PKG_VERSION"));
}
