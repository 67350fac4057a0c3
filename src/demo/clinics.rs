//! The two clinics of the made-up town of Светлоключинск, the specialities, and the terminal in the hall.
//!
//! Codes, numbers and telephones are zeros where a real one could stand; sites and e-mails are of the reserved
//! domain `example` (RFC 2606).

use super::line::{AddressDetail, Application, Lpu, Parent, Speciality, Worktimes};
use uuid::Uuid;

/// The polyclinic for grown-ups, the main one of the demo.
pub const POLYCLINIC: Uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0001);

/// The small clinic for children.
pub const CHILDREN: Uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0002);

/// The client application of the terminal (`ClientApplication` header).
pub const KIOSK: Uuid = Uuid::from_u128(0x5000_0000_0000_4000_8000_0000_0000_0001);

const POLYCLINIC_NAME: &str = "Светлоключинская поликлиника № 1";

/// Both clinics.
pub const LPUS: &[Lpu] = &[
    Lpu {
        guid: POLYCLINIC,
        name: POLYCLINIC_NAME,
        fer_name: "ГБУЗ «Светлоключинская городская поликлиника № 1»",
        address: "000101, Заозёрная область, г. Светлоключинск, ул. Родниковая, д. 12",
        types: ["lpu"],
        phone: "8-000-000-01-01",
        mcod: "000101",
        full_name: "Государственное бюджетное учреждение здравоохранения «Светлоключинская городская поликлиника № 1»",
        fcod: "000001",
        st_lpu: true,
        host_id: 101,
        is_children: false,
        is_call_doctor: true,
        is_waiting_list: true,
        is_disp: true,
        is_active: true,
        have_schedule: true,
        parent: Parent {
            guid: POLYCLINIC,
            name: POLYCLINIC_NAME,
        },
        post_index: "000101",
        ratings: None,
        address_detail: AddressDetail {
            postcode: "000101",
            settlement: "г. Светлоключинск",
            street: "ул. Родниковая",
            building: "",
            house: "12",
        },
        worktimes: Worktimes {
            monday: "8:00 - 20:00",
            tuesday: "8:00 - 20:00",
            wednesday: "8:00 - 20:00",
            thursday: "8:00 - 20:00",
            friday: "8:00 - 20:00",
            saturday: "9:00 - 13:00",
            sunday: "",
        },
        city_id: "demo_svetloklyuchinsk",
        inn: "0000000101",
        kpp: "000000101",
        ogrn: "0000000000101",
        okato: "00000000000",
        lic: "ЛО-00-00-000101",
        management: "Заозёрова Лидия Аркадьевна",
        photo: "https://poliklinika1.example/photo.jpg",
        site: "https://poliklinika1.example",
        email: "info@poliklinika1.example",
        gps: "0.000000, 0.000000",
    },
    Lpu {
        guid: CHILDREN,
        name: "Светлоключинская детская поликлиника",
        fer_name: "Детское отделение ГБУЗ «Светлоключинская городская поликлиника № 1»",
        address: "000101, Заозёрная область, г. Светлоключинск, ул. Одуванчиковая, д. 3, корп. 1",
        types: ["lpu"],
        phone: "8-000-000-01-02",
        mcod: "000102",
        full_name: "Светлоключинская детская поликлиника, отделение городской поликлиники № 1",
        fcod: "000002",
        st_lpu: true,
        host_id: 102,
        is_children: true,
        is_call_doctor: true,
        is_waiting_list: true,
        is_disp: false,
        is_active: true,
        have_schedule: true,
        parent: Parent {
            guid: POLYCLINIC,
            name: POLYCLINIC_NAME,
        },
        post_index: "000101",
        ratings: None,
        address_detail: AddressDetail {
            postcode: "000101",
            settlement: "г. Светлоключинск",
            street: "ул. Одуванчиковая",
            building: "1",
            house: "3",
        },
        worktimes: Worktimes {
            monday: "8:00 - 20:00",
            tuesday: "8:00 - 20:00",
            wednesday: "8:00 - 20:00",
            thursday: "8:00 - 20:00",
            friday: "8:00 - 20:00",
            saturday: "9:00 - 13:00",
            sunday: "",
        },
        city_id: "demo_svetloklyuchinsk",
        inn: "0000000101",
        kpp: "000000102",
        ogrn: "0000000000101",
        okato: "00000000000",
        lic: "ЛО-00-00-000102",
        management: "Ладушкина Вера Игоревна",
        photo: "https://deti.poliklinika1.example/photo.jpg",
        site: "https://deti.poliklinika1.example",
        email: "deti@poliklinika1.example",
        gps: "0.000000, 0.000100",
    },
];

