-- Active visits in cells that a replacing file does not name.
SELECT v.id
FROM temp.staged_slot s
CROSS JOIN main.visit v ON v.slot_id = s.known_id AND v.status = 'active'
WHERE s.line < 0 AND s.fate = 'put'
ORDER BY v.begin_at, v.id
