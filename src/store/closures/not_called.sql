-- Visits that are not over and stand in a closed time, and whose patients nobody has told. A cell lasts a day at most.
SELECT count(DISTINCT v.id)
FROM resource r
CROSS JOIN closure c ON c.resource_id = r.id AND c.end_at > :now AND c.opened_at IS NULL
CROSS JOIN slot s ON s.resource_id = c.resource_id AND s.begin_at > c.begin_at - 86400 AND s.begin_at < c.end_at
                 AND s.end_at > c.begin_at AND s.end_at > :now
CROSS JOIN visit v ON v.slot_id = s.id AND v.status = 'active'
WHERE NOT EXISTS (SELECT 1 FROM closure_visit x WHERE x.closure_id = c.id AND x.visit_id = v.id AND x.called_at IS NOT NULL)
