-- Active visits from a moment on that are not active in the attached database, by begin.
SELECT v.id, v.guid, v.begin_at, v.end_at, v.num, v.checked_in_at, v.phone, s.id AS slot_id, s.room,
       r.id AS resource_id, r.guid AS resource_guid, r.room AS resource_room, r.type AS resource_type, r.family, r.name, r.patronymic, r.title,
       k.id AS patient_id, k.family AS patient_family, k.name AS patient_name, k.patronymic AS patient_patronymic, k.birth_date,
       k.phone AS patient_phone
FROM visit v
JOIN resource r ON r.id = v.resource_id
JOIN patient k ON k.id = v.patient_id
LEFT JOIN slot s ON s.id = v.slot_id
WHERE v.status = 'active'
      AND v.begin_at >= :from
      AND NOT EXISTS (SELECT 1 FROM other.visit o WHERE o.guid = v.guid AND o.status = 'active')
ORDER BY v.begin_at, r.family, r.name, r.patronymic, r.title, v.id
LIMIT :limit
