-- Closed cards whose patients are still expected; nobody can open these visits by that card.
SELECT 'patient' AS thing, k.guid, 'is closed and has active visits (' || count(*) || ')' AS what
FROM visit v
JOIN patient k ON k.id = v.patient_id
WHERE v.status = 'active' AND v.end_at > :now AND k.closed = 1
GROUP BY k.id
