-- The last step of an import, under the write lock: first what is put, each kind after those it names, then what is
-- removed, each kind before those it names. Rows that are there keep their ids, and so their visits.

INSERT INTO lpu (guid, name, is_children, model)
SELECT key, name, is_children, model FROM temp.staged_lpu WHERE fate = 'put' ORDER BY line
ON CONFLICT (guid) DO UPDATE SET name = excluded.name, is_children = excluded.is_children, model = excluded.model;

INSERT INTO speciality (code, name)
SELECT key, name FROM temp.staged_speciality WHERE fate = 'put' ORDER BY line
ON CONFLICT (code) DO UPDATE SET name = excluded.name;

INSERT INTO resource (guid, lpu_id, type, family, name, patronymic, title, role, uchastok_nums, speciality_id,
                      room, flat, age_from, age_to, dispensary_only, shown)
SELECT s.key, l.id, s.kind, s.family, s.name, s.patronymic, s.title, s.role, s.uchastok_nums, p.id,
       s.room, s.flat, s.age_from, s.age_to, s.dispensary_only, s.shown
FROM temp.staged_resource s
CROSS JOIN main.lpu l ON l.guid = s.lpu
CROSS JOIN main.speciality p ON p.code = s.speciality
WHERE s.fate = 'put' ORDER BY s.line
ON CONFLICT (guid) DO UPDATE SET
    lpu_id = excluded.lpu_id, type = excluded.type, family = excluded.family, name = excluded.name,
    patronymic = excluded.patronymic, title = excluded.title, role = excluded.role,
    uchastok_nums = excluded.uchastok_nums, speciality_id = excluded.speciality_id, room = excluded.room, flat = excluded.flat,
    age_from = excluded.age_from, age_to = excluded.age_to, dispensary_only = excluded.dispensary_only,
    shown = excluded.shown, removed = 0;

-- Where places are taken away, nobody holds one any more.
UPDATE hold INDEXED BY hold_live SET live = 0
WHERE live = 1
  AND EXISTS (SELECT 1 FROM main.slot c CROSS JOIN temp.staged_slot s ON s.key = c.guid AND s.fate = 'put'
              WHERE c.id = hold.slot_id AND s.plan_count < c.used_count + c.held_count);

INSERT INTO slot (guid, resource_id, begin_at, end_at, plan_count, flag_access, busy_type, busy_code, busy_name, room,
                  age_from, age_to)
SELECT s.key, r.id, s.begin_at, s.end_at, s.plan_count, s.flag_access, s.busy_type, s.busy_code, s.busy_name, s.room,
       s.age_from, s.age_to
FROM temp.changing_slot t
CROSS JOIN temp.staged_slot s ON s.line = t.line
CROSS JOIN main.resource r ON r.guid = s.resource
WHERE t.id IS NULL;
UPDATE slot SET
    plan_count = s.plan_count, flag_access = s.flag_access, busy_type = s.busy_type, busy_code = s.busy_code,
    busy_name = s.busy_name, room = s.room, age_from = s.age_from, age_to = s.age_to
FROM temp.changing_slot t
CROSS JOIN temp.staged_slot s ON s.line = t.line
WHERE slot.id = t.id;
-- To name these columns writes their index and runs their triggers, whatever the values.
UPDATE slot SET resource_id = r.id, begin_at = s.begin_at, end_at = s.end_at
FROM temp.changing_slot t
CROSS JOIN temp.staged_slot s ON s.line = t.line
CROSS JOIN main.resource r ON r.guid = s.resource
WHERE t.moves AND slot.id = t.id;

INSERT INTO patient (guid, lpu_id, person_guid, family, name, patronymic, birth_date, sex, policy_series, policy_number,
                     snils, passport_series, passport_number, phone, email, email_confirm_agree, uchastok_num,
                     self_booking_banned, closed)
SELECT s.key, l.id, s.person_guid, s.family, s.name, s.patronymic, s.birth_date, s.sex, s.policy_series, s.policy_number,
       s.snils, s.passport_series, s.passport_number, coalesce(s.phone, ''), coalesce(s.email, ''),
       coalesce(s.email_confirm_agree, 0), s.uchastok_num, s.self_booking_banned, s.closed
FROM temp.changing_patient t
CROSS JOIN temp.staged_patient s ON s.line = t.line
CROSS JOIN main.lpu l ON l.guid = s.lpu
WHERE t.id IS NULL;
-- Contacts that a line leaves out stay: the patient may have given them at a booking.
UPDATE patient SET
    lpu_id = l.id, person_guid = s.person_guid, family = s.family, name = s.name, patronymic = s.patronymic,
    birth_date = s.birth_date, sex = s.sex, policy_series = s.policy_series, policy_number = s.policy_number, snils = s.snils,
    passport_series = s.passport_series, passport_number = s.passport_number, phone = coalesce(s.phone, patient.phone),
    email = coalesce(s.email, patient.email),
    email_confirm_agree = coalesce(s.email_confirm_agree, patient.email_confirm_agree), uchastok_num = s.uchastok_num,
    self_booking_banned = s.self_booking_banned, closed = s.closed
FROM temp.changing_patient t
CROSS JOIN temp.staged_patient s ON s.line = t.line
CROSS JOIN main.lpu l ON l.guid = s.lpu
WHERE patient.id = t.id;

