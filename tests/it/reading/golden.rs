//! Goal: the exact answer of every method. Method: a small clinic on the real binary; the whole body is compared, with the
//! dates of the day and the server's start filled in.

use crate::clinic::{self, Ask, guid, moment, with};
use crate::harness::{Answer, Client, KEY, Server, Site, claims, now, sign};
use chrono::TimeDelta;
use serde_json::{Value, json};

const LPU: u32 = 1;
const OTHER_LPU: u32 = 2;
const THERAPIST: u32 = 11;
const HIDDEN: u32 = 12;
const ROOM: u32 = 13;
const REMOVED: u32 = 14;
const PATIENT: u32 = 31;
const HOLDER: u32 = 32;
const KIOSK: u32 = 61;

const FREE: u32 = 100;
const BOOKED: u32 = 101;
const BEGUN: u32 = 102;
const FOR_THE_REGISTRY: u32 = 103;
const LUNCH: u32 = 104;
const TELEMEDICINE: u32 = 105;
const FAR: u32 = 106;
const OF_ROOM: u32 = 107;
const OF_HIDDEN: u32 = 108;

fn lines() -> Vec<Value> {
    vec![
        with(clinic::lpu(LPU), &json!({"name": "Б"})),
        with(clinic::lpu(OTHER_LPU), &json!({"name": "А"})),
        with(clinic::speciality("27"), &json!({"name": "Терапия"})),
        with(clinic::speciality("7"), &json!({"name": "Анализы"})),
        with(
            clinic::doctor(THERAPIST, LPU, "27", "Ежова"),
            &json!({"role": "Врач", "room": "12", "flat": 2, "ageFrom": 18, "uchastokNums": ["3", "4"]}),
        ),
        with(
            clinic::doctor(HIDDEN, LPU, "27", "Зимина"),
            &json!({"shown": false}),
        ),
        clinic::doctor(REMOVED, LPU, "27", "Орлова"),
        json!({"kind": "resource", "guid": guid(ROOM), "lpu": guid(LPU), "type": "room", "title": "Кабинет анализов",
               "speciality": "7", "dispensaryOnly": true, "ageTo": 90}),
        clinic::patient(PATIENT, LPU),
        clinic::patient(HOLDER, LPU),
        json!({"kind": "clientApplication", "mnem": "Infomat", "guid": guid(KIOSK), "source": 1, "name": "Инфомат",
               "access": 36, "selfService": true, "scheduleDays": 14}),
        clinic::slot(FREE, THERAPIST, 3, "10:00"),
        with(
            clinic::slot(BOOKED, THERAPIST, 3, "11:00"),
            &json!({"flagAccess": 36, "room": "5"}),
        ),
        clinic::slot(BEGUN, THERAPIST, -1, "10:00"),
        with(
            clinic::slot(FOR_THE_REGISTRY, THERAPIST, 3, "12:00"),
            &json!({"flagAccess": 1}),
        ),
        with(
            clinic::slot(LUNCH, THERAPIST, 3, "13:00"),
            &json!({"busyType": {"type": 0, "code": "9", "name": "Обед"}}),
        ),
        with(
            clinic::slot(TELEMEDICINE, THERAPIST, 3, "14:00"),
            &json!({"busyType": {"type": 1, "code": "322", "name": "Телемедицина"}}),
        ),
        clinic::slot(FAR, THERAPIST, 20, "10:00"),
        with(clinic::slot(OF_ROOM, ROOM, 4, "10:00"), &json!({"planCount": 3})),
        clinic::slot(OF_HIDDEN, HIDDEN, 3, "10:00"),
    ]
}

fn serve() -> (Site, Server) {
    let site = Site::new("");
    site.import(&lines());
    site.import(&[json!({"kind": "resource", "guid": guid(REMOVED), "deleted": true})]);
    let server = site.serve();
    Ask::new(LPU, HOLDER, BOOKED).book(&mut server.client());
    (site, server)
}

fn get(client: &mut Client, path: &str) -> Value {
    success(&client.ask("GET", path, &[], b""))
}

/// The same as a patient at the terminal.
fn get_as(client: &mut Client, patient: u32, path: &str) -> Value {
    let token = sign(&claims(&guid(LPU), &guid(patient), "Infomat"), KEY);
    let authorization = format!("Bearer {token}");
    success(&client.ask("GET", path, &[("Authorization", &authorization)], b""))
}

fn success(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    answer.json()
}

fn lpu_path(rest: &str) -> String {
    format!("/api/v2/lpu/{}{rest}", guid(LPU))
}

