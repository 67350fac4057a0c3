-- The index holds what nobody has ended, and nothing else.
SELECT w.id, w.guid, w.date_start, w.date_end, w.time_start, w.time_end, w.status, w.created_at, w.phone, w.complaints,
       l.id AS lpu_id, l.guid AS lpu_guid, p.id AS speciality_id, p.code, p.name AS speciality_name,
       k.id AS patient_id, k.guid AS patient_guid, k.phone AS patient_phone, k.family AS patient_family, k.name AS patient_name,
       k.patronymic AS patient_patronymic, k.birth_date, r.id AS resource_id, r.guid AS resource_guid, r.type AS resource_type,
       r.family, r.name, r.patronymic, r.title
FROM waiting_entry w INDEXED BY waiting_entry_active
JOIN patient k ON k.id = w.patient_id
JOIN lpu l ON l.id = k.lpu_id
JOIN speciality p ON p.id = w.speciality_id
LEFT JOIN resource r ON r.id = w.resource_id
WHERE w.status = 'active' AND w.date_end >= :today
ORDER BY w.created_at, w.id
LIMIT :limit
