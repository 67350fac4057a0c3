SELECT max((SELECT max(begin_at) FROM slot WHERE resource_id = r.id)) FROM resource r WHERE removed = 0
