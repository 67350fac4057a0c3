DELETE FROM hold WHERE id IN (SELECT id FROM hold WHERE made_at < :today AND live = 0 LIMIT :limit)
