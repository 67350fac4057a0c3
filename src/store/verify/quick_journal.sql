-- The same for the last entries: one is missing, or its visit is.
SELECT CASE WHEN seq <> before + 1 THEN json_object('what', 'noEntries', 'first', before + 1, 'last', seq - 1)
            ELSE json_object('what', 'noVisit', 'visit', hex(subject)) END AS finding
FROM (SELECT seq, at, kind, subject, content, lag(seq, 1, seq - 1) OVER (ORDER BY seq) AS before
      FROM (SELECT seq, at, kind, subject, content FROM journal ORDER BY seq DESC LIMIT :limit))
WHERE seq <> before + 1
   OR kind IN ('booked', 'cancelled', 'moved', 'checkedIn')
      AND coalesce(content ->> 'kind', '') <> 'displaced'
      AND at >= coalesce((SELECT at FROM upkeep WHERE what = 'purged'), 0)
      AND at <= :now
      AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.guid = subject)
