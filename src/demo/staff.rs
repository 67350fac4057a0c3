//! Who and what receives patients: the doctors, rooms and equipment of both clinics.

use super::clinics::{
    CARDIOLOGY, CHILDREN, COMMISSION, DERMATOLOGY, ENDOCRINOLOGY, ENT, EXERCISE, FUNCTIONAL,
    GASTROENTEROLOGY, GERIATRICS, GYNAECOLOGY, HOME_CARE, NEUROLOGY, OPHTHALMOLOGY, PAEDIATRICS,
    PHTHISIOLOGY, POLYCLINIC, PREVENTION, PROCEDURES, RADIOLOGY, SURGERY, THERAPY, TRAUMATOLOGY, ULTRASOUND,
    URGENT, UROLOGY, VACCINATION,
};
use super::guid;
use super::line::{Ages, Resource};
use super::timetable::Hours;
use uuid::Uuid;

/// A doctor, a room or equipment with its working hours.
#[derive(Clone, Copy)]
pub struct Staff {
    /// Number that makes the GUIDs of the resource and of its cells; never given to another.
    pub number: u32,
    /// The clinic.
    pub lpu: Uuid,
    kind: &'static str,
    family: &'static str,
    name: &'static str,
    patronymic: &'static str,
    title: &'static str,
    role: &'static str,
    speciality: &'static str,
    room: u32,
    ages: Ages,
    dispensary_only: bool,
    shown: bool,
    /// When it receives.
    pub hours: Hours,
    /// Length of a cell of reception.
    pub cell_minutes: u32,
    /// Patients a cell of reception has room for.
    pub plan_count: u32,
    /// How many days ahead its timetable is open at least, whatever is asked for.
    pub open_days: u32,
}

impl Staff {
    /// GUID of the resource.
    pub fn guid(&self) -> Uuid {
        resource_guid(self.number)
    }

    /// Its line.
    pub fn line(&self) -> Resource {
        Resource {
            guid: self.guid(),
            lpu: self.lpu,
            kind: self.kind,
            family: self.family,
            name: self.name,
            patronymic: self.patronymic,
            title: self.title,
            role: self.role,
            speciality: self.speciality,
            room: self.room.to_string(),
            flat: self.room / 100,
            ages: self.ages,
            dispensary_only: self.dispensary_only,
            shown: (!self.shown).then_some(false),
        }
    }

