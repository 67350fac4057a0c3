SELECT j.seq, j.at, j.kind, j.subject, j.content, j.salt, j.digest, j.hash, f.id AS life_id, f.incarnation
FROM journal j
CROSS JOIN life f ON f.id = j.life_id
WHERE j.seq >= :from
ORDER BY j.seq
LIMIT :limit
