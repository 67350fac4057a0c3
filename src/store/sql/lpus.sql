SELECT id, is_children, model FROM lpu ORDER BY name, id