fn day(days: i64) -> String {
    (now().date_naive() + TimeDelta::days(days)).to_string()
}

/// A cell of the therapist's as it should be shown; a test sets whatever else it is about.
fn cell(slot: u32, days: i64, time: &str, status: &str) -> Value {
    json!({
        "status": status, "message": "",
        "flagAccess": "Registry, Doctor, Internet, DoctorOtherLpu, Quota, Infomat, CallCenter",
        "opened": false, "bookingSource": "", "count": 1, "guid": guid(slot), "docGuid": guid(THERAPIST),
        "beginTime": moment(days, time), "endTime": moment(days, &time.replace(":00", ":15")), "usedCount": 0,
        "busyType": {"name": "", "type": 1, "code": ""}, "room": "12"
    })
}

/// What the therapist's cells of the third day should be to whoever stands at the terminal.
fn third_day() -> Vec<Value> {
    let booked =
        json!({"flagAccess": "Internet, Infomat", "room": "5", "usedCount": 1, "bookingSource": "Infomat"});
    let lunch = json!({"busyType": {"name": "Обед", "type": 0, "code": "9"}});
    vec![
        cell(FREE, 3, "10:00", "Available"),
        with(cell(BOOKED, 3, "11:00", "Booked"), &booked),
        with(
            cell(FOR_THE_REGISTRY, 3, "12:00", "Unauthorized"),
            &json!({"flagAccess": "Registry"}),
        ),
        with(cell(LUNCH, 3, "13:00", "Unavailable"), &lunch),
    ]
}

fn therapist() -> Value {
    json!({
        "guid": guid(THERAPIST), "type": "doctor", "docFio": "Ежова А. Б.", "family": "Ежова", "name": "Анна",
        "patronymic": "Борисовна", "role": "Врач", "specialityCode": "27", "speciality": "Терапия", "room": "12",
        "flat": 2, "ageFrom": 18, "ageTo": 0, "dispensaryOnly": false, "countFree": 1,
        "nearestSlot": {"guid": guid(FREE), "beginTime": moment(3, "10:00")},
        "nearestSlots": [{"guid": guid(FREE), "beginTime": moment(3, "10:00")}], "uchastokNums": ["3", "4"]
    })
}

fn room() -> Value {
    json!({
        "guid": guid(ROOM), "type": "room", "docFio": "Кабинет анализов", "family": "", "name": "", "patronymic": "",
        "role": "", "specialityCode": "7", "speciality": "Анализы", "room": "", "flat": 0, "ageFrom": 0, "ageTo": 90,
        "dispensaryOnly": true, "countFree": 3,
        "nearestSlot": {"guid": guid(OF_ROOM), "beginTime": moment(4, "10:00")},
        "nearestSlots": [{"guid": guid(OF_ROOM), "beginTime": moment(4, "10:00")}], "uchastokNums": []
    })
}

