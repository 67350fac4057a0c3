-- A visit without a place has the begin and the resource of its cell, if that is here.
SELECT i.id, i.kind, i.at, i.visit_guid, i.reason,
       coalesce(v.begin_at, s.begin_at) AS begin_at, o.begin_at AS other_begin_at,
       r.id IS NOT NULL AS has_resource, r.type AS resource_type, r.family, r.name, r.patronymic, r.title,
       k.id IS NOT NULL AS has_card, k.family AS patient_family, k.name AS patient_name, k.patronymic AS patient_patronymic,
       CASE WHEN i.phone <> '' THEN i.phone ELSE coalesce(k.phone, '') END AS phone
FROM issue i
LEFT JOIN visit v ON v.guid = i.visit_guid
LEFT JOIN displaced_visit d ON d.guid = i.visit_guid
LEFT JOIN slot s ON s.guid = d.slot_guid
LEFT JOIN resource r ON r.id = coalesce(v.resource_id, s.resource_id)
LEFT JOIN visit o ON o.guid = i.other_guid
LEFT JOIN patient k ON k.guid = i.patient_guid
WHERE i.seen_at IS NULL
ORDER BY i.id
LIMIT :limit
