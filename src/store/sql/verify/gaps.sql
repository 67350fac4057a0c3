-- Entries that are missing in the journal.
SELECT 'journal' AS thing, NULL AS guid, 'entries ' || (before + 1) || ' to ' || (seq - 1) || ' are missing' AS what
FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS before FROM journal)
WHERE seq <> before + 1
