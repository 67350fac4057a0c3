-- The active visits to come that the staged lines put elsewhere: those whose cells get other times, another resource or room,
-- and those whose resource gets another room or clinic. A room of the cell itself wins over the resource's.
INSERT INTO temp.moved_visit (visit_id, old_resource, old_lpu, old_begin_at, old_end_at, old_room,
                              resource, lpu, begin_at, end_at, room)
SELECT v.id, r.guid, l.guid, c.begin_at, c.end_at, coalesce(nullif(c.room, ''), r.room),
       coalesce(s.resource, r.guid), coalesce(t.lpu, m.guid), coalesce(s.begin_at, c.begin_at),
       coalesce(s.end_at, c.end_at), coalesce(nullif(coalesce(s.room, c.room), ''), t.room, q.room)
FROM (SELECT c.id
      FROM temp.changing_slot u
      CROSS JOIN temp.staged_slot s ON s.line = u.line
      CROSS JOIN main.slot c ON c.id = u.id
      CROSS JOIN main.resource r ON r.id = c.resource_id
      WHERE u.used_count > 0 AND (s.resource, s.begin_at, s.end_at, s.room) <> (r.guid, c.begin_at, c.end_at, c.room)
      UNION
      SELECT c.id
      FROM temp.staged_resource t
      CROSS JOIN main.resource r ON r.guid = t.key
      CROSS JOIN main.lpu l ON l.id = r.lpu_id
      CROSS JOIN main.slot c ON c.resource_id = r.id AND c.begin_at > :now - 86400 AND c.used_count > 0
      WHERE t.fate = 'put' AND (t.room, t.lpu) <> (r.room, l.guid)) changed
CROSS JOIN main.slot c ON c.id = changed.id
CROSS JOIN main.resource r ON r.id = c.resource_id
CROSS JOIN main.lpu l ON l.id = r.lpu_id
LEFT JOIN temp.staged_slot s ON s.key = c.guid AND s.fate = 'put'
LEFT JOIN temp.staged_resource t ON t.key = coalesce(s.resource, r.guid) AND t.fate = 'put'
LEFT JOIN main.resource q ON q.guid = coalesce(s.resource, r.guid)
LEFT JOIN main.lpu m ON m.id = q.lpu_id
CROSS JOIN main.visit v ON v.slot_id = c.id AND v.status = 'active'
WHERE max(c.end_at, coalesce(s.end_at, c.end_at)) > :now
  AND (r.guid, l.guid, c.begin_at, c.end_at, coalesce(nullif(c.room, ''), r.room))
      <> (coalesce(s.resource, r.guid), coalesce(t.lpu, m.guid), coalesce(s.begin_at, c.begin_at),
          coalesce(s.end_at, c.end_at), coalesce(nullif(coalesce(s.room, c.room), ''), t.room, q.room))
