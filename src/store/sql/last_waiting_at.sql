SELECT id, created_at FROM waiting_entry WHERE id = (SELECT max(id) FROM waiting_entry)
