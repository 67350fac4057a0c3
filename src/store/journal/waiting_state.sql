SELECT w.id, w.guid, w.phone, w.date_start, w.date_end, w.time_start, w.time_end, w.status, w.created_at, w.self_service,
       k.id AS patient_id, k.guid AS patient_guid, p.id AS speciality_id, p.code, r.id AS resource_id, r.guid AS resource_guid
FROM waiting_entry w
JOIN patient k ON k.id = w.patient_id
JOIN speciality p ON p.id = w.speciality_id
LEFT JOIN resource r ON r.id = w.resource_id
WHERE w.id = :entry
