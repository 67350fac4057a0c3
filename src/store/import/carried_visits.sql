-- Active visits whose cells the lines put elsewhere: the schema moves them along.
SELECT v.id
FROM temp.changing_slot t
CROSS JOIN temp.staged_slot s ON s.line = t.line
CROSS JOIN main.slot c ON c.id = t.id
CROSS JOIN main.resource r ON r.id = c.resource_id
CROSS JOIN main.visit v ON v.slot_id = c.id AND v.status = 'active'
WHERE t.used_count > 0 AND (s.resource, s.begin_at, s.end_at) <> (r.guid, c.begin_at, c.end_at)
