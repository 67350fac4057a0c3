-- Failed identifications of a stretch of rows, from before a moment.
DELETE FROM failed_identification WHERE id > :after AND id <= :upto AND at < :before
