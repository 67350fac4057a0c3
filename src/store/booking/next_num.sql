-- Visits that were moved here count too: their numbers are of where they were.
SELECT id, num
FROM (SELECT id, num FROM visit WHERE num_resource_id = :resource AND num_day = :day ORDER BY num DESC LIMIT 1) AS booked
UNION ALL
SELECT id, num
FROM (SELECT id, num FROM visit
      WHERE moved = 1 AND status = 'active' AND resource_id = :resource AND begin_at >= :from AND begin_at < :until
      ORDER BY num DESC LIMIT 1) AS come
