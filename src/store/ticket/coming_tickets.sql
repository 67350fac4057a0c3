SELECT id FROM visit
WHERE patient_id = :patient AND end_at > :now AND status = 'active'
ORDER BY begin_at, id
LIMIT :limit
