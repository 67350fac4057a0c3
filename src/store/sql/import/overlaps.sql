-- Pairs of active visits of one person that the moves put at one time and that were not at one time before.
SELECT m.visit_id, o.id AS other
FROM temp.moved_visit m
CROSS JOIN main.visit v ON v.id = m.visit_id
CROSS JOIN main.patient p ON p.id = v.patient_id
CROSS JOIN main.patient k ON k.id = p.id OR k.person_guid = p.person_guid
CROSS JOIN main.visit o ON o.patient_id = k.id AND o.status = 'active' AND o.id <> v.id
LEFT JOIN temp.moved_visit n ON n.visit_id = o.id
WHERE (n.visit_id IS NULL OR n.visit_id > m.visit_id)
  AND m.begin_at < coalesce(n.end_at, o.end_at) AND coalesce(n.begin_at, o.begin_at) < m.end_at
  AND NOT (m.old_begin_at < coalesce(n.old_end_at, o.end_at) AND coalesce(n.old_begin_at, o.begin_at) < m.old_end_at)
ORDER BY m.begin_at, m.visit_id, other
