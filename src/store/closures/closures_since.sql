-- Resource by resource, so that the index finds those that are not over; no resource: of all.
SELECT c.id, c.guid, c.begin_at, c.end_at, c.reason, c.login, c.made_at, c.opened_at,
       r.id AS resource_id, r.guid AS resource_guid, r.type AS resource_type, r.family, r.name, r.patronymic, r.title
FROM resource r
CROSS JOIN closure c ON c.resource_id = r.id AND c.end_at > :since
ORDER BY c.opened_at IS NOT NULL, c.begin_at, c.id
LIMIT :limit
