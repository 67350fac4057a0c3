-- The same for the last entries: one is missing, or its visit is.
SELECT CASE WHEN seq <> before + 1 THEN 'journal' ELSE 'visit' END AS thing,
       CASE WHEN seq = before + 1 THEN visit_guid END AS guid,
       CASE WHEN seq <> before + 1 THEN 'entries ' || (before + 1) || ' to ' || (seq - 1) || ' are missing'
            ELSE 'the journal tells of it, but it is not there' END AS what
FROM (SELECT seq, at, visit_guid, lag(seq, 1, seq - 1) OVER (ORDER BY seq) AS before
      FROM (SELECT seq, at, visit_guid FROM journal ORDER BY seq DESC LIMIT :limit))
WHERE seq <> before + 1
   OR at >= coalesce((SELECT at FROM upkeep WHERE what = 'purged'), 0)
      AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.guid = visit_guid)
