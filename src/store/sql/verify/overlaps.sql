-- Active visits that begin while an earlier one of the same patient lasts. Those that are over by :now cannot be cancelled
-- any more.
SELECT 'visit' AS thing, guid, 'begins before an earlier visit of its patient ends' AS what
FROM (SELECT guid, begin_at,
             max(end_at) OVER (PARTITION BY patient_id ORDER BY begin_at, id
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
      FROM visit
      WHERE status = 'active' AND end_at > :now)
WHERE begin_at < busy_until
