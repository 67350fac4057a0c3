-- Lines that would replace cells that are the centre's or that it told: it alone removes them.
SELECT d.line, 'slot.resource' AS field, 'has told cells' AS obstacle, count(*) AS count
FROM temp.replaced_day d
CROSS JOIN main.resource r ON r.guid = d.resource
CROSS JOIN main.slot c ON c.resource_id = r.id AND c.begin_at >= d.from_at AND c.begin_at < d.until_at
WHERE c.end_at > :now AND (c.owner <> 'box' OR c.by_message = 1)
  AND NOT EXISTS (SELECT 1 FROM temp.staged_slot s WHERE s.key = c.guid)
GROUP BY d.line
