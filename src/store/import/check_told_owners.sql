-- Lines of a message that would take a cell from this server.
SELECT s.line, 'slot.owner' AS field, 'of box' AS obstacle, NULL AS count
FROM temp.staged_slot s
CROSS JOIN main.slot c ON c.guid = s.key AND c.owner = 'box'
WHERE s.fate = 'put' AND s.owner = 'centre'
