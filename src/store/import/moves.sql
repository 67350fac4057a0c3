-- Where moved visits were and where they are to be, by begin; of each what is found once more under its id.
SELECT m.visit_id, v.num, m.old_resource, m.old_begin_at, m.old_end_at, m.old_room,
       m.resource, m.begin_at, m.end_at, m.room,
       r.type AS resource_type, r.family, r.name, r.patronymic, r.title,
       l.name AS old_lpu, coalesce(t.name, n.name, '') AS lpu, m.old_lpu <> m.lpu AS has_other_lpu
FROM temp.moved_visit m
CROSS JOIN main.visit v ON v.id = m.visit_id
JOIN main.resource r ON r.guid = m.old_resource
JOIN main.lpu l ON l.guid = m.old_lpu
LEFT JOIN temp.staged_lpu t ON t.key = m.lpu AND t.fate = 'put'
LEFT JOIN main.lpu n ON n.guid = m.lpu
ORDER BY m.begin_at, m.resource, m.visit_id