    /// A doctor of the polyclinic with cells of a quarter of an hour.
    const fn doctor(
        number: u32,
        speciality: &'static str,
        [family, name, patronymic]: [&'static str; 3],
        role: &'static str,
        room: u32,
        hours: Hours,
    ) -> Self {
        Staff {
            number,
            lpu: POLYCLINIC,
            kind: "doctor",
            family,
            name,
            patronymic,
            title: "",
            role,
            speciality,
            room,
            ages: Ages { from: None, to: None },
            dispensary_only: false,
            shown: true,
            hours,
            cell_minutes: 15,
            plan_count: 1,
            open_days: 0,
        }
    }

    /// A room of the polyclinic.
    const fn room(
        number: u32,
        speciality: &'static str,
        title: &'static str,
        role: &'static str,
        room: u32,
        hours: Hours,
    ) -> Self {
        Staff {
            kind: "room",
            title,
            ..Staff::doctor(number, speciality, ["", "", ""], role, room, hours)
        }
    }

    /// Equipment of the polyclinic.
    const fn equipment(
        number: u32,
        speciality: &'static str,
        title: &'static str,
        role: &'static str,
        room: u32,
        hours: Hours,
    ) -> Self {
        Staff {
            kind: "equipment",
            ..Staff::room(number, speciality, title, role, room, hours)
        }
    }

    const fn minutes(self, cell_minutes: u32) -> Self {
        Staff { cell_minutes, ..self }
    }

    const fn for_many(self, plan_count: u32) -> Self {
        Staff { plan_count, ..self }
    }

    const fn ages(self, from: Option<u32>, to: Option<u32>) -> Self {
        Staff {
            ages: Ages { from, to },
            ..self
        }
    }

    const fn of_children(self) -> Self {
        Staff {
            lpu: CHILDREN,
            ..self
        }
    }

    const fn registered_only(self) -> Self {
        Staff {
            dispensary_only: true,
            ..self
        }
    }

    const fn hidden(self) -> Self {
        Staff { shown: false, ..self }
    }

    const fn open_days(self, open_days: u32) -> Self {
        Staff { open_days, ..self }
    }
}

/// GUID of the resource with this number.
pub fn resource_guid(number: u32) -> Uuid {
    guid(20_000_000, number)
}

/// Sees those of 15 to 17.
pub const TEENAGE_THERAPIST: u32 = 109;
/// One of two who are on duty every second day, so that on every day somebody is.
pub const DUTY_DOCTOR: u32 = 111;
/// One who takes anybody by appointment.
pub const CARDIOLOGIST: u32 = 122;
/// A professor who comes once a week, with a timetable open for eleven weeks.
pub const PROFESSOR: u32 = 123;
/// Takes only patients registered with him.
pub const DIABETOLOGIST: u32 = 182;
/// Sees those from 60.
pub const GERIATRICIAN: u32 = 231;
/// Takes only patients registered with her.
pub const PHTHISIATRICIAN: u32 = 241;
/// Its cells bear bounds on age of their own.
pub const PREVENTION_ROOM: u32 = 421;
/// Its cells are for the registry alone.
pub const COMMISSION_ROOM: u32 = 461;
/// Its cells are no receptions.
pub const HOME_TEAM: u32 = 471;
/// A paediatrician on duty on every day.
pub const DUTY_PAEDIATRICIAN: u32 = 304;

/// Everybody and everything.
pub fn all() -> impl Iterator<Item = &'static Staff> {
    DOCTORS.iter().chain(ROOMS).chain(OF_CHILDREN)
}

