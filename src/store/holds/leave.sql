UPDATE hold SET live = 0 WHERE id = :hold AND live = 1
RETURNING (SELECT guid FROM slot WHERE id = slot_id) AS cell
