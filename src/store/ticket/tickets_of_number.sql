SELECT v.id
FROM patient k
CROSS JOIN visit v ON v.patient_id = k.id AND v.end_at > :since AND v.num = :num AND v.status = 'active'
WHERE k.birth_date = :born AND k.lpu_id = :lpu AND k.closed = 0
ORDER BY v.id
LIMIT :limit
