SELECT v.id, v.guid, v.num, v.begin_at, v.end_at, v.made_at, v.login, v.status, v.checked_in_at,
       k.id AS patient_id, k.guid AS patient_guid, k.uchastok_num,
       s.id AS slot_id, s.guid AS slot_guid, s.plan_count, s.used_count, s.busy_type, s.busy_code, s.busy_name, s.room,
       r.id AS resource_id, r.guid AS resource_guid, r.type AS resource_type, r.family, r.name, r.patronymic, r.title, r.role,
       r.room AS resource_room, r.flat,
       p.id AS speciality_id, p.name AS speciality_name, l.id AS lpu_id, l.guid AS lpu_guid, l.model,
       a.id AS application_id, a.source, a.mnem, a.name AS application_name,
       a.description AS application_description, e.id AS exam_id, e.guid AS exam_guid,
       j.seq AS journal_id, j.subject AS journal_subject, j.content AS journal_content
FROM visit v
JOIN resource r ON r.id = v.resource_id
JOIN speciality p ON p.id = r.speciality_id
JOIN lpu l ON l.id = r.lpu_id
JOIN client_application a ON a.id = v.client_application_id
LEFT JOIN slot s ON s.id = v.slot_id
LEFT JOIN patient k ON k.id = v.patient_id
LEFT JOIN exam e ON e.id = v.exam_id
LEFT JOIN journal j ON j.seq = v.record_seq
WHERE v.id = :visit AND (:card IS NULL OR v.patient_id = :card)
