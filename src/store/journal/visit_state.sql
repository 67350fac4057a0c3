SELECT v.id, v.guid, v.num_day, v.num, v.begin_at, v.end_at, v.status, v.made_at, v.login, v.external_user, v.idempotency_key,
       v.checked_in_at, v.phone, v.email,
       r.id AS resource_id, r.guid AS resource_guid, q.id AS num_resource_id, q.guid AS num_resource_guid,
       l.id AS lpu_id, l.guid AS lpu_guid, a.id AS application_id, a.mnem, k.id AS patient_id, k.guid AS patient_guid,
       s.id AS slot_id, s.guid AS slot_guid, f.id AS referral_id, f.number AS referral_number, e.id AS exam_id,
       e.guid AS exam_guid
FROM visit v
JOIN resource r ON r.id = v.resource_id
JOIN resource q ON q.id = v.num_resource_id
JOIN lpu l ON l.id = r.lpu_id
JOIN client_application a ON a.id = v.client_application_id
LEFT JOIN patient k ON k.id = v.patient_id
LEFT JOIN slot s ON s.id = v.slot_id
LEFT JOIN referral f ON f.id = v.referral_id
LEFT JOIN exam e ON e.id = v.exam_id
WHERE v.id = :visit
