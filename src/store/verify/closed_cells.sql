-- Cells that are closed in an open time, or open in a closed one: the schema keeps them so.
SELECT json_object('what', 'closedOtherwise', 'cell', hex(s.guid)) AS finding
FROM slot s
WHERE s.closed <> EXISTS (SELECT 1 FROM closure c
                          WHERE c.resource_id = s.resource_id AND c.end_at > s.begin_at AND c.begin_at < s.end_at
                            AND c.opened_at IS NULL)
