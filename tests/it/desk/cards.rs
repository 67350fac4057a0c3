//! Goal: somebody without a card gets a provisional one, which books like any other, is listed for the clinic's system, and is
//! the clinic's own once an import brings it. Method: the real binary; a lost answer is asked for again.

use super::{Person, site};
use crate::clinic::{guid, patient, with};
use serde_json::{Value, json};

#[test]
fn a_provisional_card_books_and_is_taken_over_by_an_import() {
    let site = site("");
    let server = site.serve();
    let mut person = Person::of(&site, &server, "registrar");
    let card = json!({
        "mkab": guid(70), "lpu": guid(1), "family": "  Новичкова", "name": "Анна", "birthDate": "1990-02-28", "sex": "f",
        "policyNumber": "1111 2222 3333 4444", "snils": "112-233-445 95", "phone": "12-34-56",
    });
    for _ in 0..2 {
        let made = person.do_well("POST", "/desk/api/patients", &card);
        assert_eq!(made["mkab"], guid(70), "again, after a lost answer");
    }
    let path = format!("/desk/api/patients/{}", guid(70));
    let shown = person.see(&path);
    assert_eq!(
        (&shown["name"], &shown["provisional"], &shown["policyNumber"]),
        (&json!("Новичкова Анна"), &json!(true), &json!("1111222233334444"))
    );
    person.do_well("POST", &format!("{path}/visits"), &json!({"timeTable": guid(3)}));

    let listed = |format: &str| site.run_well(&["cards", "--format", format], "");
    let cards: Value = serde_json::from_str(&listed("json")).unwrap();
    assert_eq!(cards.as_array().unwrap().len(), 1);
    assert_eq!(
        (&cards[0]["guid"], &cards[0]["login"], &cards[0]["birthDate"]),
        (&json!(guid(70)), &json!("registrar-1"), &json!("1990-02-28"))
    );
    assert!(listed("csv").contains(";Новичкова;Анна;;28.02.1990;1111222233334444;11223344595;12-34-56;;"));

    for (field, wrong, message) in [
        ("mkab", json!(guid(4)), "Карта с таким гвидом уже есть"),
        ("mkab", json!(guid(71)), "Открытая карта с этим полисом"),
        ("family", json!("123"), "Параметр family"),
        ("family", json!(""), "Параметр family"),
        ("birthDate", json!("2999-01-01"), "Параметр birthDate"),
        ("birthDate", json!("1990-02-30"), "Параметр birthDate"),
        ("snils", json!("123"), "Параметр snils"),
        ("sex", json!("x"), "Параметр sex"),
        ("phone", json!("нет"), "Параметр phone"),
        ("lpu", json!(guid(99)), ""),
    ] {
        let mut other = card.clone();
        if field != "mkab" {
            other["mkab"] = json!(guid(72));
            other["policyNumber"] = json!("");
            other["snils"] = json!("");
        }
        other[field] = wrong;
        let answer = person.change("POST", "/desk/api/patients", &other);
        assert_eq!(answer.status, 400, "{field}");
        let told = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(told.starts_with(message), "{field}: {told}");
    }

    let own = json!({"family": "Новичкова", "name": "Анна", "birthDate": "1990-02-28", "policyNumber": "1111222233334444"});
    site.import(&[with(patient(70, 1), &own)]);
    let shown = person.see(&path);
    assert_eq!(shown["provisional"], false);
    assert_eq!(shown["visits"].as_array().unwrap().len(), 1, "the visit stays");
    assert_eq!(listed("json").trim(), "[]");
    drop(server);
    site.run_well(&["verify"], "");
}
