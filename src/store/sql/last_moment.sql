SELECT max(
    coalesce((SELECT at FROM journal WHERE seq = (SELECT max(seq) FROM journal)), 0),
    coalesce((SELECT created_at FROM waiting_entry WHERE id = (SELECT max(id) FROM waiting_entry)), 0)
)
