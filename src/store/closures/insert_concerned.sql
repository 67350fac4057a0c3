-- The active visits that stand in the time and are not over. A cell lasts a day at most.
INSERT INTO closure_visit (closure_id, visit_id, begin_at)
SELECT :closure, v.id, v.begin_at
FROM slot s
CROSS JOIN visit v ON v.slot_id = s.id AND v.status = 'active'
WHERE s.resource_id = :resource AND s.begin_at > :begin_at - 86400 AND s.begin_at < :end_at AND s.end_at > :begin_at
  AND s.end_at > :now
