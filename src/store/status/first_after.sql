SELECT seq, at
FROM journal
WHERE seq >= max(:seq + 1, (SELECT first_seq FROM life WHERE id = :life))
ORDER BY seq
LIMIT 1