-- A card that the clinic's own system has is provisional no more.
DELETE FROM provisional_card
WHERE patient_id IN (SELECT p.id FROM temp.staged_patient s CROSS JOIN main.patient p ON p.guid = s.key WHERE s.fate = 'put');

INSERT INTO referral (number, type, patient_id)
SELECT s.key, s.kind, p.id
FROM temp.staged_referral s
CROSS JOIN main.patient p ON p.guid = s.patient
WHERE s.fate = 'put' ORDER BY s.line
ON CONFLICT (number) DO UPDATE SET type = excluded.type, patient_id = excluded.patient_id;

INSERT INTO dispensary_registration (patient_id, resource_id)
SELECT p.id, r.id
FROM temp.staged_dispensary_registration s
CROSS JOIN main.patient p ON p.guid = s.patient
CROSS JOIN main.resource r ON r.guid = s.resource
WHERE s.fate = 'put' ORDER BY s.line
ON CONFLICT DO NOTHING;

INSERT INTO exam (guid, patient_id, name)
SELECT s.key, p.id, s.name
FROM temp.staged_exam s
CROSS JOIN main.patient p ON p.guid = s.patient
WHERE s.fate = 'put' ORDER BY s.line
ON CONFLICT (guid) DO UPDATE SET patient_id = excluded.patient_id, name = excluded.name;

-- Client applications may hand their GUIDs on to one another: all let go first.
DELETE FROM client_application
WHERE mnem IN (SELECT key FROM temp.staged_client_application WHERE fate = 'remove');
UPDATE client_application SET guid = NULL
WHERE mnem IN (SELECT key FROM temp.staged_client_application WHERE fate = 'put');
INSERT INTO client_application (guid, mnem, source, name, description, access, self_service, schedule_days)
SELECT guid, key, source, name, description, access, self_service, schedule_days
FROM temp.staged_client_application WHERE fate = 'put' ORDER BY line
ON CONFLICT (mnem) DO UPDATE SET
    guid = excluded.guid, source = excluded.source, name = excluded.name, description = excluded.description,
    access = excluded.access, self_service = excluded.self_service, schedule_days = excluded.schedule_days;

DELETE FROM exam WHERE guid IN (SELECT key FROM temp.staged_exam WHERE fate = 'remove');
DELETE FROM referral WHERE number IN (SELECT key FROM temp.staged_referral WHERE fate = 'remove');
DELETE FROM dispensary_registration
WHERE (patient_id, resource_id) IN (SELECT p.id, r.id
                                    FROM temp.staged_dispensary_registration s
                                    CROSS JOIN main.patient p ON p.guid = s.patient
                                    CROSS JOIN main.resource r ON r.guid = s.resource
                                    WHERE s.fate = 'remove');
-- A cell that still has active visits is over, and stays for their sake.
DELETE FROM slot WHERE guid IN (SELECT key FROM temp.staged_slot WHERE fate = 'remove') AND used_count = 0;

-- A resource takes its cells and registrations along. Its row stays, for visits or the waiting list may name it; only when
-- its clinic or speciality goes is it looked for in all visits, and goes too.
DELETE FROM slot
WHERE resource_id IN (SELECT r.id FROM temp.staged_resource s CROSS JOIN main.resource r ON r.guid = s.key
                      WHERE s.fate = 'remove')
  AND used_count = 0;
DELETE FROM dispensary_registration
WHERE resource_id IN (SELECT r.id FROM temp.staged_resource s CROSS JOIN main.resource r ON r.guid = s.key
                      WHERE s.fate = 'remove');
UPDATE resource SET removed = 1 WHERE guid IN (SELECT key FROM temp.staged_resource WHERE fate = 'remove');
DELETE FROM resource
WHERE removed = 1
  AND (lpu_id IN (SELECT l.id FROM temp.staged_lpu s CROSS JOIN main.lpu l ON l.guid = s.key WHERE s.fate = 'remove')
       OR speciality_id IN (SELECT p.id FROM temp.staged_speciality s CROSS JOIN main.speciality p ON p.code = s.key
                            WHERE s.fate = 'remove'))
  AND NOT EXISTS (SELECT 1 FROM temp.needed_resource n WHERE n.id = resource.id);

-- The card of active visits, which are over, is closed: a purge takes it when they have gone. It waits for nothing more.
DELETE FROM patient
WHERE guid IN (SELECT key FROM temp.staged_patient WHERE fate = 'remove')
  AND NOT EXISTS (SELECT 1 FROM main.visit v WHERE v.patient_id = patient.id AND v.status = 'active');
DELETE FROM waiting_entry
WHERE patient_id IN (SELECT p.id FROM temp.staged_patient s CROSS JOIN main.patient p ON p.guid = s.key
                     WHERE s.fate = 'remove');
UPDATE patient SET closed = 1 WHERE guid IN (SELECT key FROM temp.staged_patient WHERE fate = 'remove');
DELETE FROM speciality WHERE code IN (SELECT key FROM temp.staged_speciality WHERE fate = 'remove');
DELETE FROM lpu WHERE guid IN (SELECT key FROM temp.staged_lpu WHERE fate = 'remove');
