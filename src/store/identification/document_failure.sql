-- At kiosks alone when asked so; else wherever.
SELECT id, at
FROM failed_identification
WHERE document = :document AND at > :since AND at_kiosk >= :at_kiosk
ORDER BY at DESC
LIMIT 1 OFFSET :later
