-- The last records that are dated later than :now, back to the first that is not.
SELECT coalesce(max(seq), 0) - coalesce((SELECT max(seq) FROM journal WHERE at <= :now), 0) FROM journal
