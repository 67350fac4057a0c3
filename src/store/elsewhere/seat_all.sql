-- Those whose cell is there and has a free place.
SELECT d.id, d.guid, d.told
FROM displaced_visit d
CROSS JOIN slot s ON s.guid = d.slot_guid AND s.used_count + s.held_count < s.plan_count
WHERE d.status = 'active'
ORDER BY d.id
LIMIT :limit
