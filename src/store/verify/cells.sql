-- Active visits that are not where their cell is: the schema moves them along.
SELECT json_object('what', 'misplaced', 'visit', hex(v.guid)) AS finding
FROM visit v
JOIN slot s ON s.id = v.slot_id
WHERE v.status = 'active' AND (v.resource_id, v.begin_at, v.end_at) <> (s.resource_id, s.begin_at, s.end_at)
