SELECT id, is_children, model, name FROM lpu ORDER BY id
