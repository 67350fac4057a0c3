-- As the list of active visits, with cancelled ones, and with what a registrar asks of a visit besides.
SELECT v.id, v.guid, v.begin_at, v.end_at, v.num, v.checked_in_at, v.phone, v.status, a.name AS source_name,
       s.id AS slot_id, s.guid AS slot_guid, s.room,
       r.id AS resource_id, r.guid AS resource_guid, r.room AS resource_room, r.type AS resource_type, r.family, r.name, r.patronymic, r.title,
       k.id AS patient_id, k.family AS patient_family, k.name AS patient_name, k.patronymic AS patient_patronymic, k.birth_date,
       k.phone AS patient_phone, k.guid AS patient_guid, j.seq AS journal_id, j.subject AS journal_subject, j.content AS journal_content
FROM resource r
CROSS JOIN slot s ON s.resource_id = r.id AND s.begin_at >= :from AND s.begin_at < :until
CROSS JOIN visit v ON v.slot_id = s.id
JOIN patient k ON k.id = v.patient_id
JOIN client_application a ON a.id = v.client_application_id
LEFT JOIN journal j ON j.seq = v.record_seq
WHERE (:resource IS NULL OR r.guid = :resource)
ORDER BY v.begin_at, v.num, v.id
LIMIT :limit
