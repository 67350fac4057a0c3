-- Active ones before ended ones, so that the limit takes none of them.
SELECT w.id, w.guid, w.date_start, w.date_end, w.time_start, w.time_end, w.status, w.created_at,
       l.id AS lpu_id, l.guid AS lpu_guid, p.id AS speciality_id, p.code, r.id AS resource_id, r.guid AS resource_guid
FROM waiting_entry w
JOIN patient k ON k.id = w.patient_id
JOIN lpu l ON l.id = k.lpu_id
JOIN speciality p ON p.id = w.speciality_id
LEFT JOIN resource r ON r.id = w.resource_id
WHERE w.patient_id = :patient
ORDER BY w.status = 'active' DESC, w.id DESC
LIMIT :limit
