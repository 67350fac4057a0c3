-- What begins at :from or later ends after it: the index knows ends.
SELECT id FROM visit
WHERE patient_id = :patient AND end_at > :from AND begin_at >= :from AND begin_at < :until
ORDER BY begin_at, id
LIMIT :limit
