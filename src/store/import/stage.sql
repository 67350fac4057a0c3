-- The lines of a file under import, each with its number (src/store/import/mod.rs: times ROWS_OF_LINE): all that the checks and the last step need, in this connection's
-- own temporary file. `key` names the thing; `fate` says what the line does with it: 'put', 'remove', or nothing more
-- because it is 'bad' (it stands here so that lines which name its thing are not called bad for that). Only lines to be
-- put have the columns after `fate`, named as those of the tables they are meant for; `known_id` is the row that has the key, as
-- it was found before the lock.
CREATE TEMP TABLE staged_lpu (
    line INTEGER PRIMARY KEY, key BLOB NOT NULL, fate TEXT NOT NULL,
    name TEXT, is_children INTEGER, model TEXT
) STRICT;
CREATE TEMP TABLE staged_speciality (
    line INTEGER PRIMARY KEY, key TEXT NOT NULL, fate TEXT NOT NULL,
    name TEXT
) STRICT;
CREATE TEMP TABLE staged_resource (
    line INTEGER PRIMARY KEY, key BLOB NOT NULL, fate TEXT NOT NULL,
    lpu BLOB, kind TEXT, family TEXT, name TEXT, patronymic TEXT, title TEXT, role TEXT,
    uchastok_nums TEXT, speciality TEXT, room TEXT, flat INTEGER, age_from INTEGER, age_to INTEGER, dispensary_only INTEGER, shown INTEGER
) STRICT;
CREATE TEMP TABLE staged_slot (
    line INTEGER PRIMARY KEY, key BLOB NOT NULL, fate TEXT NOT NULL, known_id INTEGER,
    resource BLOB, begin_at INTEGER, end_at INTEGER, plan_count INTEGER, flag_access INTEGER,
    busy_type INTEGER, busy_code TEXT, busy_name TEXT, room TEXT, age_from INTEGER, age_to INTEGER, owner TEXT
) STRICT;
CREATE TEMP TABLE staged_patient (
    line INTEGER PRIMARY KEY, key BLOB NOT NULL, fate TEXT NOT NULL, known_id INTEGER,
    lpu BLOB, person_guid BLOB, family TEXT, name TEXT, patronymic TEXT, birth_date TEXT, sex TEXT,
    policy_series TEXT, policy_number TEXT, snils TEXT, passport_series TEXT, passport_number TEXT,
    phone TEXT, email TEXT, email_confirm_agree INTEGER, uchastok_num TEXT, self_booking_banned INTEGER, closed INTEGER
) STRICT;
CREATE TEMP TABLE staged_referral (
    line INTEGER PRIMARY KEY, key TEXT NOT NULL, fate TEXT NOT NULL,
    kind TEXT, patient BLOB
) STRICT;
CREATE TEMP TABLE staged_dispensary_registration (
    line INTEGER PRIMARY KEY, key BLOB NOT NULL, fate TEXT NOT NULL,
    patient BLOB AS (substr(key, 1, 16)), resource BLOB AS (substr(key, 17))
) STRICT;
CREATE TEMP TABLE staged_exam (
    line INTEGER PRIMARY KEY, key BLOB NOT NULL, fate TEXT NOT NULL,
    patient BLOB, name TEXT
) STRICT;
CREATE TEMP TABLE staged_client_application (
    line INTEGER PRIMARY KEY, key TEXT NOT NULL, fate TEXT NOT NULL,
    guid BLOB, source INTEGER, name TEXT, description TEXT, access INTEGER, self_service INTEGER, schedule_days INTEGER
) STRICT;

-- A nightly file has many cells and cards, most as they are. These are the lines that say something new of them, with the row
-- that a line changes; none where it adds one. `moves`: the cell gets another resource or time.
CREATE TEMP TABLE changing_slot (line INTEGER PRIMARY KEY, id INTEGER, used_count INTEGER, moves INTEGER NOT NULL) STRICT;
CREATE TEMP TABLE changing_patient (line INTEGER PRIMARY KEY, id INTEGER) STRICT;

-- The days of resources whose timetable the lines replace, each with the first line that names it.
CREATE TEMP TABLE replaced_day (
    line INTEGER PRIMARY KEY, resource BLOB NOT NULL, from_at INTEGER NOT NULL, until_at INTEGER NOT NULL
) STRICT;

