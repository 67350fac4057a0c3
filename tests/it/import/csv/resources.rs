//! Goal: a table finds the doctors, cells and clinics that are there, and what it does not say stays. Method: tables of one day after
//! the other, namesakes, and several clinics.

use super::{TIMETABLE, doctors, refused, rows, taken, tomorrow};
use crate::clinic::{self, Ask, doctor, guid, slot, with};
use crate::harness::Site;
use crate::import::{dump, site};
use serde_json::json;

/// A doctor of that name in another speciality is another resource; of two of one name, the room or the GUID tells.
#[test]
fn who_is_not_told_apart_is_a_bad_line() {
    let site = site();
    site.import(&[
        json!({"kind": "speciality", "code": "27", "name": "Терапия"}),
        with(doctor(2, 1, "27", "Врачова"), &json!({"room": "1"})),
        with(doctor(12, 1, "27", "Врачова"), &json!({"room": "2"})),
    ]);
    let day = tomorrow();
    let line =
        |room: &str| format!("{TIMETABLE}\nВрачова Анна Борисовна;Терапия;{room};{day};12:00;12:15;15\n");
    let told = "строка 2: Врач: подходит нескольким врачам: укажите специальность и кабинет или добавьте столбец «guid врача»";
    assert_eq!(refused(&site, &line("3")), [told]);
    taken(&site, &[], &line("2"));
    taken(
        &site,
        &[],
        &format!("guid врача;врач;дата;с;по\n{};;{day};12:15;12:30\n", guid(12)),
    );
    let cells = "SELECT count(*) FROM slot c JOIN resource r ON r.id = c.resource_id WHERE r.room = '2'";
    assert_eq!(rows(&site, cells), ["2"]);
    let nobody = format!("врач;дата;с;по\nНикто Н.Н.;{day};8:00;9:00\n");
    assert_eq!(
        refused(&site, &nobody),
        ["строка 2: врач: такого врача нет; чтобы завести нового, укажите специальность"]
    );
}

/// Tomorrow's file finds today's doctors and cells, and visits stay with theirs; what the file does not say stays as it is.
#[test]
fn the_next_file_finds_what_is_there() {
    let site = site();
    site.import(&[
        json!({"kind": "speciality", "code": "27", "name": "Терапия"}),
        with(
            doctor(2, 1, "27", "Врачова"),
            &json!({"role": "врач", "room": "7", "uchastokNums": ["1"]}),
        ),
        with(slot(3, 2, 1, "10:00"), &json!({"planCount": 3, "flagAccess": 36})),
    ]);
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    let day = tomorrow();
    let table = format!(
        "{TIMETABLE}\nврачова  АННА борисовна;Терапия;8;{day};10:00;11:00;15\nВрачова А.Б.;;;{day};12:00;12:30;30\n"
    );
    let said = taken(&site, &[], &table);
    assert!(
        said.contains("slot: 5\n") && said.contains("resource: 0\n"),
        "{said}"
    );
    // The visit's room is another one.
    assert!(
        said.contains("Visits that are moved (call these patients): 1"),
        "{said}"
    );
    assert!(!said.contains("new doctors"), "{said}");
    assert_eq!(doctors(&site), ["Врачова|Анна|Борисовна|Терапия|7|5|1.0"]);
    let cell = "SELECT plan_count, flag_access, room, used_count FROM slot WHERE used_count > 0";
    assert_eq!(rows(&site, cell), ["3|36|8|1"]);
    let before = dump(&site);
    taken(&site, &[], &table);
    assert!(dump(&site) == before, "the same table again changes nothing");
    // A shorter day replaces it: the visit has no time in it.
    let said = taken(
        &site,
        &["--replace"],
        &format!("{TIMETABLE}\nВрачова Анна Борисовна;Терапия;8;{day};10:15;11:00;15\n"),
    );
    assert!(said.contains("slot: 3, 1 removed"), "{said}");
    assert!(
        said.contains("Visits at times that the new timetable does not have"),
        "{said}"
    );
    assert_eq!(rows(&site, cell), ["1|0|8|1"]);
    // And is there again.
    taken(&site, &["--replace"], &table);
    assert_eq!(rows(&site, cell), ["1|127|8|1"]);
    let doctors_table = "ФИО;Специальность;Кабинет\nВрачова Анна Борисовна;Терапия;9\n";
    taken(&site, &[], doctors_table);
    let resource = "SELECT role, room, uchastok_nums FROM resource";
    assert_eq!(rows(&site, resource), ["врач|9|[\"1\"]"]);
    site.run_well(&["verify"], "");
}

/// A clinic that is not named is the only one of the database, or the table has to name it.
#[test]
fn the_clinic_is_named_where_there_are_several() {
    let site = Site::new("");
    let day = tomorrow();
    let table = format!("{TIMETABLE}\nИванов И.И.;Терапия;1;{day};8:00;9:00;15\n");
    let said = refused(&site, &table);
    assert!(
        said[0].starts_with("строка 1: поликлиника: в базе нет поликлиники: сначала загрузите ее"),
        "{said:?}"
    );
    site.import(&[
        clinic::lpu(1),
        with(clinic::lpu(2), &json!({"name": "Филиал № 2"})),
    ]);
    let said = refused(&site, &table);
    assert_eq!(
        said,
        ["строка 1: поликлиника: поликлиник в базе 2: добавьте столбец с названием поликлиники"]
    );
    let named =
        |clinic: &str| format!("ЛПУ;{TIMETABLE}\n{clinic};Иванов И.И.;Терапия;1;{day};8:00;9:00;15\n");
    taken(&site, &[], &named("филиал №2"));
    taken(&site, &[], &named(&guid(1)));
    assert_eq!(
        rows(
            &site,
            "SELECT count(DISTINCT guid), count(DISTINCT lpu_id) FROM resource"
        ),
        ["2|2"]
    );
    assert_eq!(
        refused(&site, &named("Филиал № 3")),
        ["строка 2: ЛПУ: такой поликлиники нет ни в файле, ни в базе"]
    );
}
