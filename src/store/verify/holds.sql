-- Cells whose held places are not their holds that have not ended.
SELECT json_object('what', 'heldOtherwise', 'cell', hex(s.guid)) AS finding
FROM slot s
LEFT JOIN hold h ON h.slot_id = s.id AND h.live = 1
GROUP BY s.id
HAVING s.held_count <> count(h.id)
