SELECT v.id, v.begin_at, v.end_at, v.slot_id,
       r.id AS resource_id, r.type AS resource_type, r.family, r.name, r.patronymic, r.title, r.speciality_id
FROM visit v
JOIN resource r ON r.id = v.resource_id
WHERE v.patient_id = :patient AND v.end_at > :since AND v.status = 'active'
ORDER BY v.begin_at, v.id
