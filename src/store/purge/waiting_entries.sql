-- Entries of the waiting list in a stretch of rows, made before a moment and over since.
DELETE FROM waiting_entry
WHERE id > :after AND id <= :upto AND (created_at < :before OR created_at > :now) AND (status = 'ended' OR date_end < :day)