/// The names of an object's fields in the order in which they are written.
fn order(answer: &Answer, fields: &[&str]) {
    let text = String::from_utf8(answer.body.clone()).unwrap();
    let places: Vec<_> = fields
        .iter()
        .map(|field| {
            text.find(&format!("\"{field}\":"))
                .unwrap_or_else(|| panic!("no {field} in {text}"))
        })
        .collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn clinics_are_shown_as_in_a_ticket() {
    let (_site, server) = serve();
    let mut client = server.client();
    let ticket = Ask::new(LPU, PATIENT, FREE).book(&mut client);
    assert_eq!(get(&mut client, &lpu_path("")), ticket["lpu"]);
    let all = get(&mut client, "/lpu");
    let names: Vec<_> = all.as_array().unwrap().iter().map(|lpu| &lpu["name"]).collect();
    assert_eq!(names, ["А", "Б"]);
    assert_eq!(all[1], ticket["lpu"]);
}

#[test]
fn specialities_and_resources_have_their_free_places() {
    let (_site, server) = serve();
    let mut client = server.client();
    let row = |code: &str, name: &str, places: [i64; 2], days: i64| {
        json!({"code": code, "name": name, "resourceCount": 1, "countFree": places[0], "countBooked": places[1],
               "nearestDate": day(days), "lastDate": day(days)})
    };
    let specialities = lpu_path("/speciality");
    let both = json!([row("7", "Анализы", [3, 0], 4), row("27", "Терапия", [1, 1], 3)]);
    assert_eq!(get(&mut client, &specialities), both);
    assert_eq!(get_as(&mut client, PATIENT, &specialities), both);
    let none = json!({"countFree": 0, "nearestDate": null, "lastDate": null});
    let narrowed = get(&mut client, &format!("{specialities}?FlagAccess=0"));
    assert_eq!(narrowed[0], with(both[0].clone(), &none));

    let doctors = lpu_path("/doctor");
    assert_eq!(get(&mut client, &doctors), json!([room(), therapist()]));
    assert_eq!(
        get(&mut client, &format!("{doctors}?speciality=27")),
        json!([therapist()])
    );
    assert_eq!(get(&mut client, &format!("{doctors}/{}", guid(ROOM))), room());
    let hidden = get(&mut client, &format!("{doctors}/{}", guid(HIDDEN)));
    assert_eq!(hidden["docFio"], "Зимина А. Б.");
    let none = json!({"countFree": 0, "nearestSlot": null, "nearestSlots": []});
    let narrowed = get(&mut client, &format!("{doctors}/{}?flagaccess=0", guid(ROOM)));
    assert_eq!(narrowed, with(room(), &none));
}

#[test]
fn a_speciality_that_is_not_for_the_patients_age_is_left_out() {
    let (site, server) = serve();
    let years_ago = |years: i64| (now() - TimeDelta::days(years * 366)).date_naive().to_string();
    let adult_soon = now().date_naive() + TimeDelta::days(7);
    let adult_soon = adult_soon
        .checked_sub_months(chrono::Months::new(18 * 12))
        .unwrap();
    let born = |n, date: String| with(clinic::patient(n, LPU), &json!({"birthDate": date}));
    site.import(&[
        born(33, years_ago(10)),
        born(34, years_ago(95)),
        born(35, adult_soon.to_string()),
    ]);
    let mut client = server.client();
    let mut codes = |patient| {
        let rows = get_as(&mut client, patient, &lpu_path("/speciality"));
        let rows = rows.as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(33), ["7"], "too young for the therapist");
    assert_eq!(codes(34), ["27"], "too old for the room");
    assert_eq!(codes(35), ["7", "27"], "old enough before the fortnight is over");
}

#[test]
fn cells_are_shown_by_day_and_by_period() {
    let (_site, server) = serve();
    let mut client = server.client();
    let third = json!(third_day());
    let doctor = format!("doctor/{}/schedule", guid(THERAPIST));
    for path in [
        format!("/{doctor}/{}", day(3)),
        format!("/{doctor}/{0}/{0}", day(3)),
        format!("/speciality/27/{doctor}/{}", day(3)),
        format!("/speciality/none/{doctor}/{0}/{0}", day(3)),
        format!("/position/1/{doctor}/{}", day(3)),
        format!("/POSITION/1/{doctor}/{0}/{0}", day(3)),
        format!("/speciality/27/schedule/{0}/{0}", day(3)),
    ] {
        assert_eq!(get_as(&mut client, PATIENT, &lpu_path(&path)), third, "{path}");
        assert_eq!(get(&mut client, &lpu_path(&path)), third, "{path}");
    }
    let whole = lpu_path(&format!("/{doctor}/{}/{}", day(-1), day(20)));
    let mut cells = third_day();
    cells.insert(0, cell(BEGUN, -1, "10:00", "Expired"));
    cells.push(cell(FAR, 20, "10:00", "Unavailable"));
    assert_eq!(get(&mut client, &whole), json!(cells));
    let far = json!({"status": "UnavailableWithMessage",
                     "message": "Запись на прием доступна не ранее, чем за 14 дней."});
    *cells.last_mut().unwrap() = with(cell(FAR, 20, "10:00", "Available"), &far);
    assert_eq!(get_as(&mut client, PATIENT, &whole), json!(cells));
    let held = get_as(&mut client, HOLDER, &whole);
    let message = format!(
        "Вы уже записаны Ежова А. Б. на {}. Запрещено иметь более одной активной записи на прием на одну \
         специальность.",
        clinic::shown(3, "11:00")
    );
    assert_eq!(held[1]["status"], "UnavailableWithMessage");
    assert_eq!(held[1]["message"], message);
    assert_eq!(held[2]["status"], "Booked");
}

#[test]
fn cells_are_filtered_and_rights_come_from_token_header_and_query() {
    let (_site, server) = serve();
    let mut client = server.client();
    let third = lpu_path(&format!("/doctor/{}/schedule/{}", guid(THERAPIST), day(3)));
    let filtered = get(&mut client, &format!("{third}?busyType=322&BUSYTYPE=9"));
    let codes: Vec<_> = filtered
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| &cell["busyType"]["code"])
        .collect();
    assert_eq!(codes, ["9", "322"]);

    let mut statuses = |query: &str, header: Option<String>| {
        let headers: Vec<_> = header
            .as_deref()
            .map(|guid| ("ClientApplication", guid))
            .into_iter()
            .collect();
        let cells = success(&client.ask("GET", &format!("{third}{query}"), &headers, b""));
        let cells = cells.as_array().unwrap().clone();
        cells
            .iter()
            .map(|cell| cell["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let internet = ["Available", "Booked", "Unauthorized", "Unavailable"];
    let callcenter = ["Available", "Unauthorized", "Unauthorized", "Unavailable"];
    assert_eq!(statuses("", None), internet);
    assert_eq!(statuses("", Some(guid(KIOSK))), internet);
    assert_eq!(
        statuses("", Some("CB174067-702f-42d0-b0eb-1d84a514515d".to_owned())),
        callcenter
    );
    assert_eq!(statuses("?FlagAccess=127", None), internet);
    assert_eq!(statuses("?FlagAccess=32", Some(guid(KIOSK))), internet);
    assert_eq!(statuses("?FlagAccess=64", None), ["Unauthorized"; 4]);
}

/// Goal: `bookingSource` is the source of the last booking. Method: a cell with room for two is filled by two sources.
#[test]
fn a_full_cell_tells_the_source_of_its_last_booking() {
    const SHARED: u32 = 109;
    let (site, server) = serve();
    let shared = clinic::slot(SHARED, THERAPIST, 5, "10:00");
    site.import(&[with(shared, &json!({"planCount": 2})), clinic::patient(33, LPU)]);
    let mut client = server.client();
    let day_5 = lpu_path(&format!("/doctor/{}/schedule/{}", guid(THERAPIST), day(5)));
    for (patient, source, status, last) in [
        (PATIENT, "Infomat", "Available", ""),
        (33, "Callcenter", "Booked", "Callcenter"),
    ] {
        let ask = Ask::new(LPU, patient, SHARED);
        ask.claiming(&claims(&guid(LPU), &guid(patient), source))
            .book(&mut client);
        let cell = &get(&mut client, &day_5)[0];
        assert_eq!(
            (&cell["status"], &cell["bookingSource"]),
            (&json!(status), &json!(last))
        );
    }
}

#[test]
fn client_applications_are_shown() {
    let (_site, server) = serve();
    let mut client = server.client();
    let kiosk = json!({"clientApplicationName": "Инфомат", "clientApplicationGuid": guid(KIOSK),
                       "function": "VisitDoctor", "access": 36, "scheduleDays": 14});
    let path = |guid: &str| format!("/api/v2/settings/clientApplication/{guid}");
    assert_eq!(get(&mut client, &path(&guid(KIOSK))), json!([kiosk]));
    let all = get(&mut client, &path("00000000-0000-0000-0000-000000000000"));
    assert_eq!(all.as_array().unwrap().len(), 4);
    assert_eq!(all[0], kiosk);
    let registry = json!({"clientApplicationName": "Регистратура", "clientApplicationGuid": null,
                          "function": "VisitDoctor", "access": 1, "scheduleDays": 0});
    assert_eq!(all[3], registry);
}

#[test]
fn fields_stand_in_the_contracts_order_and_head_is_get_without_a_body() {
    let (_site, server) = serve();
    let mut client = server.client();
    let schedule = lpu_path(&format!("/doctor/{}/schedule/{}", guid(THERAPIST), day(3)));
    let cell = "status message flagAccess opened bookingSource count guid docGuid beginTime endTime usedCount busyType room";
    let doctor = "guid type docFio family name patronymic role specialityCode speciality room flat ageFrom ageTo \
                  dispensaryOnly countFree nearestSlot nearestSlots uchastokNums";
    let application = "clientApplicationName clientApplicationGuid function access scheduleDays";
    for (path, fields) in [
        (schedule, cell),
        (lpu_path("/doctor"), doctor),
        (
            lpu_path("/speciality"),
            "code name resourceCount countFree countBooked nearestDate lastDate",
        ),
        (
            format!("/settings/clientApplication/{}", guid(KIOSK)),
            application,
        ),
        (lpu_path(""), "status lastChangeTime guid ferName"),
        ("/lpu".to_owned(), "status lastChangeTime guid ferName"),
    ] {
        let whole = client.ask("GET", &path, &[], b"");
        order(&whole, &fields.split_whitespace().collect::<Vec<_>>());
        let head = client.ask("HEAD", &path, &[], b"");
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(
            head.header("content-length"),
            whole.header("content-length"),
            "{path}"
        );
    }
}
