SELECT id, is_children, model FROM lpu WHERE guid = :guid
