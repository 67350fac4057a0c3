-- Active visits whose cells the lines put elsewhere: the schema moves them along.
SELECT v.id
FROM temp.staged_slot s
CROSS JOIN main.slot c ON c.guid = s.key AND c.used_count > 0
CROSS JOIN main.resource r ON r.id = c.resource_id
CROSS JOIN main.visit v ON v.slot_id = c.id AND v.status = 'active'
WHERE s.fate = 'put' AND (s.resource, s.begin_at, s.end_at) <> (r.guid, c.begin_at, c.end_at)
