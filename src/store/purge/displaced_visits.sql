-- Visits without a place in a stretch of rows that were over before a moment. Of one whose time nobody knows, that is a year
-- after it was made.
DELETE FROM displaced_visit
WHERE id > :after AND id <= :upto
  AND (status = 'cancelled' AND json_extract(told, '$.made') < :before
       OR coalesce(json_extract(told, '$.placed.end'), json_extract(told, '$.made') + 366 * 86400) < :before)
