-- Finds the lines that say something new of a cell or a card. A row that is not any more what it was when it was noted is looked
-- for by its key, and so are those that were not there.
DELETE FROM temp.changing_slot;
INSERT INTO temp.changing_slot (line, id, used_count, moves)
SELECT s.line, c.id, c.used_count, (s.resource, s.begin_at, s.end_at) IS NOT (r.guid, c.begin_at, c.end_at)
FROM temp.staged_slot s INDEXED BY staged_slot_known
LEFT JOIN main.slot c ON c.id = s.known_id AND c.guid = s.key
LEFT JOIN main.resource r ON r.id = c.resource_id AND r.removed = 0
WHERE s.fate = 'put'
  AND (s.resource, s.begin_at, s.end_at, s.plan_count, s.flag_access, s.busy_type, s.busy_code, s.busy_name, s.room,
       s.age_from, s.age_to)
      IS NOT (r.guid, c.begin_at, c.end_at, c.plan_count, c.flag_access, c.busy_type, c.busy_code, c.busy_name, c.room,
              c.age_from, c.age_to)
ORDER BY s.known_id;
UPDATE temp.changing_slot SET (id, used_count) = (
    SELECT c.id, c.used_count
    FROM temp.staged_slot s
    CROSS JOIN main.slot c ON c.guid = s.key
    WHERE s.line = changing_slot.line)
WHERE id IS NULL;

-- Contacts that a line leaves out stay: the patient may have given them at a booking.
DELETE FROM temp.changing_patient;
INSERT INTO temp.changing_patient (line, id)
SELECT s.line, k.id
FROM temp.staged_patient s INDEXED BY staged_patient_known
LEFT JOIN main.patient k ON k.id = s.known_id AND k.guid = s.key
LEFT JOIN main.lpu l ON l.id = k.lpu_id
WHERE s.fate = 'put'
  AND (s.lpu, s.person_guid, s.family, s.name, s.patronymic, s.birth_date, s.sex, s.policy_series, s.policy_number, s.snils,
       s.passport_series, s.passport_number, coalesce(s.phone, k.phone), coalesce(s.email, k.email),
       coalesce(s.email_confirm_agree, k.email_confirm_agree), s.uchastok_num, s.self_booking_banned, s.closed)
      IS NOT (l.guid, k.person_guid, k.family, k.name, k.patronymic, k.birth_date, k.sex, k.policy_series, k.policy_number,
              k.snils, k.passport_series, k.passport_number, k.phone, k.email, k.email_confirm_agree, k.uchastok_num,
              k.self_booking_banned, k.closed)
ORDER BY s.known_id;
UPDATE temp.changing_patient SET id = (
    SELECT k.id
    FROM temp.staged_patient s
    CROSS JOIN main.patient k ON k.guid = s.key
    WHERE s.line = changing_patient.line)
WHERE id IS NULL;
