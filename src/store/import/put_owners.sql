-- What the lines of a message say besides those of an import: that the centre told it, and the owners of cells.
UPDATE slot SET owner = s.owner
FROM temp.staged_slot s
WHERE s.key = slot.guid AND s.fate = 'put' AND s.owner IS NOT NULL AND slot.owner <> s.owner;
UPDATE slot SET by_message = 1
FROM temp.staged_slot s
WHERE s.key = slot.guid AND s.fate = 'put' AND slot.by_message = 0;
UPDATE resource SET by_message = 1
FROM temp.staged_resource s
WHERE s.key = resource.guid AND s.fate = 'put' AND resource.by_message = 0;
