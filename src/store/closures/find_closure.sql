SELECT c.id, c.guid, c.begin_at, c.end_at, c.reason, c.login, c.made_at, c.opened_at,
       r.id AS resource_id, r.guid AS resource_guid, r.type AS resource_type, r.family, r.name, r.patronymic, r.title
FROM closure c
JOIN resource r ON r.id = c.resource_id
WHERE c.guid = :guid
