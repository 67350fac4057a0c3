-- Messages of a lost centre in a stretch of rows, from before a moment.
DELETE FROM strange_message WHERE id > :after AND id <= :upto AND (at < :before OR at > :now)
