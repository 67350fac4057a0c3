SELECT id, at
FROM failed_identification
WHERE address = :address AND at > :since
ORDER BY at DESC
LIMIT 1 OFFSET :later