#[rustfmt::skip] // A line a person: the list is read as a table.
const DOCTORS: &[Staff] = &[
    Staff::doctor(101, THERAPY, ["Берёзкина", "Анна", "Павловна"], "Врач-терапевт участковый, участок 1", 201, Hours::District),
    Staff::doctor(102, THERAPY, ["Горицветов", "Илья", "Романович"], "Врач-терапевт участковый, участок 2", 202, Hours::District),
    Staff::doctor(103, THERAPY, ["Заречнева", "Ольга", "Вадимовна"], "Врач-терапевт участковый, участок 3", 203, Hours::District),
    Staff::doctor(104, THERAPY, ["Ивушкина", "Тамара", "Львовна"], "Врач-терапевт участковый, участок 4", 204, Hours::District),
    Staff::doctor(105, THERAPY, ["Колокольцев", "Глеб", "Аркадьевич"], "Врач-терапевт участковый, участок 5", 205, Hours::District),
    Staff::doctor(106, THERAPY, ["Ладушкина", "Мария", "Степановна"], "Врач-терапевт участковый, участок 6", 206, Hours::District).minutes(20),
    Staff::doctor(107, THERAPY, ["Медуницына", "Юлия", "Олеговна"], "Врач-терапевт участковый, участок 7", 207, Hours::District),
    Staff::doctor(108, THERAPY, ["Полынин", "Семён", "Игоревич"], "Заведующий терапевтическим отделением", 208, Hours::Specialist).minutes(30).hidden(),
    Staff::doctor(TEENAGE_THERAPIST, THERAPY, ["Рябинкина", "Дарья", "Антоновна"], "Врач-терапевт подростковый", 209, Hours::Specialist).ages(Some(15), Some(17)),
    Staff::doctor(DUTY_DOCTOR, URGENT, ["Снегирёв", "Максим", "Юрьевич"], "Дежурный врач, ежедневно до 24:00", 105, Hours::Duty),
    Staff::doctor(112, URGENT, ["Туманова", "Вера", "Геннадьевна"], "Дежурный врач, ежедневно до 24:00", 105, Hours::Duty),
    Staff::doctor(121, CARDIOLOGY, ["Черёмухина", "Елена", "Борисовна"], "Врач-кардиолог", 301, Hours::Specialist).minutes(20),
    Staff::doctor(CARDIOLOGIST, CARDIOLOGY, ["Ясенев", "Андрей", "Михайлович"], "Врач-кардиолог", 302, Hours::Specialist).minutes(20),
    Staff::doctor(PROFESSOR, CARDIOLOGY, ["Тихомиров", "Константин", "Эдуардович"], "Профессор, консультант по четвергам", 303, Hours::Weekly).minutes(30).open_days(78),
    Staff::doctor(131, NEUROLOGY, ["Вересков", "Павел", "Денисович"], "Врач-невролог", 304, Hours::Specialist),
    Staff::doctor(132, NEUROLOGY, ["Лесникова", "Инна", "Валерьевна"], "Врач-невролог", 305, Hours::Specialist),
    Staff::doctor(133, NEUROLOGY, ["Осинцева", "Нина", "Кирилловна"], "Врач-невролог", 306, Hours::Specialist).minutes(20),
    Staff::doctor(141, OPHTHALMOLOGY, ["Яснова", "Светлана", "Ильинична"], "Врач-офтальмолог", 307, Hours::Specialist),
    Staff::doctor(142, OPHTHALMOLOGY, ["Голубкин", "Роман", "Сергеевич"], "Врач-офтальмолог", 308, Hours::Specialist),
    Staff::doctor(143, OPHTHALMOLOGY, ["Ельникова", "Алла", "Фёдоровна"], "Врач-офтальмолог, глаукомный кабинет", 309, Hours::Specialist).ages(Some(40), None),
    Staff::doctor(151, ENT, ["Щеглов", "Тимофей", "Николаевич"], "Врач-оториноларинголог", 310, Hours::Specialist),
    Staff::doctor(152, ENT, ["Тальникова", "Ксения", "Викторовна"], "Врач-оториноларинголог", 311, Hours::Specialist),
    Staff::doctor(161, SURGERY, ["Дубравин", "Виктор", "Петрович"], "Врач-хирург", 110, Hours::Specialist),
    Staff::doctor(162, SURGERY, ["Шиповников", "Денис", "Олегович"], "Врач-хирург", 111, Hours::Specialist),
    Staff::doctor(171, TRAUMATOLOGY, ["Камышов", "Егор", "Алексеевич"], "Врач-травматолог-ортопед", 112, Hours::Specialist),
    Staff::doctor(172, TRAUMATOLOGY, ["Перелескова", "Зоя", "Андреевна"], "Врач-травматолог-ортопед", 113, Hours::Specialist),
    Staff::doctor(181, ENDOCRINOLOGY, ["Клюквина", "Людмила", "Евгеньевна"], "Врач-эндокринолог", 312, Hours::Specialist),
    Staff::doctor(DIABETOLOGIST, ENDOCRINOLOGY, ["Овражков", "Борис", "Тимофеевич"], "Врач-эндокринолог, кабинет «Диабет»", 313, Hours::Specialist).registered_only(),
    Staff::doctor(191, UROLOGY, ["Барсуков", "Олег", "Геннадьевич"], "Врач-уролог", 114, Hours::Specialist).ages(Some(18), None),
    Staff::doctor(201, GYNAECOLOGY, ["Ромашкина", "Ирина", "Максимовна"], "Врач-акушер-гинеколог", 401, Hours::Specialist).ages(Some(15), None).minutes(20),
    Staff::doctor(202, GYNAECOLOGY, ["Сосенкина", "Евгения", "Глебовна"], "Врач-акушер-гинеколог", 402, Hours::Specialist).ages(Some(15), None).minutes(20),
    Staff::doctor(211, DERMATOLOGY, ["Подснежникова", "Виктория", "Романовна"], "Врач-дерматовенеролог", 314, Hours::Specialist),
    Staff::doctor(221, GASTROENTEROLOGY, ["Облепихин", "Григорий", "Иванович"], "Врач-гастроэнтеролог", 315, Hours::Specialist).minutes(20),
    Staff::doctor(GERIATRICIAN, GERIATRICS, ["Морошкина", "Надежда", "Васильевна"], "Врач-гериатр", 210, Hours::Specialist).ages(Some(60), None).minutes(30),
    Staff::doctor(PHTHISIATRICIAN, PHTHISIOLOGY, ["Агапова", "Галина", "Семёновна"], "Врач-фтизиатр участковый", 101, Hours::Specialist).registered_only(),
    Staff::doctor(251, EXERCISE, ["Лугинин", "Степан", "Егорович"], "Инструктор-методист ЛФК, группа до 8 человек", 403, Hours::Groups).ages(Some(18), None).minutes(45).for_many(8),
];

