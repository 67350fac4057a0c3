-- All resources when none is named. Resource by resource, so that the index finds the day of each.
SELECT v.id, v.guid, v.begin_at, v.end_at, v.num, v.checked_in_at, v.phone, v.status, s.id AS slot_id, s.guid AS slot_guid, s.room,
       r.id AS resource_id, r.guid AS resource_guid, r.room AS resource_room, r.type AS resource_type, r.family, r.name, r.patronymic, r.title,
       k.id AS patient_id, k.family AS patient_family, k.name AS patient_name, k.patronymic AS patient_patronymic, k.birth_date,
       k.phone AS patient_phone, k.guid AS patient_guid, j.seq AS journal_id, j.subject AS journal_subject, j.content AS journal_content
FROM resource r
CROSS JOIN slot s ON s.resource_id = r.id AND s.begin_at >= :from AND s.begin_at < :until
CROSS JOIN visit v ON v.slot_id = s.id
JOIN patient k ON k.id = v.patient_id
LEFT JOIN journal j ON j.seq = v.record_seq
WHERE (:resource IS NULL OR r.guid = :resource)
      AND v.status = 'active'
ORDER BY r.family, r.name, r.patronymic, r.title, r.id, v.begin_at, v.num
LIMIT :limit
