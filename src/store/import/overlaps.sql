-- Pairs of active visits of one person in one clinic that are at one time with the lines and were not before: the lines move
-- one, or join their cards. A GUID of more than :cards cards is nobody's.
SELECT min(m.visit_id, o.id) AS visit_id, max(m.visit_id, o.id) AS other
FROM temp.moved_visit m
CROSS JOIN main.visit v ON v.id = m.visit_id
CROSS JOIN main.patient p ON p.id = v.patient_id
CROSS JOIN main.patient k
    ON k.id = p.id
    OR (k.person_guid = p.person_guid AND +k.lpu_id = p.lpu_id
        AND (SELECT 1 FROM main.patient c WHERE c.person_guid = p.person_guid AND +c.lpu_id = p.lpu_id
             LIMIT 1 OFFSET :cards) IS NULL)
CROSS JOIN main.visit o ON o.patient_id = k.id AND o.status = 'active' AND o.id <> v.id
LEFT JOIN temp.moved_visit n ON n.visit_id = o.id
WHERE m.begin_at < coalesce(n.end_at, o.end_at) AND coalesce(n.begin_at, o.begin_at) < m.end_at
  AND NOT (m.old_begin_at < coalesce(n.old_end_at, o.end_at) AND coalesce(n.old_begin_at, o.begin_at) < m.old_end_at)
UNION
SELECT visit_id, other FROM temp.joined_pair
ORDER BY visit_id, other
