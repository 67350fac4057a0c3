-- Pairs of active visits to come with one resource on one day under one number: one of them was moved there. The days are those
-- of a clock that is :offset seconds ahead of UTC.
SELECT json_object('what', 'sharedNumber', 'visit', hex(v.guid), 'num', v.num, 'other', hex(o.guid)) AS finding
FROM visit v
CROSS JOIN slot s ON s.resource_id = v.resource_id AND s.begin_at > v.begin_at - 86400 AND s.begin_at < v.begin_at + 86400
CROSS JOIN visit o ON o.slot_id = s.id AND o.status = 'active' AND o.num = v.num AND o.id <> v.id
WHERE v.moved = 1 AND v.status = 'active' AND v.end_at > :now
  AND (o.moved = 0 OR o.id > v.id)
  AND date(o.begin_at + :offset, 'unixepoch') = date(v.begin_at + :offset, 'unixepoch')
