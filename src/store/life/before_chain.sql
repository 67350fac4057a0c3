-- What there is when the chain begins, and when it was last written to. Entries from before the chain have no gaps: their last
-- number is their count.
SELECT (SELECT coalesce(max(seq), 0) FROM journal) AS entries,
       (SELECT count(*) FROM visit) AS visits,
       (SELECT count(*) FROM waiting_entry) AS waiting_entries,
       max(coalesce((SELECT at FROM journal ORDER BY seq DESC LIMIT 1), 0),
           coalesce((SELECT created_at FROM waiting_entry ORDER BY id DESC LIMIT 1), 0)) AS last_at
