-- Of several cells at one time: the one that this Idempotency-Key has booked, else one with a free place, of these one
-- that the application may book, else the oldest.
SELECT * FROM cell
WHERE resource_guid = :resource AND begin_at = :begin_at AND lpu_id = :lpu
ORDER BY id IS :earlier DESC,
         used_count < plan_count DESC,
         flag_access & :access <> 0 AND busy_type <> 0 DESC,
         id
LIMIT 1
