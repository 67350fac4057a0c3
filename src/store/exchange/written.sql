SELECT j.seq, j.hash, j.life_id, f.id AS life, f.incarnation
FROM journal j
JOIN life f ON f.id = j.life_id
WHERE j.seq = :seq
