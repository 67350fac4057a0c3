//! Every way of naming a patient, well-formed or not.

use super::*;
use std::net::{IpAddr, Ipv4Addr};

const LPU: &str = "00000000-0000-4000-8000-000000000001";
const CARD: &str = "00000000-0000-4000-8000-000000000002";

fn request(query: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        target: format!("/auth/{LPU}/token?{query}"),
        headers: Vec::new(),
        body: Vec::new(),
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

fn read(query: &str) -> Result<Identification, Refusal> {
    identification(&request(query), LPU, Source::Unnamed)
}

/// Kind, series and number of the document.
fn document(query: &str) -> (DocumentKind, String, String) {
    let read = read(&format!("Birthday=1980-06-15&{query}"));
    match read.unwrap_or_else(|refusal| panic!("{query}: {refusal:?}")).who {
        Who::Document(Document { kind, series, number }) => (kind, series, number),
        _ => panic!("{query}"),
    }
}

#[test]
fn documents_without_blanks_and_hyphens() {
    use DocumentKind::{Passport, Policy, Snils};
    for (query, kind, series, number) in [
        ("n_pol=1234567890123456", Policy, "", "1234567890123456"),
        ("N_POL=1234+5678%209012-3456", Policy, "", "1234567890123456"),
        ("n_pol=12-34-56&s_pol=46+%D0%90%D0%92", Policy, "46AB", "123456"),
        ("n_pol=123456&s_pol=-", Policy, "", "123456"),
        (
            "n_pol=1234567890123456&s_pol=%D0%BD%D0%B5%D1%82",
            Policy,
            "",
            "1234567890123456",
        ),
        ("n_pol=123456&s_pol=", Policy, "", "123456"),
        ("Snils=112-233-445+95", Snils, "", "11223344595"),
        ("n_doc=123456&S_DOC=45+08", Passport, "4508", "123456"),
        ("n_doc=123456&s_doc=II-%D0%9C%D0%AE", Passport, "IIMЮ", "123456"),
        ("n_doc=%D1%81%D0%BA018+822", Passport, "", "CK018822"),
        ("n_doc=123456&s_doc=", Passport, "", "123456"),
    ] {
        assert_eq!(
            document(query),
            (kind, series.to_owned(), number.to_owned()),
            "{query}"
        );
    }
}

/// They are well-formed: whoever shows them is answered as with an unknown document.
#[test]
fn what_stands_for_no_document_is_read() {
    for query in [
        "snils=000-000-000+00",
        "snils=1122334459",
        "snils=%E2%80%8B",
        "snils=%D0%BD%D0%B5%D1%82",
        "n_pol=-+-",
        "n_pol=12345",
        "n_pol=1,23457E%2B15",
        "n_pol=1,23457E+15",
        "n_pol=%D9%A1",
        "n_doc=%D0%9D/%D0%94",
        "n_doc=000000&s_doc=0000",
    ] {
        let (kind, _, number) = document(query);
        assert!(kind.is_nothing(&number), "{query}: {number}");
    }
}

#[test]
fn cards_and_persons() {
    let card = read(&format!("MKAB={}", CARD.to_uppercase())).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert!(matches!(card.who, Who::Card(guid) if guid.to_string() == CARD));
    assert_eq!(card.birth_date, None);
    let person = read(&format!("personGuid={CARD}&birthday=1980-06-15"));
    let person = person.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert!(matches!(person.who, Who::Person(guid) if guid.to_string() == CARD));
    assert!(person.birth_date.is_some());
    for (query, named) in [
        ("mkab=x", true),
        ("PersonGuid=%zz", true),
        ("mkab=1&mkab=2", true),
        ("mkab=", false),
        ("snils=1", false),
    ] {
        assert_eq!(names_a_card(&request(query)), named, "{query}");
    }
}

#[test]
fn what_is_missing_or_malformed_is_named() {
    use ParameterFault::{
        Date, Digits, DigitsUpTo, Doubled, Guid, Missing, NoSeries, OneDocument, Series, TooLong,
    };
    let long = format!("Birthday=1980-06-15&n_pol={}", "1-".repeat(30));
    let card = format!("mkab={CARD}&Birthday=1980-06-15&snils=11223344595");
    for (query, name, fault) in [
        ("", "Birthday", Missing),
        ("n_pol=123456", "Birthday", Missing),
        ("Birthday=15.06.1980&n_pol=1", "Birthday", Date),
        ("Birthday=1980-02-30&n_pol=1", "Birthday", Date),
        (
            "Birthday=1980-06-15&birthday=1980-06-15&n_pol=1",
            "Birthday",
            Doubled,
        ),
        ("Birthday=1980-06-15", "n_pol", OneDocument),
        ("Birthday=1980-06-15&n_pol=", "n_pol", OneDocument),
        (
            "Birthday=1980-06-15&n_pol=1&snils=11223344595",
            "n_pol",
            OneDocument,
        ),
        (&card, "n_pol", OneDocument),
        ("Birthday=1980-06-15&n_pol=12a", "n_pol", DigitsUpTo(20)),
        ("Birthday=1980-06-15&n_pol=1.5", "n_pol", DigitsUpTo(20)),
        ("Birthday=1980-06-15&snils=1122334459a", "snils", Digits(11)),
        ("Birthday=1980-06-15&n_doc=12/3", "n_doc", Series(20)),
        (
            "Birthday=1980-06-15&n_pol=123456789012345678901",
            "n_pol",
            DigitsUpTo(20),
        ),
        (&long, "n_pol", TooLong(40)),
        ("Birthday=1980-06-15&s_pol=46", "n_pol", Missing),
        (
            "Birthday=1980-06-15&s_pol=46&n_pol=1234567890123456",
            "s_pol",
            NoSeries(16),
        ),
        ("Birthday=1980-06-15&s_pol=%27&n_pol=1", "s_pol", Series(16)),
        ("Birthday=1980-06-15&s_doc=4508", "n_doc", Missing),
        ("mkab=12", "mkab", Guid),
        ("personguid=12", "personguid", Guid),
    ] {
        assert_eq!(read(query).err(), Some(bad(name, fault)), "{query}");
    }
    let other = identification(&request("snils=1"), "x", Source::Unnamed);
    assert_eq!(other.err(), Some(bad("lpuGuid", Guid)));
}
