-- Entries of the waiting list whose cards the lines remove.
SELECT w.id
FROM temp.staged_patient s
CROSS JOIN main.patient p ON p.guid = s.key
CROSS JOIN main.waiting_entry w ON w.patient_id = p.id AND w.status = 'active'
WHERE s.fate = 'remove'
