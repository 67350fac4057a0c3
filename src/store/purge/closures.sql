-- Closed times of a stretch of rows that were over before a moment; the schema takes what was noted there along.
DELETE FROM closure WHERE id > :after AND id <= :upto AND end_at < :before
