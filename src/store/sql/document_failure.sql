SELECT at
FROM failed_identification
WHERE document = :document AND at > :since
ORDER BY at DESC
LIMIT 1 OFFSET :later
