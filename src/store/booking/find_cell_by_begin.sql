-- Of several cells at one time: the one that this Idempotency-Key has booked, else one with a free place, of these one
-- that the application may book, else the oldest. A cell that is closed or not this server's is the last to be taken.
SELECT * FROM cell
WHERE resource_guid = :resource AND begin_at = :begin_at AND lpu_id = :lpu
ORDER BY id IS :earlier DESC,
         owner = 'box' AND closed = 0 AND used_count + held_count < plan_count DESC,
         owner = 'box' AND closed = 0 DESC,
         flag_access & :access <> 0 AND busy_type <> 0 DESC,
         id
LIMIT 1
