//! Which bodies are read, and which hold nothing.

use super::*;

#[test]
fn kinds_of_body() {
    let of = |types: &[&str], body: &[u8]| a(Params::collect(&request("", types, body), KNOWN));
    for good in [
        FORM,
        "Application/X-WWW-Form-Urlencoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded ; version=1; Charset=\"utf-8\"",
        "application/x-www-form-urlencoded; charset=utf8",
    ] {
        assert_eq!(of(&[good], b"a=x"), Ok(Some("x".to_owned())), "{good}");
    }
    for good in [
        JSON,
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json; charset=UTF8",
    ] {
        assert_eq!(of(&[good], br#"{"a":"x"}"#), Ok(Some("x".to_owned())), "{good}");
    }
    let refused = || no("Content-Type", ParameterFault::ContentType);
    for other in [
        "",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/json; charset=windows-1251",
        "application/json; charset=utf-8; charset=utf-16",
        "application/x-www-form-urlencoded; charset=koi8-r",
    ] {
        assert_eq!(of(&[other], b"a=x"), refused(), "{other}");
        assert_eq!(of(&[other], b""), Ok(None), "{other}");
    }
    assert_eq!(of(&[], b"a=x"), refused());
    assert_eq!(
        of(&[FORM, FORM], b"a=x"),
        no("Content-Type", ParameterFault::Doubled)
    );
}

/// A body of another kind is not read beside a known parameter in the query; without one its sender meant it.
#[test]
fn bodies_of_another_kind() {
    let of = |query, types: &[&str]| a(Params::collect(&request(query, types, b"a=y&b=%"), KNOWN));
    let others: [&[&str]; 5] = [
        &[],
        &["text/plain"],
        &["application/octet-stream"],
        &["application/json; charset=windows-1251"],
        &["text/plain", "text/plain"],
    ];
    for types in others {
        assert_eq!(of("a=x", types), Ok(Some("x".to_owned())), "{types:?}");
        assert_eq!(of("c=1&B=z", types), Ok(None), "{types:?}");
        assert_eq!(of("a=%", types), no("a", ParameterFault::Encoding), "{types:?}");
        for query in ["", "c=1", "a=&b"] {
            let refusal = of(query, types).unwrap_err();
            assert!(
                matches!(
                    refusal,
                    Refusal::Parameter(BadParameter {
                        name: "Content-Type",
                        ..
                    })
                ),
                "{query} {types:?}: {refusal:?}"
            );
        }
    }
    assert_eq!(of("a=x", &[FORM]), no("a", ParameterFault::Doubled));
}

/// What clients' libraries write as the body of a request that has none.
#[test]
fn json_that_holds_nothing() {
    for body in [
        " ",
        "\r\n",
        "null",
        " null\n",
        "[]",
        "[ \n]",
        "\"\"",
        "\u{feff}",
        "\u{feff}null",
    ] {
        assert_eq!(a(json(body)), Ok(None), "{body:?}");
        let beside = request("a=x", &[JSON], body.as_bytes());
        assert_eq!(
            a(Params::collect(&beside, KNOWN)),
            Ok(Some("x".to_owned())),
            "{body:?}"
        );
        assert!(
            Params::of_json(&request("", &[JSON], body.as_bytes()), &[]).is_err(),
            "{body:?}"
        );
    }
    assert_eq!(a(json("\u{feff}{\"a\":\"x\"}")), Ok(Some("x".to_owned())));
}

#[test]
fn bodies_that_are_no_json_object() {
    let deep = "[".repeat(100_000);
    for body in [
        "x",
        "nullnull",
        "[null]",
        "[],",
        "[][]",
        "]",
        "\"a\"",
        "\" \"",
        "0",
        "false",
        r#"[["a","x"]]"#,
        "{",
        "{}{}",
        "{} x",
        r#"{"a":"x",}"#,
        r#"{"a":'x'}"#,
        r#"{a:"x"}"#,
        r#"{"a":"x"} // x"#,
        r#"{"a":tru}"#,
        r#"{"a":01}"#,
        r#"{"a":NaN}"#,
        "{\"a\":\"\n\"}",
        " \u{feff}{}",
        "\u{feff}\u{feff}{}",
        &deep,
        &format!(r#"{{"c":{deep}"#),
    ] {
        assert_eq!(
            a(json(body)),
            no("body", ParameterFault::Json),
            "{}",
            &body[..20.min(body.len())]
        );
    }
    let not_utf_8 = request("", &[JSON], b"{\"c\":\"\xff\"}");
    assert_eq!(
        a(Params::collect(&not_utf_8, KNOWN)),
        no("body", ParameterFault::Json)
    );
    // What is nested in a parameter that the method does not know is only read over.
    let nested = format!(r#"{{"c":{deep}{},"a":"x"}}"#, "]".repeat(100_000));
    assert_eq!(a(json(&nested)), Ok(Some("x".to_owned())));
}
