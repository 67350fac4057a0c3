SELECT r.id AS resource_id, r.guid AS resource_guid, r.type AS resource_type, r.family, r.name, r.patronymic, r.title, r.role,
       r.room AS resource_room, r.flat, r.age_from AS resource_age_from, r.age_to AS resource_age_to, r.dispensary_only,
       p.id AS speciality_id, p.name AS speciality, p.code AS speciality_code,
       r.id AS resource_id, r.uchastok_nums
FROM resource r
JOIN speciality p ON p.id = r.speciality_id
WHERE r.lpu_id = :lpu AND r.shown = 1 AND r.removed = 0
ORDER BY r.family, r.name, r.patronymic, r.title, r.id
