-- Visits that were moved here count too: their numbers are of where they were.
SELECT max((SELECT coalesce(max(num), 0) FROM visit WHERE num_resource_id = :resource AND num_day = :day),
           (SELECT coalesce(max(num), 0) FROM visit
            WHERE moved = 1 AND status = 'active'
              AND resource_id = :resource AND begin_at >= :from AND begin_at < :until)) + 1
