//! Goal: a table of patients finds the cards that are there. Method: by each thing that identifies a person.

use super::{refused, rows, taken};
use crate::clinic::{guid, patient, with};
use crate::import::{dump, site};
use serde_json::{Value, json};

/// Patients are found by SNILS or policy, else by name and birth date, in the database and among the lines before.
#[test]
fn patients_are_found_by_what_identifies_them() {
    let site = site();
    let card = |n: u32, more: Value| with(patient(n, 1), &more);
    site.import(&[
        card(10, json!({"family": "Жуков", "name": "Петр", "patronymic": "Ильич", "birthDate": "1980-06-15", "snils": "00100199864",
                        "phone": "12", "passportNumber": "123456"})),
        card(11, json!({"family": "Мухин", "name": "Олег", "birthDate": "1970-01-02", "policyNumber": "1234567890123456"})),
        card(12, json!({"family": "Двойнов", "name": "Лев", "birthDate": "1960-01-01"})),
        card(13, json!({"family": "Двойнов", "name": "Лев", "birthDate": "1960-01-01"})),
    ]);
    let head = "Фамилия;Имя;Отчество;Дата рождения;Пол;Полис;СНИЛС;Телефон\n";
    let table = format!(
        "{head}Жуков;Петр;Ильич;15.06.1980;м;6543210987654321;100199864;\n\
         Комарова;Ольга;;02.01.1970;ж;1234 5678 9012 3456;;8 900 1\n\
         Новый;Иван;;01.01.2000;м;;11223344595;\n\
         новый;иван;;01.01.2000;;;;78\n\
         Новый;Иван;;01.01.2000;м;;00100199864;\n"
    );
    // The last one is a namesake of one whose SNILS is not his, with a SNILS of somebody else.
    assert_eq!(
        refused(&site, &table),
        ["строка 6: СНИЛС: карта с этим номером - на другое имя и другую дату рождения или с другим СНИЛС"]
    );
    let table: String = table.split_inclusive('\n').take(5).collect();
    let said = taken(&site, &[], &table);
    assert!(
        said.contains("patient: 4\n") || said.contains("patient: 3\n"),
        "{said}"
    );
    let cards = "SELECT family, name, birth_date, policy_number, snils, phone, passport_number FROM patient
                 WHERE family IN ('Жуков', 'Комарова', 'Мухин', 'Новый', 'новый') ORDER BY birth_date";
    let expected = [
        "Комарова|Ольга|1970-01-02|1234567890123456||8 900 1|",
        "Жуков|Петр|1980-06-15|6543210987654321|00100199864|12|123456",
        "новый|иван|2000-01-01|||78|",
    ];
    assert_eq!(rows(&site, cards), expected);
    let before = dump(&site);
    taken(&site, &[], &table);
    assert!(dump(&site) == before);
    assert_eq!(
        refused(&site, &format!("{head}Двойнов;Лев;;01.01.1960;;;;\n")),
        [
            "строка 2: Фамилия: подходит нескольким картам: добавьте столбец «guid карты» или закройте лишние карты"
        ]
    );
    taken(
        &site,
        &[],
        &format!(
            "guid карты;фио;дата рождения;участок\n{};Двойнов Лев;01.01.1960;5\n",
            guid(13)
        ),
    );
    assert_eq!(
        rows(&site, "SELECT count(*) FROM patient WHERE uchastok_num = '5'"),
        ["1"]
    );
}
