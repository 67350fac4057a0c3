-- Issues of a stretch of rows that somebody has seen long ago. The last one stays: its number is not given again.
DELETE FROM issue WHERE id > :after AND id <= :upto AND seen_at < :before AND id < (SELECT max(id) FROM issue)
