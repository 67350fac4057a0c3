SELECT s.id, s.guid
FROM resource r
CROSS JOIN slot s ON s.resource_id = r.id AND s.begin_at > :now AND s.begin_at <= :until
WHERE s.owner = 'box' AND s.by_message = 1 AND s.used_count + s.held_count = 0
LIMIT :limit
