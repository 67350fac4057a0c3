-- What becomes of the cells to come of the named days that no line names: a free one goes, one with visits keeps them and takes
-- nobody more (access 0). Their lines are below 0, so that they are told from those of the file.
INSERT INTO temp.staged_slot (line, key, fate, known_id, resource, begin_at, end_at, plan_count, flag_access, busy_type,
                              busy_code, busy_name, room, age_from, age_to)
SELECT -c.id, c.guid, CASE WHEN c.used_count = 0 THEN 'remove' ELSE 'put' END, c.id, d.resource, c.begin_at, c.end_at,
       c.used_count, 0, c.busy_type, c.busy_code, c.busy_name, c.room, c.age_from, c.age_to
FROM temp.replaced_day d
CROSS JOIN main.resource r ON r.guid = d.resource
CROSS JOIN main.slot c ON c.resource_id = r.id AND c.begin_at >= d.from_at AND c.begin_at < d.until_at
WHERE c.end_at > :now AND c.owner = 'box' AND c.by_message = 0
  AND NOT EXISTS (SELECT 1 FROM temp.staged_slot s WHERE s.key = c.guid)
