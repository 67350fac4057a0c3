SELECT v.id, v.slot_id, v.begin_at, v.end_at,
       r.speciality_id, r.type AS resource_type, r.family, r.name, r.patronymic, r.title
FROM visit v
JOIN resource r ON r.id = v.resource_id
WHERE v.patient_id = :patient AND v.end_at > :since AND v.status = 'active'
ORDER BY v.begin_at, v.id
