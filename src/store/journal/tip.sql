SELECT j.seq, j.hash, j.life_id, f.id AS life, f.incarnation, f.mode, f.num_after
FROM journal j
LEFT JOIN life f ON f.id = j.life_id
WHERE j.seq = (SELECT max(seq) FROM journal)
