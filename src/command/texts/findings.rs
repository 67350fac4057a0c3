//! Russian for what `verify` looks at and finds, and for which cards are doubtful: templates as in the catalogue.

/// English and Russian, the more particular before the more general.
pub const FINDINGS: &[(&str, &str)] = &[
    // What `verify` looks at, and what to do.
    (
        "every value is what its column holds",
        "каждое значение такое, какое хранит его столбец",
    ),
    (
        "no two visits to come have one number with one resource on one day",
        "нет двух будущих записей под одним номером к одному врачу в один день",
    ),
    (
        "an import has moved a cell: tell those at the door",
        "загрузка перенесла ячейку: предупредите кабинет",
    ),
    (
        "no document is on two open cards of one clinic",
        "ни один документ не стоит в двух открытых картах одной клиники",
    ),
    (
        "no closed card has visits that are to come",
        "у закрытых карт нет будущих записей",
    ),
    (
        "no person has several cards in one clinic",
        "ни у кого нет нескольких карт в одной клинике",
    ),
    (
        "let the registry join or close the cards",
        "пусть регистратура объединит или закроет карты",
    ),
    (
        "tables, indexes and triggers are there",
        "таблицы, индексы и триггеры на месте",
    ),
    (
        "pages, indexes and bounds of values",
        "страницы, индексы и границы значений",
    ),
    (
        "every row names rows that are there",
        "каждая строка ссылается на строки, которые есть",
    ),
    (
        "no patient is at two places at one time",
        "никто из пациентов не записан в два места на одно время",
    ),
    (
        "used places of the days ahead are the active visits, and no more than planned",
        "занятые места ближайших дней равны действующим записям и не больше запланированных",
    ),
    (
        "used places are the active visits, and no more than planned",
        "занятые места равны действующим записям и не больше запланированных",
    ),
    (
        "active visits are at the times of their cells",
        "действующие записи стоят на времени своих ячеек",
    ),
    (
        "no number is given twice for a resource and day",
        "номер талона не выдан дважды на один день к одному врачу",
    ),
    ("histories are complete", "истории записей полны"),
    (
        "the end of the journal has no gaps, and its visits are there",
        "конец журнала без пропусков, и его записи есть",
    ),
    ("the journal has no gaps", "журнал без пропусков"),
    (
        "the journal and the visits tell the same",
        "журнал и записи согласны",
    ),
    (
        "stop the server and put the last good backup in place: infomat restore FILE",
        "остановите сервер и восстановите последнюю исправную копию: infomat restore ФАЙЛ",
    ),
    (
        "another program has written to the database: find and stop it, then restore the last good backup, or keep the file and ask those who maintain this program",
        "в базу данных писала другая программа: найдите и остановите ее, затем восстановите последнюю исправную копию или сохраните файл и обратитесь к тем, кто сопровождает программу",
    ),
    (
        "an import may have moved a cell: call the patient and cancel one visit with infomat cancel",
        "загрузка могла перенести ячейку: позвоните пациенту и отмените одну запись командой infomat cancel",
    ),
    // What `verify` finds. What a row is called comes first.
    ("not to be read: {}", "не читается: «{}»"),
    ("database disk image is malformed", "файл базы данных поврежден"),
    ("disk I/O error", "диск отвечает ошибкой"),
    ("{}: is missing", "нет: {}"),
    (
        "table {}: row {} names a {} that is not there",
        "таблица {}: строка {} ссылается на строку {}, которой нет",
    ),
    (
        "journal: entries {} to {} are missing",
        "журнал: нет строк с {} по {}",
    ),
    (
        "visit {}: its doctor or its times are not those of its cell",
        "запись {}: врач или время не те, что у ее ячейки",
    ),
    (
        "visit {}: an entry before the {}th is missing",
        "запись {}: в истории нет строки перед строкой {}",
    ),
    (
        "visit {}: it is {}, its history tells of {} cancellings",
        "запись {}: она {}, а отмен в ее истории {}",
    ),
    (
        "visit {}: its history does not tell of the patient's arrival as its row does",
        "запись {}: история говорит о приходе пациента не то, что сама запись",
    ),
    (
        "visit {}: the journal tells of it, but it is not there",
        "запись {}: в журнале она есть, а самой ее нет",
    ),
    (
        "visit {}: the journal tells {} times that it was booked and {} times that it was cancelled, and it is {}",
        "запись {}: в журнале сделана раз {}, отменена раз {}, а сама она {}",
    ),
    (
        "visit {}: begins before an earlier visit of its patient ends",
        "запись {}: начинается раньше, чем кончается предыдущая запись того же пациента",
    ),
    (
        "resource {}: number {} of {} was given {} times",
        "врач или кабинет {}: номер {} на {} выдан раз: {}",
    ),
    (
        "cell {}: used_count is {} of {}, with {} active visits",
        "ячейка {}: занято {} из {}, а действующих записей {}",
    ),
    (
        "patient {}: is closed and has active visits ({})",
        "карта {}: закрыта, а действующих записей {}",
    ),
    (
        "patient {}: another open card of the clinic has its policy",
        "карта {}: тот же полис в другой открытой карте клиники",
    ),
    (
        "patient {}: another open card of the clinic has its SNILS",
        "карта {}: тот же СНИЛС в другой открытой карте клиники",
    ),
    (
        "patient {}: another open card of the clinic has its passport",
        "карта {}: тот же паспорт в другой открытой карте клиники",
    ),
    (
        "patient {}: another card of the clinic has its personGuid",
        "карта {}: тот же personGuid в другой карте клиники",
    ),
    (
        "visit {}: has number {} of its resource and day, as {}",
        "запись {}: номер {} на этот день к этому врачу есть и у записи {}",
    ),
    ("table {}, row {}, column {}", "таблица {}, строка {}, столбец {}"),
    ("active", "действует"),
    ("cancelled", "отменена"),
    ("file: {}", "файл: «{}»"),
];