-- What a line may name: what is in the file, and what is in the database and stays there.
CREATE TEMP VIEW present_lpu AS
SELECT key FROM staged_lpu WHERE fate <> 'remove'
UNION ALL
SELECT guid FROM main.lpu l WHERE NOT EXISTS (SELECT 1 FROM staged_lpu s WHERE s.key = l.guid);

CREATE TEMP VIEW present_speciality AS
SELECT key FROM staged_speciality WHERE fate <> 'remove'
UNION ALL
SELECT code FROM main.speciality p WHERE NOT EXISTS (SELECT 1 FROM staged_speciality s WHERE s.key = p.code);

CREATE TEMP VIEW present_resource AS
SELECT key FROM staged_resource WHERE fate <> 'remove'
UNION ALL
SELECT guid FROM main.resource r
WHERE removed = 0 AND NOT EXISTS (SELECT 1 FROM staged_resource s WHERE s.key = r.guid);

CREATE TEMP VIEW present_patient AS
SELECT key FROM staged_patient WHERE fate <> 'remove'
UNION ALL
SELECT guid FROM main.patient p WHERE NOT EXISTS (SELECT 1 FROM staged_patient s WHERE s.key = p.guid);

-- Active visits to come that the lines put elsewhere: where they were, and where they are to be.
CREATE TEMP TABLE moved_visit (
    visit_id INTEGER PRIMARY KEY,
    old_resource BLOB NOT NULL, old_lpu BLOB NOT NULL, old_begin_at INTEGER NOT NULL, old_end_at INTEGER NOT NULL,
    old_room TEXT NOT NULL,
    resource BLOB NOT NULL, lpu BLOB NOT NULL, begin_at INTEGER NOT NULL, end_at INTEGER NOT NULL, room TEXT NOT NULL
) STRICT;
CREATE INDEX moved_visit_by_resource ON moved_visit (resource, begin_at);

-- Pairs of active visits at one time that come to be of one person.
CREATE TEMP TABLE joined_pair (visit_id INTEGER NOT NULL, other INTEGER NOT NULL) STRICT;

-- Active visits with what a registrar needs of them, as they are to be.
CREATE TEMP VIEW planned_visit AS
SELECT v.id, v.guid, v.num, v.checked_in_at, coalesce(m.begin_at, v.begin_at) AS begin_at, coalesce(m.end_at, v.end_at) AS end_at,
       coalesce(m.room, nullif(s.room, ''), r.room) AS room, coalesce(m.resource, r.guid) AS resource_guid,
       coalesce(t.kind, q.type, r.type) AS resource_type, coalesce(t.family, q.family, r.family) AS family,
       coalesce(t.name, q.name, r.name) AS name, coalesce(t.patronymic, q.patronymic, r.patronymic) AS patronymic,
       coalesce(t.title, q.title, r.title) AS title,
       k.family AS patient_family, k.name AS patient_name, k.patronymic AS patient_patronymic, k.birth_date,
       coalesce(nullif(v.phone, ''), u.phone, k.phone) AS phone
FROM main.visit v
JOIN main.resource r ON r.id = v.resource_id
JOIN main.patient k ON k.id = v.patient_id
LEFT JOIN main.slot s ON s.id = v.slot_id
LEFT JOIN moved_visit m ON m.visit_id = v.id
LEFT JOIN staged_resource t ON t.key = m.resource AND t.fate = 'put'
LEFT JOIN main.resource q ON q.guid = m.resource
LEFT JOIN staged_patient u ON u.key = k.guid AND u.fate = 'put'
WHERE v.status = 'active';

-- Resources that visits or the waiting list name. Most visits are still with the resource of which they got their number,
-- and that has an index: the last is seldom asked.
CREATE TEMP VIEW needed_resource AS
SELECT id FROM main.resource r
WHERE EXISTS (SELECT 1 FROM main.visit v WHERE v.num_resource_id = r.id)
   OR EXISTS (SELECT 1 FROM main.waiting_entry w WHERE w.resource_id = r.id)
   OR EXISTS (SELECT 1 FROM main.visit v WHERE v.resource_id = r.id);
