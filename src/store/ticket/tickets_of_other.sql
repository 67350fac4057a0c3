SELECT v.id
FROM visit v
JOIN resource r ON r.id = v.resource_id
WHERE v.external_user = :external_user AND r.lpu_id = :lpu AND v.end_at > :now AND v.status = 'active'
ORDER BY v.begin_at, v.id
LIMIT :limit