#[rustfmt::skip] // A line a room: the list is read as a table.
const ROOMS: &[Staff] = &[
    Staff::room(401, PROCEDURES, "Процедурный кабинет", "Забор крови", 115, Hours::Mornings).for_many(2),
    Staff::room(411, VACCINATION, "Прививочный кабинет", "Вакцинация взрослых", 116, Hours::Diagnostics).ages(Some(18), None),
    Staff::room(PREVENTION_ROOM, PREVENTION, "Кабинет медицинской профилактики", "Диспансеризация", 117, Hours::Prevention),
    Staff::equipment(431, ULTRASOUND, "УЗИ-аппарат № 1", "Ультразвуковое исследование", 404, Hours::Diagnostics).minutes(20),
    Staff::equipment(432, ULTRASOUND, "УЗИ-аппарат № 2", "Ультразвуковое исследование", 405, Hours::Diagnostics).minutes(30),
    Staff::equipment(441, RADIOLOGY, "Флюорограф", "Флюорография", 102, Hours::Diagnostics).ages(Some(15), None),
    Staff::equipment(442, RADIOLOGY, "Маммограф", "Маммография", 103, Hours::Diagnostics).ages(Some(40), Some(75)),
    Staff::equipment(451, FUNCTIONAL, "Электрокардиограф", "ЭКГ", 316, Hours::Mornings),
    Staff::room(COMMISSION_ROOM, COMMISSION, "Врачебная комиссия", "Запись через регистратуру", 406, Hours::Commission).minutes(30),
    Staff::room(HOME_TEAM, HOME_CARE, "Выездная бригада", "Посещения на дому", 106, Hours::HomeVisits),
];

#[rustfmt::skip] // A line a person: the list is read as a table.
const OF_CHILDREN: &[Staff] = &[
    Staff::doctor(301, PAEDIATRICS, ["Ласточкина", "Полина", "Алексеевна"], "Врач-педиатр участковый, участок 1", 201, Hours::District).of_children(),
    Staff::doctor(302, PAEDIATRICS, ["Бубенцов", "Вадим", "Константинович"], "Врач-педиатр участковый, участок 2", 202, Hours::District).of_children(),
    Staff::doctor(303, PAEDIATRICS, ["Синицына", "Маргарита", "Денисовна"], "Врач-педиатр, кабинет здорового ребёнка", 203, Hours::Specialist).ages(None, Some(2)).minutes(20).of_children(),
    Staff::doctor(DUTY_PAEDIATRICIAN, URGENT, ["Малинкина", "София", "Борисовна"], "Дежурный педиатр, ежедневно до 24:00", 101, Hours::EveryDay).of_children(),
    Staff::doctor(311, NEUROLOGY, ["Калинкин", "Кирилл", "Андреевич"], "Врач-невролог детский", 204, Hours::Specialist).of_children(),
    Staff::doctor(312, OPHTHALMOLOGY, ["Журавина", "Раиса", "Павловна"], "Врач-офтальмолог детский", 205, Hours::Specialist).ages(Some(1), None).of_children(),
    Staff::doctor(313, ENT, ["Дроздова", "Ульяна", "Никитична"], "Врач-оториноларинголог детский", 206, Hours::Specialist).of_children(),
    Staff::room(321, VACCINATION, "Прививочный кабинет", "Вакцинация детей", 102, Hours::Mornings).for_many(2).of_children(),
];
