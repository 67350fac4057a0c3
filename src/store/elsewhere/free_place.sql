SELECT s.id, s.resource_id, s.begin_at, s.end_at
FROM slot s
JOIN resource r ON r.id = s.resource_id
WHERE s.guid = :slot AND s.used_count + s.held_count < s.plan_count AND r.removed = 0
