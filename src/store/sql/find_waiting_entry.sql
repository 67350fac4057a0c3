SELECT w.patient_id, w.id, w.guid, l.guid AS lpu_guid, p.code, r.guid AS resource_guid, w.date_start, w.date_end, w.time_start, w.time_end,
       w.status, w.created_at
FROM waiting_entry w
JOIN patient k ON k.id = w.patient_id
JOIN lpu l ON l.id = k.lpu_id
JOIN speciality p ON p.id = w.speciality_id
LEFT JOIN resource r ON r.id = w.resource_id
WHERE w.guid = :guid