pub const THERAPY: &str = "10";
pub const URGENT: &str = "11";
pub const CARDIOLOGY: &str = "12";
pub const NEUROLOGY: &str = "13";
pub const OPHTHALMOLOGY: &str = "14";
pub const ENT: &str = "15";
pub const SURGERY: &str = "16";
pub const TRAUMATOLOGY: &str = "17";
pub const ENDOCRINOLOGY: &str = "18";
pub const UROLOGY: &str = "19";
pub const GYNAECOLOGY: &str = "20";
pub const DERMATOLOGY: &str = "21";
pub const GASTROENTEROLOGY: &str = "22";
pub const GERIATRICS: &str = "23";
pub const PHTHISIOLOGY: &str = "24";
pub const EXERCISE: &str = "25";
pub const PAEDIATRICS: &str = "30";
pub const PROCEDURES: &str = "40";
pub const VACCINATION: &str = "41";
pub const PREVENTION: &str = "42";
pub const ULTRASOUND: &str = "43";
pub const RADIOLOGY: &str = "44";
pub const FUNCTIONAL: &str = "45";
pub const COMMISSION: &str = "46";
pub const HOME_CARE: &str = "47";

/// All specialities: those of people, then those of rooms and equipment.
pub const SPECIALITIES: &[(&str, &str)] = &[
    (THERAPY, "Терапия"),
    (URGENT, "Неотложная помощь"),
    (CARDIOLOGY, "Кардиология"),
    (NEUROLOGY, "Неврология"),
    (OPHTHALMOLOGY, "Офтальмология"),
    (ENT, "Оториноларингология"),
    (SURGERY, "Хирургия"),
    (TRAUMATOLOGY, "Травматология и ортопедия"),
    (ENDOCRINOLOGY, "Эндокринология"),
    (UROLOGY, "Урология"),
    (GYNAECOLOGY, "Акушерство и гинекология"),
    (DERMATOLOGY, "Дерматовенерология"),
    (GASTROENTEROLOGY, "Гастроэнтерология"),
    (GERIATRICS, "Гериатрия"),
    (PHTHISIOLOGY, "Фтизиатрия"),
    (EXERCISE, "Лечебная физкультура"),
    (PAEDIATRICS, "Педиатрия"),
    (PROCEDURES, "Процедурный кабинет"),
    (VACCINATION, "Вакцинация"),
    (PREVENTION, "Медицинская профилактика"),
    (ULTRASOUND, "Ультразвуковая диагностика"),
    (RADIOLOGY, "Рентгенология"),
    (FUNCTIONAL, "Функциональная диагностика"),
    (COMMISSION, "Врачебная комиссия"),
    (HOME_CARE, "Помощь на дому"),
];

/// The line of a speciality.
pub fn speciality(&(code, name): &(&'static str, &'static str)) -> Speciality {
    Speciality { code, name }
}

/// The terminal's client application as [crate::contract::applications] has it, with a GUID of its own.
pub fn kiosk() -> Application {
    Application {
        mnem: "Infomat",
        guid: KIOSK,
        source: 1,
        name: "Инфомат",
        description: "Сенсорный терминал самостоятельной записи в холле поликлиники",
        access: 36,
        self_service: true,
        schedule_days: 14,
    }
}
