-- Every entry of the journal in order; those from before the chain have no life.
SELECT j.seq, j.at, j.kind, j.subject, j.content, j.salt, j.digest, j.hash, j.life_id, f.incarnation
FROM journal j
LEFT JOIN life f ON f.id = j.life_id
ORDER BY j.seq
