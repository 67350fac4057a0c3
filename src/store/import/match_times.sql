-- Lines with a GUID that is not there are about the cell that is there at their time and that no line names: those with visits
-- first, where there are several.
WITH given AS MATERIALIZED (
    SELECT s.line, s.resource, s.begin_at,
           row_number() OVER (PARTITION BY s.resource, s.begin_at ORDER BY s.end_at, s.line) AS n
    FROM temp.staged_slot s
    WHERE s.fate = 'put' AND NOT EXISTS (SELECT 1 FROM main.slot c WHERE c.guid = s.key)
), there AS MATERIALIZED (
    SELECT c.guid, d.resource, c.begin_at,
           row_number() OVER (PARTITION BY d.resource, c.begin_at ORDER BY c.used_count = 0, c.end_at, c.id) AS n
    FROM temp.replaced_day d
    CROSS JOIN main.resource r ON r.guid = d.resource
    CROSS JOIN main.slot c ON c.resource_id = r.id AND c.begin_at >= d.from_at AND c.begin_at < d.until_at
    WHERE NOT EXISTS (SELECT 1 FROM temp.staged_slot s WHERE s.key = c.guid)
)
UPDATE temp.staged_slot SET key = m.guid
FROM (SELECT given.line, there.guid FROM given JOIN there USING (resource, begin_at, n)) m
WHERE staged_slot.line = m.line
