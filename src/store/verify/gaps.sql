-- Entries that are missing in the journal.
SELECT json_object('what', 'noEntries', 'first', before + 1, 'last', seq - 1) AS finding
FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS before FROM journal)
WHERE seq <> before + 1
