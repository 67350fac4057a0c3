-- Closed cards whose patients are still expected; nobody can open these visits by that card.
SELECT json_object('what', 'closed', 'card', hex(k.guid), 'visits', count(*)) AS finding
FROM visit v
JOIN patient k ON k.id = v.patient_id
WHERE v.status = 'active' AND v.end_at > :now AND k.closed = 1
GROUP BY k.id
