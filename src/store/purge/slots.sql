-- Cells of a stretch of rows that were over before a moment and in which no active visit is left.
DELETE FROM slot WHERE id > :after AND id <= :upto AND end_at < :before AND used_count = 0
