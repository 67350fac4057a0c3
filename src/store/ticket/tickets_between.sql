-- What begins at :from or later ends after it: the index knows ends. Where there are too many, cancelled ones are left out
-- first, the oldest before others, then the last to begin of the active ones.
SELECT id FROM visit
WHERE patient_id = :patient AND end_at > :from AND begin_at >= :from AND begin_at < :until
ORDER BY status = 'active' DESC, CASE status WHEN 'active' THEN begin_at ELSE -id END, id
LIMIT :limit
