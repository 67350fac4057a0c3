-- Visits of a stretch of rows that were over and last changed before a moment; the schema takes their histories along. A
-- number of a day that is still to come is not given again.
DELETE FROM visit
WHERE id > :after AND id <= :upto
  AND end_at < :before AND (made_at < :before OR made_at > :now) AND num_day < :day
  AND NOT EXISTS (SELECT 1 FROM visit_history h WHERE h.visit_id = visit.id AND h.at >= :before AND h.at <= :now)
